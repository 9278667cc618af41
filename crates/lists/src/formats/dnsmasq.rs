//! Configuration of dnsmasq: `address=/x/` and `local=/x/` block a name with all below it, `server=/x/#` lets it pass.

use super::format::{Format, Lines, before_comment};
use crate::{
    Action, Scope,
    reading::{Rows, Trouble},
};

/// Configuration of dnsmasq.
pub(super) struct Dnsmasq;

impl Format for Dnsmasq {
    fn name(&self) -> &'static str {
        "dnsmasq"
    }

    fn recognises(&self, line: &[u8]) -> bool {
        option(line).is_some()
    }

    fn reader(&self) -> Box<dyn Lines> {
        Box::new(read)
    }
}

fn read(line: &[u8], rows: &mut Rows<'_>) {
    let line = before_comment(line, b'#');
    if line.is_empty() {
        return;
    }
    let Some((is_address, rest)) = option(line) else { return rows.bad(line, Trouble::NotThisFormat) };
    // `/a/b/target`: names between slashes, and what becomes of them behind the last.
    let Some(end) = memchr::memrchr(b'/', rest) else { return rows.bad(line, Trouble::NotThisFormat) };
    let (names, target) = rest.split_at(end);
    let action = match (is_address, target.get(1..).unwrap_or_default()) {
        (true, _) | (false, b"") => Action::Block,
        (false, b"#") => Action::Pass,
        (false, _) => return rows.unsupported(line, Trouble::AsksElsewhere),
    };
    for name in names.split(|byte| *byte == b'/') {
        match name {
            [b'*', b'.', below @ ..] => rows.name(below, Scope::Below, action),
            name if name.contains(&b'*') || name == b"#" => rows.unsupported(line, Trouble::Wildcard),
            name => rows.name(name, Scope::Both, action),
        }
    }
}

/// Whether it is an address or a server, and what stands behind its first slash.
fn option(line: &[u8]) -> Option<(bool, &[u8])> {
    let line = line.strip_prefix(b"--").unwrap_or(line);
    let rest = |word: &[u8]| line.strip_prefix(word).and_then(|rest| rest.strip_prefix(b"=/"));
    rest(b"address")
        .map(|rest| (true, rest))
        .or_else(|| rest(b"server").or_else(|| rest(b"local")).map(|rest| (false, rest)))
}
