//! Compressed data, member by member, until its end or its damage.
//!
//! The decoders' low-level interfaces are used, since their `Read` wrappers throw away
//! what a call had already decoded when the same call meets the damage, and cannot tell
//! what follows the last member from a cut.

use super::peek::Peek;
use super::problem::Trouble;
use super::sniff::Codec;
use std::io::{self, Read};
use zstd::stream::raw::{InBuffer, Operation, OutBuffer};

/// Bytes of compressed input buffered; also how much is looked at behind the last
/// member.
const INPUT: usize = 64 * 1024;

/// The most memory an xz header may ask for; `xz -9` asks for 64 MiB, the format allows
/// 4 GiB.
const XZ_MEMORY: u64 = 2 << 30;

/// Decompresses all members (frames, streams) of a compressed input.
///
/// Reading never fails for bad data: it ends there, and [`Members::trouble`] tells why.
pub(super) struct Members<R> {
    codec: Codec,
    input: Peek<R>,
    state: State,
    /// Compressed and decompressed bytes so far.
    consumed: u64,
    decoded: u64,
    trouble: Option<Trouble>,
}

enum State {
    Inside(Engine),
    Between,
    Done,
}

/// What one call of a decoder did.
struct Step {
    consumed: usize,
    produced: usize,
    outcome: Outcome,
}

enum Outcome {
    Goes,
    Ended,
    Damaged(String),
}

impl<R: Read> Members<R> {
    /// `input` begins with the magic bytes of `codec`.
    pub(super) fn new(codec: Codec, input: Peek<R>) -> Self {
        Self { codec, input, state: State::Between, consumed: 0, decoded: 0, trouble: None }
    }

    /// Why the data ended, when it did not end as it should.
    pub(super) fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// The reader of the compressed bytes.
    pub(super) fn input(&self) -> &R {
        self.input.inner()
    }

    fn finish(&mut self, trouble: Option<Trouble>) {
        self.trouble = trouble;
        self.state = State::Done;
    }

    fn damaged(&self, detail: String) -> Option<Trouble> {
        Some(Trouble::Damaged { codec: self.codec, decoded: self.decoded, detail })
    }

    /// Looks for the next member and passes over padding.
    fn next_member(&mut self) -> io::Result<()> {
        let first = self.consumed == 0;
        let mut zeros = 0u64;
        loop {
            let bytes = self.input.fill()?;
            let run = bytes.iter().take_while(|&&b| b == 0).count();
            if run == 0 {
                break;
            }
            self.input.consume(run);
            zeros += run as u64;
        }
        self.consumed += zeros;
        let codec = self.codec;
        let bytes = self.input.peek(INPUT)?;
        if codec.starts(bytes) {
            match Engine::new(codec) {
                Ok(engine) => self.state = State::Inside(engine),
                Err(detail) => {
                    let trouble = self.damaged(detail);
                    self.finish(trouble);
                }
            }
            return Ok(());
        }
        // xz pads with zeros on purpose, in fours.
        let padded = codec == Codec::Xz && zeros.is_multiple_of(4);
        let trouble = match bytes.len() {
            0 if zeros == 0 || padded => None,
            0 => Some(Trouble::TrailingZeros { codec, bytes: zeros }),
            // What is short and holds no further member is garbage; anything else may
            // be the rest of the log behind a damaged header.
            length if !first && length < INPUT && !holds_member(codec, bytes) => {
                Some(Trouble::TrailingGarbage { codec, bytes: zeros + length as u64 })
            }
            _ => self.damaged("no further member begins where the last one ends".to_owned()),
        };
        self.finish(trouble);
        Ok(())
    }
}

fn holds_member(codec: Codec, bytes: &[u8]) -> bool {
    (0..bytes.len()).any(|at| codec.starts(&bytes[at..]))
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let engine = match &mut self.state {
                State::Done => return Ok(0),
                State::Between => {
                    self.next_member()?;
                    continue;
                }
                State::Inside(engine) => engine,
            };
            let input = self.input.fill()?;
            let offered = input.len();
            let step = engine.step(input, out);
            self.input.consume(step.consumed);
            self.consumed += step.consumed as u64;
            self.decoded += step.produced as u64;
            match step.outcome {
                Outcome::Ended => self.state = State::Between,
                Outcome::Damaged(detail) => {
                    let trouble = self.damaged(detail);
                    self.finish(trouble);
                }
                Outcome::Goes if step.produced > 0 || step.consumed > 0 => {}
                Outcome::Goes if offered == 0 => {
                    self.finish(Some(Trouble::Truncated { codec: self.codec, decoded: self.decoded }));
                }
                Outcome::Goes => {
                    let trouble = self.damaged("the decoder makes no progress".to_owned());
                    self.finish(trouble);
                }
            }
            if step.produced > 0 {
                return Ok(step.produced);
            }
        }
    }
}

/// The decoder of one member.
enum Engine {
    Gzip(flate2::Decompress),
    Zstd { decoder: zstd::stream::raw::Decoder<'static>, wants: usize },
    Bzip2(bzip2::Decompress),
    Xz(liblzma::stream::Stream),
}

impl Engine {
    fn new(codec: Codec) -> Result<Self, String> {
        Ok(match codec {
            Codec::Gzip => Self::Gzip(flate2::Decompress::new_gzip(15)),
            Codec::Zstd => {
                let mut decoder = zstd::stream::raw::Decoder::new().map_err(|e| e.to_string())?;
                // `zstd --long=31` is the format's limit in practice; memory is touched
                // only as data fills the window.
                decoder
                    .set_parameter(zstd::stream::raw::DParameter::WindowLogMax(31))
                    .map_err(|e| e.to_string())?;
                // Magic number and the byte that tells the header's length.
                Self::Zstd { decoder, wants: 5 }
            }
            Codec::Bzip2 => Self::Bzip2(bzip2::Decompress::new(false)),
            Codec::Xz => Self::Xz(
                liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, 0).map_err(|e| e.to_string())?,
            ),
        })
    }

    /// Decodes some of `input` into `out`. Counts what was written even when the same
    /// call meets damage.
    fn step(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        match self {
            Self::Gzip(inflate) => {
                let before = (inflate.total_in(), inflate.total_out());
                let outcome = match inflate.decompress(input, out, flate2::FlushDecompress::None) {
                    Ok(flate2::Status::StreamEnd) => Outcome::Ended,
                    Ok(_) => Outcome::Goes,
                    Err(error) => Outcome::Damaged(error.message().unwrap_or("invalid data").to_owned()),
                };
                Step::since(before, (inflate.total_in(), inflate.total_out()), outcome)
            }
            Self::Zstd { decoder, wants } => {
                // One block a call, as the decoder asks: an error then costs only the
                // block that has it.
                let mut source = InBuffer::around(&input[..input.len().min(*wants)]);
                let mut sink = OutBuffer::around(out);
                let outcome = match decoder.run(&mut source, &mut sink) {
                    Ok(0) => Outcome::Ended,
                    Ok(more) => {
                        *wants = more;
                        Outcome::Goes
                    }
                    Err(error) => Outcome::Damaged(error.to_string()),
                };
                Step { consumed: source.pos, produced: sink.pos(), outcome }
            }
            Self::Bzip2(decoder) => {
                let before = (decoder.total_in(), decoder.total_out());
                let outcome = match decoder.decompress(input, out) {
                    Ok(bzip2::Status::StreamEnd) => Outcome::Ended,
                    Ok(bzip2::Status::MemNeeded) => Outcome::Damaged("out of memory".to_owned()),
                    Ok(_) => Outcome::Goes,
                    Err(error) => Outcome::Damaged(error.to_string()),
                };
                Step::since(before, (decoder.total_in(), decoder.total_out()), outcome)
            }
            Self::Xz(decoder) => {
                let before = (decoder.total_in(), decoder.total_out());
                let outcome = match decoder.process(input, out, liblzma::stream::Action::Run) {
                    Ok(liblzma::stream::Status::StreamEnd) => Outcome::Ended,
                    Ok(_) => Outcome::Goes,
                    Err(error) => Outcome::Damaged(error.to_string()),
                };
                Step::since(before, (decoder.total_in(), decoder.total_out()), outcome)
            }
        }
    }
}

impl Step {
    fn since(before: (u64, u64), after: (u64, u64), outcome: Outcome) -> Self {
        Self {
            consumed: usize::try_from(after.0 - before.0).unwrap_or(usize::MAX),
            produced: usize::try_from(after.1 - before.1).unwrap_or(usize::MAX),
            outcome,
        }
    }
}
