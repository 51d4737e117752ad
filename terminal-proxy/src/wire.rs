//! The wire: subprotocol `trythis.v1`.
//!
//! Every message is one binary WebSocket frame; its first byte is its kind; integers are
//! big-endian.
//!
//! | from the browser | | from the server | |
//! |---|---|---|---|
//! | 0 input | bytes | 0 output | u64 offset of the first byte, bytes |
//! | 1 resize | u16 columns, u16 rows | 1 screen | u64 offset, u16 columns, u16 rows, bytes that paint it |
//! | 2 rendered | u64 offset | 2 status | JSON, see [`crate::status::Status`] |
//! | 3 ping | bytes | 3 pong | the same bytes |
//!
//! Offsets count the bytes that the program has written since its terminal was opened.
//! - `output` at offset *o* with *n* bytes takes the browser from *o* to *o + n*.
//! - `screen` takes it to its offset at once. Its bytes reset the terminal before they paint, so
//!   they are written to it as they are, after its size was set to the columns and rows given.
//! - `rendered` says how far the browser has drawn. It may be sent as seldom as the browser likes
//!   as long as everything that arrived is acknowledged once it is drawn: the server stops sending
//!   half a mebibyte ahead of it. An offset beyond what was sent is refused.
//!
//! A client's frame is at most [`MAX_CLIENT_FRAME`] bytes long; longer input goes in several.
//!
//! | close code | meaning |
//! |---|---|
//! | 1001 | the server goes away; come back |
//! | 1002 | a frame that is none of the above; the reason says why, the program lives on |
//! | 1009 | a frame that is too long; the program lives on |
//! | 1013 | too many viewers at once |
//! | 4401 | the ticket was refused; the reason says why |
//! | 4404 | there is no such sandbox |
//! | 4410 | the sandbox ended; a status frame came before, with the reason |
//! | 4411 | the sandbox is started afresh under the same id; come back |

use bytes::{BufMut, Bytes, BytesMut};
use container_api::TerminalSize;

/// The subprotocol that a client must offer.
pub const SUBPROTOCOL: &str = "trythis.v1";

/// The longest input in one frame, in bytes.
pub const MAX_INPUT: usize = 64 * 1024;

/// The longest frame that a client may send, in bytes: the kind and the longest input.
pub const MAX_CLIENT_FRAME: usize = 1 + MAX_INPUT;

/// Bytes before the payload of an output frame: kind and offset.
pub const OUTPUT_HEADER: usize = 9;

/// Close code: the ticket was refused.
pub const CLOSE_TICKET_REFUSED: u16 = 4401;

/// Close code: there is no such sandbox.
pub const CLOSE_NO_SUCH_SANDBOX: u16 = 4404;

/// Close code: the sandbox ended.
pub const CLOSE_ENDED: u16 = 4410;

/// Close code: the sandbox is started afresh.
pub const CLOSE_RESTARTED: u16 = 4411;

const INPUT: u8 = 0;
const RESIZE: u8 = 1;
const RENDERED: u8 = 2;
const PING: u8 = 3;
const OUTPUT: u8 = 0;
const SCREEN: u8 = 1;
const STATUS: u8 = 2;
const PONG: u8 = 3;

/// A frame that is not of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A frame without a single byte.
    #[error("an empty frame: the first byte must be the kind")]
    Empty,
    /// A kind that does not exist.
    #[error("unknown frame kind {0}")]
    UnknownKind(u8),
    /// A frame of the wrong length for its kind.
    #[error("a {kind} frame has {expected} bytes after its kind, not {actual}")]
    Length {
        /// The kind by name.
        kind: &'static str,
        /// How many bytes follow the kind, at least for kinds of variable length.
        expected: usize,
        /// How many did.
        actual: usize,
    },
}

/// A frame from a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientFrame {
    /// What was typed or pasted.
    Input(Bytes),
    /// The browser's terminal has this size. As sent: not clamped.
    Resize(TerminalSize),
    /// Everything before this offset is drawn.
    Rendered(u64),
    /// To be answered with the same bytes.
    Ping(Bytes),
}

impl ClientFrame {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`WireError`] where it is none.
    pub fn decode(mut frame: Bytes) -> Result<Self, WireError> {
        let Some(&kind) = frame.first() else { return Err(WireError::Empty) };
        let body = frame.split_off(1);
        match kind {
            INPUT => Ok(Self::Input(body)),
            RESIZE => {
                let [c0, c1, r0, r1] = exactly("resize", &body)?;
                Ok(Self::Resize(TerminalSize {
                    columns: u16::from_be_bytes([c0, c1]),
                    rows: u16::from_be_bytes([r0, r1]),
                }))
            }
            RENDERED => Ok(Self::Rendered(u64::from_be_bytes(exactly("rendered", &body)?))),
            PING => Ok(Self::Ping(body)),
            other => Err(WireError::UnknownKind(other)),
        }
    }

    /// Writes the frame.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut frame = BytesMut::new();
        match self {
            Self::Input(bytes) => {
                frame.put_u8(INPUT);
                frame.put_slice(bytes);
            }
            Self::Resize(size) => {
                frame.put_u8(RESIZE);
                frame.put_u16(size.columns);
                frame.put_u16(size.rows);
            }
            Self::Rendered(offset) => {
                frame.put_u8(RENDERED);
                frame.put_u64(*offset);
            }
            Self::Ping(bytes) => {
                frame.put_u8(PING);
                frame.put_slice(bytes);
            }
        }
        frame.freeze()
    }
}

/// A frame from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerFrame {
    /// What the program wrote.
    Output {
        /// The offset of the first byte.
        offset: u64,
        /// The bytes.
        bytes: Bytes,
    },
    /// The whole screen.
    Screen {
        /// How far into the output it is true.
        offset: u64,
        /// Its size.
        size: TerminalSize,
        /// Bytes that paint it.
        paint: Bytes,
    },
    /// The sandbox's status, as JSON.
    Status(Bytes),
    /// The answer to a ping.
    Pong(Bytes),
}

impl ServerFrame {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`WireError`] where it is none.
    pub fn decode(mut frame: Bytes) -> Result<Self, WireError> {
        let Some(&kind) = frame.first() else { return Err(WireError::Empty) };
        let mut body = frame.split_off(1);
        match kind {
            OUTPUT => {
                let offset = u64::from_be_bytes(leading("output", &body)?);
                Ok(Self::Output { offset, bytes: body.split_off(8) })
            }
            SCREEN => {
                let [o0, o1, o2, o3, o4, o5, o6, o7, c0, c1, r0, r1] = leading("screen", &body)?;
                Ok(Self::Screen {
                    offset: u64::from_be_bytes([o0, o1, o2, o3, o4, o5, o6, o7]),
                    size: TerminalSize {
                        columns: u16::from_be_bytes([c0, c1]),
                        rows: u16::from_be_bytes([r0, r1]),
                    },
                    paint: body.split_off(12),
                })
            }
            STATUS => Ok(Self::Status(body)),
            PONG => Ok(Self::Pong(body)),
            other => Err(WireError::UnknownKind(other)),
        }
    }

    /// Writes the frame.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut frame = BytesMut::new();
        match self {
            Self::Output { offset, bytes } => {
                frame.put_slice(&output_header(*offset));
                frame.put_slice(bytes);
            }
            Self::Screen { offset, size, paint } => {
                frame.reserve(13 + paint.len());
                frame.put_u8(SCREEN);
                frame.put_u64(*offset);
                frame.put_u16(size.columns);
                frame.put_u16(size.rows);
                frame.put_slice(paint);
            }
            Self::Status(json) => {
                frame.put_u8(STATUS);
                frame.put_slice(json);
            }
            Self::Pong(bytes) => {
                frame.put_u8(PONG);
                frame.put_slice(bytes);
            }
        }
        frame.freeze()
    }
}

/// What comes before the bytes of an output frame, for those who read the PTY straight behind it.
pub(crate) fn output_header(offset: u64) -> [u8; OUTPUT_HEADER] {
    let mut header = [OUTPUT; OUTPUT_HEADER];
    header[1..].copy_from_slice(&offset.to_be_bytes());
    header
}

fn exactly<const N: usize>(kind: &'static str, body: &[u8]) -> Result<[u8; N], WireError> {
    body.try_into().map_err(|_| WireError::Length { kind, expected: N, actual: body.len() })
}

fn leading<const N: usize>(kind: &'static str, body: &[u8]) -> Result<[u8; N], WireError> {
    let wrong = WireError::Length { kind, expected: N, actual: body.len() };
    body.first_chunk().copied().ok_or(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(columns: u16, rows: u16) -> TerminalSize {
        TerminalSize { columns, rows }
    }

    #[test]
    fn client_frames_are_what_the_table_says() {
        let table: &[(&[u8], ClientFrame)] = &[
            (b"\x00ls\r", ClientFrame::Input(Bytes::from_static(b"ls\r"))),
            (b"\x00", ClientFrame::Input(Bytes::new())),
            (b"\x01\x00\x50\x01\x02", ClientFrame::Resize(size(80, 258))),
            (b"\x01\xff\xff\x00\x00", ClientFrame::Resize(size(65535, 0))),
            (b"\x02\0\0\0\0\0\0\x01\x02", ClientFrame::Rendered(258)),
            (b"\x03abc", ClientFrame::Ping(Bytes::from_static(b"abc"))),
            (b"\x03", ClientFrame::Ping(Bytes::new())),
        ];
        for (bytes, frame) in table {
            assert_eq!(ClientFrame::decode(Bytes::from_static(bytes)).as_ref(), Ok(frame));
            assert_eq!(frame.encode(), *bytes);
        }
    }

    #[test]
    fn server_frames_are_what_the_table_says() {
        let output = ServerFrame::Output { offset: 258, bytes: Bytes::from_static(b"hi") };
        let paint = Bytes::from_static(b"\x1bc");
        let screen = ServerFrame::Screen { offset: 1, size: size(80, 24), paint };
        let table: &[(&[u8], ServerFrame)] = &[
            (b"\x00\0\0\0\0\0\0\x01\x02hi", output),
            (b"\x01\0\0\0\0\0\0\0\x01\x00\x50\x00\x18\x1bc", screen),
            (b"\x02{}", ServerFrame::Status(Bytes::from_static(b"{}"))),
            (b"\x03abc", ServerFrame::Pong(Bytes::from_static(b"abc"))),
        ];
        for (bytes, frame) in table {
            assert_eq!(ServerFrame::decode(Bytes::from_static(bytes)).as_ref(), Ok(frame));
            assert_eq!(frame.encode(), *bytes);
        }
    }

    #[test]
    fn bad_frames_are_refused_with_a_reason() {
        let length = |kind, expected, actual| WireError::Length { kind, expected, actual };
        let table: &[(&[u8], WireError)] = &[
            (b"", WireError::Empty),
            (b"\x04", WireError::UnknownKind(4)),
            (b"\xffxyz", WireError::UnknownKind(255)),
            (b"\x01", length("resize", 4, 0)),
            (b"\x01\0\x50\0", length("resize", 4, 3)),
            (b"\x01\0\x50\0\x18\0", length("resize", 4, 5)),
            (b"\x02\0", length("rendered", 8, 1)),
        ];
        for (bytes, error) in table {
            assert_eq!(ClientFrame::decode(Bytes::from_static(bytes)).as_ref(), Err(error));
        }
        let short = ServerFrame::decode(Bytes::from_static(b"\x00\0"));
        assert_eq!(short, Err(length("output", 8, 1)));
    }

    #[test]
    fn random_bytes_never_panic_and_what_decodes_encodes_the_same() {
        // xorshift64: the same bytes in every run.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for _ in 0..50_000 {
            let length = usize::try_from(next() % 24).expect("small");
            let mut bytes: Vec<u8> = (0..length).map(|_| next().to_le_bytes()[3]).collect();
            if let Some(kind) = bytes.first_mut() {
                *kind %= 6;
            }
            let bytes = Bytes::from(bytes);
            if let Ok(frame) = ClientFrame::decode(bytes.clone()) {
                assert_eq!(frame.encode(), bytes);
            }
            if let Ok(frame) = ServerFrame::decode(bytes.clone()) {
                assert_eq!(frame.encode(), bytes);
            }
        }
    }
}
