//! From candidates to confirmed matches: one per (line, signal, slot, target).

use super::found::{Located, Match, Text};
use super::line::{Facts, Span, span_at};
use super::prefilter::{Candidate, Use};
use super::record::Head;
use super::redirect;
use super::scan::{Scan, bare_ends};
use crate::model::{PathMarks, REACH};
use memchr::memchr;

/// How far around a literal a rule's regex looks in a line that is too long to be taken
/// as a whole.
const GIANT_REACH: usize = 2 * 1024;
/// Overlapping matches of a giant line are found at places nearer than this to each other:
/// the longest match spans the text of a pipeline's command.
const OVERLAP_REACH: usize = 16 * 1024;
/// Bytes of text on either side of the seam between the pieces of a cut line.
const SEAM_TEXT: usize = 512;
const ESCAPE: u8 = 0x1b;

impl Scan<'_, '_> {
    /// Fills the scratch memory with every confirmed match of the chunk and its margins,
    /// in the order of the input.
    pub(super) fn find_matches(&mut self) {
        let bytes = self.chunk.bytes;
        self.scratch.clear();
        let mut found = std::mem::take(&mut self.scratch.found);
        self.matcher.prefilter.search(bytes, self.view.context.docker_json, &mut found);
        let candidates = &found.candidates;
        let pairs: Vec<usize> =
            if self.matcher.bare.is_some() { bare_ends(bytes, &found.ends).collect() } else { Vec::new() };
        let every_line = !self.matcher.prefilter.unfiltered.is_empty();
        let (mut next, mut next_pair) = (0, 0);
        // The line that rules without a literal look at next.
        let mut unread = every_line.then_some(0).filter(|&at| at < bytes.len());
        // Each round takes one line, or one place in a giant line.
        loop {
            let candidate = candidates.get(next).map(|c| c.at);
            let pair = pairs.get(next_pair).map(|&end| end - 1);
            let Some(place) = [candidate, pair, unread].into_iter().flatten().min() else { break };
            let line = span_at(bytes, place);
            let (from, from_pair) = (next, next_pair);
            if line.giant {
                next += usize::from(candidate == Some(place));
                next_pair += usize::from(pair == Some(place));
            } else {
                let end = line.end.max(place + 1);
                next += candidates[from..].iter().take_while(|c| c.at < end).count();
                next_pair += pairs[from_pair..].iter().take_while(|&&e| e <= end).count();
            }
            self.scratch.found_at = place;
            self.line_matches(
                line,
                &candidates[from..next],
                &pairs[from_pair..next_pair],
                unread == Some(place),
            );
            if unread == Some(place) {
                let end = memchr(b'\n', &bytes[line.end..]).map(|i| line.end + i + 1);
                unread = end.filter(|&at| at < bytes.len());
            }
        }
        self.scratch.found = found;
        self.settle_giant_lines();
    }

    fn line_matches(&mut self, line: Span, candidates: &[Candidate], pairs: &[usize], from_start: bool) {
        let raw = &self.chunk.bytes[line.start..line.end];
        self.scratch.on_line.clear();
        self.scratch.tried.clear();
        if from_start {
            // Of a giant line they see the start.
            let head = Span { end: line.end.min(line.start + REACH), giant: false, ..line };
            let (text, _) = self.text_of(head.start, head.end, head.start);
            for i in 0..self.matcher.prefilter.unfiltered.len() {
                self.rule(head, text, self.matcher.prefilter.unfiltered[i], 0);
            }
        }
        if line.giant {
            self.giant_matches(line, candidates, pairs);
            return self.settle_line();
        }
        let coloured = memchr(ESCAPE, raw).is_some();
        let (text, _) = self.text_of(line.start, line.end, line.start);
        let mut piece = self.view.context.docker_json;
        for candidate in candidates {
            for &used in self.matcher.prefilter.uses(candidate.literal) {
                match used {
                    Use::Word if coloured => {}
                    Use::Word => self.word(line, text, candidate.at - line.start),
                    Use::Rule(order) => self.rule(line, text, order, candidate.at - line.start),
                    Use::Banner => self.scratch.banners.push(candidate.at),
                    Use::Partial => piece = true,
                }
            }
        }
        if coloured {
            self.every_pair_and_word(line, text);
        } else {
            pairs.iter().for_each(|&end| self.pair(line, text, end - line.start));
        }
        if piece {
            self.join_pieces(line);
        }
        self.settle_line();
    }

    /// Matches at the given places of a line that is not seen as a whole: only what is near
    /// a place is looked at, whatever else the line holds.
    fn giant_matches(&mut self, line: Span, candidates: &[Candidate], pairs: &[usize]) {
        for candidate in candidates {
            for &used in self.matcher.prefilter.uses(candidate.literal) {
                match used {
                    Use::Word => {
                        let (text, at) = self.text_near(line, candidate.at, redirect::REDIRECTION_LIMIT);
                        self.word(line, text, at);
                    }
                    Use::Rule(order) => {
                        let (text, at) = self.text_near(line, candidate.at, GIANT_REACH);
                        self.rule(line, text, order, at);
                    }
                    Use::Banner => self.scratch.banners.push(candidate.at),
                    Use::Partial => {}
                }
            }
        }
        for &end in pairs {
            let (text, at) = self.text_near(line, end, SEAM_TEXT);
            self.pair(line, text, at);
        }
    }

    /// The text around a place of a line, and where in it the place is. Of a coloured one less
    /// is taken, since its copy is kept as long as the chunk.
    fn text_near(&mut self, line: Span, place: usize, reach: usize) -> (Text, usize) {
        let window = |reach: usize| {
            (line.start.max(place.saturating_sub(reach)), line.end.min(place.saturating_add(reach)))
        };
        let (start, end) = window(reach);
        let coloured = memchr(ESCAPE, &self.chunk.bytes[start..end]).is_some();
        let (start, end) = if coloured { window(reach.min(SEAM_TEXT)) } else { (start, end) };
        self.text_of(start, end, place)
    }

    /// The text of a stretch of the chunk, without terminal escapes, and where in it a place
    /// of the stretch is.
    fn text_of(&mut self, start: usize, end: usize, place: usize) -> (Text, usize) {
        let bytes = self.chunk.bytes;
        if memchr(ESCAPE, &bytes[start..end]).is_none() {
            return (Text { start, end, stripped: false }, place - start);
        }
        let before = anstream::adapter::strip_bytes(&bytes[start..place]).map(<[u8]>::len).sum();
        (self.strip(&bytes[start..end]), before)
    }

    /// Keeps a copy of the text without terminal escapes.
    fn strip(&mut self, raw: &[u8]) -> Text {
        let start = self.scratch.stripped.len();
        for part in anstream::adapter::strip_bytes(raw) {
            self.scratch.stripped.extend_from_slice(part);
        }
        Text { start, end: self.scratch.stripped.len(), stripped: true }
    }

    fn add(&mut self, line: Span, text: Text, found: Located, rule: u32, builtin: bool) {
        self.scratch.on_line.push(Match {
            at: match (text.stripped, line.giant) {
                (false, _) => text.start + found.start,
                (true, false) => line.start,
                (true, true) => self.scratch.found_at,
            },
            found_at: self.scratch.found_at,
            line,
            text,
            rule,
            builtin,
            found,
            facts: Facts::unknown(line),
            head: Head::unknown(line),
            client: None,
            marks: PathMarks::default(),
            event: true,
            repeats: 1,
        });
    }

    /// A redirection's head at `at` of the text.
    fn word(&mut self, line: Span, text: Text, at: usize) {
        let whole = self.scratch.text(self.chunk.bytes, text);
        let Some(found) = redirect::at(whole, at).map(|found| Located::redirection(found, whole)) else {
            return;
        };
        if let Some(rule) = self.matcher.rule_of(found.signal) {
            self.add(line, text, found, rule, true);
        }
    }

    /// A bare pair that ends at `end` of the text.
    fn pair(&mut self, line: Span, text: Text, end: usize) {
        let whole = self.scratch.text(self.chunk.bytes, text);
        let found = redirect::bare_pair_before(whole, end).map(|found| Located::redirection(found, whole));
        if let (Some(found), Some(rule)) = (found, self.matcher.bare) {
            self.add(line, text, found, rule, true);
        }
    }

    /// Looks for hand-parsed forms at every place of a text whose candidates stand
    /// elsewhere, since colours were removed from it or pieces joined.
    fn every_pair_and_word(&mut self, line: Span, text: Text) {
        let whole = self.scratch.text(self.chunk.bytes, text);
        let is_end = |&(i, &b): &(usize, &u8)| matches!(b, b'"' | b'\'') && i > 0;
        let mut ends: Vec<usize> = whole.iter().enumerate().filter(is_end).map(|(i, _)| i).collect();
        ends.push(whole.len());
        let ends: Vec<usize> = ends.into_iter().map(|end| redirect::pair_end(whole, end)).collect();
        let length = whole.len();
        (0..length).for_each(|at| self.word(line, text, at));
        ends.into_iter().for_each(|end| self.pair(line, text, end));
    }

    /// Runs a rule's regex on the line, once (in a giant line, around each literal).
    fn rule(&mut self, line: Span, text: Text, order: u32, at: usize) {
        let windowed = line.giant;
        if !windowed && self.scratch.tried.contains(&order) {
            return;
        }
        self.scratch.tried.push(order);
        let Some(rule) = self.matcher.rules.by_order(order) else { return };
        let whole = self.scratch.text(self.chunk.bytes, text);
        let mut all = Vec::new();
        rule.find_in(whole, |f| {
            let (start, end) = (f.start, f.end);
            if windowed && !(start..end).contains(&at) {
                return;
            }
            let found = Located {
                signal: rule.signal,
                start,
                end,
                slot: f.slot,
                host: None,
                port: None,
                bare: false,
            };
            let mut found = found.with_endpoint(f.target, whole);
            // A rule for a redirection that captures nothing: what stands in its match tells
            // slot and target.
            if rule.signal.is_redirection() && found.slot.is_none() && found.host.is_none() {
                let inner = (start..end).find_map(|i| redirect::at(whole, i));
                if let Some(inner) = inner.filter(|inner| inner.signal == rule.signal) {
                    let end = end.max(inner.end);
                    found = Located { start, end, ..Located::redirection(inner, whole) };
                }
            }
            all.push(found);
        });
        all.into_iter().for_each(|found| self.add(line, text, found, order, rule.builtin));
    }

    /// Of a line that a container runtime cut in pieces: what stands across the seam to
    /// the next piece is found in the joined text; what ends at the seam is no whole match.
    fn join_pieces(&mut self, line: Span) {
        let bytes = self.chunk.bytes;
        let context = &self.view.context;
        let facts = self.scratch.lines.facts(bytes, line, context);
        if let Some(before) = self.scratch.lines.before(
            bytes,
            line.start,
            line.start.saturating_sub(REACH),
            facts.reporter,
            context,
        ) && before.partial
            && before.stream == facts.stream
        {
            let body = self.body_start(line);
            self.scratch.on_line.retain(|m| m.text.start + m.found.start != body);
        }
        if !facts.partial {
            return;
        }
        let body = super::layout::peel(&bytes[line.start..line.end], context).body.into_owned();
        let tail = body.len().saturating_sub(SEAM_TEXT);
        let start = self.scratch.stripped.len();
        self.scratch.stripped.extend_from_slice(&body[tail..]);
        let seam = body.len() - tail;
        let (mut piece, limit) = (facts, line.end + REACH);
        while self.scratch.stripped.len() - start < seam + SEAM_TEXT {
            let Some(next) = self.scratch.lines.after(bytes, piece.end, limit, piece.reporter, context)
            else {
                break;
            };
            // Pieces of the other stream stand between.
            if next.stream == facts.stream {
                let body = super::layout::peel(&bytes[next.start..next.end], context).body.into_owned();
                let take = body.len().min(seam + SEAM_TEXT - (self.scratch.stripped.len() - start));
                self.scratch.stripped.extend_from_slice(&body[..take]);
                if !next.partial {
                    break;
                }
            }
            piece = next;
        }
        let joined = Text { start, end: self.scratch.stripped.len(), stripped: true };
        // What this piece alone seems to say at its end may be cut short.
        let end_of_body = &body[tail..];
        self.scratch.on_line.retain(|m| m.text.stripped || !ends_with_match(bytes, m, end_of_body));
        let whole_line = std::mem::take(&mut self.scratch.on_line);
        self.scratch.tried.clear();
        self.every_pair_and_word(line, joined);
        for order in 0..self.matcher.rules.len() {
            let order = u32::try_from(order).unwrap_or(u32::MAX);
            if self.matcher.rules.by_order(order).is_some_and(|rule| !rule.is_hand_parsed()) {
                self.rule(line, joined, order, 0);
            }
        }
        self.scratch.on_line.retain(|m| m.found.start <= seam && m.found.end > seam);
        self.scratch.on_line.extend(whole_line);
    }

    fn body_start(&self, line: Span) -> usize {
        let peeled = super::layout::peel(&self.chunk.bytes[line.start..line.end], &self.view.context);
        line.start + peeled.body_offset.unwrap_or(usize::MAX / 2)
    }

    /// Tells which of a line's matches count as hits: of overlapping built-in ones the
    /// leftmost, longest, first in order; of equal ones the first; none that another of
    /// the same signal says more of.
    fn settle_line(&mut self) {
        let mut on_line = std::mem::take(&mut self.scratch.on_line);
        on_line.sort_by_key(|m| (m.found.start, std::cmp::Reverse(m.found.end), m.found.bare, m.rule));
        let mut taken = (0, 0, u32::MAX);
        on_line.retain(|m| {
            let place = (m.found.start, m.found.end, m.rule);
            // A list of slots is one match and a hit for each slot.
            let free = !m.builtin || m.found.start >= taken.1 || place == taken;
            if m.builtin && free {
                taken = place;
            }
            free
        });
        for i in 0..on_line.len() {
            let repeated = on_line
                .iter()
                .enumerate()
                .any(|(j, other)| i != j && self.says_less(&on_line[i], i, other, j));
            if !repeated {
                self.scratch.matches.push(on_line[i]);
            }
        }
        on_line.clear();
        self.scratch.on_line = on_line;
    }

    /// In a giant line every place was looked at for itself: of overlapping built-in matches
    /// the first in order counts here too. Each is held against those it overlaps alone,
    /// whatever becomes of them, so that nothing far away tells on it.
    fn settle_giant_lines(&mut self) {
        let matches = &self.scratch.matches;
        if !matches.iter().any(|m| m.line.giant) {
            return;
        }
        let end = |m: &Match| m.at + (m.found.end - m.found.start);
        let order = |m: &Match| (m.at, std::cmp::Reverse(end(m)), m.found.bare, m.rule);
        let lost: Vec<bool> = (matches.iter().enumerate())
            .map(|(i, m)| {
                let from = matches.partition_point(|other| other.found_at + OVERLAP_REACH < m.found_at);
                let near =
                    matches[from..].iter().take_while(|other| other.found_at <= m.found_at + OVERLAP_REACH);
                m.line.giant
                    && m.builtin
                    && near.zip(from..).any(|(other, j)| {
                        let overlaps =
                            other.line.giant && other.builtin && other.at < end(m) && m.at < end(other);
                        let equal = || {
                            other.slot() == m.slot()
                                && self.scratch.endpoint(self.chunk.bytes, other)
                                    == self.scratch.endpoint(self.chunk.bytes, m)
                        };
                        overlaps
                            && (order(other) < order(m) || (order(other) == order(m) && j < i && equal()))
                    })
            })
            .collect();
        let mut lost = lost.into_iter();
        self.scratch.matches.retain(|_| !lost.next().unwrap_or_default());
    }

    /// Whether a match says nothing that the other one of its line does not say too.
    fn says_less(&self, m: &Match, i: usize, other: &Match, j: usize) -> bool {
        if m.signal() != other.signal() || (m.signal() == crate::model::Signal::Other && m.rule != other.rule)
        {
            return false;
        }
        let (bytes, scratch) = (self.chunk.bytes, &self.scratch);
        let (slot, other_slot) = (m.slot(), other.slot());
        let (target, other_target) = (scratch.endpoint(bytes, m), scratch.endpoint(bytes, other));
        let covered = (slot.is_none() || slot == other_slot) && (target.is_none() || target == other_target);
        let equal = slot == other_slot && target == other_target;
        covered && (!equal || (j < i))
    }
}

/// Whether a match is the last thing that a piece says.
fn ends_with_match(bytes: &[u8], m: &Match, end_of_body: &[u8]) -> bool {
    let matched = &bytes[m.text.start + m.found.start..m.text.start + m.found.end];
    let trailing = &bytes[m.text.start + m.found.end..m.text.end];
    end_of_body.ends_with(matched) && (trailing.is_empty() || trailing.starts_with(b"\",\""))
}
