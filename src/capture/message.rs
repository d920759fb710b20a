//! The one message a forked child sends: how the capture ended.
//!
//! Format: kind (1 byte), length of the header (4 bytes, little endian), header (JSON), body to the end
//! of the pipe. Anything else, such as half a message from a child that died, is no message.

use serde::{Deserialize, Serialize};

use crate::capture::Outcome;
use crate::error::{Error, Result};

const DONE: u8 = 1;
const FAILED: u8 = 2;

#[derive(Serialize, Deserialize)]
struct Done {
    outcome: Outcome,
    /// Length of the body, so that a cut one is noticed.
    body: u64,
}

#[derive(Serialize, Deserialize)]
struct Failed {
    code: String,
    message: String,
}

/// The message as bytes.
pub fn encode(end: &Result<Outcome>) -> Vec<u8> {
    match end {
        Ok(outcome) => {
            let header = Done { outcome: outcome.clone(), body: outcome.analysis.len() as u64 };
            frame(DONE, &header, &outcome.analysis)
        }
        Err(error) => {
            frame(FAILED, &Failed { code: error.code().to_owned(), message: error.to_string() }, &[])
        }
    }
}

fn frame(kind: u8, header: &impl Serialize, body: &[u8]) -> Vec<u8> {
    // Writing plain structs to memory cannot fail; an empty header would be no message.
    let header = serde_json::to_vec(header).unwrap_or_default();
    let mut bytes = Vec::with_capacity(5 + header.len() + body.len());
    bytes.push(kind);
    bytes.extend_from_slice(&(header.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(body);
    bytes
}

/// `None` when the bytes are no whole message.
pub fn decode(bytes: &[u8]) -> Option<Result<Outcome>> {
    let (&kind, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (header, body) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    match kind {
        DONE => {
            let Done { mut outcome, body: length } = serde_json::from_slice(header).ok()?;
            if body.len() as u64 != length {
                return None;
            }
            outcome.analysis = body.to_vec();
            Some(Ok(outcome))
        }
        FAILED => {
            let Failed { code, message } = serde_json::from_slice(header).ok()?;
            Some(Err(Error::Remote { code, message }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use crate::capture::Outcome;
    use crate::error::Error;

    fn outcome() -> Outcome {
        Outcome { bytes: 12, file: Some("a/b".into()), file_bytes: 3, analysis: vec![1, 2, 3] }
    }

    #[test]
    fn an_outcome_arrives_as_it_left() {
        assert_eq!(decode(&encode(&Ok(outcome()))).unwrap().unwrap(), outcome());
    }

    #[test]
    fn a_failure_keeps_its_code_and_words() {
        let sent = Error::Write { path: "x".into(), source: std::io::Error::other("disk full") };
        let arrived = decode(&encode(&Err(sent))).unwrap().unwrap_err();
        assert_eq!(arrived.code(), "LG_WRITE");
        assert_eq!(arrived.to_string(), "cannot write x: disk full");
    }

    #[test]
    fn half_a_message_is_none() {
        let whole = encode(&Ok(outcome()));
        for end in 0..whole.len() {
            assert!(decode(&whole[..end]).is_none(), "{end} bytes");
        }
        assert!(decode(b"\x07\0\0\0\0").is_none());
    }
}
