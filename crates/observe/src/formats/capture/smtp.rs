//! SMTP as the client speaks it: the envelope, and each message as mail.

use jiff::Timestamp;
use vauban_intake::Budget;
use vauban_model::{Exposure, ObservableKind};

use super::emit::Emit;
use crate::{Child, Context};

/// Messages of one conversation that are read.
const MOST: usize = 1_000;

/// Whether a client's stream begins as SMTP does.
pub(super) fn is_smtp(stream: &[u8]) -> bool {
    ["EHLO ", "HELO ", "LHLO "]
        .iter()
        .any(|word| stream.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes())))
}

/// Reads the client's stream.
pub(super) fn read(stream: &[u8], at: Option<Timestamp>, about: &str, budget: &Budget, emit: &mut Emit<'_>) {
    let mut rest = stream;
    let mut messages = 0;
    while !rest.is_empty() && messages < MOST && budget.check_time().is_ok() {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let (line, after) = rest.split_at(end);
        rest = after;
        let line = String::from_utf8_lossy(line.get(..line.len().min(2048)).unwrap_or_default());
        let upper = line.to_ascii_uppercase();
        if upper.starts_with("MAIL FROM:") || upper.starts_with("RCPT TO:") {
            let address = line.split(['<', '>']).nth(1).unwrap_or_default();
            if address.contains('@') {
                emit.observable(ObservableKind::EmailAddr, address, at, about);
            }
        } else if upper.starts_with("EHLO ") || upper.starts_with("HELO ") {
            emit.text(line.get(5..).unwrap_or_default().trim().as_bytes(), at);
        } else if upper.starts_with("BDAT ") {
            let length = upper.split_whitespace().nth(1).and_then(|word| word.parse::<usize>().ok()).unwrap_or(0);
            let (body, after) = rest.split_at(length.min(rest.len()));
            rest = after;
            message(body, &mut messages, at, emit);
        } else if upper.trim() == "DATA" {
            let (body, after) = data(rest);
            rest = after;
            message(&body, &mut messages, at, emit);
        } else if upper.starts_with("STARTTLS") {
            break;
        }
    }
}

fn message(body: &[u8], messages: &mut usize, at: Option<Timestamp>, emit: &mut Emit<'_>) {
    if body.is_empty() {
        return;
    }
    *messages += 1;
    let segment = format!("message {messages}");
    let context = Context { exposure: Some(Exposure::Received), at };
    emit.sink.child(Child { segment: &segment, name: "", media_type: "message/rfc822", bytes: body, context });
}

/// Up to the line with a dot alone; dots that were doubled are single again (RFC 5321 section 4.5.2).
fn data(stream: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut body = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let (line, after) = rest.split_at(end);
        rest = after;
        match line {
            b".\r\n" | b".\n" => break,
            [b'.', line @ ..] | line => body.extend_from_slice(line),
        }
    }
    (body, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_at_its_dot() {
        let (body, rest) = data(b"a\r\n..b\r\n.\r\nQUIT\r\n");
        assert_eq!((body.as_slice(), rest), (b"a\r\n.b\r\n".as_slice(), b"QUIT\r\n".as_slice()));
    }
}
