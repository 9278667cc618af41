//! Hands over what was seen, each thing once.

use std::{collections::HashSet, hash::BuildHasher as _, net::IpAddr};

use jiff::Timestamp;
use vauban_model::{Exposure, Observable, ObservableKind};

use crate::{Context, Finding, Passage, Sink};

/// Things that are remembered as handed over; beyond, some are handed over again.
const MOST: usize = 1 << 20;

/// The way out of a capture.
pub(super) struct Emit<'e> {
    pub(super) sink: &'e mut dyn Sink,
    told: HashSet<u64>,
}

impl<'e> Emit<'e> {
    pub(super) fn new(sink: &'e mut dyn Sink) -> Self {
        Self { sink, told: HashSet::new() }
    }

    /// What a place in a capture says: it was contacted, then.
    pub(super) fn context(at: Option<Timestamp>) -> Context {
        Context { exposure: Some(Exposure::Contacted), at }
    }

    pub(super) fn observable(&mut self, kind: ObservableKind, value: &str, at: Option<Timestamp>, excerpt: &str) {
        if value.is_empty() || !self.is_new(kind as u8, value.as_bytes()) {
            return;
        }
        let observable = Observable::new(kind, value);
        self.sink.observable(Finding { observable, offset: None, how: &[], context: Self::context(at), excerpt });
    }

    pub(super) fn address(&mut self, address: IpAddr, at: Option<Timestamp>, excerpt: &str) {
        let kind = if address.is_ipv4() { ObservableKind::Ipv4Addr } else { ObservableKind::Ipv6Addr };
        self.observable(kind, &address.to_string(), at, excerpt);
    }

    pub(super) fn domain(&mut self, name: &str, at: Option<Timestamp>, excerpt: &str) {
        self.observable(ObservableKind::DomainName, name.trim_end_matches('.'), at, excerpt);
    }

    pub(super) fn text(&mut self, text: &[u8], at: Option<Timestamp>) {
        if self.is_new(0, text) {
            self.sink.passage(Passage { bytes: text, offset: None, how: &[], context: Self::context(at) });
        }
    }

    fn is_new(&mut self, kind: u8, value: &[u8]) -> bool {
        let hash = self.told.hasher().hash_one((kind, value));
        if self.told.len() >= MOST {
            return true;
        }
        self.told.insert(hash)
    }
}
