//! DNS messages (RFC 1035): the names that were asked for and what was answered.

use std::net::IpAddr;

use super::layers::u16_at;

/// What a message says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) is_answer: bool,
    /// Names that were asked for.
    pub(super) questions: Vec<String>,
    /// The name of each record and what it points to.
    pub(super) answers: Vec<(String, Answer)>,
}

/// What a record says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Address(IpAddr),
    Name(String),
    Text(Vec<u8>),
}

/// Records of one message that are read.
const MOST: u16 = 256;

/// Reads a message; none when it is none. What was understood before damage is kept.
pub(super) fn parse(bytes: &[u8]) -> Option<Message> {
    let flags = u16_at(bytes, 2)?;
    let (questions, answers) = (u16_at(bytes, 4)?, u16_at(bytes, 6)?);
    let others = u16_at(bytes, 8)?.saturating_add(u16_at(bytes, 10)?);
    // Opcode 0; a question at least, or an answer as multicast gives them.
    if flags >> 11 & 15 != 0 || questions > 32 || (questions == 0 && answers == 0) {
        return None;
    }
    let mut message = Message { is_answer: flags & 0x8000 != 0, ..Message::default() };
    let mut at = 12;
    for _ in 0..questions {
        let (name, after) = name(bytes, at)?;
        at = after.checked_add(4).filter(|end| *end <= bytes.len())?;
        message.questions.push(name);
    }
    for _ in 0..answers.saturating_add(others).min(MOST) {
        if record(bytes, &mut at, &mut message.answers).is_none() {
            break;
        }
    }
    Some(message)
}

fn record(bytes: &[u8], at: &mut usize, answers: &mut Vec<(String, Answer)>) -> Option<()> {
    let (owner, after) = name(bytes, *at)?;
    let kind = u16_at(bytes, after)?;
    let length = usize::from(u16_at(bytes, after + 8)?);
    let start = after + 10;
    let data = bytes.get(start..start.checked_add(length)?)?;
    *at = start + length;
    let answer = match kind {
        1 => Answer::Address(data.first_chunk::<4>().map(|bytes| IpAddr::from(*bytes))?),
        28 => Answer::Address(data.first_chunk::<16>().map(|bytes| IpAddr::from(*bytes))?),
        // NS, CNAME, PTR, DNAME.
        2 | 5 | 12 | 39 => Answer::Name(name(bytes, start)?.0),
        15 => Answer::Name(name(bytes, start + 2)?.0),
        33 => Answer::Name(name(bytes, start + 6)?.0),
        // SVCB and HTTPS.
        64 | 65 => Answer::Name(name(bytes, start + 2)?.0),
        16 => {
            let mut text = Vec::new();
            let mut rest = data;
            while let Some((length, after)) = rest.split_first() {
                let (piece, after) = after.split_at_checked(usize::from(*length))?;
                text.extend_from_slice(piece);
                rest = after;
            }
            Answer::Text(text)
        }
        _ => return Some(()),
    };
    answers.push((owner, answer));
    Some(())
}

/// A name and where it ends; labels joined by dots. Pointers lead backwards, so that they cannot go round.
fn name(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    let mut text = String::new();
    let (mut at, mut lowest, mut end) = (start, start, None);
    loop {
        let length = usize::from(*bytes.get(at)?);
        match length {
            0 => return Some((text, end.unwrap_or(at + 1))),
            1..=63 => {
                let label = bytes.get(at + 1..at + 1 + length)?;
                if text.len() + length > 255 {
                    return None;
                }
                if !text.is_empty() {
                    text.push('.');
                }
                text.extend(label.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '?' }));
                at += 1 + length;
            }
            192.. => {
                end.get_or_insert(at + 2);
                let target = usize::from(u16_at(bytes, at)? & 0x3fff);
                if target >= lowest {
                    return None;
                }
                (at, lowest) = (target, target);
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Vec<u8> {
        let mut bytes = vec![0, 1, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0];
        bytes.extend(b"\x03www\x04evil\x07example\0\0\x01\0\x01");
        bytes.extend(b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x06\x03cdn\xc0\x10");
        bytes.extend(b"\xc0\x2e\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x07");
        bytes
    }

    #[test]
    fn questions_and_answers_are_read() {
        let message = parse(&answer()).unwrap();
        assert_eq!(message.questions, ["www.evil.example"]);
        assert_eq!(message.answers[0], ("www.evil.example".into(), Answer::Name("cdn.evil.example".into())));
        assert_eq!(message.answers[1].1, Answer::Address("192.0.2.7".parse().unwrap()));
    }

    #[test]
    fn pointers_that_go_round_end() {
        let mut bytes = answer();
        bytes[12..14].copy_from_slice(&[0xc0, 0x0c]);
        assert!(parse(&bytes).is_none());
        for end in 0..bytes.len() {
            let _ = parse(&answer()[..end]);
        }
    }
}
