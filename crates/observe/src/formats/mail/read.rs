//! One message.

use jiff::Timestamp;
use mail_parser::{Message, MessageParser, PartType};
use vauban_intake::{Budget, Problem};
use vauban_model::Exposure;

use super::{
    bounds,
    coverage::{Coverage, could_say_something},
    headers,
    parts::Parts,
    recognise::{begins_with_headers, field_name},
};
use crate::{Context, Item, Passage, Reader, Sink};

/// The reader of messages.
pub(crate) struct Mail;

impl Reader for Mail {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        let claims = matches!(item.extension().as_str(), "eml" | "emlx" | "mht" | "mhtml" | "nws" | "mbs")
            || matches!(item.media_type, "message/rfc822" | "message/global");
        let message = item.bytes.get(start_of_header(item.bytes)..).unwrap_or_default();
        begins_with_headers(message, claims)
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let start = start_of_header(item.bytes);
        let message = item.bytes.get(start..).unwrap_or_default();
        let received = Context { exposure: Some(Exposure::Received), at: None };
        let mut raw = |from: usize, bytes: &[u8], context: Context| {
            if could_say_something(bytes) {
                sink.passage(Passage { bytes, offset: Some(from as u64), how: &[], context });
            }
        };
        raw(0, item.bytes.get(..start).unwrap_or_default(), received);
        if let Err(problem) = bounds::check(message) {
            raw(start, message, received);
            return Err(problem);
        }
        let Some(parsed) = MessageParser::default().parse(message) else {
            raw(start, message, received);
            return Ok(());
        };
        let context = Context { at: date(&parsed), ..received };
        let mut coverage = Coverage::default();
        let mut parts = Parts { context, budget, sink, leaves: 0, messages: 0 };
        let result = hand_over(&parsed, message, start, &mut coverage, &mut parts);
        for (from, to) in coverage.gaps(message.len()) {
            let bytes = message.get(from..to).unwrap_or_default();
            if could_say_something(bytes) {
                let offset = Some(start.saturating_add(from) as u64);
                sink.passage(Passage { bytes, offset, how: &[], context });
            }
        }
        if start == 0 {
            sink.message(&parsed);
        }
        result
    }
}

fn hand_over(
    parsed: &Message<'_>,
    message: &[u8],
    start: usize,
    coverage: &mut Coverage,
    parts: &mut Parts<'_>,
) -> Result<(), Problem> {
    for part in &parsed.parts {
        parts.budget.check_time()?;
        let [header, body, end] =
            [part.offset_header, part.offset_body, part.offset_end].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
        if let Some(block) = message.get(header..body) {
            let at = start.saturating_add(header) as u64;
            parts.header(block, at);
            coverage.claim(header, body);
        }
        if matches!(&part.body, PartType::Multipart(inner) if !inner.is_empty()) {
            continue;
        }
        // A part whose end lies before its body, as a broken structure yields, stays unclaimed and is read as it stands.
        if let Some(bytes) = message.get(body..end).filter(|bytes| !bytes.is_empty()) {
            coverage.claim(body, end);
            parts.hand_over(part, bytes, start.saturating_add(body) as u64)?;
        }
    }
    Ok(())
}

impl Parts<'_> {
    /// A header block as it stands, and its fields that do not stand there in clear.
    fn header(&mut self, block: &[u8], offset: u64) {
        let context = self.context;
        if could_say_something(block) {
            self.sink.passage(Passage { bytes: block, offset: Some(offset), how: &[], context });
        }
        let whole = headers::whole(block);
        if !whole.is_empty() {
            self.sink.passage(Passage { bytes: &whole, offset: None, how: &["header"], context });
        }
    }
}

/// Where the header begins: after a byte order mark, blank lines, the envelope line of a mailbox, or the count of
/// bytes that Apple Mail writes first.
fn start_of_header(bytes: &[u8]) -> usize {
    let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    for _ in 0..8 {
        let rest = bytes.get(at..).unwrap_or_default();
        let line = memchr::memchr(b'\n', rest).and_then(|end| rest.get(..end)).unwrap_or_default();
        let trimmed = line.trim_ascii();
        let is_count = !trimmed.is_empty() && trimmed.len() <= 12 && trimmed.iter().all(u8::is_ascii_digit);
        let is_envelope = trimmed.starts_with(b"From ") || trimmed.starts_with(b">From ");
        let is_blank = trimmed.is_empty() && rest.first().is_some_and(u8::is_ascii_whitespace);
        if !(is_count || is_blank || is_envelope && field_name(trimmed).is_none()) {
            break;
        }
        at = at.saturating_add(line.len()).saturating_add(1);
    }
    at.min(bytes.len())
}

/// The message's own date.
fn date(message: &Message<'_>) -> Option<Timestamp> {
    let date = message.date().filter(|date| date.is_valid())?;
    Timestamp::from_second(date.to_timestamp()).ok()
}

#[cfg(test)]
mod tests;
