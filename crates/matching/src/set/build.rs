//! Compiling indicators into a set.

use ipnet::IpNet;
use vauban_model::{Indicator, IndicatorId, ObservableKind, Test};
use xorf::{BinaryFuse8, DmaSerializable};

use super::{
    layout::{
        FORMAT_VERSION, Group, HEADER_LENGTH, MAGIC, NETWORK_V4, NETWORK_V6, flag, hash, home, kind_of, tag,
        write_varint,
    },
    look_up::{PatternEntry, RuleEntry},
};
use crate::{
    canonical::{Key, network},
    pattern,
};

/// A compiled set and what had to be left out of it.
#[derive(Debug)]
pub struct Built {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// Tests that could not be compiled, each with its reason; the rest of the indicator is in.
    pub refused: Vec<Refused>,
    /// How many indicators have at least one test in the set.
    pub indicators: usize,
}

/// A test that could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The indicator it belongs to.
    pub indicator: IndicatorId,
    /// The test's value.
    pub value: String,
    /// Why, as an English clause.
    pub reason: String,
}

/// Compiles indicators into the bytes of a set file. The same indicators in the same order give the same bytes.
#[must_use]
pub fn build(indicators: &[Indicator]) -> Built {
    let mut builder = Builder::default();
    for indicator in indicators {
        builder.add(indicator);
    }
    builder.finish()
}

#[derive(Default)]
struct Builder {
    groups: Vec<Group>,
    /// Keys one after the other, each with its posting: kind, key, posting bytes.
    pool: Vec<u8>,
    pending: Vec<Pending>,
    patterns: Vec<PatternEntry>,
    rules: Vec<RuleEntry>,
    sigma: Vec<RuleEntry>,
    prefixes_v4: u64,
    prefixes_v6: [u64; 3],
    refused: Vec<Refused>,
    indicators: usize,
}

/// One key with one posting, in the pool.
struct Pending {
    hash: u64,
    key_start: usize,
    key_end: usize,
    posting_end: usize,
    kind: u8,
}

impl Builder {
    fn add(&mut self, indicator: &Indicator) {
        let before = self.kept();
        for test in &indicator.tests {
            if let Err(reason) = self.add_test(indicator, test) {
                self.refused.push(Refused { indicator: indicator.id.clone(), value: test.value().to_owned(), reason });
            }
        }
        if self.kept() > before {
            self.indicators += 1;
        }
    }

    /// How many tests are in.
    fn kept(&self) -> usize {
        self.pending.len() + self.patterns.len() + self.rules.len() + self.sigma.len()
    }

    fn add_test(&mut self, indicator: &Indicator, test: &Test) -> Result<(), String> {
        match test {
            Test::Observable(observable) => {
                let key = Key::new(observable.kind, &observable.value)
                    .ok_or_else(|| format!("not a valid {}", observable.kind))?;
                self.push(indicator, key.kind() as u8, key.bytes(), &key.text(), &observable.value, None);
            }
            Test::Network(value) => {
                let network = network(value).ok_or("not a valid network")?;
                self.add_network(indicator, network, value);
            }
            Test::Pattern(text) => self.add_pattern(indicator, text)?,
            Test::Yara { rule, text } => self.rules.push(rule_entry(indicator, rule, text)),
            Test::Sigma { rule, text } => self.sigma.push(rule_entry(indicator, rule, text)),
        }
        Ok(())
    }

    fn add_network(&mut self, indicator: &Indicator, network: IpNet, value: &str) {
        let length = network.prefix_len();
        let mut key = vec![length];
        let kind = match network {
            IpNet::V4(network) if length == 32 => {
                let key = Key::ipv4(network.addr());
                return self.push(indicator, key.kind() as u8, key.bytes(), &key.text(), value, None);
            }
            IpNet::V6(network) if length == 128 => {
                let key = Key::ipv6(network.addr());
                return self.push(indicator, key.kind() as u8, key.bytes(), &key.text(), value, None);
            }
            IpNet::V4(network) => {
                self.prefixes_v4 |= 1 << length;
                key.extend(network.addr().octets());
                NETWORK_V4
            }
            IpNet::V6(network) => {
                self.prefixes_v6[usize::from(length / 64)] |= 1 << (length % 64);
                key.extend(network.addr().octets());
                NETWORK_V6
            }
        };
        self.push(indicator, kind, &key, &network.to_string(), value, None);
    }

    /// A pattern that is only a choice becomes plain keys; another is kept whole, behind its anchors if it has any.
    fn add_pattern(&mut self, indicator: &Indicator, text: &str) -> Result<(), String> {
        let parsed = pattern::parse(text).map_err(|error| error.to_string())?;
        if let Some(tests) = parsed.as_alternatives() {
            let mut added = false;
            let mut reason = None;
            for test in &tests {
                match self.add_test(indicator, test) {
                    Ok(()) => added = true,
                    Err(why) => reason = Some(format!("{}: {why}", test.value())),
                }
            }
            return match reason {
                Some(reason) if !added => Err(reason),
                _ => Ok(()),
            };
        }
        let number = self.patterns.len();
        let anchors = parsed.anchors();
        self.patterns.push(PatternEntry {
            indicator: Indicator { tests: Vec::new(), ..indicator.clone() },
            pattern: text.to_owned(),
            anchored: anchors.is_some(),
        });
        for anchor in anchors.into_iter().flatten() {
            match &anchor {
                Test::Observable(observable) => {
                    if let Some(key) = Key::new(observable.kind, &observable.value) {
                        self.push(indicator, key.kind() as u8, key.bytes(), "", "", Some(number));
                    }
                }
                Test::Network(value) => {
                    if let Some(network) = network(value) {
                        self.add_network(indicator, network, value);
                    }
                }
                Test::Pattern(_) | Test::Yara { .. } | Test::Sigma { .. } => {}
            }
        }
        Ok(())
    }

    fn push(
        &mut self,
        indicator: &Indicator,
        kind: u8,
        key: &[u8],
        canonical: &str,
        value: &str,
        anchor: Option<usize>,
    ) {
        let key_start = self.pool.len();
        self.pool.extend_from_slice(key);
        let key_end = self.pool.len();
        let mut flags = 0;
        let name_is_value = anchor.is_none() && indicator.name == value;
        let group = self.group(indicator, if name_is_value { "" } else { &indicator.name });
        let derived = kind_of(kind)
            .is_some_and(|kind| indicator.id == IndicatorId::derived(&indicator.source.name, kind.as_str(), canonical));
        let value_differs = anchor.is_none() && value != canonical;
        flags |= if name_is_value { flag::NAME_IS_VALUE } else { 0 };
        flags |= if derived { 0 } else { flag::OWN_ID };
        flags |= if indicator.source.line.is_some() { flag::LINE } else { 0 };
        flags |= if value_differs { flag::VALUE } else { 0 };
        flags |= if anchor.is_some() { flag::ANCHOR } else { 0 };
        self.pool.push(flags);
        write_varint(&mut self.pool, group as u64);
        if !derived {
            self.pool.extend(uuid_bytes(&indicator.id));
        }
        if let Some(line) = indicator.source.line {
            write_varint(&mut self.pool, u64::from(line));
        }
        if value_differs {
            write_varint(&mut self.pool, value.len() as u64);
            self.pool.extend_from_slice(value.as_bytes());
        }
        if let Some(number) = anchor {
            write_varint(&mut self.pool, number as u64);
        }
        let posting_end = self.pool.len();
        self.pending.push(Pending { hash: hash(kind, key), key_start, key_end, posting_end, kind });
    }

    /// The number of the group that covers the indicator: most follow one of their own group.
    fn group(&mut self, indicator: &Indicator, name: &str) -> usize {
        let recent = self.groups.len().saturating_sub(4);
        for (index, group) in self.groups.iter().enumerate().skip(recent).rev() {
            if group.covers(indicator, name) {
                return index;
            }
        }
        self.groups.push(Group::of(indicator, name));
        self.groups.len() - 1
    }

    fn finish(mut self) -> Built {
        // By hash, then in the order they came: equal keys end up side by side.
        self.pending.sort_by_key(|pending| pending.hash);
        let mut hashes: Vec<u64> = self.pending.iter().map(|pending| pending.hash).collect();
        hashes.dedup();
        let slots = (hashes.len() * 5 / 4).max(1);
        let mut table = Table { tags: vec![0; slots], slots: vec![0; slots] };
        let mut arena = Vec::with_capacity(self.pool.len() + self.pending.len() * 2);
        let mut entries = 0_u32;
        let mut at = 0;
        while at < self.pending.len() {
            let same_hash = self.pending[at..].iter().take_while(|other| other.hash == self.pending[at].hash).count();
            let mut left: Vec<usize> = (at..at + same_hash).collect();
            while let Some(first) = left.first().copied() {
                let is_same = |index: &usize| {
                    self.key(*index) == self.key(first) && self.pending[*index].kind == self.pending[first].kind
                };
                let same: Vec<usize> = left.iter().copied().filter(is_same).collect();
                left.retain(|index| !same.contains(index));
                table.insert(self.pending[first].hash, arena.len());
                self.write_entry(&mut arena, &same);
                entries += 1;
            }
            at += same_hash;
        }
        let bytes = self.write_file(&hashes, entries, &table, &arena);
        Built { bytes, refused: self.refused, indicators: self.indicators }
    }

    fn key(&self, index: usize) -> &[u8] {
        let Pending { key_start, key_end, .. } = self.pending[index];
        &self.pool[key_start..key_end]
    }

    fn write_entry(&self, arena: &mut Vec<u8>, same: &[usize]) {
        let Some(&first) = same.first() else { return };
        let key = self.key(first);
        arena.push(self.pending[first].kind);
        write_varint(arena, key.len() as u64);
        arena.extend_from_slice(key);
        for (place, index) in same.iter().enumerate() {
            let Pending { key_end, posting_end, .. } = self.pending[*index];
            let flags_at = arena.len();
            arena.extend_from_slice(&self.pool[key_end..posting_end]);
            if place + 1 < same.len() {
                arena[flags_at] |= flag::MORE;
            }
        }
    }

    /// The number of groups, where each begins, then all of them.
    fn group_section(&self) -> Vec<u8> {
        let mut data = Vec::new();
        let mut section = (self.groups.len() as u64).to_le_bytes().to_vec();
        for group in &self.groups {
            section.extend((data.len() as u64).to_le_bytes());
            serde_json::to_writer(&mut data, group).expect("a group holds nothing that JSON cannot");
        }
        section.extend((data.len() as u64).to_le_bytes());
        section.extend(data);
        section
    }

    fn write_file(&self, hashes: &[u64], entries: u32, table: &Table, arena: &[u8]) -> Vec<u8> {
        let mut descriptor = vec![0; BinaryFuse8::DESCRIPTOR_LEN];
        let mut fingerprints: &[u8] = &[];
        let filter = BinaryFuse8::try_from(hashes).ok().filter(|_| !hashes.is_empty());
        if let Some(filter) = &filter {
            filter.dma_copy_descriptor_to(&mut descriptor);
            fingerprints = filter.dma_fingerprints();
        }
        let slots: Vec<u8> = table.slots.iter().flat_map(|slot| slot.to_le_bytes()).collect();
        let mut networks = self.prefixes_v4.to_le_bytes().to_vec();
        networks.extend(self.prefixes_v6.iter().flat_map(|word| word.to_le_bytes()));
        let (mut kinds, mut hash_lengths) = (0_u64, 0_u64);
        for Pending { kind, key_start, key_end, .. } in &self.pending {
            if let Some(kind) = kind_of(*kind) {
                kinds |= 1 << kind as u8;
                if kind == ObservableKind::FileHash {
                    hash_lengths |= 1 << (key_end - key_start).min(63);
                }
            }
        }
        networks.extend([kinds, hash_lengths].iter().flat_map(|word| word.to_le_bytes()));
        let json = |result: serde_json::Result<Vec<u8>>| result.expect("these types hold nothing that JSON cannot");
        let sections: [&[u8]; super::layout::SECTIONS] = [
            &descriptor,
            fingerprints,
            &table.tags,
            &slots,
            arena,
            &networks,
            &self.group_section(),
            &json(serde_json::to_vec(&self.patterns)),
            &json(serde_json::to_vec(&self.rules)),
            &json(serde_json::to_vec(&self.sigma)),
        ];
        let mut bytes = vec![0; HEADER_LENGTH];
        let mut ends = Vec::new();
        for section in sections {
            bytes.extend_from_slice(section);
            ends.push(bytes.len() as u64);
        }
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes[20..24].copy_from_slice(&entries.to_le_bytes());
        bytes[24..28].copy_from_slice(&u32::try_from(table.slots.len()).unwrap_or(u32::MAX).to_le_bytes());
        for (index, end) in ends.iter().enumerate() {
            bytes[28 + index * 8..36 + index * 8].copy_from_slice(&end.to_le_bytes());
        }
        let checksum = twox_hash::XxHash3_64::oneshot(&bytes[20..]);
        bytes[12..20].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }
}

fn rule_entry(indicator: &Indicator, rule: &str, text: &str) -> RuleEntry {
    let indicator = Indicator { tests: Vec::new(), ..indicator.clone() };
    RuleEntry { indicator, rule: rule.to_owned(), text: text.to_owned() }
}

struct Table {
    tags: Vec<u8>,
    slots: Vec<u32>,
}

impl Table {
    fn insert(&mut self, hash: u64, arena_offset: usize) {
        let mut slot = home(hash, self.slots.len());
        while self.tags[slot] != 0 {
            slot = (slot + 1) % self.slots.len();
        }
        self.tags[slot] = tag(hash);
        self.slots[slot] =
            u32::try_from(arena_offset).expect("four gigabytes of indicators do not fit in memory either");
    }
}

fn uuid_bytes(id: &IndicatorId) -> [u8; 16] {
    let mut bytes = [0_u8; 16];
    let mut digits = id.as_str().bytes().skip("indicator--".len()).filter_map(|byte| char::from(byte).to_digit(16));
    for byte in &mut bytes {
        let (high, low) = (digits.next().unwrap_or(0), digits.next().unwrap_or(0));
        *byte = u8::try_from(high * 16 + low).unwrap_or(0);
    }
    bytes
}
