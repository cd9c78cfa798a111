//! Which lines are worth a look: one search for the literals of all rules.

use super::redirect;
use crate::rules::{Literals, RuleSet};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::collections::BTreeMap;

/// Texts that servers, frameworks and workers print when a process starts. Hits right
/// after one are "born" with the process, which points at configuration.
const BANNERS: [&str; 19] = [
    ":: Spring Boot ::",
    "(JVM running for",
    "(process running for",
    "Tomcat initialized with port",
    "Starting gunicorn",
    "Booting worker with pid",
    "Uvicorn running on",
    "Application startup complete",
    "Started server process",
    "Puma starting in",
    "Booted Rails",
    "Starting processing, hit Ctrl-C to stop",
    "Nest application successfully started",
    "Now listening on:",
    "Server initialized",
    "Redis is starting",
    "Valkey is starting",
    "celery@",
    "Started Application in",
];

/// Tags of a line that a container runtime cut in pieces (CRI): a match may stand
/// across the seam.
const PARTIAL_TAGS: [&str; 2] = [" stdout P", " stderr P"];

/// What follows the text of a line in a file of Docker's json-file driver.
const DOCKER_LOG_END: &[u8] = b"\",\"stream\":\"";

/// What a literal stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Use {
    /// The head of a hand-parsed redirection.
    Word,
    /// A literal of the rule with this place in the set.
    Rule(u32),
    /// A process start.
    Banner,
    /// A piece of a cut line.
    Partial,
}

/// A place where a literal stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) at: usize,
    pub(super) literal: u32,
}

/// The literals of a rule set, ready to search for.
#[derive(Debug)]
pub(super) struct Prefilter {
    searcher: AhoCorasick,
    uses: Vec<Vec<Use>>,
    /// The literal that stands for a piece of a cut line.
    piece: u32,
    /// Rules without a usable literal: they are run on every line.
    pub(super) unfiltered: Vec<u32>,
}

impl Prefilter {
    /// Collects the literals. `hand_parsed` tells whether the redirections' heads are
    /// searched for.
    pub(super) fn new(rules: &RuleSet, hand_parsed: bool) -> Result<Self, aho_corasick::BuildError> {
        let mut literals: BTreeMap<Vec<u8>, Vec<Use>> = BTreeMap::new();
        let mut add = |literal: &[u8], u: Use| literals.entry(literal.to_ascii_lowercase()).or_default().push(u);
        let mut unfiltered = Vec::new();
        if hand_parsed {
            redirect::WORDS.iter().for_each(|word| add(word, Use::Word));
        }
        BANNERS.iter().for_each(|banner| add(banner.as_bytes(), Use::Banner));
        PARTIAL_TAGS.iter().for_each(|tag| add(tag.as_bytes(), Use::Partial));
        for rule in rules.iter().filter(|rule| !rule.is_hand_parsed()) {
            match rule.literals() {
                Literals::Any(any) => any.iter().for_each(|literal| add(literal, Use::Rule(rule.order))),
                Literals::None => unfiltered.push(rule.order),
            }
        }
        // Overlapping matches: a literal may stand inside another one.
        let searcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(literals.keys())?;
        let uses: Vec<Vec<Use>> = literals.into_values().collect();
        let piece = uses.iter().position(|uses| uses.contains(&Use::Partial)).unwrap_or_default();
        Ok(Self { searcher, uses, piece: u32::try_from(piece).unwrap_or_default(), unfiltered })
    }

    /// Every place of a literal, in rising order.
    /// `docker_json`: a line whose `log` does not end with a newline is a piece of one.
    pub(super) fn candidates(&self, bytes: &[u8], docker_json: bool, out: &mut Vec<Candidate>) {
        out.clear();
        if docker_json {
            let ends = memchr::memmem::find_iter(bytes, DOCKER_LOG_END);
            let pieces = ends.filter(|&at| !bytes[..at].ends_with(b"\\n"));
            out.extend(pieces.map(|at| Candidate { at, literal: self.piece }));
        }
        out.extend(
            self.searcher
                .find_overlapping_iter(bytes)
                .map(|m| Candidate { at: m.start(), literal: m.pattern().as_u32() }),
        );
        out.sort_by_key(|c| c.at);
    }

    /// What a literal stands for.
    pub(super) fn uses(&self, literal: u32) -> &[Use] {
        self.uses.get(literal as usize).map_or(&[], Vec::as_slice)
    }
}
