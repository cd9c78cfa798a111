//! Plain files, a range at a time.

use super::chunk::Settings;
use super::raw::read_full;
use crate::model::Chunk;
use crate::model::SourceId;
use std::fs::File;
use std::io;
use std::ops::Range;

/// A worker's buffer for ranges of plain files, laid out as margin, own part, margin, so
/// that margins are added without moving what was read.
#[derive(Debug)]
pub(super) struct RangeReader {
    buffer: Vec<u8>,
    margin: usize,
    seam: usize,
}

/// A plain text in a file: bytes `from..to`, with the source's offset 0 at `from`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span<'f> {
    pub(super) source: SourceId,
    pub(super) file: &'f File,
    pub(super) from: u64,
    pub(super) to: u64,
}

/// A range that was read, and can be widened by its margins.
#[derive(Debug)]
pub(super) struct RangeWindow<'r> {
    reader: &'r mut RangeReader,
    span: Span<'r>,
    /// What is in the buffer, as offsets in the source; `own` is part of it.
    have: Range<u64>,
    own: Range<u64>,
    /// The own part's first offset as asked for: it stands at `margin` in the buffer.
    anchor: u64,
    /// Where the source ends, as far as is known.
    end: u64,
    reach: usize,
    /// Where the file ended earlier than expected.
    shrunk: Option<u64>,
}

impl RangeReader {
    pub(super) fn new(settings: Settings) -> Self {
        let settings = settings.sane();
        Self { buffer: Vec::new(), margin: settings.margin, seam: settings.seam }
    }

    /// Reads `own` (offsets in the source) and its seams. `own` ends early when the file
    /// does.
    pub(super) fn window<'r>(&'r mut self, span: Span<'r>, own: Range<u64>) -> io::Result<RangeWindow<'r>> {
        let end = span.to - span.from;
        let anchor = own.start;
        let length = usize::try_from(own.end - own.start).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let needed = length + 2 * self.margin;
        if self.buffer.len() < needed {
            // Fresh zeroed pages: what is never read into is never touched.
            self.buffer = vec![0; needed];
        }
        let seam = self.seam;
        let mut window = RangeWindow {
            reader: self,
            span,
            have: anchor..anchor,
            own,
            anchor,
            end,
            reach: seam,
            shrunk: None,
        };
        let start = anchor.saturating_sub(seam as u64);
        let stop = window.own.end.saturating_add(seam as u64).min(end);
        let got = window.read(start..stop)?;
        window.have = start..start + got;
        window.own.end = window.own.end.min(window.have.end).max(anchor);
        if window.have.end < anchor {
            window.have = anchor..anchor;
        }
        Ok(window)
    }
}

impl RangeWindow<'_> {
    /// Reads these offsets of the source to their place in the buffer; tells how many
    /// came, and notes where the file ended if it was too soon.
    fn read(&mut self, wanted: Range<u64>) -> io::Result<u64> {
        let place = |offset: u64| -> usize {
            // Nothing is wanted beyond the margins, so this stays within the buffer.
            let ahead = (offset + self.reader.margin as u64).saturating_sub(self.anchor);
            usize::try_from(ahead).unwrap_or(usize::MAX)
        };
        let (from, to) = (place(wanted.start), place(wanted.end));
        let got =
            read_full(self.span.file, &mut self.reader.buffer[from..to], self.span.from + wanted.start)?;
        if got < to - from {
            let at = wanted.start + got as u64;
            self.shrunk = Some(self.shrunk.map_or(at, |before| before.min(at)));
            self.end = self.end.min(at.max(self.have.end));
        }
        Ok(got as u64)
    }

    /// Adds the margins. What cannot be read of them any more is left out.
    pub(super) fn widen(&mut self) {
        if self.reach == self.reader.margin {
            return;
        }
        self.reach = self.reader.margin;
        let margin = self.reader.margin as u64;
        let before = self.anchor.saturating_sub(margin)..self.have.start;
        if !before.is_empty() && self.read(before.clone()).is_ok_and(|got| got == before.end - before.start) {
            self.have.start = before.start;
        }
        let after = self.have.end..self.own.end.saturating_add(margin).min(self.end);
        if !after.is_empty()
            && let Ok(got) = self.read(after.clone())
        {
            self.have.end = after.start + got;
        }
    }

    /// What is in memory.
    pub(super) fn chunk(&self) -> Chunk<'_> {
        let place = |offset: u64| -> usize {
            let ahead = (offset + self.reader.margin as u64).saturating_sub(self.anchor);
            usize::try_from(ahead).unwrap_or(usize::MAX)
        };
        let inside = |offset: u64| usize::try_from(offset - self.have.start).unwrap_or(usize::MAX);
        Chunk {
            source: self.span.source,
            bytes: &self.reader.buffer[place(self.have.start)..place(self.have.end)],
            offset: self.have.start,
            own: inside(self.own.start)..inside(self.own.end),
            at_start: self.have.start == 0,
            at_end: self.end < self.own.end.saturating_add(self.reach as u64),
        }
    }

    /// The own part that was read, as offsets in the source.
    pub(super) fn own(&self) -> Range<u64> {
        self.own.clone()
    }

    /// Where the file ended earlier than it did when it was found, as an offset in the
    /// source.
    pub(super) fn shrunk(&self) -> Option<u64> {
        self.shrunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn file_of(data: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(data).unwrap();
        file
    }

    proptest! {
        #[test]
        fn any_range_comes_with_its_margins(
            data in proptest::collection::vec(any::<u8>(), 1..400),
            from in 0usize..4,
            own in 1usize..50,
            margin in 1usize..60,
            seam in 0usize..60,
        ) {
            let from = from.min(data.len() - 1);
            let (seam, text) = (seam.min(margin), &data[from..]);
            let file = file_of(&data);
            let mut reader = RangeReader::new(Settings { own, margin, seam, stream: 1 });
            let span = Span { source: 1, file: &file, from: from as u64, to: data.len() as u64 };
            for start in (0..text.len()).step_by(own) {
                let stop = (start + own).min(text.len());
                let mut window = reader.window(span, start as u64..stop as u64).unwrap();
                for reach in [seam, margin] {
                    let chunk = window.chunk();
                    let (low, high) = (start.saturating_sub(reach), (stop + reach).min(text.len()));
                    prop_assert_eq!(chunk.bytes, &text[low..high]);
                    prop_assert_eq!(chunk.own_bytes(), &text[start..stop]);
                    prop_assert_eq!((chunk.offset, chunk.at_start), (low as u64, low == 0));
                    prop_assert_eq!(chunk.at_end, stop + reach > text.len());
                    window.widen();
                }
                prop_assert_eq!(window.shrunk(), None);
            }
        }
    }

    #[test]
    fn a_file_that_shrinks_ends_early() {
        let data: Vec<u8> = (0..200u8).collect();
        let file = file_of(&data);
        let settings = Settings { own: 50, margin: 40, seam: 5, stream: 1 };
        let mut reader = RangeReader::new(settings);
        let span = Span { source: 0, file: &file, from: 0, to: 200 };
        let mut window = reader.window(span, 50..100).unwrap();
        file.set_len(120).unwrap();
        window.widen();
        let chunk = window.chunk();
        assert_eq!((chunk.bytes, chunk.own_bytes()), (&data[10..120], &data[50..100]));
        assert!(chunk.at_end);
        assert_eq!(window.shrunk(), Some(120));

        let window = reader.window(span, 100..150).unwrap();
        assert_eq!((window.own(), window.shrunk()), (100..120, Some(120)));
        assert_eq!(window.chunk().own_bytes(), &data[100..120]);
        let window = reader.window(span, 150..200).unwrap();
        assert_eq!((window.own(), window.shrunk()), (150..150, Some(145)), "the seam lies before it");
        assert!(window.chunk().bytes.is_empty());

        // Emptied between the glance and the margins: what was seen stays.
        let mut window = reader.window(span, 50..100).unwrap();
        file.set_len(0).unwrap();
        window.widen();
        assert_eq!(window.chunk().own_bytes(), &data[50..100]);
        assert!(!window.chunk().at_start);
    }
}
