//! Text of logs that wants to act on terminals and CI systems, and secrets in it.

use super::place::{Done, Place};

const EVIL: &[&str] = &[
    "\x1b[2J\x1b[31mred",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]0;title\x07",
    "\u{9b}31m",
    "\u{202e}lrtxet\u{202c}",
    "\u{2066}isolate\u{2069}",
    "nul \0 byte",
    "bell \x07 back \x08\x08",
    "carriage \rreturn",
    "::error::pwned",
    "::set-env name=A::b",
    "##vso[task.complete result=Failed;]",
    "##[error]pwned",
    "##teamcity[buildProblem description='x']",
    "%0A::error::pwned",
    "--- pwned",
];

/// Every piece before, after and in the place of a host.
fn log() -> String {
    let mut text = String::new();
    for (i, evil) in EVIL.iter().enumerate() {
        text += &format!(
            "2026-04-23T10:15:{i:02}Z ERROR redis.exceptions.ResponseError: MOVED {i} 10.0.0.2:7001 {evil}\n"
        );
        text += &format!("{evil} redis.exceptions.ResponseError: MOVED {} 10.0.0.2:7001\n", 100 + i);
        let host: String = evil.split_whitespace().collect();
        text += &format!("2026-04-23T10:15:{i:02}Z redis MOVED {} {host}:7001\n", 200 + i);
    }
    text
}

fn harmless(done: &Done, format: &str) {
    for line in done.out.lines().chain(done.err.lines()) {
        assert!(!line.contains(scan_hidden), "{format}: {line:?}");
        for command in ["##vso[", "##[", "##teamcity["] {
            assert!(!line.contains(command), "{format}: {line:?}");
        }
        let own =
            ["::group::scan", "::endgroup::", "::error file=", "::error title=", "::warning ", "::notice "];
        let start = line.trim_start();
        assert!(
            !start.starts_with("::") || own.iter().any(|own| line.starts_with(own)),
            "{format}: {line:?}"
        );
    }
}

/// Characters that act without being seen.
fn scan_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

#[test]
fn nothing_of_a_log_acts_where_it_is_printed() {
    let place = Place::with(&[("app.log", &log())]);
    for format in ["text", "github", "json", "hits"] {
        let done = place.scan(&["--format", format, "app.log"]).clean();
        assert!(done.out.contains("10.0.0.2"), "{format}");
        harmless(&done, format);
    }
    // With colour there are styles of the report's own and nothing else.
    let coloured = place.scan(&["--color", "always", "app.log"]).clean().out;
    let mut rest = coloured.as_str();
    let mut styles = 0;
    while let Some(at) = rest.find('\x1b') {
        let style = &rest[at + 1..];
        let end = style.find('m').unwrap_or_else(|| panic!("no style: {style:.20}"));
        assert!(
            style.starts_with('[') && style[1..end].bytes().all(|b| b.is_ascii_digit() || b == b';'),
            "{style:.20?}"
        );
        rest = &style[end + 1..];
        styles += 1;
    }
    assert!(styles > 0);
    let plain: String = coloured.lines().flat_map(|line| line.split('\x1b')).collect();
    assert!(!plain.contains(|c: char| scan_hidden(c)), "{plain:?}");
}

#[cfg(unix)]
#[test]
fn a_file_name_does_not_act_either() {
    let names =
        ["a\x1b[31m.log", "b\n::error::pwned.log", "c\u{202e}gol.log", "::error::d.log", "##vso[x]e.log"];
    for name in names {
        let place = Place::with(&[(name, &super::place::moved(0, 7))]);
        for format in ["text", "github", "json", "hits"] {
            let done = place.scan(&["--format", format, ".", &format!("gone {name}")]).fails(2, &["gone"]);
            harmless(&done, format);
        }
        let done = place.scan(&[name, &format!("--bad{name}")]);
        assert_eq!(done.code, 2);
    }
}

#[test]
fn secrets_are_never_printed() {
    let log = "\
2026-04-23T10:15:01Z ERROR redis://user:hunter2@h1:6379/0 redis.exceptions.ResponseError: MOVED 1 10.0.0.2:7001
2026-04-23T10:15:02Z ERROR rediss://:hunter2@h1/0 redis.exceptions.ResponseError: MOVED 2 10.0.0.2:7001
2026-04-23T10:15:03Z ERROR redis sent AUTH hunter2 and got MOVED 3 10.0.0.2:7001
2026-04-23T10:15:04Z ERROR redis sent AUTH default hunter2 and got MOVED 4 10.0.0.2:7001
2026-04-23T10:15:05Z ERROR redis {\"password\":\"hunter2\",\"err\":\"MOVED 5 10.0.0.2:7001\"}
2026-04-23T10:15:06Z ERROR redis password=hunter2 MOVED 6 10.0.0.2:7001
2026-04-23T10:15:07Z ERROR redis.exceptions.ConnectionError: Error 111 connecting to redis://user:hunter2@h2:6379. Connection refused.
";
    let place = Place::with(&[("app.log", log), ("user hunter3.log", log)]);
    for format in ["text", "json", "hits", "github"] {
        let done = place.scan(&["--format", format, "app.log"]).clean();
        assert!(!done.out.contains("hunter2"), "{format}: {}", done.out);
        if format != "hits" {
            assert!(done.out.contains("redis://user:***@h1"), "{format}: {}", done.out);
        }
    }
    assert_eq!(place.events(&["--signal", "moved", "app.log"]).len(), 6);
}
