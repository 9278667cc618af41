//! One mailbox, in one pass and without a copy of it.

use std::borrow::Cow;

use vauban_intake::{Budget, Problem};
use vauban_model::Exposure;

use super::separator::{date, is_separator};
use crate::{Child, Context, Item, Passage, Reader, Sink};

/// The reader of mailboxes.
pub(crate) struct Mbox;

impl Reader for Mbox {
    fn name(&self) -> &'static str {
        "mbox"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        if !item.bytes.starts_with(b"From") {
            return false;
        }
        let (line, next) = first_line(item.bytes);
        is_separator(line, true, next)
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let bytes = item.bytes;
        let (mut at, mut after_blank, mut number) = (0_usize, true, 0_u64);
        let mut open: Option<Message<'_>> = None;
        while at < bytes.len() {
            let (line, next) = first_line(bytes.get(at..).unwrap_or_default());
            let after = bytes.len().saturating_sub(next.len());
            // Most lines begin with another letter; asking no more of them keeps the walk linear.
            if line.starts_with(b"From") && is_separator(line, after_blank, next) {
                budget.check_time()?;
                if let Some(message) = open.take() {
                    message.hand_over(bytes, at, budget, sink)?;
                }
                number = number.saturating_add(1);
                open = Some(Message { number, start: after, envelope: line, envelope_at: at });
            }
            after_blank = line.is_empty();
            at = after;
        }
        match open {
            Some(message) => message.hand_over(bytes, bytes.len(), budget, sink),
            None => {
                sink.passage(Passage { bytes, offset: Some(0), how: &[], context: Context::default() });
                Ok(())
            }
        }
    }
}

/// A message whose end is not yet known.
struct Message<'a> {
    number: u64,
    start: usize,
    envelope: &'a [u8],
    envelope_at: usize,
}

impl Message<'_> {
    fn hand_over(&self, mailbox: &[u8], end: usize, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let context = Context { exposure: Some(Exposure::Received), at: date(self.envelope) };
        sink.passage(Passage { bytes: self.envelope, offset: Some(self.envelope_at as u64), how: &[], context });
        budget.spend_entry()?;
        let bytes = mailbox.get(self.start..end).unwrap_or_default();
        // The blank line before the next separator belongs to the mailbox (RFC 4155 appendix A).
        let bytes = bytes.strip_suffix(b"\r\n\r\n").map_or_else(
            || {
                bytes
                    .strip_suffix(b"\n\n")
                    .map_or(bytes, |_| bytes.get(..bytes.len().saturating_sub(1)).unwrap_or(bytes))
            },
            |_| bytes.get(..bytes.len().saturating_sub(2)).unwrap_or(bytes),
        );
        let bytes = unquoted(bytes);
        if let Cow::Owned(copy) = &bytes {
            budget.spend_bytes(copy.len() as u64)?;
        }
        let segment = format!("message {}", self.number);
        sink.child(Child { segment: &segment, name: "", media_type: "message/rfc822", bytes: &bytes, context });
        Ok(())
    }
}

/// The message without the `>` that a mailbox puts before lines that begin with `From `.
fn unquoted(bytes: &[u8]) -> Cow<'_, [u8]> {
    let quoted = memchr::memmem::find_iter(bytes, b">From ").any(|at| {
        let before = bytes.get(..at).unwrap_or_default();
        let marks = before.iter().rev().take_while(|byte| **byte == b'>').count();
        matches!(
            before.len().checked_sub(marks).and_then(|at| at.checked_sub(1)).and_then(|at| before.get(at)),
            Some(b'\n')
        )
    });
    if !quoted {
        return bytes.into();
    }
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let marks = line.iter().take_while(|byte| **byte == b'>').count();
        let is_quoted = marks > 0 && line.get(marks..).is_some_and(|rest| rest.starts_with(b"From "));
        out.extend_from_slice(if is_quoted { line.get(1..).unwrap_or_default() } else { line });
    }
    out.into()
}

/// The first line without its end, and what follows it.
fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let line = bytes.get(..end).unwrap_or_default();
    (line.strip_suffix(b"\r").unwrap_or(line), bytes.get(end.saturating_add(1)..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Mbox);
    }

    const BOX: &str = "From a@b.example Sat Mar 19 04:34:30 2016\nSubject: one\nContent-Length: 999999\n\nFrom here\n>From there\n>>From x\n\n\
                       From - Sun Mar 20 04:34:30 2016\nSubject: two\n\ntext\n";

    #[test]
    fn messages_are_split_and_unquoted() {
        for (text, end) in [(BOX.to_owned(), "\n"), (BOX.replace('\n', "\r\n"), "\r\n")] {
            let (result, transcript) = read(&Mbox, "box", text.as_bytes());
            assert!(result.is_ok());
            let children: Vec<_> = transcript
                .children
                .iter()
                .map(|(at, bytes)| (at.as_str(), String::from_utf8_lossy(bytes).replace(end, "\n")))
                .collect();
            assert_eq!(
                children,
                [
                    (
                        "message 1",
                        "Subject: one\nContent-Length: 999999\n\nFrom here\nFrom there\n>From x\n".to_owned()
                    ),
                    ("message 2", "Subject: two\n\ntext\n".to_owned()),
                ]
            );
            assert!(transcript.text.contains("2016-03-20T04:34:30Z"));
        }
    }

    #[test]
    fn a_large_mailbox_is_read_to_its_end() {
        let text = BOX.repeat(4_000) + &">".repeat(1_000_000) + &"\n>From ".repeat(100_000);
        let (result, transcript) = read(&Mbox, "box", text.as_bytes());
        assert!(result.is_ok());
        assert_eq!(transcript.children.len(), 8_000);
        assert_eq!(transcript.children[7_999].0, "message 8000");
    }

    #[test]
    fn letters_are_not_mailboxes() {
        let location = vauban_model::Location::file("x");
        for bytes in
            [&b"From the desk of the chair\n\nDear all"[..], b"from x import y\n", b"From: a@b.example\nTo: c\n"]
        {
            assert!(!Mbox.recognises(&Item { location: &location, name: "x", media_type: "", bytes }));
        }
    }
}
