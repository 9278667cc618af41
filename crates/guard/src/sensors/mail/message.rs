//! A message while it arrives.

use std::net::IpAddr;

/// One message with its envelope, as the mail server told it.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// From where the client came; none for this machine itself.
    pub client: Option<IpAddr>,
    /// What the client called itself.
    pub helo: String,
    /// Whether the client signed in: then the message goes out.
    pub is_signed_in: bool,
    /// The mail server's name for it.
    pub queue_id: String,
    /// The envelope's sender, without angle brackets; empty for a bounce.
    pub sender: String,
    /// The envelope's recipients.
    pub recipients: Vec<String>,
    /// The message, header and body, line ends as in SMTP.
    pub bytes: Vec<u8>,
    /// Whether its end was not held, because it is too large.
    pub is_cut: bool,
    /// How often each header field stood in it that only the filter may write.
    pub forged: Vec<(String, u32)>,
    pub(super) header_done: bool,
}

/// Header fields of a message, in bytes and in number. Mail servers take some 100 KiB.
const MOST_HEADER: usize = 2 << 20;
/// Recipients of one message; mail servers allow fewer.
const MOST_RECIPIENTS: usize = 50_000;
/// Names of header fields that are taken out of one message.
const MOST_FORGED: usize = 100;
/// Header fields that only the filter may write.
pub(super) const OURS: &str = "x-vauban-";

impl Message {
    /// A header field. `value` keeps its space in front and its line ends.
    pub(super) fn header(&mut self, name: &[u8], value: &[u8], most: usize) {
        let word = String::from_utf8_lossy(name);
        if word.to_ascii_lowercase().starts_with(OURS) {
            if let Some((_, count)) = self.forged.iter_mut().find(|(forged, _)| forged.eq_ignore_ascii_case(&word)) {
                *count += 1;
            } else if self.forged.len() < MOST_FORGED {
                self.forged.push((word.into_owned(), 1));
            }
            return;
        }
        if self.bytes.len().saturating_add(name.len()).saturating_add(value.len()) > MOST_HEADER.min(most) {
            self.is_cut = true;
            return;
        }
        self.bytes.extend_from_slice(name);
        self.bytes.push(b':');
        // Mail servers hand folded values over with bare line feeds.
        for (at, line) in value.split(|byte| *byte == b'\n').enumerate() {
            if at > 0 {
                self.bytes.extend_from_slice(b"\r\n");
            }
            self.bytes.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        }
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// The header ends.
    pub(super) fn end_of_header(&mut self) {
        if !self.header_done {
            self.header_done = true;
            self.bytes.extend_from_slice(b"\r\n");
        }
    }

    /// A piece of the body.
    pub(super) fn body(&mut self, piece: &[u8], most: usize) {
        self.end_of_header();
        let room = most.saturating_sub(self.bytes.len());
        self.is_cut |= piece.len() > room;
        self.bytes.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
    }

    pub(super) fn recipient(&mut self, address: &[u8]) {
        if self.recipients.len() < MOST_RECIPIENTS {
            self.recipients.push(bare(address));
        }
    }

    pub(super) fn sender(&mut self, address: &[u8]) {
        self.sender = bare(address);
    }

    /// Forgets the message, not the client.
    pub(super) fn clear(&mut self) {
        drop(self.take());
    }

    /// Takes the message; what is left is its client.
    pub(super) fn take(&mut self) -> Self {
        let client =
            Self { client: self.client, helo: self.helo.clone(), is_signed_in: self.is_signed_in, ..Self::default() };
        std::mem::replace(self, client)
    }
}

/// The lines of a message's header, each with its end. A line of blanks alone goes on what stands above it (RFC 5322, section
/// 4.2): only an empty one ends the header.
pub(super) fn header_lines(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    message.split_inclusive(|byte| *byte == b'\n').take_while(|line| !matches!(*line, b"\r\n" | b"\n"))
}

/// An address without its angle brackets.
fn bare(address: &[u8]) -> String {
    let text = String::from_utf8_lossy(address);
    let text = text.trim();
    text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_put_together_as_it_was() {
        let mut message = Message::default();
        message.sender(b"<a@b.example>");
        message.header(b"Subject", b" caf\xe9\n again", 1000);
        message.header(b"X-Vauban-Verdict", b" deliver", 1000);
        message.header(b"x-vauban-verdict", b" deliver", 1000);
        message.end_of_header();
        message.body(b"one\r\n", 1000);
        message.body(b"two\r\n", 1000);
        assert_eq!(message.bytes, b"Subject: caf\xe9\r\n again\r\n\r\none\r\ntwo\r\n");
        assert_eq!(message.forged, [("X-Vauban-Verdict".to_owned(), 2)]);
        assert_eq!(message.sender, "a@b.example");
    }

    #[test]
    fn a_line_of_blanks_ends_no_header() {
        let lines: Vec<&[u8]> = header_lines(b"A: 1\r\n \r\nB: 2\r\n\r\nC: 3\r\n").collect();
        assert_eq!(lines, [&b"A: 1\r\n"[..], b" \r\n", b"B: 2\r\n"]);
    }

    #[test]
    fn what_is_too_large_is_cut_and_says_so() {
        let mut message = Message::default();
        message.header(b"Subject", b" x", 20);
        message.body(b"0123456789", 20);
        assert!(message.is_cut);
        assert_eq!(message.bytes.len(), 20);
    }
}
