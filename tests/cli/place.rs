//! A directory with logs, and runs of the program in it.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// A MOVED as redis-py's exception prints it, so many seconds after 10:15.
pub fn moved(seconds: u32, slot: u16) -> String {
    format!(
        "2026-04-23T10:{:02}:{:02}Z ERROR app redis.exceptions.ResponseError: MOVED {slot} 10.0.0.2:7001\n",
        15 + seconds / 60,
        seconds % 60
    )
}

/// A directory of its own for one test.
pub struct Place {
    dir: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    /// A place with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::new();
        for (name, text) in files {
            place.write(name, text);
        }
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program with these arguments, in this directory, without input or environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scan"));
        command.args(args).env_clear().current_dir(self.dir());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn scan(&self, args: &[&str]) -> Done {
        self.command(args).output().unwrap().into()
    }

    /// The same with something on standard input.
    pub fn pipe(&self, args: &[&str], input: impl AsRef<[u8]>) -> Done {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.as_ref().to_vec();
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let done = child.wait_with_output().unwrap().into();
        writer.join().unwrap();
        done
    }

    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdin(Stdio::piped()).spawn().unwrap()
    }

    /// Counted hits of a run that ends well.
    pub fn events(&self, args: &[&str]) -> Vec<Value> {
        self.scan(&[&["--format", "hits"], args].concat()).clean().events()
    }
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }
}

impl Done {
    /// Asserts that the status is 0 and there was nothing to complain of.
    #[track_caller]
    pub fn clean(self) -> Self {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:#?}");
        self
    }

    /// Asserts the exit status and words of standard error.
    #[track_caller]
    pub fn fails(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not told: {self:#?}");
        }
        let lines = self.err.lines().count();
        assert!(lines > 0 && !self.err.contains("panicked"), "{self:#?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    #[track_caller]
    pub fn hits(&self) -> Vec<Value> {
        let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.out.lines().map(read).collect()
    }

    /// The hits that count.
    #[track_caller]
    pub fn events(&self) -> Vec<Value> {
        self.hits().into_iter().filter(|hit| hit["event"] == true).collect()
    }

    /// Events that the report counts.
    #[track_caller]
    pub fn total(&self) -> u64 {
        self.json()["events"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum()
    }
}

/// `signal slot host:port` of every hit, which is all there is to compare in most cases.
pub fn told(hits: &[Value]) -> Vec<String> {
    let value = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    hits.iter()
        .map(|h| format!("{} {} {}:{}", value(&h["signal"]), h["slot"], value(&h["host"]), h["port"]))
        .collect()
}
