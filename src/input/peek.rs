//! A reader that can be looked into before it is read.

use std::io::{self, Read};

/// Buffers just enough to look ahead; large reads pass the buffer by.
#[derive(Debug)]
pub(super) struct Peek<R> {
    inner: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
}

impl<R: Read> Peek<R> {
    /// At most `capacity` bytes can be looked at.
    pub(super) fn new(inner: R, capacity: usize) -> Self {
        Self { inner, buffer: vec![0; capacity], start: 0, end: 0, ended: false }
    }

    /// The next `count` bytes, fewer only at the end of the input. Waits for them,
    /// however they arrive, so that what is decided on them does not depend on timing.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        let count = count.min(self.buffer.len());
        if self.start > 0 && self.start + count > self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        while self.end - self.start < count && !self.ended {
            self.end += self.read_inner(self.end)?;
        }
        Ok(&self.buffer[self.start..self.end.min(self.start + count)])
    }

    /// What is buffered, after a read if nothing is. Empty at the end of the input.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end && !self.ended {
            (self.start, self.end) = (0, 0);
            self.end = self.read_inner(0)?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// Passes over bytes that were peeked at or filled in.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = self.end.min(self.start + count);
    }

    /// The reader underneath.
    pub(super) fn inner(&self) -> &R {
        &self.inner
    }

    fn read_inner(&mut self, at: usize) -> io::Result<usize> {
        let read = read_some(&mut self.inner, &mut self.buffer[at..])?;
        self.ended = read == 0;
        Ok(read)
    }
}

impl<R: Read> Read for Peek<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && out.len() >= self.buffer.len() {
            // Reading on after the end could wait for a terminal again.
            let read = if self.ended { 0 } else { read_some(&mut self.inner, out)? };
            self.ended = read == 0;
            return Ok(read);
        }
        let bytes = self.fill()?;
        let count = bytes.len().min(out.len());
        out[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// One `read`, repeated when a signal interrupted it.
pub(super) fn read_some<R: Read>(reader: &mut R, out: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(out) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_ahead_loses_nothing() {
        let data: Vec<u8> = (0..=255).collect();
        let mut peek = Peek::new(&data[..], 16);
        assert_eq!(peek.peek(4).unwrap(), &data[..4]);
        peek.consume(3);
        assert_eq!(peek.peek(16).unwrap(), &data[3..19]);
        let mut rest = Vec::new();
        peek.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, &data[3..]);
        assert_eq!(peek.peek(1).unwrap(), b"");
    }
}
