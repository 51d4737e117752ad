//! Refuses a WebSocket frame by the length that its header declares.
//!
//! actix-http gathers a frame whole before it looks at its limit, so a client could make the
//! server hold as much as it cares to send. This reads along in the raw bytes of the connection
//! (RFC 6455, section 5.2) and breaks off at the header:
//!
//! ```text
//!   header (2 bytes) ──> rest of the header (0, 2 or 8, mask 0 or 4) ──> payload ──> header …
//! ```

use actix_web::{error::PayloadError, web::Bytes};
use futures_util::{Stream, StreamExt};

/// Passes a connection's bytes on up to the first frame longer than `most` bytes, which is
/// [`PayloadError::Overflow`].
pub(crate) fn limit_frames<S>(
    bytes: S,
    most: u64,
) -> impl Stream<Item = Result<Bytes, PayloadError>>
where
    S: Stream<Item = Result<Bytes, PayloadError>>,
{
    let mut headers = Headers::default();
    bytes.map(move |bytes| {
        let bytes = bytes?;
        if headers.longest(&bytes) > most { Err(PayloadError::Overflow) } else { Ok(bytes) }
    })
}

/// Follows the frames of one direction.
#[derive(Debug, Default)]
struct Headers {
    header: Vec<u8>,
    payload_left: u64,
}

impl Headers {
    /// Takes more bytes, and tells the longest payload that a header in them declares.
    fn longest(&mut self, mut bytes: &[u8]) -> u64 {
        let mut longest = 0;
        while let Some(&byte) = bytes.first() {
            if self.payload_left > 0 {
                let here =
                    bytes.len().min(usize::try_from(self.payload_left).unwrap_or(usize::MAX));
                self.payload_left -= here as u64;
                bytes = &bytes[here..];
                continue;
            }
            self.header.push(byte);
            bytes = &bytes[1..];
            if let Some(length) = declared(&self.header) {
                longest = longest.max(length);
                self.payload_left = length;
                self.header.clear();
            }
        }
        longest
    }
}

/// The payload's length, once the header is whole.
fn declared(header: &[u8]) -> Option<u64> {
    let second = *header.get(1)?;
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    if header.len() < 2 + extended + mask {
        return None;
    }
    let length = header[2..2 + extended].iter().fold(0, |n, &byte| n << 8 | u64::from(byte));
    Some(if extended == 0 { u64::from(second & 0x7f) } else { length })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: usize, mask: bool) -> Vec<u8> {
        let bit = if mask { 0x80 } else { 0 };
        let mut frame = vec![0x82];
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(short), _) if short < 126 => frame.push(bit | short),
            (_, Ok(middle)) => {
                frame.push(bit | 126);
                frame.extend_from_slice(&middle.to_be_bytes());
            }
            _ => {
                frame.push(bit | 127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        frame.extend(std::iter::repeat_n(0xff, if mask { 4 } else { 0 } + length));
        frame
    }

    #[test]
    fn every_length_is_seen_however_the_bytes_arrive() {
        for mask in [false, true] {
            for step in [1, 2, 3, 7, 1000, usize::MAX] {
                let mut headers = Headers::default();
                for length in [0, 1, 125, 126, 127, 5, 65535, 65536, 70000, 0, 3] {
                    let frame = frame(length, mask);
                    let seen = frame.chunks(step).map(|bytes| headers.longest(bytes)).max();
                    assert_eq!(seen, Some(length as u64), "in steps of {step}");
                    assert_eq!((headers.payload_left, headers.header.len()), (0, 0));
                }
            }
        }
    }

    #[test]
    fn a_giant_is_seen_in_its_header() {
        let giant = [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4];
        assert_eq!(Headers::default().longest(&giant), u64::MAX >> 1);
        assert_eq!(Headers::default().longest(&giant[..13]), 0, "not yet whole");
    }
}
