//! Lists in the manner of ad blockers: `||x^` and its exception `@@||x^`. Everything else in them is about pages.

use super::format::{Format, Lines};
use crate::{
    Action, Scope,
    reading::{Rows, Trouble},
};

/// Lists for ad blockers.
pub(super) struct Adblock;

impl Format for Adblock {
    fn name(&self) -> &'static str {
        "adblock"
    }

    fn recognises(&self, line: &[u8]) -> bool {
        line.starts_with(b"||") || line.starts_with(b"@@|") || memchr::memmem::find(line, b"##").is_some()
    }

    fn reader(&self) -> Box<dyn Lines> {
        Box::new(read)
    }

    /// An exception holds whatever else the list says of the name: so do the programs that these lists are made for.
    fn passes_win(&self) -> bool {
        true
    }
}

fn read(line: &[u8], rows: &mut Rows<'_>) {
    let line = line.trim_ascii();
    // A lone `#` begins a comment, `##` hides a part of pages.
    if matches!(line, [] | [b'!' | b'[', ..] | [b'#'] | [b'#', b' ', ..]) {
        return;
    }
    let (rule, action) = match line.strip_prefix(b"@@") {
        Some(rule) => (rule, Action::Pass),
        None => (line, Action::Block),
    };
    let Some((name, both)) = rule
        .strip_prefix(b"||")
        .map(|name| (name, Scope::Both))
        .or_else(|| rule.strip_prefix(b"|").map(|name| (name, Scope::Exact)))
    else {
        return rows.unsupported(line, Trouble::AboutPages);
    };
    let Some(end) = memchr::memchr(b'^', name) else { return rows.unsupported(line, Trouble::AboutPages) };
    let (name, rest) = name.split_at(end);
    // Any other option makes the rule hold in some pages only, which a name alone does not tell.
    if !matches!(rest, b"^" | b"^|" | b"^$important" | b"^$all" | b"^$all,important" | b"^$important,all") {
        return rows.unsupported(line, Trouble::AboutPages);
    }
    match name.strip_prefix(b"*.") {
        Some(below) if !below.contains(&b'*') => rows.name(below, Scope::Below, action),
        _ if name.contains(&b'*') || name.contains(&b'/') => rows.unsupported(line, Trouble::Wildcard),
        _ => rows.name(name, both, action),
    }
}
