//! A rule's regex: its literals known at once, the regex itself built at its first
//! candidate line, and what its named captures say of a match.

use super::literal::{self, Cost, Literals};
use crate::model::{EndpointRef, Slot};
use regex::bytes::{CaptureLocations, Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use std::sync::OnceLock;

/// Longest pattern that is accepted, in bytes.
const MAX_PATTERN: usize = 16 * 1024;
/// Most memory that a compiled pattern may take, in bytes.
const MAX_COMPILED: usize = 4 * 1024 * 1024;
/// Deepest nesting of groups.
const MAX_NESTING: u32 = 100;
/// A pattern of fewer states than this fits [`MAX_COMPILED`] for certain, so it need
/// not be compiled to know that it can be.
const SURELY_SMALL: usize = 16_000;

/// Why a pattern cannot be run.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PatternError {
    /// It is no regex, or one that needs look-around or back-references.
    #[error("{what} (character {at} of the regex)")]
    Syntax {
        /// What the engine says.
        what: String,
        /// 1-based character where it says so.
        at: usize,
    },
    /// It is too long, nests too deep, or repeats too much.
    #[error("the regex is too large: {0}")]
    TooLarge(&'static str),
    /// It matches the empty text, so every line would be a hit.
    #[error("the regex matches the empty text, so every line would be a hit")]
    MatchesEmpty,
    /// It matches no text at all.
    #[error("the regex can match no line")]
    MatchesNothing,
}

impl PatternError {
    /// What would be right.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Syntax { what, .. } if what.contains("look-around") || what.contains("backreference") => {
                "state the text before and after as part of the match, and mark what counts with (?P<span>...)"
            }
            Self::Syntax { .. } => {
                "the syntax is that of Rust's `regex` crate (https://docs.rs/regex/#syntax)"
            }
            Self::TooLarge(_) => "make it shorter, or cut it into several rules",
            Self::MatchesEmpty => "name some text that has to be there",
            Self::MatchesNothing => "check its classes and its anchors: a match lies within one line",
        }
    }
}

/// What a named capture means. A name may stand once in a regex, so a digit may follow
/// it: `slot`, `slot2`, `slot3`; the first that takes part in the match counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// A slot's number.
    Slot,
    /// A list of slots and ranges of slots; a hit for each slot, one without a slot for
    /// the ranges.
    Slots,
    /// A host on its own.
    Host,
    /// A port, together with `host`.
    Port,
    /// `host:port` in any of the forms that [`EndpointRef::parse_prefix`] reads.
    Endpoint,
    /// The part of the match that counts when matches overlap; without it the whole.
    Span,
}

impl Role {
    fn of(name: &str) -> Option<Self> {
        match name.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "slot" => Some(Self::Slot),
            "slots" => Some(Self::Slots),
            "host" => Some(Self::Host),
            "port" => Some(Self::Port),
            "endpoint" => Some(Self::Endpoint),
            "span" => Some(Self::Span),
            _ => None,
        }
    }
}

/// Names that captures with a meaning may have.
pub(super) const CAPTURE_NAMES: &[&str] = &["slot", "slots", "host", "port", "endpoint", "span"];

/// One match of a pattern in a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found<'l> {
    /// Byte offset in the line where the match (or its `span` capture) begins.
    pub start: usize,
    /// Byte offset in the line where it ends.
    pub end: usize,
    /// The slot, where the match prints one.
    pub slot: Option<Slot>,
    /// The node, where the match prints one.
    pub target: Option<EndpointRef<'l>>,
}

/// A regex with its required literals.
#[derive(Debug)]
pub struct Pattern {
    text: Box<str>,
    unicode: bool,
    ignore_case: bool,
    roles: Box<[(usize, Role)]>,
    strange_names: Vec<String>,
    literals: Literals,
    cost: Cost,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Reads a pattern. It is parsed and its literals are found, but it is compiled
    /// only where that is the way to know whether it can be.
    ///
    /// It works on bytes, so a line need not be UTF-8; only a pattern that would
    /// mean something else otherwise (`\p{Han}`, `[é-ü]`) is run in Unicode mode, in which `.` stands for
    /// a whole character.
    pub fn new(text: &str, ignore_case: bool) -> Result<Self, PatternError> {
        if text.len() > MAX_PATTERN {
            return Err(PatternError::TooLarge("it has more than 16 KiB"));
        }
        let has_cased = text.chars().any(|c| !c.is_ascii() && (c.is_lowercase() || c.is_uppercase()));
        let (hir, unicode) = match parse(text, ignore_case, ignore_case && has_cased) {
            Ok(hir) => (hir, ignore_case && has_cased),
            Err(error) => (parse(text, ignore_case, true).map_err(|_| error)?, true),
        };
        match hir.properties().minimum_len() {
            None => return Err(PatternError::MatchesNothing),
            Some(0) => return Err(PatternError::MatchesEmpty),
            Some(_) => {}
        }
        let (literals, cost) = literal::required(&hir);
        let mut roles = Vec::new();
        let mut strange_names = Vec::new();
        collect_captures(&hir, &mut |index, name| match Role::of(name) {
            Some(role) => roles.push((index, role)),
            None => strange_names.push(name.to_owned()),
        });
        let pattern = Self {
            text: text.into(),
            unicode,
            ignore_case,
            roles: roles.into(),
            strange_names,
            literals,
            cost,
            compiled: OnceLock::new(),
        };
        if states(&hir) > SURELY_SMALL && pattern.regex().is_none() {
            return Err(PatternError::TooLarge("compiled, it takes more than 4 MiB"));
        }
        Ok(pattern)
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Literals of which every match holds one.
    pub fn literals(&self) -> &Literals {
        &self.literals
    }

    /// What it costs beside the search for literals.
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// Names of captures that have no meaning here.
    pub(super) fn strange_names(&self) -> &[String] {
        &self.strange_names
    }

    /// The compiled regex, built at the first call. `None` only where building fails,
    /// which [`Pattern::new`] rules out.
    pub fn regex(&self) -> Option<&Regex> {
        let build = || {
            let mut builder = RegexBuilder::new(&self.text);
            builder.unicode(self.unicode).case_insensitive(self.ignore_case);
            builder.size_limit(MAX_COMPILED).nest_limit(MAX_NESTING).build().ok()
        };
        self.compiled.get_or_init(build).as_ref()
    }

    /// Gives every match in a line, from left to right. A match that lists several
    /// slots is given once for each, with the same span.
    ///
    /// A match whose `slot` is no slot, whose `endpoint` is no endpoint or whose
    /// `port` is no port says nothing about a cluster and is left out.
    pub fn find_in<'l>(&self, line: &'l [u8], mut visit: impl FnMut(Found<'l>)) {
        let Some(regex) = self.regex() else { return };
        let mut locations: Option<CaptureLocations> = None;
        let mut at = 0;
        while let Some(found) = regex.find_at(line, at) {
            if self.roles.is_empty() {
                visit(Found { start: found.start(), end: found.end(), slot: None, target: None });
            } else {
                let locations = locations.get_or_insert_with(|| regex.capture_locations());
                if regex.captures_read_at(locations, line, found.start()).is_some() {
                    self.read(line, locations, (found.start(), found.end()), &mut visit);
                }
            }
            // No match is empty (see `new`), so this makes progress.
            at = found.end().max(found.start() + 1);
            if at > line.len() {
                return;
            }
        }
    }

    fn read<'l>(
        &self,
        line: &'l [u8],
        locations: &CaptureLocations,
        whole: (usize, usize),
        visit: &mut impl FnMut(Found<'l>),
    ) {
        let place = |wanted: Role| {
            self.roles.iter().filter(|(_, role)| *role == wanted).find_map(|&(index, _)| locations.get(index))
        };
        let (start, end) = place(Role::Span).unwrap_or(whole);
        let target = match (place(Role::Endpoint), place(Role::Host)) {
            // The text is read on past the capture, so that a port that runs into a
            // word or a further number is refused.
            (Some((from, _)), _) => match EndpointRef::parse_prefix(&line[from..]) {
                Some((endpoint, _)) => Some(endpoint),
                None => return,
            },
            (None, Some((from, to))) => match host_and_port(line, (from, to), place(Role::Port)) {
                Some(endpoint) => Some(endpoint),
                None => return,
            },
            (None, None) => None,
        };
        if let Some((from, to)) = place(Role::Slots) {
            return slots_of(&line[from..to], |slot| visit(Found { start, end, slot, target }));
        }
        let slot = match place(Role::Slot) {
            Some((from, to)) => match Slot::parse(&line[from..to]) {
                Some(slot) => Some(slot),
                None => return,
            },
            None => None,
        };
        visit(Found { start, end, slot, target });
    }
}

/// A host that stands apart from its port, as in `[name/<unresolved>:6379]`.
fn host_and_port<'l>(
    line: &'l [u8],
    host: (usize, usize),
    port: Option<(usize, usize)>,
) -> Option<EndpointRef<'l>> {
    let host = std::str::from_utf8(&line[host.0..host.1]).ok()?;
    let port = match port {
        Some((from, to)) => {
            let number: u16 = std::str::from_utf8(&line[from..to]).ok()?.parse().ok()?;
            Some(number).filter(|&n| n > 0).map(Some)?
        }
        None => None,
    };
    Some(EndpointRef { host, port })
}

/// Reads `5061,5062` or `0-100 200-300`: each slot, then once none if there is a range.
fn slots_of(text: &[u8], mut visit: impl FnMut(Option<Slot>)) {
    let mut nothing = true;
    let mut ranges = false;
    for part in text.split(|b| !b.is_ascii_digit() && *b != b'-').filter(|part| !part.is_empty()) {
        let mut ends = part.split(|&b| b == b'-');
        let (first, last) = (ends.next().unwrap_or_default(), ends.next());
        if last.is_some_and(|last| last != first) {
            ranges = true;
        } else if let Some(slot) = Slot::parse(first) {
            nothing = false;
            visit(Some(slot));
        }
    }
    if ranges || nothing {
        visit(None);
    }
}

fn parse(text: &str, ignore_case: bool, unicode: bool) -> Result<Hir, PatternError> {
    let mut builder = ParserBuilder::new();
    builder.utf8(false).unicode(unicode).case_insensitive(ignore_case).nest_limit(MAX_NESTING);
    builder.build().parse(text).map_err(|error| {
        let (what, at) = match &error {
            regex_syntax::Error::Parse(e) => (e.kind().to_string(), e.span().start.offset),
            regex_syntax::Error::Translate(e) => (e.kind().to_string(), e.span().start.offset),
            other => (other.to_string(), 0),
        };
        let at = text.get(..at).map_or(0, |before| before.chars().count()) + 1;
        PatternError::Syntax { what, at }
    })
}

fn collect_captures(hir: &Hir, visit: &mut impl FnMut(usize, &str)) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            if let Some(name) = &capture.name {
                visit(capture.index as usize, name);
            }
            collect_captures(&capture.sub, visit);
        }
        HirKind::Repetition(repetition) => collect_captures(&repetition.sub, visit),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| collect_captures(part, visit));
        }
        _ => {}
    }
}

/// About how many states the compiled pattern has, never too few by much: counted
/// repetitions are copies.
fn states(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Bytes(class)) => 2 + class.ranges().len() / 8,
        HirKind::Class(Class::Unicode(class)) => class.ranges().len().saturating_mul(6),
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Repetition(repetition) => {
            let copies = repetition.max.unwrap_or(repetition.min).max(1).saturating_add(1);
            states(&repetition.sub).saturating_add(1).saturating_mul(copies as usize)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(1, |sum, part| sum.saturating_add(states(part)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, line: &str) -> Vec<(usize, usize, Option<u16>, Option<String>)> {
        let pattern = Pattern::new(pattern, false).unwrap();
        let mut out = Vec::new();
        pattern.find_in(line.as_bytes(), |f| {
            out.push((f.start, f.end, f.slot.map(Slot::get), f.target.map(|t| t.to_string())));
        });
        out
    }

    #[test]
    fn captures_say_slot_and_node() {
        let at = |host: &str| Some(host.to_owned());
        assert_eq!(
            found(r"is slot (?P<slot>\d+) on (?P<endpoint>\S+)", "is slot 7 on 10.0.0.1:6379."),
            [(0, 27, Some(7), at("10.0.0.1:6379"))]
        );
        let lone = r"to \[(?P<host>[^/]*)/<unresolved>:(?P<port>\d+)\]";
        assert_eq!(found(lone, "to [redis-1/<unresolved>:6379]"), [(0, 30, None, at("redis-1:6379"))]);
        assert_eq!(found(lone, "to [redis-1/<unresolved>:99999]"), []);
        // Either branch may say it.
        let either = r"slot=(?P<slot>\d+)|hash (?P<slot2>\d+)";
        assert_eq!(
            found(either, "hash 12, slot=99999, slot=3"),
            [(0, 7, Some(12), None), (21, 27, Some(3), None)]
        );
        // Only the span is claimed of the line.
        assert_eq!(
            found(r"(?P<span>loop) to (?P<endpoint>\S+)", "a loop to h.example:6379"),
            [(2, 6, None, at("h.example:6379"))]
        );
    }

    #[test]
    fn what_is_no_slot_or_node_is_no_match() {
        let pattern = r"X (?P<slot>\d+) (?P<endpoint>[\w.:]+)";
        for line in ["X 16384 10.0.0.1:6379", "X 1 10.5:100", "X 1 10.0.0.1:123456", "X 1 10.0.0.1:99999"] {
            assert_eq!(found(pattern, line), [], "{line}");
        }
    }

    #[test]
    fn a_list_of_slots_is_a_match_each() {
        let slots =
            |line| found(r"slots (?P<slots>[\d, -]+)", line).into_iter().map(|f| f.2).collect::<Vec<_>>();
        assert_eq!(slots("slots 5061,5062."), [Some(5061), Some(5062)]);
        assert_eq!(slots("slots 0-100 200-300"), [None]);
        assert_eq!(slots("slots 1,5-9,7-7"), [Some(1), Some(7), None]);
        assert_eq!(slots("slots 99999"), [None]);
    }

    #[test]
    fn bytes_that_are_no_text_are_searched() {
        let pattern = Pattern::new("bad.end", false).unwrap();
        let mut spans = Vec::new();
        pattern.find_in(b"\xff\xfe bad\xc3end", |f| spans.push((f.start, f.end)));
        assert_eq!(spans, [(3, 10)]);
    }

    #[test]
    fn patterns_that_cannot_run_say_why() {
        let cases = [
            (r"(?<=a)b", "look-around"),
            (r"(a)\1", "backreferences are not supported"),
            ("a(b", "unclosed group"),
            (r"(?:[a-z]{1000}){1000}", "too large"),
            ("a*", "empty text"),
            (r"[a&&b]", "no line"),
        ];
        for (pattern, why) in cases {
            let error = Pattern::new(pattern, true).unwrap_err();
            assert!(error.to_string().contains(why), "{pattern}: {error}");
            assert!(!error.remedy().is_empty());
        }
        let nested = format!("{}a{}", "(".repeat(5000), ")".repeat(5000));
        assert!(Pattern::new(&nested, true).is_err());
        assert!(Pattern::new(&"a".repeat(20_000), true).is_err());
    }

    #[test]
    fn patterns_outside_ascii_run_in_unicode_mode() {
        for (pattern, line) in [(r"\p{Han}+失败", "连接失败"), ("CAFÉ", "un café"), ("[“”]x", "“x")]
        {
            let pattern = Pattern::new(pattern, true).unwrap();
            let mut hits = 0;
            pattern.find_in(line.as_bytes(), |_| hits += 1);
            assert_eq!(hits, 1, "{line}");
        }
    }

    #[test]
    fn what_counts_as_small_compiles() {
        for part in ["a", "[acegikmoqsuwy0-9]", r"(?:a|bc|[x-z])", r"\w", r"(?:\w?)", "(?:(a)|(b))"] {
            let alone = states(&parse(part, true, false).unwrap());
            let copies = (SURELY_SMALL - 100) / (alone + 1) - 1;
            let text = format!("zygote(?:{part}){{{copies}}}");
            assert!(states(&parse(&text, true, false).unwrap()) <= SURELY_SMALL, "{part}");
            assert!(Pattern::new(&text, true).unwrap().regex().is_some(), "{part}");
        }
    }

    #[test]
    fn names_without_a_meaning_are_told() {
        let pattern = Pattern::new(r"(?P<slot2>\d)(?P<sloth>\d)", true).unwrap();
        assert_eq!(pattern.strange_names(), ["sloth"]);
    }
}
