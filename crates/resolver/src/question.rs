//! A question as it is asked upstream and kept in the cache.

use crate::{Name, wire::IN};

/// What is asked, and what the asker understands. Two that are equal have the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The name, in lower case.
    pub name: Name,
    /// The number of the type.
    pub kind: u16,
    /// The number of the class.
    pub class: u16,
    /// Whether the asker set DO: signatures and proofs are left in.
    pub dnssec_ok: bool,
    /// Whether the asker set CD: it checks for itself, and gets what is bogus.
    pub checking_disabled: bool,
}

impl Question {
    /// A plain question of class IN.
    #[must_use]
    pub fn new(name: Name, kind: u16) -> Self {
        Self { name, kind, class: IN, dnssec_ok: false, checking_disabled: false }
    }

    /// The same question, borrowed: what the cache is asked.
    #[must_use]
    pub fn key(&self) -> Key<'_> {
        Key::new(self.name.as_bytes(), self.kind, self.class, self.dnssec_ok, self.checking_disabled)
    }
}

/// A question whose name stands elsewhere, in wire form and lower case. Made for each query, so it owns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    pub(crate) name: &'a [u8],
    /// Type, class and the two bits.
    pub(crate) rest: u64,
}

impl<'a> Key<'a> {
    /// A question. A name that is not in lower case is simply never found.
    #[must_use]
    pub fn new(name: &'a [u8], kind: u16, class: u16, dnssec_ok: bool, checking_disabled: bool) -> Self {
        let rest =
            u64::from(kind) << 32 | u64::from(class) << 16 | u64::from(dnssec_ok) << 1 | u64::from(checking_disabled);
        Self { name, rest }
    }
}
