//! Looking a name or an address up.

use std::{net::IpAddr, ops::ControlFlow};

use ipnet::IpNet;
use xorf::{BinaryFuse8Ref, Filter as _, FilterRef as _};

use super::{
    classes::Class,
    layout::{self, CLASS_LENGTH, Section},
    open::{NameSet, array},
    terms::Found,
};
use crate::name;

impl NameSet {
    /// What the lists say of a name in lower case, dotted, without its last dot.
    #[must_use]
    pub fn find(&self, name: &str) -> Found {
        let mut tally = Tally::new(self.head.passes_win);
        self.walk(name.as_bytes(), |_, is_itself, class| {
            tally.take(class.masks(is_itself));
            ControlFlow::Continue(())
        });
        tally.found
    }

    /// What the lists say of an address in an answer.
    #[must_use]
    pub fn find_address(&self, address: IpAddr) -> Found {
        let mut tally = Tally::new(0);
        self.walk_networks(address, |_, class| {
            tally.take(class.masks(true));
            ControlFlow::Continue(())
        });
        tally.found
    }

    /// Hands over what is said of the name and of each name above it, the name itself first.
    pub(super) fn walk(&self, name: &[u8], mut met: impl FnMut(&[u8], bool, Class) -> ControlFlow<()>) {
        if name.len() > name::LONGEST {
            return;
        }
        let mut labels = 1 + name.iter().filter(|byte| **byte == b'.').count();
        let mut rest = name;
        // The gate lets no name of a single label in.
        while labels > 1 {
            if self.head.has_labels(labels)
                && let Some(class) = self.class(rest)
                && met(rest, rest.len() == name.len(), class).is_break()
            {
                return;
            }
            let Some(above) = name::parent(rest) else { return };
            rest = above;
            labels -= 1;
        }
    }

    /// Hands over what is said of the networks around an address, the narrowest first.
    pub(super) fn walk_networks(&self, address: IpAddr, mut met: impl FnMut(IpNet, Class) -> ControlFlow<()>) {
        let address = address.to_canonical();
        for length in (0..=if address.is_ipv4() { 32 } else { 128 }).rev() {
            if !self.head.has_prefix(address, length) {
                continue;
            }
            let Ok(network) = IpNet::new(address, length).map(|network| network.trunc()) else { continue };
            let (key, end) = layout::network_key(network);
            if let Some(class) = key.get(..end).and_then(|key| self.class(key))
                && met(network, class).is_break()
            {
                return;
            }
        }
    }

    /// What is said of exactly this key.
    fn class(&self, key: &[u8]) -> Option<Class> {
        let hash = layout::hash(self.head.seed, key);
        let filter = BinaryFuse8Ref::from_dma(self.section(Section::Descriptor), self.section(Section::Filter));
        if !filter.contains(&hash) {
            return None;
        }
        let begins = self.section(Section::Buckets);
        let bucket = layout::bucket(hash, self.buckets);
        let begin = |bucket: usize| usize::try_from(u32::from_le_bytes(array(begins, bucket * 4).ok()?)).ok();
        let mut rest = self.section(Section::Entries).get(begin(bucket)?..begin(bucket + 1)?)?;
        while let Some((&length, after)) = rest.split_first() {
            let (class, after) = layout::read_varint(after)?;
            let (found, next) = after.split_at_checked(usize::from(length))?;
            if found == key {
                return self.class_of(class);
            }
            rest = next;
        }
        None
    }

    fn class_of(&self, number: u32) -> Option<Class> {
        let at = usize::try_from(number).ok()?.checked_mul(CLASS_LENGTH)?;
        let bytes = self.section(Section::Classes).get(at..at.checked_add(CLASS_LENGTH)?)?;
        let mut words = [0; 4];
        for (index, word) in words.iter_mut().enumerate() {
            *word = u64::from_le_bytes(array(bytes, index * 8).ok()?);
        }
        Some(Class::from_words(words))
    }
}

/// What lists said so far, from the narrowest entry outwards.
struct Tally {
    found: Found,
    passes_win: u64,
}

impl Tally {
    const fn new(passes_win: u64) -> Self {
        Self { found: Found { blocked: 0, passed: 0 }, passes_win }
    }

    /// The nearest entry of a list speaks; of two for the same name, the one that lets pass.
    fn take(&mut self, (block, pass): (u64, u64)) {
        let silent = !(self.found.blocked | self.found.passed);
        self.found.passed |= pass & (silent | self.passes_win);
        self.found.blocked |= block & silent;
        self.found.blocked &= !self.found.passed;
    }
}
