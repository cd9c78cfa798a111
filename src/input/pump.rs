//! Streams: read as they come, in flat memory.

use super::chunk::{Kind, Settings, Window};
use super::peek::read_some;
use crate::model::Chunk;
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives pieces of the given sizes in turn, with an interruption before each.
    struct Pieces<'d> {
        data: &'d [u8],
        sizes: Vec<usize>,
        turn: usize,
        interrupted: bool,
    }

    impl<'d> Pieces<'d> {
        fn new(data: &'d [u8], sizes: Vec<usize>) -> Self {
            Self { data, sizes, turn: 0, interrupted: false }
        }
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let size = self.sizes[self.turn % self.sizes.len()];
            self.turn += 1;
            let count = size.min(out.len()).min(self.data.len());
            out[..count].copy_from_slice(&self.data[..count]);
            self.data = &self.data[count..];
            Ok(count)
        }
    }

    /// Pumps, checks every window against the data, and gives the windows' count.
    fn check(data: &[u8], sizes: Vec<usize>, settings: Settings) -> usize {
        let mut pump = Pump::new(settings);
        let (mut next, mut windows, mut ended) = (0u64, 0, data.is_empty());
        let mut show = |window: &mut Window<'_>| {
            let chunk = window.whole();
            assert!(!ended, "nothing follows the end");
            assert_eq!(chunk.own_offset(), next);
            let own = chunk.own_offset() as usize..chunk.own_offset() as usize + chunk.own.len();
            assert!(!own.is_empty());
            let start = own.start.saturating_sub(settings.margin);
            let end = (own.end + settings.margin).min(data.len());
            assert_eq!(chunk.offset, start as u64);
            assert!(chunk.bytes == &data[start..end], "margins at {start}..{end}");
            assert_eq!(chunk.at_start, start == 0);
            assert_eq!(chunk.at_end, own.end + settings.margin > data.len());
            next = own.end as u64;
            windows += 1;
            ended = chunk.at_end && own.end == data.len();
        };
        let pumped = pump.run(3, &mut Pieces::new(data, sizes), &mut show);
        assert!(pumped.error.is_none());
        assert_eq!(pumped.bytes, data.len() as u64);
        assert_eq!(next, data.len() as u64);
        windows
    }

    proptest! {
        #[test]
        fn any_pieces_give_every_byte_once_with_its_margins(
            data in proptest::collection::vec(any::<u8>(), 0..600),
            sizes in proptest::collection::vec(1usize..80, 1..6),
            margin in 1usize..70,
            stream in 1usize..90,
        ) {
            check(&data, sizes, Settings { own: 1, margin, seam: 1, stream });
        }
    }

    #[test]
    fn real_sizes() {
        let data: Vec<u8> = (0..5_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for size in [1, 2, 3, 4095, 65_537, usize::MAX] {
            let data = if size < 10 { &data[..1_000_000] } else { &data[..] };
            let windows = check(data, vec![size], Settings::default());
            // One byte at a time is not one window at a time.
            assert!(windows <= data.len() / READ + 2, "{size}: {windows}");
        }
    }

    #[test]
    fn a_failing_read_comes_after_all_bytes_before_it() {
        struct Failing(usize);
        impl Read for Failing {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                if self.0 == 0 {
                    return Err(io::Error::other("the disk is gone"));
                }
                self.0 -= 1;
                out[..10].fill(b'x');
                Ok(10)
            }
        }
        let mut seen = 0;
        let pumped =
            Pump::new(Settings::default()).run(0, &mut Failing(7), &mut |w| seen += w.whole().own.len());
        assert_eq!((seen, pumped.bytes), (70, 70));
        assert!(pumped.error.is_some());
    }
}
