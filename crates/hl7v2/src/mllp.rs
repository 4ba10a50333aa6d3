//! MLLP, release 1: messages in a stream of bytes (HL7 "Transport specification: MLLP").
//!
//! A frame is `0x0B`, the message, `0x1C 0x0D`. [`Decoder`] is a state machine over single bytes, so what it reports does not
//! depend on how the stream was cut into packets. What only time can tell is the caller's: it says so with
//! [`Decoder::idle`] and [`Decoder::finish`].
//!
//! | in the stream | reported |
//! |---|---|
//! | several frames in one packet, one frame in many | each frame |
//! | line ends, blanks and zero bytes between frames | nothing |
//! | other bytes between frames | [`Event::Junk`], with their place and first bytes |
//! | `0x1C` before the next frame, the end or a pause | the frame: its last byte is missing |
//! | `0x1C` before anything else | nothing: it is data |
//! | `0x0B MSH` inside a frame | [`Event::Cut`]: the frame has no end; then the next frame |
//! | more than the limit | [`Event::TooLong`], and nothing after that |
//! | an HTTP request, a TLS greeting | [`Event::OtherProtocol`], and nothing after that |

use memchr::memchr2;

/// First byte of a frame.
pub const START: u8 = 0x0B;
/// Last byte of a frame but one.
pub const END: u8 = 0x1C;
/// Last byte of a frame.
pub const RETURN: u8 = 0x0D;

/// How many bytes of junk, of a cut frame or of one that is too long are kept to be shown.
pub const SAMPLE_MAX: usize = 4096;

/// How to read a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Bytes of a message; Redox takes 30 MB, the default is 32 MiB.
    pub frame_max: usize,
    /// Bytes between two frames that are neither line ends nor blanks, before the stream is given up.
    pub junk_max: usize,
    /// Whether `MSH` at the beginning of a stream or behind a frame begins a frame that lacks its first byte.
    pub accept_unstarted: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { frame_max: 32 << 20, junk_max: 64 << 10, accept_unstarted: false }
    }
}

impl Config {
    /// This configuration with another limit for messages.
    #[must_use]
    pub fn with_frame_max(self, frame_max: usize) -> Self {
        Self { frame_max, ..self }
    }

    /// This configuration with another limit for junk.
    #[must_use]
    pub fn with_junk_max(self, junk_max: usize) -> Self {
        Self { junk_max, ..self }
    }

    /// This configuration, with frames that lack their first byte.
    #[must_use]
    pub fn with_unstarted(self) -> Self {
        Self { accept_unstarted: true, ..self }
    }
}

/// Something found in the stream. Offsets count from the stream's first byte.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A message, without its frame; may be empty.
    Frame {
        /// Where its first byte stands.
        offset: u64,
        /// The message.
        message: Vec<u8>,
    },
    /// Bytes outside of frames.
    Junk {
        /// Where the first stands.
        offset: u64,
        /// How many there are.
        length: u64,
        /// The first of them, up to [`SAMPLE_MAX`].
        sample: Vec<u8>,
    },
    /// A frame without end: another one began inside it, the stream ended, or the sender fell silent.
    Cut {
        /// Where its first byte stands.
        offset: u64,
        /// How many bytes there are.
        length: u64,
        /// The first of them, up to [`SAMPLE_MAX`].
        sample: Vec<u8>,
    },
    /// A frame, or junk, longer than the limit. The stream is given up: answer if the sample has a header, and close.
    TooLong {
        /// Where its first byte stands.
        offset: u64,
        /// The limit.
        limit: usize,
        /// The first bytes, up to [`SAMPLE_MAX`].
        sample: Vec<u8>,
    },
    /// Somebody speaks another protocol. The stream is given up.
    OtherProtocol {
        /// `HTTP` or `TLS`.
        protocol: &'static str,
    },
}

/// Shows lengths, not content.
impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Event::Frame { offset, message } => write!(f, "Frame(at {offset}, {} bytes)", message.len()),
            Event::Junk { offset, length, .. } => write!(f, "Junk(at {offset}, {length} bytes)"),
            Event::Cut { offset, length, .. } => write!(f, "Cut(at {offset}, {length} bytes)"),
            Event::TooLong { offset, limit, .. } => write!(f, "TooLong(at {offset}, limit {limit})"),
            Event::OtherProtocol { protocol } => write!(f, "OtherProtocol({protocol})"),
        }
    }
}

/// Where the decoder is in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between frames; `held` has junk.
    Outside,
    /// In a frame; `held` has its bytes.
    Inside,
    /// Behind `0x1C` in a frame.
    AfterEnd,
    /// Behind `0x0B` and this many bytes of `MSH` in a frame.
    Restart(usize),
    /// Given up.
    Dead,
}

const HEADER: &[u8; 3] = b"MSH";

/// Reads frames out of a stream. Holds at most one frame.
pub struct Decoder {
    config: Config,
    state: State,
    /// Bytes consumed so far.
    position: u64,
    /// What is being collected: a frame, or junk up to [`SAMPLE_MAX`].
    held: Vec<u8>,
    /// Where that began.
    begin: u64,
    /// How many junk bytes there are.
    junk: u64,
    /// Whether a frame or junk was met; other protocols only speak at the beginning.
    is_begun: bool,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder")
            .field("state", &self.state)
            .field("position", &self.position)
            .field("held", &self.held.len())
            .finish_non_exhaustive()
    }
}

impl Decoder {
    /// A decoder at the beginning of a stream.
    pub fn new(config: Config) -> Self {
        let state = State::Outside;
        Self { config, state, position: 0, held: Vec::new(), begin: 0, junk: 0, is_begun: false }
    }

    /// Whether a frame has begun and not ended: silence now is trouble.
    pub fn is_inside(&self) -> bool {
        !matches!(self.state, State::Outside | State::Dead)
    }

    /// Whether a frame lacks only its last byte: silence for about a second ends it, see [`Decoder::idle`].
    pub fn awaits_last_byte(&self) -> bool {
        self.state == State::AfterEnd
    }

    /// How many bytes it holds.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Whether the stream was given up. Further bytes are swallowed.
    pub fn is_dead(&self) -> bool {
        self.state == State::Dead
    }

    /// Reads from the front of `input` up to the next event; what was read is cut off. `None`: all of it was read.
    ///
    /// ```
    /// let mut decoder = hl7v2::mllp::Decoder::new(Default::default());
    /// let mut packet: &[u8] = b"\x0BMSH|^~\\&|A\r\x1C\r\x0BMSH|^~\\&|B\r\x1C\r";
    /// while let Some(event) = decoder.advance(&mut packet) {
    ///     assert!(matches!(event, hl7v2::mllp::Event::Frame { .. }));
    /// }
    /// ```
    pub fn advance(&mut self, input: &mut &[u8]) -> Option<Event> {
        while let Some((&byte, rest)) = input.split_first() {
            if self.state == State::Inside {
                let run = memchr2(START, END, input).unwrap_or(input.len());
                if run > 0 {
                    let (data, rest) = input.split_at(run);
                    *input = rest;
                    self.position += run as u64;
                    if let Some(event) = self.data(data) {
                        return Some(event);
                    }
                    continue;
                }
            }
            let (event, is_consumed) = self.step(byte);
            if is_consumed {
                *input = rest;
                self.position += 1;
            }
            if event.is_some() {
                return event;
            }
        }
        None
    }

    /// Says that nothing has come for about a second: a frame that lacks only its last byte has ended.
    pub fn idle(&mut self) -> Option<Event> {
        (self.state == State::AfterEnd).then(|| self.frame())
    }

    /// Says that the stream has ended, or that the sender was silent inside a frame for too long. Up to two events are left.
    pub fn finish(&mut self) -> Option<Event> {
        match self.state {
            State::AfterEnd => Some(self.frame()),
            State::Inside | State::Restart(_) => {
                self.restore_restart();
                self.state = State::Outside;
                Some(self.cut())
            }
            State::Outside => {
                let protocol = self.other_protocol();
                protocol.or_else(|| self.take_junk())
            }
            State::Dead => None,
        }
    }

    /// One byte; false if it is to be looked at again in the new state.
    fn step(&mut self, byte: u8) -> (Option<Event>, bool) {
        match self.state {
            State::Dead => (None, true),
            State::Outside => self.outside(byte),
            State::Inside if byte == END => {
                self.state = State::AfterEnd;
                (None, true)
            }
            State::Inside => {
                self.state = State::Restart(0);
                (None, true)
            }
            State::AfterEnd if byte == RETURN => (Some(self.frame()), true),
            State::AfterEnd if byte == START => (Some(self.frame()), false),
            State::AfterEnd => {
                self.state = State::Inside;
                (self.data(&[END]), false)
            }
            State::Restart(matched) if byte == HEADER[matched] && matched + 1 < HEADER.len() => {
                self.state = State::Restart(matched + 1);
                (None, true)
            }
            State::Restart(matched) if byte == HEADER[matched] => {
                let event = self.cut();
                self.state = State::Inside;
                self.begin = self.position + 1 - HEADER.len() as u64;
                self.held = HEADER.to_vec();
                (Some(event), true)
            }
            State::Restart(_) => {
                self.restore_restart();
                self.state = State::Inside;
                // The bytes are counted already; the limit is checked with the next ones.
                (self.data(&[]), false)
            }
        }
    }

    fn outside(&mut self, byte: u8) -> (Option<Event>, bool) {
        if byte == START {
            if let Some(junk) = self.other_protocol().or_else(|| self.take_junk()) {
                return (Some(junk), false);
            }
            self.begin_frame(self.position + 1);
            return (None, true);
        }
        if self.junk == 0 && (byte.is_ascii_whitespace() || byte == 0) {
            return (None, true);
        }
        if self.junk == 0 {
            self.begin = self.position;
        }
        self.junk += 1;
        if self.held.len() < SAMPLE_MAX {
            self.held.push(byte);
        }
        if self.config.accept_unstarted && self.junk == HEADER.len() as u64 && self.held == HEADER {
            let begin = self.begin;
            self.junk = 0;
            self.begin_frame(begin);
            self.held = HEADER.to_vec();
            return (None, true);
        }
        let is_whole = self.held.len() >= PROTOCOL_HINT && self.held.len() as u64 == self.junk;
        if let Some(event) = if is_whole { self.other_protocol() } else { None } {
            return (Some(event), true);
        }
        if self.junk > self.config.junk_max as u64 {
            return (Some(self.too_long(self.config.junk_max)), true);
        }
        (None, true)
    }

    fn begin_frame(&mut self, begin: u64) {
        self.is_begun = true;
        self.state = State::Inside;
        self.begin = begin;
        self.held.clear();
    }

    /// Takes bytes into the frame.
    fn data(&mut self, bytes: &[u8]) -> Option<Event> {
        self.held.extend_from_slice(&bytes[..bytes.len().min(self.config.frame_max.saturating_add(1))]);
        (self.held.len() > self.config.frame_max).then(|| self.too_long(self.config.frame_max))
    }

    fn frame(&mut self) -> Event {
        self.state = State::Outside;
        self.junk = 0;
        Event::Frame { offset: self.begin, message: std::mem::take(&mut self.held) }
    }

    /// What was taken for the beginning of another frame is data of this one.
    fn restore_restart(&mut self) {
        if let State::Restart(matched) = self.state {
            self.held.push(START);
            self.held.extend_from_slice(&HEADER[..matched]);
        }
    }

    fn cut(&mut self) -> Event {
        let length = self.held.len() as u64;
        self.junk = 0;
        Event::Cut { offset: self.begin, length, sample: self.sample() }
    }

    fn take_junk(&mut self) -> Option<Event> {
        let length = std::mem::take(&mut self.junk);
        self.is_begun |= length > 0;
        (length > 0).then(|| Event::Junk { offset: self.begin, length, sample: self.sample() })
    }

    fn too_long(&mut self, limit: usize) -> Event {
        self.state = State::Dead;
        // However many bytes came at once.
        self.held.truncate(limit.saturating_add(1));
        Event::TooLong { offset: self.begin, limit, sample: self.sample() }
    }

    fn sample(&mut self) -> Vec<u8> {
        let mut sample = std::mem::take(&mut self.held);
        sample.truncate(SAMPLE_MAX);
        sample.shrink_to_fit();
        sample
    }

    /// Whether the stream began as another protocol does.
    fn other_protocol(&mut self) -> Option<Event> {
        const METHODS: [&[u8]; 7] = [b"GET ", b"POST ", b"PUT ", b"HEAD ", b"OPTIONS ", b"DELETE ", b"PRI * HTTP"];
        if self.is_begun {
            return None;
        }
        let protocol = if self.held.starts_with(&[0x16, 0x03]) {
            "TLS"
        } else if METHODS.iter().any(|method| self.held.starts_with(method)) {
            "HTTP"
        } else {
            return None;
        };
        self.state = State::Dead;
        self.held = Vec::new();
        Some(Event::OtherProtocol { protocol })
    }
}

/// The shortest beginning that tells another protocol.
const PROTOCOL_HINT: usize = 2;

/// A message that cannot be framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("byte {at} of the message is 0x0B or 0x1C, which would break its frame: escape it as \\X0B\\ or \\X1C\\")]
pub struct FrameError {
    /// In bytes from 0.
    pub at: usize,
}

/// Frames a message. Bytes that a receiver would take for the frame's are refused, and with them UTF-16.
pub fn frame(message: &[u8]) -> Result<Vec<u8>, FrameError> {
    if let Some(at) = memchr2(START, END, message) {
        return Err(FrameError { at });
    }
    let mut frame = Vec::with_capacity(message.len() + 3);
    frame.push(START);
    frame.extend_from_slice(message);
    frame.extend_from_slice(&[END, RETURN]);
    Ok(frame)
}

#[cfg(test)]
mod tests;
