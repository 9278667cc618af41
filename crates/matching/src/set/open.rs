//! Opening a set file.

use vauban_model::ObservableKind;

use super::{
    layout::{FORMAT_VERSION, Group, HEADER_LENGTH, MAGIC, SECTIONS, Section},
    look_up::{PatternEntry, RuleEntry},
    map::SetBytes,
};

/// Why a set file cannot be used. Whoever gets one of these builds the set again.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not a set file.
    #[error("not an indicator set")]
    NotASet,
    /// Written by another version.
    #[error("indicator set of format {found}, this program reads format {FORMAT_VERSION}")]
    OtherVersion {
        /// The file's format version.
        found: u32,
    },
    /// Cut or changed.
    #[error("indicator set is damaged")]
    Damaged,
}

/// An open indicator set. Shared between threads behind an `Arc`; immutable.
#[derive(Debug)]
pub struct IndicatorSet {
    bytes: SetBytes,
    ends: [usize; SECTIONS],
    patterns: Vec<PatternEntry>,
    pub(super) prefixes_v4: Vec<u8>,
    pub(super) prefixes_v6: Vec<u8>,
    /// A bit for each kind that a key has.
    kinds: u64,
    /// A bit for each number of bytes that the hash of a file has.
    hash_lengths: u64,
    entries: u32,
    checksum: u64,
}

impl IndicatorSet {
    /// Opens the bytes of a set file, checking version and checksum.
    ///
    /// # Errors
    /// When the bytes are no set of this version, or damaged.
    pub fn open(bytes: SetBytes) -> Result<Self, OpenError> {
        if bytes.get(..8) != Some(&MAGIC) || bytes.len() < HEADER_LENGTH {
            return Err(OpenError::NotASet);
        }
        let version = u32::from_le_bytes(array(&bytes, 8)?);
        if version != FORMAT_VERSION {
            return Err(OpenError::OtherVersion { found: version });
        }
        let checksum = u64::from_le_bytes(array(&bytes, 12)?);
        if twox_hash::XxHash3_64::oneshot(&bytes[20..]) != checksum {
            return Err(OpenError::Damaged);
        }
        let entries = u32::from_le_bytes(array(&bytes, 20)?);
        let mut ends = [0; SECTIONS];
        let mut last = HEADER_LENGTH;
        for (index, end) in ends.iter_mut().enumerate() {
            *end =
                usize::try_from(u64::from_le_bytes(array(&bytes, 28 + index * 8)?)).map_err(|_| OpenError::Damaged)?;
            if *end < last || *end > bytes.len() {
                return Err(OpenError::Damaged);
            }
            last = *end;
        }
        let mut set = Self {
            bytes,
            ends,
            patterns: Vec::new(),
            prefixes_v4: Vec::new(),
            prefixes_v6: Vec::new(),
            kinds: 0,
            hash_lengths: 0,
            entries,
            checksum,
        };
        set.patterns = serde_json::from_slice(set.section(Section::Patterns)).map_err(|_| OpenError::Damaged)?;
        let networks = set.section(Section::Networks);
        let mut words = [0_u64; 6];
        for (index, word) in words.iter_mut().enumerate() {
            *word = u64::from_le_bytes(array(networks, index * 8)?);
        }
        // Longest prefix first: the narrowest network that holds an address is the best explanation.
        set.prefixes_v4 = (0..=32).rev().filter(|length| words[0] >> length & 1 == 1).collect();
        set.prefixes_v6 =
            (0..=128_u8).rev().filter(|length| words[1 + usize::from(length / 64)] >> (length % 64) & 1 == 1).collect();
        [.., set.kinds, set.hash_lengths] = words;
        Ok(set)
    }

    pub(super) fn section(&self, section: Section) -> &[u8] {
        let index = section as usize;
        let start = if index == 0 { HEADER_LENGTH } else { self.ends[index - 1] };
        self.bytes.get(start..self.ends[index]).unwrap_or_default()
    }

    /// Whether an observable of this kind could meet anything here. Most sets hold a few kinds only.
    #[must_use]
    pub const fn asks_for(&self, kind: ObservableKind) -> bool {
        // A host may turn out to be an address, and an IPv6 address to be an IPv4 one.
        let canonical = match kind {
            ObservableKind::DomainName => 1 << ObservableKind::DomainName as u8 | 1 << ObservableKind::Ipv4Addr as u8,
            ObservableKind::Ipv6Addr => 1 << ObservableKind::Ipv6Addr as u8 | 1 << ObservableKind::Ipv4Addr as u8,
            kind => 1 << kind as u8,
        };
        self.kinds & canonical != 0
    }

    /// Whether a file's hash of so many bytes could meet anything here.
    #[must_use]
    pub const fn asks_for_hashes_of(&self, bytes: u32) -> bool {
        bytes < u64::BITS && self.hash_lengths >> bytes & 1 == 1
    }

    /// How many distinct names, addresses, hashes and networks are in it.
    #[must_use]
    pub const fn entries(&self) -> u32 {
        self.entries
    }

    /// Whether there is nothing in it at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries == 0
            && self.patterns.is_empty()
            && [Section::Rules, Section::Sigma].into_iter().all(|section| self.section(section) == b"[]")
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// A name for exactly this content, for the record: sixteen hexadecimal digits.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{:016x}", self.checksum)
    }

    /// A name for exactly these rules, as [`version`](Self::version) is for all of the content.
    #[must_use]
    pub fn rules_version(&self) -> String {
        let both =
            [Section::Rules, Section::Sigma].map(|section| twox_hash::XxHash3_64::oneshot(self.section(section)));
        format!("{:016x}{:016x}", both[0], both[1])
    }

    /// The STIX patterns that have to be evaluated, in order.
    #[must_use]
    pub fn patterns(&self) -> &[PatternEntry] {
        &self.patterns
    }

    /// The YARA rules that came with the indicators, in order. Decoded at each call: whoever compiles them asks once.
    ///
    /// # Errors
    /// When the set is damaged in a way its checksum does not tell.
    pub fn rules(&self) -> Result<Vec<RuleEntry>, OpenError> {
        serde_json::from_slice(self.section(Section::Rules)).map_err(|_| OpenError::Damaged)
    }

    /// The Sigma rules that came with the indicators, in order. Decoded at each call, as [`rules`](Self::rules) are.
    ///
    /// # Errors
    /// When the set is damaged in a way its checksum does not tell.
    pub fn sigma_rules(&self) -> Result<Vec<RuleEntry>, OpenError> {
        serde_json::from_slice(self.section(Section::Sigma)).map_err(|_| OpenError::Damaged)
    }

    /// How many bytes the texts of the Sigma rules take, without decoding them.
    #[must_use]
    pub fn sigma_bytes(&self) -> u64 {
        self.section(Section::Sigma).len() as u64
    }

    /// What postings of group `number` share. Groups are decoded when they are hit, so that a set with a hundred
    /// thousand of them opens as fast as any.
    pub(super) fn group(&self, number: u64) -> Option<Group> {
        let section = self.section(Section::Groups);
        let word = |index: u64| -> Option<usize> {
            let at = usize::try_from(index.checked_mul(8)?).ok()?;
            usize::try_from(u64::from_le_bytes(array(section, at).ok()?)).ok()
        };
        let count = word(0)? as u64;
        if number >= count {
            return None;
        }
        let data = usize::try_from((count + 2) * 8).ok()?;
        let (start, end) = (word(number + 1)?, word(number + 2)?);
        serde_json::from_slice(section.get(data..)?.get(start..end)?).ok()
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], OpenError> {
    bytes.get(at..at + N).and_then(|slice| slice.try_into().ok()).ok_or(OpenError::Damaged)
}
