//! Configuration of Unbound: `local-zone: "x" always_nxdomain` and its like.

use super::format::{Format, Lines, before_comment, words};
use crate::{
    Action, Scope,
    reading::{Rows, Trouble},
};

/// Configuration of Unbound.
pub(super) struct Unbound;

impl Format for Unbound {
    fn name(&self) -> &'static str {
        "unbound"
    }

    fn recognises(&self, line: &[u8]) -> bool {
        line.starts_with(b"local-zone:") || line.starts_with(b"local-data:")
    }

    fn reader(&self) -> Box<dyn Lines> {
        Box::new(read)
    }
}

fn read(line: &[u8], rows: &mut Rows<'_>) {
    let line = before_comment(line, b'#');
    if line.is_empty() || line == b"server:" {
        return;
    }
    if let Some(rest) = line.strip_prefix(b"local-zone:") {
        return zone(line, rest, rows);
    }
    if let Some(rest) = line.strip_prefix(b"local-data:") {
        return data(line, rest, rows);
    }
    match memchr::memchr(b':', line) {
        Some(_) => rows.unsupported(line, Trouble::OtherOption),
        None => rows.bad(line, Trouble::NotThisFormat),
    }
}

fn zone(line: &[u8], rest: &[u8], rows: &mut Rows<'_>) {
    let mut words = words(rest);
    let (Some(name), Some(kind), None) = (words.next(), words.next(), words.next()) else {
        return rows.bad(line, Trouble::NotThisFormat);
    };
    let action = match kind {
        b"always_nxdomain" | b"always_refuse" | b"always_nodata" | b"always_null" | b"always_deny" | b"refuse"
        | b"deny" | b"static" | b"redirect" | b"inform_deny" | b"inform_redirect" => Action::Block,
        b"transparent" | b"typetransparent" | b"always_transparent" | b"inform" | b"nodefault" => Action::Pass,
        b"block_a" => return rows.unsupported(line, Trouble::OtherOption),
        _ => return rows.bad(line, Trouble::NotThisFormat),
    };
    rows.name(unquoted(name), Scope::Both, action);
}

/// Data of a name alone answers for that name: it blocks where the address leads nowhere.
fn data(line: &[u8], rest: &[u8], rows: &mut Rows<'_>) {
    let mut words = words(unquoted(rest.trim_ascii()));
    let Some(name) = words.next() else { return rows.bad(line, Trouble::NotThisFormat) };
    match words.last() {
        Some(b"0.0.0.0" | b"127.0.0.1" | b"::" | b"::1") => rows.name(name, Scope::Exact, Action::Block),
        Some(_) => rows.unsupported(line, Trouble::LeadsSomewhere),
        None => rows.bad(line, Trouble::NotThisFormat),
    }
}

fn unquoted(word: &[u8]) -> &[u8] {
    let quoted = |mark: u8| word.strip_prefix(&[mark]).and_then(|rest| rest.strip_suffix(&[mark]));
    quoted(b'"').or_else(|| quoted(b'\'')).unwrap_or(word)
}
