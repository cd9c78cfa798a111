//! Which lines are worth a look: one search for the literals of all rules.

use super::grams::{Gram, choose};
use super::kernel::{GRAM, Kernel, Noted};
use super::redirect;
use crate::rules::{Literals, RuleSet};
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
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
    kernel: Kernel,
    /// Literals in lower case, by their numbers.
    literals: Vec<Vec<u8>>,
    uses: Vec<Vec<Use>>,
    /// By the hash of a gram of four bytes, and of one of three: the literals it stands in.
    fours: GramTable,
    threes: GramTable,
    /// The literal that stands for a piece of a cut line.
    piece: u32,
    /// Rules without a usable literal: they are run on every line.
    pub(super) unfiltered: Vec<u32>,
}

/// From a gram to the literals it stands in, with its place in each.
#[derive(Debug)]
struct GramTable {
    stands_in: HashMap<u32, Vec<(u32, usize)>, FxBuildHasher>,
    /// One bit by a hash of the gram: most false alarms end here.
    bits: Box<[u64; 1024]>,
}

impl Default for GramTable {
    fn default() -> Self {
        Self { stands_in: HashMap::default(), bits: Box::new([0; 1024]) }
    }
}

impl GramTable {
    fn insert(&mut self, gram: Gram) {
        let key = folded(&gram.text);
        let (word, bit) = Self::bit(key);
        self.bits[word] |= bit;
        self.stands_in.entry(key).or_default().extend(gram.stands_in);
    }

    fn bit(key: u32) -> (usize, u64) {
        let hash = key.wrapping_mul(0x9e37_79b1) >> 16;
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    fn get(&self, key: u32) -> &[(u32, usize)] {
        let (word, bit) = Self::bit(key);
        if self.bits[word] & bit == 0 {
            return &[];
        }
        self.stands_in.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// Up to four bytes as a number, letters in one case.
fn folded(text: &[u8]) -> u32 {
    text.iter().rev().fold(0, |number, byte| number << 8 | u32::from(byte | 0x20))
}

/// Memory that a worker's searches use again and again.
#[derive(Default, Debug)]
pub(super) struct Found {
    noted: Noted,
    /// Places of literals, in rising order.
    pub(super) candidates: Vec<Candidate>,
    /// Ends of lines and quoted strings behind what may be a bare pair, in rising order.
    pub(super) ends: Vec<usize>,
}

impl Prefilter {
    /// Collects the literals. `hand_parsed` tells whether the redirections' heads are
    /// searched for, `pairs` whether bare pairs are.
    pub(super) fn new(rules: &RuleSet, hand_parsed: bool, pairs: bool) -> Self {
        let mut by_text: BTreeMap<Vec<u8>, Vec<Use>> = BTreeMap::new();
        let mut add =
            |literal: &[u8], u: Use| by_text.entry(literal.to_ascii_lowercase()).or_default().push(u);
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
        let (literals, uses): (Vec<_>, Vec<_>) = by_text.into_iter().unzip();
        let (grams, too_short) = choose(&literals);
        for id in too_short {
            let rules = uses.get(id as usize).into_iter().flatten();
            unfiltered.extend(
                rules.filter_map(|used| if let Use::Rule(order) = used { Some(*order) } else { None }),
            );
        }
        unfiltered.sort_unstable();
        unfiltered.dedup();
        let texts: Vec<Vec<u8>> = grams.iter().map(|gram| gram.text.clone()).collect();
        let (mut fours, mut threes) = (GramTable::default(), GramTable::default());
        for gram in grams {
            if gram.text.len() == GRAM { fours.insert(gram) } else { threes.insert(gram) }
        }
        let piece = uses.iter().position(|uses| uses.contains(&Use::Partial)).unwrap_or_default();
        let piece = u32::try_from(piece).unwrap_or_default();
        Self { kernel: Kernel::new(&texts, pairs), literals, uses, fours, threes, piece, unfiltered }
    }

    /// Finds every place of a literal, and the ends of what may be bare pairs.
    /// `docker_json`: a line whose `log` does not end with a newline is a piece of one.
    pub(super) fn search(&self, bytes: &[u8], docker_json: bool, found: &mut Found) {
        let Found { noted, candidates, ends } = found;
        candidates.clear();
        if docker_json {
            let ends = memchr::memmem::find_iter(bytes, DOCKER_LOG_END);
            let pieces = ends.filter(|&at| !bytes[..at].ends_with(b"\\n"));
            candidates.extend(pieces.map(|at| Candidate { at, literal: self.piece }));
        }
        self.kernel.note(bytes, noted);
        for &place in &noted.grams {
            let Some(text) = bytes.get(place..) else { continue };
            if let Some(&gram) = text.first_chunk::<GRAM>() {
                // The same number as `folded` makes.
                let key = u32::from_le_bytes(gram) | 0x2020_2020;
                self.confirm(bytes, place, self.fours.get(key), candidates);
                if !self.threes.stands_in.is_empty() {
                    self.confirm(bytes, place, self.threes.get(key & 0x00ff_ffff), candidates);
                }
            } else if text.len() == 3 {
                self.confirm(bytes, place, self.threes.get(folded(text)), candidates);
            }
        }
        candidates.sort_unstable_by_key(|c| (c.at, c.literal));
        std::mem::swap(ends, &mut noted.ends);
    }

    /// Of the literals that a gram stands in, those that really stand there.
    fn confirm(&self, bytes: &[u8], place: usize, stands_in: &[(u32, usize)], out: &mut Vec<Candidate>) {
        for &(literal, offset) in stands_in {
            let text = &self.literals[literal as usize];
            let Some(at) = place.checked_sub(offset) else { continue };
            let here = bytes.get(at..at + text.len());
            if here.is_some_and(|here| here.eq_ignore_ascii_case(text)) {
                out.push(Candidate { at, literal });
            }
        }
    }

    /// What a literal stands for.
    pub(super) fn uses(&self, literal: u32) -> &[Use] {
        self.uses.get(literal as usize).map_or(&[], Vec::as_slice)
    }
}
