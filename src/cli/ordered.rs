//! Output in the order of the input while workers finish in any order.

use crate::model::SourceId;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes that may wait for their turn before workers that are ahead wait too.
const WAITING_LIMIT: usize = 32 * 1024 * 1024;

/// Lines of output that name line numbers of the input, which are told only when all
/// lines before are counted.
#[derive(Default, Debug)]
pub struct Numbered {
    bytes: Vec<u8>,
    /// Places in `bytes` where a line number is due, and the number counted from the
    /// start of the turn's part of the source.
    marks: Vec<(usize, i64)>,
}

impl Numbered {
    /// Where the next line is written to.
    pub fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Asks for a line number at this place of the bytes.
    pub fn mark(&mut self, at: usize, line: i64) {
        self.marks.push((at, line));
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn append(&mut self, other: Self) {
        let offset = self.bytes.len();
        self.bytes.extend(other.bytes);
        self.marks.extend(other.marks.into_iter().map(|(at, line)| (at + offset, line)));
    }
}

/// Takes pieces of output by turn numbers and writes them in order of their turns.
pub struct Ordered<'o> {
    state: Mutex<State<'o>>,
    turned: Condvar,
}

struct State<'o> {
    out: &'o mut (dyn Write + Send),
    turn: u64,
    /// Source of the last turn that ended, and its lines so far.
    source: Option<SourceId>,
    lines: u64,
    waiting: BTreeMap<u64, Waiting>,
    waiting_bytes: usize,
    error: Option<io::Error>,
}

#[derive(Default)]
struct Waiting {
    piece: Numbered,
    source: SourceId,
    /// Newlines of the turn's part of the source, when it has ended.
    lines: Option<u64>,
}

impl<'o> Ordered<'o> {
    /// Writes to `out`, turn 0 first.
    pub fn new(out: &'o mut (dyn Write + Send)) -> Self {
        let state = State {
            out,
            turn: 0,
            source: None,
            lines: 0,
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            error: None,
        };
        Self { state: Mutex::new(state), turned: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<'o>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a piece to a turn, which is about this source. Blocks while too much is
    /// waiting and it is not its turn; the turn that is on never blocks. Returns whether
    /// output is still wanted.
    pub fn write(&self, turn: u64, source: SourceId, piece: Numbered) -> bool {
        let mut state = self.lock();
        while state.turn != turn
            && state.waiting_bytes + piece.bytes.len() > WAITING_LIMIT
            && state.error.is_none()
        {
            state = self.turned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.error.is_none() {
            if state.turn == turn {
                state.put(source, &piece);
            } else {
                state.waiting_bytes += piece.bytes.len();
                let waiting = state.waiting.entry(turn).or_default();
                waiting.source = source;
                waiting.piece.append(piece);
            }
        }
        state.error.is_none()
    }

    /// Ends a turn, whose part of the source has so many newlines; the next one that waits
    /// is written.
    pub fn end(&self, turn: u64, source: SourceId, lines: u64) {
        let mut state = self.lock();
        if state.turn != turn {
            let waiting = state.waiting.entry(turn).or_default();
            (waiting.source, waiting.lines) = (source, Some(lines));
            return;
        }
        state.ended(source, lines);
        loop {
            let turn = state.turn;
            let Some(waiting) = state.waiting.get_mut(&turn) else { break };
            let (piece, source, done) = (std::mem::take(&mut waiting.piece), waiting.source, waiting.lines);
            state.waiting_bytes -= piece.bytes.len();
            state.put(source, &piece);
            state.waiting.remove(&turn);
            // A turn that has not ended writes on by itself.
            let Some(lines) = done else { break };
            state.ended(source, lines);
        }
        drop(state);
        self.turned.notify_all();
    }

    /// The first error of the output, if any.
    pub fn finish(self) -> io::Result<()> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        match state.error {
            Some(error) => Err(error),
            None => state.out.flush(),
        }
    }
}

impl State<'_> {
    fn base(&self, source: SourceId) -> u64 {
        if self.source == Some(source) { self.lines } else { 0 }
    }

    fn ended(&mut self, source: SourceId, lines: u64) {
        self.lines = self.base(source) + lines;
        self.source = Some(source);
        self.turn += 1;
    }

    fn put(&mut self, source: SourceId, piece: &Numbered) {
        let base = self.base(source);
        let mut done = 0;
        for &(at, line) in &piece.marks {
            self.put_bytes(&piece.bytes[done..at]);
            self.put_bytes((base.saturating_add_signed(line) + 1).to_string().as_bytes());
            done = at;
        }
        self.put_bytes(&piece.bytes[done..]);
    }

    fn put_bytes(&mut self, bytes: &[u8]) {
        if self.error.is_none() {
            self.error = self.out.write_all(bytes).err();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, line: i64) -> Numbered {
        let mut piece = Numbered::default();
        piece.bytes().extend_from_slice(text.as_bytes());
        let end = piece.bytes().len();
        piece.mark(end, line);
        piece
    }

    #[test]
    fn pieces_come_out_by_turn_with_lines_summed_up() {
        let mut out = Vec::new();
        let ordered = Ordered::new(&mut out);
        ordered.write(2, 1, piece(" e", 0));
        ordered.write(1, 0, piece(" c", -1));
        ordered.end(2, 1, 5);
        ordered.write(0, 0, piece("a", 3));
        ordered.write(1, 0, piece(" d", 0));
        ordered.write(0, 0, piece(" b", 4));
        ordered.end(1, 0, 7);
        ordered.end(0, 0, 10);
        ordered.finish().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a4 b5 c10 d11 e1");
    }
}
