//! Response policy zones as text (RFC 1035 section 5, and the triggers of draft-vixie-dnsop-dns-rpz).
//!
//! Names that are asked for and addresses in answers are read. Triggers on clients and on name servers are counted and
//! told: nothing here sees those.

use super::{
    format::{Format, Lines},
    triggers::{self, Trigger},
};
use crate::{
    Action, Scope,
    reading::{Rows, Trouble},
};

/// Response policy zones.
pub(super) struct Rpz;

impl Format for Rpz {
    fn name(&self) -> &'static str {
        "rpz"
    }

    fn recognises(&self, line: &[u8]) -> bool {
        line.starts_with(b"$TTL")
            || line.starts_with(b"$ORIGIN")
            || Record::of(without_comment(line), false).is_some_and(|record| !record.owner.is_empty())
    }

    fn reader(&self) -> Box<dyn Lines> {
        Box::new(Zone::default())
    }
}

/// A zone that is being read.
#[derive(Default)]
struct Zone {
    /// The name that relative names are below, in lower case without its last dot.
    origin: Vec<u8>,
    /// Whose records a line without an owner adds to.
    last_owner: Vec<u8>,
    /// Whether a parenthesis is open.
    is_open: bool,
}

impl Lines for Zone {
    fn line(&mut self, line: &[u8], rows: &mut Rows<'_>) {
        let line = without_comment(line);
        if self.is_open {
            self.is_open = !line.contains(&b')');
            return;
        }
        let bare = line.trim_ascii();
        if bare.is_empty() {
            return;
        }
        if let Some(rest) = bare.strip_prefix(b"$ORIGIN") {
            self.origin = without_dot(rest.trim_ascii()).to_ascii_lowercase();
            return;
        }
        if bare.starts_with(b"$") {
            if !bare.starts_with(b"$TTL") {
                rows.unsupported(bare, Trouble::Directive);
            }
            return;
        }
        let Some(record) = Record::of(bare, line.first().is_some_and(u8::is_ascii_whitespace)) else {
            return rows.bad(bare, Trouble::NotThisFormat);
        };
        self.is_open = bare.contains(&b'(') && !bare.contains(&b')');
        if !record.owner.is_empty() {
            self.last_owner.clear();
            self.last_owner.extend_from_slice(record.owner);
        }
        self.record(bare, &record, rows);
    }
}

impl Zone {
    fn record(&mut self, line: &[u8], record: &Record<'_>, rows: &mut Rows<'_>) {
        if record.kind == Kind::Soa {
            // A zone that was copied from a server has no `$ORIGIN`: its first record says where it is.
            if let (true, Some(owner)) = (self.origin.is_empty(), record.owner.strip_suffix(b".")) {
                self.origin = owner.to_ascii_lowercase();
            }
            return;
        }
        let owner = self.last_owner.to_ascii_lowercase();
        let owner = match triggers::relative(&owner, &self.origin) {
            Some(b"" | b"@") => return,
            Some(owner) => owner,
            None => return rows.bad(line, Trouble::OutOfZone),
        };
        let action = match record.kind {
            Kind::Cname => match record.data.to_ascii_lowercase().as_slice() {
                // "Ask again over TCP" lets the answer pass, and no zone after this one is asked.
                b"rpz-passthru." | b"rpz-tcp-only." => Action::Pass,
                target if without_dot(target) == owner => Action::Pass,
                _ => Action::Block,
            },
            // Name servers below the apex are no policy.
            Kind::Ns => return,
            Kind::Soa | Kind::Data => Action::Block,
        };
        match triggers::read(owner) {
            Trigger::Name(name) => match name.strip_prefix(b"*.") {
                Some(below) => rows.name(below, Scope::Below, action),
                None => rows.name(name, Scope::Exact, action),
            },
            Trigger::Address(network) => rows.network(line, network, action),
            Trigger::Unsupported => rows.unsupported(line, Trouble::Trigger),
            Trigger::Bad => rows.bad(line, Trouble::NotATrigger),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Soa,
    Ns,
    Cname,
    Data,
}

/// What a line of a zone says.
struct Record<'l> {
    /// Empty when the line has none of its own.
    owner: &'l [u8],
    kind: Kind,
    data: &'l [u8],
}

impl<'l> Record<'l> {
    fn of(line: &'l [u8], is_indented: bool) -> Option<Self> {
        let mut words = super::format::words(line);
        let owner: &[u8] = if is_indented { b"" } else { words.next()? };
        let mut word = words.next()?;
        // The class and the time to live, in either order.
        while word.eq_ignore_ascii_case(b"IN") || is_time(word) {
            word = words.next()?;
        }
        let kind = match word.to_ascii_uppercase().as_slice() {
            b"CNAME" => Kind::Cname,
            b"SOA" => Kind::Soa,
            b"NS" => Kind::Ns,
            b"A" | b"AAAA" | b"TXT" | b"MX" | b"SRV" | b"PTR" | b"HTTPS" | b"SVCB" | b"CAA" | b"NAPTR" => Kind::Data,
            _ => return None,
        };
        Some(Self { owner, kind, data: words.next()? })
    }
}

/// A number of seconds, or of other units: `300`, `1h30m`.
fn is_time(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_digit)
        && word.iter().all(|byte| byte.is_ascii_digit() || b"smhdwSMHDW".contains(byte))
}

fn without_dot(name: &[u8]) -> &[u8] {
    name.strip_suffix(b".").unwrap_or(name)
}

/// A line without its comment; what stands in quotation marks is none.
fn without_comment(line: &[u8]) -> &[u8] {
    let mut quoted = false;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b';' if !quoted => return line.get(..at).unwrap_or(line),
            _ => {}
        }
    }
    line
}
