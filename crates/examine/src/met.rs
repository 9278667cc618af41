//! An observable on its way to the indicator set, and the words around it.

use vauban_model::{ObservableKind, printable};
use vauban_observe::{Context, LogEvent};

/// An observable on its way to the set.
pub(crate) struct Met<'m> {
    pub(crate) kind: ObservableKind,
    pub(crate) value: &'m str,
    pub(crate) offset: Option<u64>,
    pub(crate) how: &'m [&'static str],
    pub(crate) context: Context,
    /// The text around it, and where it begins there.
    pub(crate) text: &'m [u8],
    pub(crate) at: usize,
}

impl<'m> Met<'m> {
    /// One without a text around it.
    pub(crate) fn plain(kind: ObservableKind, value: &'m str, how: &'m [&'static str], context: Context) -> Self {
        Met { kind, value, offset: None, how, context, text: &[], at: 0 }
    }

    pub(crate) fn excerpt(&self) -> Option<String> {
        excerpt(self.text, self.at, self.value.len())
    }
}

/// The words around a place in a text: its line, at most 60 bytes to each side, printable.
pub(crate) fn excerpt(text: &[u8], at: usize, length: usize) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let ends = |byte: &u8| matches!(byte, b'\n' | b'\r' | 0);
    let at = at.min(text.len());
    let before = text[..at].iter().rev().take(60).take_while(|byte| !ends(byte)).count();
    let end = at.saturating_add(length).min(text.len());
    let after = text[end..].iter().take(60).take_while(|byte| !ends(byte)).count();
    let words = String::from_utf8_lossy(&text[at - before..end + after]);
    Some(printable(words.trim_matches(|c: char| c.is_whitespace() || c == '\u{fffd}')))
}

/// The fields of an event that made a rule match, printable and not too long.
pub(crate) fn event_excerpt(event: &LogEvent<'_>, fields: &[String]) -> Option<String> {
    const LONGEST: usize = 200;
    let shown = fields.iter().filter_map(|name| {
        let value = event.fields.get(name.as_str())?;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let value: String = value.chars().take(LONGEST).collect();
        Some(format!("{name}: {value}"))
    });
    let words: String = shown.collect::<Vec<_>>().join(", ").chars().take(2 * LONGEST).collect();
    (!words.is_empty()).then(|| printable(&words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_the_line_made_printable() {
        let text = b"before\nsee \x1b[2J evil.example now\r\nafter";
        let at = text.windows(12).position(|piece| piece == b"evil.example").unwrap();
        assert_eq!(excerpt(text, at, 12).unwrap(), "see \\u{1b}[2J evil.example now");
        assert_eq!(excerpt(b"", 3, 4), None);
        assert_eq!(excerpt(b"short", 99, 99).unwrap(), "short");
    }
}
