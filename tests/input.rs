//! From paths to text, over real files, pipes and compressed data.

use proptest::prelude::*;
use scan::input::{Codec, Foreign, discover, reporter_names};
use scan::input::{Discovery, InputProblem, Intake, Order, Progress, Reading, Settings, Trouble};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

/// A directory to put logs into.
struct Logs(TempDir);

impl Logs {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(files: &[(&str, &[u8])]) -> Self {
        let logs = Self::new();
        for (name, data) in files {
            logs.put(name, data);
        }
        logs
    }

    fn put(&self, name: &str, data: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, data).unwrap();
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What these paths (the whole directory when there are none) are discovered as.
    fn discover(&self, names: &[&str]) -> Discovery {
        if names.is_empty() {
            return discover(&[self.0.path().to_owned()]);
        }
        discover(&names.iter().map(|name| self.path(name)).collect::<Vec<_>>())
    }

    /// The sources' names below the directory.
    fn names(&self, discovery: &Discovery) -> Vec<String> {
        discovery.sources.iter().map(|source| self.short(&source.name)).collect()
    }

    fn short(&self, name: &str) -> String {
        Path::new(name).strip_prefix(self.0.path()).map_or(name.to_owned(), |p| p.display().to_string())
    }

    fn problems(&self, problems: &[InputProblem]) -> Vec<(String, Trouble, bool)> {
        problems.iter().map(|p| (self.short(&p.name), p.trouble.clone(), p.unread)).collect()
    }
}

/// Reads everything with some threads; checks that the own parts of each source are
/// seamless, and that margins and own parts agree; gives the text of each source.
fn read_all(
    discovery: &Discovery,
    settings: Settings,
    order: Order,
    threads: usize,
) -> (Vec<Vec<u8>>, Reading) {
    let (stop, progress) = (AtomicBool::new(false), Progress::default());
    let intake = Intake::new(discovery, settings, order, &stop, &progress);
    type Seen = BTreeMap<(u32, u64), (Vec<u8>, u64, Vec<u8>)>;
    let seen: Mutex<Seen> = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut worker = intake.worker();
                while let Some(job) = worker.claim() {
                    worker.read(job, &mut |window| {
                        let glance = window.glance();
                        assert_eq!(glance.source, job.source);
                        let (own, at) = (glance.own_bytes().to_vec(), glance.own_offset());
                        let chunk = window.whole();
                        assert_eq!(chunk.own_bytes(), own, "glance and whole show the same own part");
                        assert_eq!(chunk.own_offset(), at);
                        let value = (own, chunk.offset, chunk.bytes.to_vec());
                        assert!(seen.lock().unwrap().insert((job.source, at), value).is_none());
                    });
                }
            });
        }
    });
    let reading = intake.finish();
    let mut texts = vec![Vec::new(); discovery.sources.len()];
    let seen = seen.into_inner().unwrap();
    for (&(source, at), (own, _, _)) in &seen {
        let text = &mut texts[source as usize];
        assert_eq!(text.len() as u64, at, "own parts follow each other without gap or overlap");
        text.extend_from_slice(own);
    }
    for (&(source, at), (own, offset, bytes)) in &seen {
        let text = &texts[source as usize];
        let (start, stop) = (at as usize, at as usize + own.len());
        let low = start.saturating_sub(settings.margin);
        let high = (stop + settings.margin).min(text.len());
        assert_eq!(*offset, low as u64);
        assert!(bytes == &text[low..high], "the margins of {start}..{stop} in source {source}");
    }
    let bytes: Vec<u64> = texts.iter().map(|text| text.len() as u64).collect();
    assert_eq!(reading.bytes, bytes);
    assert_eq!(progress.files(), discovery.sources.len() as u64);
    (texts, reading)
}

fn read(discovery: &Discovery) -> (Vec<Vec<u8>>, Reading) {
    read_all(discovery, Settings::default(), Order::Fastest, 2)
}

fn text(lines: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut state = 1u64;
    for n in 0..lines {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        writeln!(out, "2026-04-23T10:15:30 INFO request {n} took {} us", state >> 40).unwrap();
    }
    out
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(data).unwrap();
    writer.finish().unwrap()
}

fn zstd(data: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(data, 1).unwrap()
}

fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    writer.write_all(data).unwrap();
    writer.finish().unwrap()
}

fn xz(data: &[u8]) -> Vec<u8> {
    let mut writer = liblzma::write::XzEncoder::new(Vec::new(), 0);
    writer.write_all(data).unwrap();
    writer.finish().unwrap()
}

fn utf16(text: &str, high_first: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|u| if high_first { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
}

#[test]
fn every_encoding_and_compression_gives_the_same_text() {
    let plain = String::from_utf8(text(5000)).unwrap() + "größe 错误 一 without a final newline";
    let with_mark = format!("\u{feff}{plain}");
    let bytes = plain.as_bytes();
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("plain.log", bytes.to_vec()),
        ("marked.log", with_mark.clone().into_bytes()),
        ("le-marked.log", utf16(&with_mark, false)),
        ("be-marked.log", utf16(&with_mark, true)),
        ("le.log", utf16(&plain, false)),
        ("be.log", utf16(&plain, true)),
        ("gzip.log.gz", gzip(bytes)),
        ("gzip-by-another-name.log", gzip(bytes)),
        ("gzip-named-xz.log.xz", gzip(bytes)),
        ("plain-named.log.gz", bytes.to_vec()),
        ("members.gz", [gzip(&bytes[..1000]), gzip(&bytes[1000..])].concat()),
        ("zstd.log.zst", zstd(bytes)),
        ("frames.zst", [zstd(&bytes[..1000]), zstd(&bytes[1000..])].concat()),
        ("bzip2.log.bz2", [bzip2(&bytes[..1000]), bzip2(&bytes[1000..])].concat()),
        ("xz.log.xz", [xz(&bytes[..1000]), xz(&bytes[1000..])].concat()),
        ("utf16.gz", gzip(&utf16(&with_mark, false))),
    ];
    let logs = Logs::new();
    for (name, data) in &files {
        logs.put(name, data);
    }
    let discovery = logs.discover(&[]);
    assert_eq!(discovery.problems, []);
    assert_eq!(discovery.sources.len(), files.len());
    let (texts, reading) = read(&discovery);
    assert_eq!(reading.problems, []);
    for (name, text) in logs.names(&discovery).iter().zip(texts) {
        assert!(text == bytes, "{name}: {} bytes", text.len());
    }
}

#[test]
fn odd_texts_are_texts() {
    let hole = [vec![0; 100_000], text(10)].concat();
    let long = [vec![b'x'; 5 << 20], b" MOVED 1 10.0.0.1:6379\n".to_vec()].concat();
    let files: [(&str, &[u8]); 6] = [
        ("a-empty.log", b""),
        ("b-blank.log", b"\n\n\r\n"),
        ("c-latin1.log", b"caf\xe9 \xa4\xff\n"),
        ("d-hole.log", &hole),
        ("e-long.log", &long),
        ("f-empty.log.gz", b""),
    ];
    let logs = Logs::with(&files);
    let discovery = logs.discover(&[]);
    assert_eq!(logs.names(&discovery), files.map(|(name, _)| name));
    let (texts, reading) = read(&discovery);
    assert_eq!(reading.problems, []);
    for ((name, data), text) in files.iter().zip(texts) {
        assert!(text == *data, "{name}");
    }
}

#[test]
fn damaged_gzip_is_read_as_far_as_it_goes() {
    let whole = text(20_000);
    let packed = gzip(&whole);
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    let logs = Logs::with(&[
        ("a-cut.gz", &packed[..packed.len() / 2]),
        ("b-cut-in-trailer.gz", &packed[..packed.len() - 3]),
        ("c-damaged.gz", &damaged),
        ("d-garbage.gz", &[&packed[..], b"garbage"].concat()),
        ("e-zeros.gz", &[&packed[..], &[0; 512]].concat()),
        ("f-next.log", &whole),
        ("g-cut.zst", &zstd(&whole)[..50_000]),
    ]);
    let discovery = logs.discover(&[]);
    let (texts, reading) = read(&discovery);
    let bytes: Vec<u64> = texts.iter().map(|text| text.len() as u64).collect();
    assert!(bytes[0] > whole.len() as u64 / 3 && whole.starts_with(&texts[0]));
    assert!(
        bytes[2] > whole.len() as u64 / 3
            && whole[..bytes[0] as usize / 2] == texts[2][..bytes[0] as usize / 2]
    );
    assert!(texts[1] == whole && texts[3] == whole && texts[4] == whole && texts[5] == whole);
    assert!(bytes[6] > 0 && whole.starts_with(&texts[6]));
    let (gzip, zstd) = (Codec::Gzip, Codec::Zstd);
    let problems = logs.problems(&reading.problems);
    assert_eq!(problems[0], ("a-cut.gz".into(), Trouble::Truncated { codec: gzip, decoded: bytes[0] }, true));
    assert_eq!(
        problems[1],
        ("b-cut-in-trailer.gz".into(), Trouble::Truncated { codec: gzip, decoded: bytes[1] }, true)
    );
    assert!(matches!(&problems[2], (_, Trouble::Damaged { decoded, .. }, true) if *decoded == bytes[2]));
    assert_eq!(
        problems[3],
        ("d-garbage.gz".into(), Trouble::TrailingGarbage { codec: gzip, bytes: 7 }, false)
    );
    assert_eq!(problems[4], ("e-zeros.gz".into(), Trouble::TrailingZeros { codec: gzip, bytes: 512 }, false));
    assert_eq!(
        problems[5],
        ("g-cut.zst".into(), Trouble::Truncated { codec: zstd, decoded: bytes[6] }, true)
    );
    let ids: Vec<_> = reading.problems.iter().map(|p| p.source_id).collect();
    assert_eq!(ids, [0, 1, 2, 3, 4, 6].map(Some));
    let shown = reading.problems[0].to_string();
    assert!(
        shown.contains("a-cut.gz: the gzip data is cut off") && shown.contains("get a complete copy"),
        "{shown}"
    );
}

#[test]
fn rotated_sets_are_read_oldest_first() {
    let one = |n: usize| text(n);
    let logs = Logs::with(&[
        ("app.log", &one(1)),
        ("app.log.1", &one(2)),
        ("app.log.10", &one(3)),
        ("app.log.2.gz", &gzip(&one(4))),
        ("web.log", &one(5)),
        ("web.log-20260422.gz", &gzip(&one(6))),
        ("web.log-20260423", &one(7)),
        ("pod/0.log", &one(8)),
        ("pod/0.log.20260423-101530.gz", &gzip(&one(9))),
    ]);
    let wanted = [
        "app.log.10",
        "app.log.2.gz",
        "app.log.1",
        "app.log",
        "web.log-20260422.gz",
        "web.log-20260423",
        "web.log",
        "pod/0.log.20260423-101530.gz",
        "pod/0.log",
    ];
    let walked = logs.discover(&[]);
    assert_eq!(logs.names(&walked), wanted);
    // However they are given, and however often.
    let mut given = wanted;
    given.reverse();
    assert_eq!(logs.names(&logs.discover(&given)), wanted);
    let twice = ["app.log", "app.log.1", "app.log.10", "app.log.2.gz", ".", "app.log", "pod", "web.log"];
    let names: Vec<String> = logs.names(&logs.discover(&twice)).iter().map(|n| n.replace("./", "")).collect();
    assert_eq!(names, wanted);
    let labels = reporter_names(&walked.sources);
    assert_eq!(labels[0].as_deref(), Some("file/app.log"));
    assert_eq!(labels[7].as_deref(), Some("file/0.log"));
}

#[test]
fn a_file_and_its_compressed_copy_are_read_once() {
    let (a, b) = (text(500), [b"another day\n".to_vec(), text(500)].concat());
    let logs = Logs::with(&[
        ("same.log.1", &a),
        ("same.log.1.gz", &gzip(&a)),
        ("grown.log", &[&a[..], b"more\n"].concat()),
        ("grown.log.zst", &zstd(&a)),
        ("other.log", &a),
        ("other.log.gz", &gzip(&b)),
        ("short.log", b"one line\n"),
        ("short.log.gz", &gzip(b"one line\nand another\n")),
        ("0.log.20260423-101530", &a),
        ("0.log.20260423-101530.tmp", &gzip(&a)[..2000]),
    ]);
    // The kubelet's unfinished copy has to reach 4 KiB decompressed to be told.
    let discovery = logs.discover(&[]);
    let names = logs.names(&discovery);
    assert_eq!(
        names,
        [
            "0.log.20260423-101530",
            "grown.log",
            "other.log",
            "other.log.gz",
            "same.log.1",
            "short.log",
            "short.log.gz"
        ]
    );
    let twin = |of: &str| Trouble::Twin(logs.path(of).display().to_string());
    assert_eq!(
        logs.problems(&discovery.problems),
        [
            ("0.log.20260423-101530.tmp".to_owned(), twin("0.log.20260423-101530"), false),
            ("grown.log.zst".to_owned(), twin("grown.log"), false),
            ("same.log.1.gz".to_owned(), twin("same.log.1"), false)
        ]
    );
}

#[test]
fn directories_give_what_is_text() {
    let tar = {
        let mut tar = vec![0u8; 2048];
        tar[..7].copy_from_slice(b"app.log");
        tar[257..262].copy_from_slice(b"ustar");
        tar
    };
    let noise: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let logs = Logs::with(&[
        ("app.log", b"text\n"),
        ("no-extension", b"text as well\n"),
        (".pm2/logs/out.log", b"hidden, but a log\n"),
        (".git/logs/HEAD", b"0000 fix MOVED 3999 10.0.0.1:6379\n"),
        ("bin/app", b"\x7fELF\x02\x01\x01\0"),
        ("bin/core", &noise),
        ("bin/other.gz", &gzip(&noise)),
        ("old.tar.gz", &gzip(&tar)),
        ("system.journal", b"LPKSHHRH\0\0\0\0"),
    ]);
    let discovery = logs.discover(&[]);
    assert_eq!(logs.names(&discovery), ["app.log", "no-extension", ".pm2/logs/out.log"]);
    let mut problems = logs.problems(&discovery.problems);
    assert_eq!(
        problems.remove(0),
        ("".into(), Trouble::Skipped { count: 3, first: logs.path("bin/app").display().to_string() }, false)
    );
    assert_eq!(
        problems,
        [
            ("old.tar.gz".into(), Trouble::Foreign(Foreign::Tar), false),
            ("system.journal".into(), Trouble::Foreign(Foreign::Journal), false)
        ]
    );

    // Named, they are read where that makes sense, and refused with words else.
    let named = logs.discover(&["bin/core", "bin/other.gz", "bin/app", "system.journal", "old.tar.gz"]);
    assert_eq!(logs.names(&named), ["bin/core", "bin/other.gz"]);
    assert_eq!(named.problems.iter().filter(|p| p.unread).count(), 3);
    let (texts, reading) = read(&named);
    assert!(texts[0] == noise && texts[1] == noise && reading.problems.is_empty());
    let journal = named.problems.iter().find(|p| p.name.ends_with("journal")).unwrap().to_string();
    assert!(journal.contains("journalctl") && journal.contains("-o short-iso"), "{journal}");
}

#[test]
fn paths_that_cannot_be_read_say_why() {
    let logs = Logs::with(&[("app.log", b"x\n"), ("lost.gz", &[7; 5000]), ("binary/only", b"\x7fELF")]);
    std::fs::create_dir(logs.path("empty")).unwrap();
    let discovery = logs.discover(&["missing.log", "*.log", "app.log", "lost.gz", "empty", "binary"]);
    assert_eq!(logs.names(&discovery), ["app.log"]);
    let first = logs.path("binary/only").display().to_string();
    assert_eq!(
        logs.problems(&discovery.problems),
        [
            ("*.log".into(), Trouble::MissingPattern, true),
            ("binary".into(), Trouble::Skipped { count: 1, first }, false),
            ("binary".into(), Trouble::NoLogs, false),
            ("empty".into(), Trouble::NoLogs, false),
            ("lost.gz".into(), Trouble::LostMagic, true),
            ("missing.log".into(), Trouble::Missing, true)
        ]
    );
    for problem in &discovery.problems {
        let shown = problem.to_string();
        assert!(shown.starts_with(&problem.name) && shown.len() < problem.name.len() * 2 + 160, "{shown}");
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn links_are_followed_once() {
        let logs = Logs::with(&[("pods/a/0.log", b"one\n"), ("app.log", b"two\n")]);
        std::fs::create_dir(logs.path("containers")).unwrap();
        symlink("../pods/a/0.log", logs.path("containers/a.log")).unwrap();
        symlink("nowhere", logs.path("containers/dangling.log")).unwrap();
        symlink("..", logs.path("pods/loop")).unwrap();
        std::fs::hard_link(logs.path("app.log"), logs.path("hard.log")).unwrap();
        let discovery = logs.discover(&[]);
        assert_eq!(logs.names(&discovery), ["app.log", "pods/a/0.log"]);
        assert_eq!(
            logs.problems(&discovery.problems),
            [("containers/dangling.log".into(), Trouble::Dangling, false)]
        );
        // A link that is all there is, is shown as it was given.
        assert_eq!(logs.names(&logs.discover(&["containers/a.log"])), ["containers/a.log"]);
    }

    #[test]
    fn sockets_and_forbidden_files() {
        let logs = Logs::with(&[("secret.log", b"x\n"), ("closed/app.log", b"x\n")]);
        let _socket = std::os::unix::net::UnixListener::bind(logs.path("redis.sock")).unwrap();
        let forbid = |name: &str, mode| {
            std::fs::set_permissions(logs.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        forbid("secret.log", 0);
        forbid("closed", 0);
        let discovery = logs.discover(&["redis.sock", "secret.log", "closed"]);
        let walked = logs.discover(&[]);
        forbid("closed", 0o755);
        let socket = ("redis.sock".to_owned(), Trouble::Special("socket"), true);
        // The superuser may read anything.
        let denied = std::fs::File::open(logs.path("secret.log")).is_err();
        let mut wanted = Vec::new();
        if denied {
            wanted.push(("closed".to_owned(), Trouble::Denied, true));
        }
        wanted.push(socket);
        if denied {
            wanted.push(("secret.log".to_owned(), Trouble::Denied, true));
        }
        assert_eq!(logs.problems(&discovery.problems), wanted);
        wanted.retain(|(name, _, _)| name != "redis.sock");
        assert_eq!(logs.problems(&walked.problems), wanted, "a socket in a directory is no news");
    }

    /// Writes the data into a pipe in such pieces and reads it back as a source.
    fn through_a_pipe(data: &[u8], piece: usize) -> (Vec<u8>, Reading) {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
        let discovery = discover(&[path.clone(), path]);
        assert_eq!(discovery.sources.len(), 1, "{:?}", discovery.problems);
        assert!(discovery.sources[0].is_stream());
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for part in data.chunks(piece) {
                    writer.write_all(part).unwrap();
                }
            });
            let (mut texts, reading) = read(&discovery);
            (texts.remove(0), reading)
        })
    }

    #[test]
    fn a_pipe_gives_the_same_text_whatever_the_pieces() {
        let wanted = text(20_000);
        for raw in [wanted.clone(), gzip(&wanted), utf16(std::str::from_utf8(&wanted).unwrap(), false)] {
            for piece in [1, 2, 3, 4095, 65_537] {
                // Single bytes only as far as they matter: the first, then larger ones.
                let (head, tail) = raw.split_at(if piece < 10 { 3000 } else { 0 });
                let (text, reading) = if head.is_empty() {
                    through_a_pipe(&raw, piece)
                } else {
                    let (reader, mut writer) = std::io::pipe().unwrap();
                    let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
                    let discovery = discover(&[path]);
                    std::thread::scope(|scope| {
                        scope.spawn(move || {
                            head.chunks(piece).for_each(|part| writer.write_all(part).unwrap());
                            writer.write_all(tail).unwrap();
                        });
                        let (mut texts, reading) = read(&discovery);
                        (texts.remove(0), reading)
                    })
                };
                assert!(text == wanted && reading.problems.is_empty(), "{piece}");
            }
        }
    }

    #[test]
    fn what_a_pipe_cannot_give_is_said() {
        let (text, reading) = through_a_pipe(b"PK\x03\x04\x14\0\0\0", 3);
        assert_eq!(text, b"");
        assert_eq!(reading.problems[0].trouble, Trouble::Foreign(Foreign::Zip));
        assert!(reading.problems[0].unread);
        let packed = gzip(&super::text(1000));
        let (text, reading) = through_a_pipe(&packed[..packed.len() / 2], 100);
        assert!(!text.is_empty());
        assert!(matches!(reading.problems[0].trouble, Trouble::Truncated { .. }));
    }

    #[test]
    fn the_stop_flag_ends_a_silent_pipe() {
        for start in [&b"first line\n"[..], &gzip(&super::text(1000))[..5000]] {
            let (reader, mut writer) = std::io::pipe().unwrap();
            let discovery = discover(&[PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()))]);
            writer.write_all(start).unwrap();
            let (stop, progress) = (AtomicBool::new(false), Progress::default());
            let intake = Intake::new(&discovery, Settings::default(), Order::Input, &stop, &progress);
            let mut seen = 0;
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    // Late enough that everything written has arrived.
                    while progress.bytes() < start.len() as u64 {
                        std::thread::yield_now();
                    }
                    stop.store(true, Ordering::Relaxed);
                });
                let mut worker = intake.worker();
                let job = worker.claim().unwrap();
                worker.read(job, &mut |window| seen += window.whole().own.len());
                assert_eq!(worker.claim(), None);
            });
            let reading = intake.finish();
            assert!(reading.stopped && reading.problems.is_empty(), "{:?}", reading.problems);
            assert!(seen > 0 && reading.bytes == [seen as u64]);
            drop(writer);
        }
    }

    #[test]
    fn a_rotation_while_reading_does_no_harm() {
        let logs = Logs::with(&[("app.log", b"old\n")]);
        let discovery = logs.discover(&["app.log"]);
        std::fs::rename(logs.path("app.log"), logs.path("app.log.1")).unwrap();
        logs.put("app.log", b"new\n");
        assert_eq!(read(&discovery).0, [b"old\n"]);
    }

    #[test]
    fn a_truncation_while_reading_is_told() {
        let whole = text(50_000);
        let logs = Logs::with(&[("app.log", &whole)]);
        let discovery = logs.discover(&["app.log"]);
        std::fs::File::options().write(true).open(logs.path("app.log")).unwrap().set_len(600_000).unwrap();
        let (texts, reading) = read(&discovery);
        assert!(texts[0] == whole[..600_000]);
        assert_eq!(reading.problems[0].trouble, Trouble::Shrunk { at: 600_000 });
        // One that grows is read as it was found.
        let discovery = logs.discover(&["app.log"]);
        logs.put("app.log", &whole);
        let (texts, reading) = read(&discovery);
        assert!(texts[0] == whole[..600_000] && reading.problems.is_empty());
    }
}

#[test]
fn many_files_are_found_in_order_and_stay_the_same() {
    let logs = Logs::new();
    let mut wanted = Vec::new();
    for n in 0..300 {
        logs.put(&format!("d{}/app-{n:03}.log", n % 7), format!("line {n}\n").as_bytes());
        wanted.push((format!("d{}/app-{n:03}.log", n % 7), format!("line {n}\n").into_bytes()));
    }
    wanted.sort();
    let discovery = logs.discover(&[]);
    let names: Vec<String> = wanted.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(logs.names(&discovery), names);
    assert_eq!(discovery.disk_bytes(), Some(wanted.iter().map(|(_, text)| text.len() as u64).sum()));
    let (texts, _) = read(&discovery);
    assert!(texts.iter().eq(wanted.iter().map(|(_, text)| text)));
    // More files than are kept open: one that was replaced meanwhile is not mistaken.
    for (name, _) in &wanted {
        std::fs::rename(logs.path(name), logs.path(&format!("{name}.moved"))).unwrap();
        logs.put(name, b"another file\n");
    }
    let (texts, reading) = read(&discovery);
    let replaced = reading.problems.iter().filter(|p| p.trouble == Trouble::Replaced).count();
    let kept = texts.iter().zip(&wanted).filter(|(text, (_, data))| *text == data).count();
    assert_eq!(replaced + kept, wanted.len());
    assert!(replaced > 100 && kept > 100 && reading.problems.len() == replaced);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn ranges_and_pump_show_the_same(
        data in proptest::collection::vec(prop_oneof![Just(b'\n'), b' '..=b'~'], 0..3000),
        own in 1usize..300,
        margin in 1usize..300,
        seam in 0usize..300,
        stream in 1usize..500,
        threads in 1usize..4,
        in_order in any::<bool>(),
    ) {
        let logs = Logs::with(&[("plain.log", &data), ("packed.gz", &gzip(&data))]);
        let discovery = logs.discover(&[]);
        let settings = Settings { own, margin, seam, stream };
        let order = if in_order { Order::Input } else { Order::Fastest };
        let (texts, reading) = read_all(&discovery, settings, order, threads);
        prop_assert_eq!(&texts[0], &data);
        prop_assert_eq!(&texts[1], &data);
        prop_assert_eq!(reading.problems, []);
    }
}
