//! Plain lists, one name a line: the name and all below it; `*.x` means what is below only.

use super::format::{Format, Lines, before_comment};
use crate::{
    Action, Scope, name,
    reading::{Rows, Trouble},
};

/// Plain lists of names.
pub(super) struct Plain;

impl Format for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn recognises(&self, line: &[u8]) -> bool {
        let line = before_comment(line, b'#');
        let bare = line.strip_prefix(b"*.").or_else(|| line.strip_prefix(b".")).unwrap_or(line);
        name::canonical(bare, &mut Vec::new()).is_ok_and(|labels| labels > 1)
    }

    fn reader(&self) -> Box<dyn Lines> {
        Box::new(read)
    }
}

fn read(line: &[u8], rows: &mut Rows<'_>) {
    let line = before_comment(line, b'#');
    match line {
        [] | [b'!' | b';', ..] | [b'/', b'/', ..] => {}
        [b'*', b'.', rest @ ..] => rows.name(rest, Scope::Below, Action::Block),
        [b'.', rest @ ..] if !rest.is_empty() => rows.name(rest, Scope::Both, Action::Block),
        line if line.contains(&b' ') || line.contains(&b'\t') => rows.bad(line, Trouble::NotThisFormat),
        line => rows.name(line, Scope::Both, Action::Block),
    }
}
