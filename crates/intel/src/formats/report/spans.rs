//! The pieces of a line, and how much each piece stands for itself.

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// Its text without markup.
    pub(super) text: String,
    /// Whether it was set apart: code, a listing, a whole cell, a whole list item or line.
    pub(super) apart: bool,
}

/// A line of a listing.
pub(super) fn listing(line: &str) -> Vec<Span> {
    vec![Span { text: plain(line), apart: true }]
}

/// A line of prose: its code spans, and what is around them.
pub(super) fn prose(line: &str) -> Vec<Span> {
    let item = line.trim().trim_start_matches(['*', '-', '+', '•', '>']).trim();
    let mut spans = Vec::new();
    let mut around = String::new();
    for (index, piece) in item.split('`').enumerate() {
        if index % 2 == 1 {
            spans.push(Span { text: plain(piece), apart: true });
            around.push(' ');
        } else {
            around.push_str(piece);
        }
    }
    let around = plain(&around);
    if !around.is_empty() {
        spans.push(Span { text: around, apart: spans.is_empty() });
    }
    spans
}

/// The cells of a table's row (`|a|b` or `|a|b|`).
pub(super) fn cells(line: &str) -> Vec<String> {
    let row = line.trim().trim_start_matches('|');
    let row = row.strip_suffix('|').unwrap_or(row);
    row.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// Text without the marks that only set it apart: `++…++`, `+…+`, `<br>`, `**`.
pub(super) fn plain(text: &str) -> String {
    let text = text.replace("<br>", " ").replace("<br/>", " ").replace("++", "").replace("**", "");
    text.trim().trim_end_matches(" +").trim_matches(['`', '+']).trim().to_owned()
}
