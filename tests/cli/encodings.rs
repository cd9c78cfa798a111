//! Bytes in other forms than UTF-8 lines.

use super::place::{Place, moved, told};

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn every_form_of_text_has_the_same_events() {
    let text = ["héllo, no redirection\n".to_owned(), moved(1, 42), moved(2, 43)].concat();
    let crlf = text.replace('\n', "\r\n");
    let colours = text.replace("ERROR", "\x1b[31mERROR\x1b[0m").replace("MOVED 42", "\x1b[1mMOVED\x1b[0m 42");
    let mut latin = text.clone().into_bytes();
    latin.splice(1..3, [0xe9]);
    let forms: [(&str, Vec<u8>); 9] = [
        ("plain", text.clone().into_bytes()),
        ("crlf", crlf.clone().into_bytes()),
        ("bom", format!("\u{feff}{text}").into_bytes()),
        ("no-final-newline", text.trim_end().as_bytes().to_vec()),
        ("utf-16le", utf16(&text, u16::to_le_bytes)),
        ("utf-16be", utf16(&text, u16::to_be_bytes)),
        ("utf-16le-crlf", utf16(&crlf, u16::to_le_bytes)),
        ("colours", colours.into_bytes()),
        ("latin-1", latin),
    ];
    let place = Place::new();
    for (name, bytes) in forms {
        place.write(name, &bytes);
        for (way, done) in [
            ("file", place.scan(&["--format", "hits", name])),
            ("pipe", place.pipe(&["--format", "hits"], &bytes)),
        ] {
            let events = done.clean().events();
            assert_eq!(told(&events), ["moved 42 10.0.0.2:7001", "moved 43 10.0.0.2:7001"], "{name}, {way}");
            assert_eq!((&events[0]["line"], &events[1]["line"]), (&2.into(), &3.into()), "{name}, {way}");
            assert_eq!(events[0]["time"], "2026-04-23T10:15:01.000Z", "{name}, {way}");
        }
        let report = place.scan(&["--format", "json", name]).clean().json();
        assert_eq!(report["scan"]["lines"], 3, "{name}");
    }
}

/// A line longer than any block, with a redirection at its start and its end.
#[test]
fn a_line_of_megabytes_is_read() {
    let filler = "x".repeat(3 * 1024 * 1024);
    let line = moved(0, 1).trim_end().to_owned();
    let text = format!("{line} {filler}\n{filler} redis MOVED 2 10.0.0.2:7001\n{}", moved(9, 3));
    let place = Place::with(&[("long.log", &text)]);
    let by_file = place.events(&["long.log"]);
    let lines: Vec<u64> = by_file.iter().map(|e| e["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [1, 2, 3], "{:?}", told(&by_file));
    assert_eq!(told(&place.pipe(&["--format", "hits"], &text).clean().events()), told(&by_file));
}

#[test]
fn an_input_without_a_line_is_a_warning() {
    let place = Place::with(&[("empty.log", "")]);
    for (args, input) in [(&["empty.log"][..], ""), (&["-"], "")] {
        let done = place.pipe(args, input).fails(0, &["no line"]);
        assert!(done.out.contains("no line"), "{done:?}");
        assert_eq!(place.pipe(&[&["-q"], args].concat(), input).clean().err, "");
    }
    // Lines without anything in them are an input, and a clean one.
    let done = place.pipe(&[], "\n\n\n").clean();
    assert!(!done.out.contains("no line"), "{done:?}");
}
