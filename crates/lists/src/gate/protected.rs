//! Names that are protected, with those above them: a look-up of one name tells whether blocking it would hurt.

use std::collections::HashMap;

use super::Why;
use crate::name;

/// Names that are no public suffixes but stand above some. The crate `psl` can say whether a name is a suffix and not
/// what is below it. A test compares this with the rules that the crate was made from.
pub(super) const ABOVE_SUFFIXES: &str = include_str!("above_suffixes.txt");

/// What everybody uses or reads: the bare names. What is below them may be somebody's who does harm.
pub(super) fn everybodys() -> impl Iterator<Item = (&'static str, Why)> {
    let services = vauban_intel::benign::services().map(|name| (name, Why::Service));
    services.chain(vauban_intel::benign::publishers().map(|name| (name, Why::Publisher)))
}

/// The names, and what is wrong with blocking each.
#[derive(Debug, Clone)]
pub(super) struct Protected {
    /// Every protected name and every name above one, from two labels on.
    at_or_above: HashMap<Box<[u8]>, Why>,
    /// Names that are protected with all that is below them.
    with_below: HashMap<Box<[u8]>, Why>,
    /// A bit for each length of those.
    lengths: [u128; 2],
}

impl Protected {
    pub(super) fn new(own: &[Vec<u8>], always: &[Vec<u8>]) -> Self {
        let mut protected = Self { at_or_above: HashMap::new(), with_below: HashMap::new(), lengths: [0; 2] };
        // The first reason that is given for a name stays: the one that is nearest to the organisation.
        for (names, why) in [(own, Why::Own), (always, Why::Always)] {
            for name in names {
                protected.add(name, why);
                protected.with_below.entry(name.as_slice().into()).or_insert(why);
                protected.lengths[name.len() / 128 % 2] |= 1 << (name.len() % 128);
            }
        }
        for name in ABOVE_SUFFIXES.split_whitespace() {
            protected.add(name.as_bytes(), Why::AboveSuffix);
        }
        for (name, why) in everybodys() {
            protected.add(name.as_bytes(), why);
            protected.add(format!("www.{name}").as_bytes(), why);
        }
        protected
    }

    fn add(&mut self, name: &[u8], why: Why) {
        let mut rest = Some(name);
        while let Some(name) = rest.filter(|name| name.contains(&b'.')) {
            self.at_or_above.entry(name.into()).or_insert(why);
            rest = name::parent(name);
        }
    }

    /// Why this name must not be blocked, if anything speaks against it.
    pub(super) fn check(&self, name: &[u8]) -> Option<Why> {
        if let Some(why) = self.at_or_above.get(name) {
            return Some(*why);
        }
        if self.with_below.is_empty() {
            return None;
        }
        let mut rest = Some(name);
        while let Some(above) = rest {
            if self.lengths[above.len() / 128 % 2] >> (above.len() % 128) & 1 == 1
                && let Some(why) = self.with_below.get(above)
            {
                return Some(*why);
            }
            rest = name::parent(above);
        }
        None
    }
}
