//! All families asked, one after the other.

use super::{attachments, claims, domains, freemail, identity, links, mass, money, page, thread, words};
use crate::{Facts, Known, Letter};

/// A family of facts.
type Family = fn(&Letter, &Known, &mut Facts);

/// All of them. A new family is one file and one line.
const FAMILIES: &[Family] = &[
    identity::look,
    domains::look,
    freemail::look,
    links::look,
    page::look,
    attachments::look,
    thread::look,
    mass::look,
    claims::look,
    words::look,
    money::look,
];

/// What a letter shows by itself: without the network, without memory, without indicators.
#[must_use]
pub fn facts(letter: &Letter, known: &Known) -> Facts {
    let mut facts = Facts::default();
    for family in FAMILIES {
        family(letter, known, &mut facts);
    }
    facts
}
