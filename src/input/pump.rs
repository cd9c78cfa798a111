//! Streams: read as they come, in flat memory.

use super::chunk::{Kind, Settings, Window};
use crate::model::Chunk;
use super::peek::read_some;
use crate::model::SourceId;
use std::io::{self, Read};

/// The most one read asks for; more leaves the second-level cache.
const READ: usize = 256 * 1024;

/// A worker's buffer for streams.
///
/// It holds the margin before the next own part, and whatever was read since. A part
/// becomes a window's own when a margin follows it or the stream has ended.
#[derive(Debug)]
pub(super) struct Pump {
    buffer: Vec<u8>,
    margin: usize,
    /// The least own part worth a window while the stream goes on.
    least: usize,
    capacity: usize,
}

/// How a stream ended.
#[derive(Debug)]
pub(super) struct Pumped {
    /// Bytes delivered in own parts.
    pub(super) bytes: u64,
    /// The read that failed, after all bytes before it were delivered.
    pub(super) error: Option<io::Error>,
}

impl Pump {
    pub(super) fn new(settings: Settings) -> Self {
        let settings = settings.sane();
        let capacity = 2 * settings.margin + settings.stream;
        Self { buffer: Vec::new(), margin: settings.margin, least: READ.min(settings.stream), capacity }
    }

    /// Reads to the end and shows every byte in the own part of exactly one window, in
    /// order.
    pub(super) fn run<R: Read>(
        &mut self,
        source: SourceId,
        reader: &mut R,
        each: &mut dyn FnMut(&mut Window<'_>),
    ) -> Pumped {
        if self.buffer.is_empty() {
            self.buffer = vec![0; self.capacity];
        }
        let buffer = &mut self.buffer[..];
        let mut error = None;
        // Offset in the stream of buffer[0]; the buffer's filled part; where the next
        // own part starts in it.
        let (mut base, mut filled, mut own) = (0u64, 0usize, 0usize);
        loop {
            if buffer.len() - filled < self.least.min(buffer.len() - 2 * self.margin) {
                let keep = own.saturating_sub(self.margin);
                buffer.copy_within(keep..filled, 0);
                base += keep as u64;
                own -= keep;
                filled -= keep;
            }
            let room = READ.min(buffer.len() - filled);
            let ended = match read_some(reader, &mut buffer[filled..filled + room]) {
                Ok(0) => true,
                Ok(count) => {
                    filled += count;
                    false
                }
                Err(failed) => {
                    error = Some(failed);
                    true
                }
            };
            let until = if ended { filled } else { filled.saturating_sub(self.margin) };
            if until > own && (ended || until - own >= self.least) {
                let start = own.saturating_sub(self.margin);
                let end = if ended { filled } else { until + self.margin };
                let chunk = Chunk {
                    source,
                    bytes: &buffer[start..end],
                    offset: base + start as u64,
                    own: own - start..until - start,
                    at_start: base + start as u64 == 0,
                    at_end: ended,
                };
                each(&mut Window(Kind::Ready(chunk)));
                own = until;
            }
            if ended {
                return Pumped { bytes: base + own as u64, error };
            }
        }
    }
}
