//! README shows what the program really prints, and names only options that it has.
//!
//! A `console` block holds commands behind `$ ` and what each prints; they are run from
//! the root of the repository, on an 80-column page without colour. With
//! `UPDATE_README=1` in the environment the blocks are written anew instead. Blocks of
//! `sh` and `yaml` are not run, but every `scan` command in them has to parse.

use clap::Parser;
use scan::cli::Args;
use scan::diagnose::Kind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PROGRAM: &str = env!("CARGO_BIN_EXE_scan");
/// How the commands at the top start the program from a fresh clone.
const FROM_SOURCE: &str = "cargo run --release -- ";

fn readme() -> String {
    fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap()
}

/// The fenced blocks of a page: their tags and lines.
fn blocks(page: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(tag) = line.strip_prefix("```") {
            found.push((tag, lines.by_ref().take_while(|line| *line != "```").collect()));
        }
    }
    found
}

/// What a command of a `console` block prints.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the shell's own tools, such as head, are found on PATH")]
fn printed_by(command: &str) -> String {
    let command = command.replace(FROM_SOURCE, "scan ");
    let programs = Path::new(PROGRAM).parent().unwrap().to_owned();
    let system = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(programs).chain(env::split_paths(&system))).unwrap();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &command])
        .current_dir(ROOT)
        .env_clear()
        .env("PATH", path)
        .stdin(std::process::Stdio::null());
    let output = shell.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`{command}` ended with {}: {complaints}", output.status);
    assert_eq!(complaints, "", "`{command}` complained");
    String::from_utf8(output.stdout).unwrap()
}

/// The page with the output of every command in its `console` blocks as it is now.
#[cfg(unix)]
fn renewed(page: &str) -> String {
    let mut out = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line != "```console" {
            continue;
        }
        for line in lines.by_ref().take_while(|line| *line != "```") {
            if let Some(command) = line.strip_prefix("$ ") {
                out.push_str(&format!("{line}\n{}", printed_by(command)));
            }
        }
        out.push_str("```\n");
    }
    out
}

#[test]
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the switch that rewrites the page")]
fn shows_what_the_program_prints() {
    let page = readme();
    let renewed = renewed(&page);
    if env::var_os("UPDATE_README").is_some_and(|value| value != "0") {
        fs::write(Path::new(ROOT).join("README.md"), renewed).unwrap();
        return;
    }
    let differs = page.lines().zip(renewed.lines()).position(|(shown, printed)| shown != printed);
    let at = differs.unwrap_or(page.lines().count().min(renewed.lines().count()));
    assert!(
        page == renewed,
        "README.md:{} shows something else than the program prints:\n  shown:   {}\n  printed: {}\n\
         UPDATE_README=1 cargo test --test readme writes it anew",
        at + 1,
        page.lines().nth(at).unwrap_or("(nothing)"),
        renewed.lines().nth(at).unwrap_or("(nothing)"),
    );
}

/// Words of a shell command; quotes group, `#` ends it.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = None::<String>;
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, '#') if word.is_none() => break,
            (None, '|') => {
                words.extend(word.take());
                words.push("|".to_owned());
            }
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Every `scan` command of a page, as the program would get it.
fn scan_commands(page: &str) -> Vec<Vec<String>> {
    let lines = blocks(page).into_iter().filter(|(tag, _)| ["console", "sh", "yaml"].contains(tag));
    lines
        .flat_map(|(_, lines)| lines)
        .map(|line| line.trim().trim_start_matches("$ ").trim_start_matches("- run: "))
        .flat_map(|line| {
            let words = words(&line.replace(FROM_SOURCE, "scan "));
            words.split(|word| word == "|").map(<[String]>::to_vec).collect::<Vec<_>>()
        })
        .filter(|command| command.first().is_some_and(|program| program == "scan"))
        .collect()
}

/// README, the changelog, and every page of docs/: their paths and texts.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(ROOT);
    let mut paths = vec![root.join("README.md"), root.join("CHANGELOG.md")];
    paths.extend(fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn names_only_commands_that_parse() {
    for (page, text) in pages() {
        for command in scan_commands(&text) {
            let parsed = Args::try_parse_from(&command);
            assert!(parsed.is_ok(), "{}: `{}`: {}", page.display(), command.join(" "), parsed.unwrap_err());
        }
    }
    assert!(scan_commands(&readme()).len() > 15, "the commands of README were not found");
}

#[test]
fn starts_with_the_two_commands_of_a_fresh_clone() {
    let page = readme();
    let blocks = blocks(&page);
    let first = ("console", "$ cargo run --release -- fixtures/redis-py-5-standalone-storm.log");
    assert_eq!((blocks[0].0, blocks[0].1[0]), first);
    assert_eq!(blocks[1], ("sh", vec!["cargo test"]));
}

#[test]
fn names_every_kind_of_incident() {
    let page = readme();
    for kind in Kind::ALL {
        assert!(page.contains(&format!("`{}`", kind.id())), "README.md does not tell of {}", kind.id());
    }
}

/// Targets of a page's links that are files of the repository.
fn local_links(page: &str) -> impl Iterator<Item = &str> {
    page.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|link| !link.contains("://") && !link.starts_with('#') && !link.starts_with("../.."))
}

#[test]
fn links_lead_somewhere() {
    for (page, text) in pages() {
        for link in local_links(&text) {
            let file = page.with_file_name(link.split('#').next().unwrap());
            assert!(file.exists(), "{} links to {link}, which does not exist", page.display());
        }
    }
}
