//! Hosts files (hosts(5)): each name by itself, as their authors mean it.

use std::net::IpAddr;

use super::format::{Format, Lines, before_comment, words};
use crate::{
    Action, Scope,
    reading::{Rows, Trouble},
};

/// Hosts files.
pub(super) struct Hosts;

/// What every hosts file holds for the machine itself.
const MACHINE: [&[u8]; 11] = [
    b"localhost",
    b"localhost.localdomain",
    b"localhost4",
    b"localhost6",
    b"broadcasthost",
    b"local",
    b"ip6-localhost",
    b"ip6-loopback",
    b"ip6-localnet",
    b"ip6-mcastprefix",
    b"0.0.0.0",
];

impl Format for Hosts {
    fn name(&self) -> &'static str {
        "hosts"
    }

    fn recognises(&self, line: &[u8]) -> bool {
        let mut words = words(before_comment(line, b'#'));
        words.next().is_some_and(|word| address(word).is_some()) && words.next().is_some()
    }

    fn reader(&self) -> Box<dyn Lines> {
        Box::new(read)
    }
}

fn read(line: &[u8], rows: &mut Rows<'_>) {
    let line = before_comment(line, b'#');
    let mut words = words(line);
    let Some(first) = words.next() else { return };
    let Some(leads_nowhere) = address(first) else { return rows.bad(line, Trouble::NotThisFormat) };
    let mut any = false;
    for name in words {
        any = true;
        if MACHINE.iter().any(|own| own.eq_ignore_ascii_case(name)) || name.starts_with(b"ip6-all") {
            rows.skip();
        } else if leads_nowhere {
            rows.name(name, Scope::Exact, Action::Block);
        } else {
            rows.unsupported(line, Trouble::LeadsSomewhere);
        }
    }
    if !any {
        rows.bad(line, Trouble::NotThisFormat);
    }
}

/// Whether this is an address at all, and one that leads nowhere.
fn address(word: &[u8]) -> Option<bool> {
    if matches!(word, b"0.0.0.0" | b"127.0.0.1" | b"::" | b"::1") {
        return Some(true);
    }
    if !word.first()?.is_ascii_hexdigit() && *word.first()? != b':' {
        return None;
    }
    let bare = word.split(|byte| *byte == b'%').next()?;
    Some(match str::from_utf8(bare).ok()?.parse::<IpAddr>().ok()? {
        IpAddr::V4(four) => four.is_loopback() || four.is_unspecified() || four.is_broadcast(),
        IpAddr::V6(six) => {
            six.is_loopback() || six.is_unspecified() || six.is_multicast() || six.is_unicast_link_local()
        }
    })
}
