//! Looking an observable up.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use vauban_model::{Indicator, IndicatorId, ObservableKind};
use xorf::{BinaryFuse8Ref, Filter, FilterRef};

use super::{
    layout::{NETWORK_V4, NETWORK_V6, Section, flag, hash, home, kind_of, read_varint, tag},
    open::IndicatorSet,
};
use crate::canonical::{Key, text_of};

/// Folders of one path that are looked up.
const MOST_FOLDERS: usize = 64;

/// A STIX pattern that is more than a choice between observables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PatternEntry {
    /// The indicator, without tests.
    pub indicator: Indicator,
    /// The pattern's text.
    pub pattern: String,
    /// Whether the pattern can only match where one of its anchors was met ([`Hit::Anchor`]); if not, it has to be
    /// tried everywhere.
    pub anchored: bool,
}

/// A YARA rule or a Sigma rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleEntry {
    /// The indicator, without tests.
    pub indicator: Indicator,
    /// The rule's identifier.
    pub rule: String,
    /// Its source text.
    pub text: String,
}

/// What a look-up found.
#[derive(Debug, Clone, PartialEq)]
pub enum Hit {
    /// An indicator met the observable.
    Indicator {
        /// The indicator, without its tests.
        indicator: Box<Indicator>,
        /// The value that it looks for.
        value: String,
        /// How they met when not plainly: `subdomain`, `network`, `with-query`, `idna`, `path-end`, `folder`.
        how: Vec<&'static str>,
    },
    /// Part of pattern number so-and-so was met: the pattern is worth evaluating.
    Anchor(usize),
}

impl IndicatorSet {
    /// Looks an observable up under every rule of its kind, and calls back for each indicator it meets.
    ///
    /// A domain meets indicators for itself and for the names above it; an address meets those for itself and for
    /// networks around it; a URL meets those for itself with and without its query; a path meets those for itself, for its
    /// end (the machine's files may lie in a folder of the evidence) and for folders around it. Everything else meets its
    /// equal.
    pub fn look_up(&self, kind: ObservableKind, value: &str, found: &mut dyn FnMut(Hit)) {
        if !self.asks_for(kind) {
            return;
        }
        let Some(key) = Key::new(kind, value) else { return };
        let mut how = Vec::new();
        if kind == ObservableKind::DomainName && !value.is_ascii() {
            how.push("idna");
        }
        self.exact(key.kind() as u8, key.bytes(), &how, found);
        match key.kind() {
            ObservableKind::DomainName => {
                how.insert(0, "subdomain");
                let mut rest = key.bytes();
                while let Some(dot) = memchr_dot(rest) {
                    rest = &rest[dot + 1..];
                    self.exact(ObservableKind::DomainName as u8, rest, &how, found);
                }
            }
            ObservableKind::Url => {
                if let Some(query) = key.bytes().iter().position(|byte| *byte == b'?') {
                    self.exact(ObservableKind::Url as u8, &key.bytes()[..query], &["with-query"], found);
                }
            }
            ObservableKind::EmailAddr => {
                // `name+anything@` is delivered to `name@`.
                let bytes = key.bytes();
                if let (Some(plus), Some(at)) =
                    (bytes.iter().position(|b| *b == b'+'), bytes.iter().rposition(|b| *b == b'@'))
                    && plus > 0
                    && plus < at
                {
                    let plain = [&bytes[..plus], &bytes[at..]].concat();
                    self.exact(ObservableKind::EmailAddr as u8, &plain, &["sub-address"], found);
                }
            }
            ObservableKind::FilePath => self.paths(key.bytes(), found),
            ObservableKind::Ipv4Addr => self.networks(NETWORK_V4, &self.prefixes_v4, key.bytes(), found),
            ObservableKind::Ipv6Addr => self.networks(NETWORK_V6, &self.prefixes_v6, key.bytes(), found),
            _ => {}
        }
    }

    /// Whether anything at all meets this observable. Cheaper than [`look_up`](Self::look_up) when it does.
    #[must_use]
    pub fn contains(&self, kind: ObservableKind, value: &str) -> bool {
        Key::new(kind, value).is_some_and(|key| self.entry(key.kind() as u8, key.bytes()).is_some())
    }

    /// Ends and beginnings of a path that was itself looked up, each at a slash.
    fn paths(&self, path: &[u8], found: &mut dyn FnMut(Hit)) {
        let kind = ObservableKind::FilePath as u8;
        // A folder within a folder within a folder: what is deeper is an attack on our patience.
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at).take(MOST_FOLDERS);
        for at in slashes {
            let (folder, end) = path.split_at(at + 1);
            if folder.len() < path.len() {
                self.exact(kind, folder, &["folder"], found);
            }
            // A name alone is no path.
            if end.contains(&b'/') {
                self.exact(kind, end, &["path-end"], found);
            }
        }
    }

    fn networks(&self, kind: u8, prefixes: &[u8], address: &[u8], found: &mut dyn FnMut(Hit)) {
        let mut key = [0_u8; 17];
        for &length in prefixes {
            key[0] = length;
            for (index, byte) in address.iter().enumerate() {
                let bits = usize::from(length).saturating_sub(index * 8).min(8);
                let mask = u8::try_from((0xff00_u16 >> bits) & 0xff).unwrap_or(0);
                if let Some(place) = key.get_mut(index + 1) {
                    *place = byte & mask;
                }
            }
            self.exact(kind, &key[..=address.len()], &["network"], found);
        }
    }

    fn exact(&self, kind: u8, key: &[u8], how: &[&'static str], found: &mut dyn FnMut(Hit)) {
        if let Some(postings) = self.entry(kind, key) {
            self.postings(kind, key, postings, how, found);
        }
    }

    /// Reads the postings of a key, which begin at `at`.
    pub(super) fn postings(
        &self,
        kind: u8,
        key: &[u8],
        mut at: usize,
        how: &[&'static str],
        found: &mut dyn FnMut(Hit),
    ) {
        while let Some((hit, more)) = self.posting(kind, key, &mut at, how) {
            found(hit);
            if !more {
                break;
            }
        }
    }

    /// Where the postings of a key begin in the arena.
    fn entry(&self, kind: u8, key: &[u8]) -> Option<usize> {
        let fingerprints = self.section(Section::Filter);
        if fingerprints.is_empty() {
            return None;
        }
        let hash = hash(kind, key);
        let filter = BinaryFuse8Ref::from_dma(self.section(Section::FilterDescriptor), fingerprints);
        if !filter.contains(&hash) {
            return None;
        }
        let tags = self.section(Section::Tags);
        let slots = self.section(Section::Slots);
        let arena = self.section(Section::Arena);
        let wanted = tag(hash);
        let mut slot = home(hash, tags.len());
        for _ in 0..tags.len() {
            let present = *tags.get(slot)?;
            if present == 0 {
                return None;
            }
            if present == wanted {
                let offset = u32::from_le_bytes(slots.get(slot * 4..slot * 4 + 4)?.try_into().ok()?);
                let mut at = usize::try_from(offset).ok()?;
                let entry_kind = *arena.get(at)?;
                at += 1;
                let length = usize::try_from(read_varint(arena, &mut at)?).ok()?;
                if entry_kind == kind && arena.get(at..at.checked_add(length)?)? == key {
                    return Some(at + length);
                }
            }
            slot += 1;
            if slot == tags.len() {
                slot = 0;
            }
        }
        None
    }

    /// Reads the posting at `*at`, and whether another follows.
    fn posting(&self, kind: u8, key: &[u8], at: &mut usize, how: &[&'static str]) -> Option<(Hit, bool)> {
        let arena = self.section(Section::Arena);
        let flags = *arena.get(*at)?;
        *at += 1;
        let group = self.group(read_varint(arena, at)?)?;
        let own_id = if flags & flag::OWN_ID == 0 {
            None
        } else {
            let bytes: [u8; 16] = arena.get(*at..*at + 16)?.try_into().ok()?;
            *at += 16;
            Some(bytes)
        };
        let line = if flags & flag::LINE == 0 { None } else { u32::try_from(read_varint(arena, at)?).ok() };
        let canonical = canonical_text(kind, key);
        let value = if flags & flag::VALUE == 0 {
            canonical.clone()
        } else {
            let length = usize::try_from(read_varint(arena, at)?).ok()?;
            let bytes = arena.get(*at..at.checked_add(length)?)?;
            *at += length;
            String::from_utf8_lossy(bytes)
        };
        let more = flags & flag::MORE != 0;
        if flags & flag::ANCHOR != 0 {
            return Some((Hit::Anchor(usize::try_from(read_varint(arena, at)?).ok()?), more));
        }
        let id = match own_id {
            Some(bytes) => IndicatorId::from_uuid(&hyphenated(bytes)),
            None => IndicatorId::derived(&group.source.name, kind_of(kind)?.as_str(), &canonical),
        };
        let name = (flags & flag::NAME_IS_VALUE != 0).then_some(&*value);
        let indicator = Box::new(group.indicator(id, line, name));
        Some((Hit::Indicator { indicator, value: value.into_owned(), how: how.to_vec() }, more))
    }
}

pub(super) fn canonical_text(kind: u8, key: &[u8]) -> Cow<'_, str> {
    match (kind, key.split_first()) {
        (NETWORK_V4, Some((length, address))) => {
            format!("{}/{length}", text_of(ObservableKind::Ipv4Addr, address)).into()
        }
        (NETWORK_V6, Some((length, address))) => {
            format!("{}/{length}", text_of(ObservableKind::Ipv6Addr, address)).into()
        }
        _ => kind_of(kind).map_or(Cow::Borrowed(""), |kind| text_of(kind, key)),
    }
}

fn hyphenated(bytes: [u8; 16]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn memchr_dot(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'.')
}

#[cfg(test)]
mod tests {
    use vauban_model::{Marking, Observable, Source, Test, Validity};

    use super::*;
    use crate::set::{SetBytes, build};

    fn indicator(tests: Vec<Test>) -> Indicator {
        Indicator {
            id: IndicatorId::derived("test", "domain-name", tests[0].value()),
            name: tests[0].value().to_owned(),
            description: String::new(),
            tests,
            marking: Marking::Clear,
            confidence: Some(80),
            validity: Validity::default(),
            techniques: Vec::new(),
            labels: vec!["x".into()],
            source: Source { name: "test".into(), document: "list.txt".into(), line: Some(3), references: Vec::new() },
        }
    }

    fn set(tests: Vec<Test>) -> IndicatorSet {
        let indicators: Vec<_> = tests.into_iter().map(|test| indicator(vec![test])).collect();
        let built = build(&indicators);
        assert!(built.refused.is_empty(), "{:?}", built.refused);
        IndicatorSet::open(SetBytes::Owned(built.bytes)).unwrap()
    }

    fn observable(kind: ObservableKind, value: &str) -> Test {
        Test::Observable(Observable::new(kind, value))
    }

    fn hits(set: &IndicatorSet, kind: ObservableKind, value: &str) -> Vec<(String, Vec<&'static str>)> {
        let mut all = Vec::new();
        set.look_up(kind, value, &mut |hit| {
            if let Hit::Indicator { indicator, value, how } = hit {
                assert_eq!(indicator.source.line, Some(3));
                all.push((value, how));
            }
        });
        all
    }

    #[test]
    fn everything_can_be_gone_over() {
        use ObservableKind::{DomainName, Ipv4Addr, Ipv6Addr, Url};
        let set = set(vec![
            observable(DomainName, "Evil.com"),
            observable(DomainName, "bücher.example"),
            observable(Url, "http://evil.org/path"),
            observable(Ipv4Addr, "192.0.2.7"),
            observable(Ipv6Addr, "2001:db8:1::1"),
            Test::Network("198.51.100.0/24".into()),
            Test::Network("2001:db8::/32".into()),
        ]);
        let mut names: Vec<&str> = set.names().collect();
        names.sort_unstable();
        assert_eq!(names, ["evil.com", "xn--bcher-kva.example"]);
        let mut networks = Vec::new();
        set.each_network(&mut |network, indicator| networks.push((network.to_string(), indicator.name.clone())));
        networks.sort();
        let networks: Vec<&str> = networks.iter().map(|(network, _)| network.as_str()).collect();
        assert_eq!(networks, ["192.0.2.7/32", "198.51.100.0/24", "2001:db8:1::1/128", "2001:db8::/32"]);
    }

    #[test]
    fn boundaries_of_each_kind() {
        use ObservableKind::{DomainName, EmailAddr, FileHash, FileName, Ipv4Addr, Ipv6Addr, Url};
        let hash = "0123456789abcdef0123456789abcdef";
        let set = set(vec![
            observable(DomainName, "Evil.com"),
            observable(DomainName, "bücher.example"),
            observable(Url, "http://evil.com/path"),
            observable(Ipv4Addr, "192.0.2.7"),
            Test::Network("198.51.100.0/24".into()),
            Test::Network("2001:db8::/32".into()),
            observable(EmailAddr, "spy@evil.com"),
            observable(FileHash, hash),
            observable(FileName, "Dropper.EXE"),
        ]);
        assert_eq!(hits(&set, DomainName, "evil.com."), [("Evil.com".into(), vec![])]);
        assert_eq!(hits(&set, DomainName, "login.EVIL.com"), [("Evil.com".into(), vec!["subdomain"])]);
        assert_eq!(hits(&set, DomainName, "www.BÜCHER.example")[0].1, vec!["subdomain", "idna"]);
        assert_eq!(hits(&set, DomainName, "xn--bcher-kva.example").len(), 1);
        for miss in ["notevil.com", "evil.com.example", "evil.co", "com", "vil.com"] {
            assert_eq!(hits(&set, DomainName, miss), [], "{miss}");
        }
        assert_eq!(hits(&set, Url, "https://evil.com/path?x=1#y")[0].1, vec!["with-query"]);
        assert_eq!(hits(&set, Url, "evil.com/path").len(), 1);
        assert_eq!(hits(&set, Url, "http://evil.com/path2"), []);
        assert_eq!(hits(&set, Ipv4Addr, "192.0.2.7").len(), 1);
        assert_eq!(hits(&set, Ipv6Addr, "::ffff:192.0.2.7").len(), 1);
        assert_eq!(hits(&set, Ipv4Addr, "192.0.2.70"), []);
        assert_eq!(hits(&set, Ipv4Addr, "198.51.100.255"), [("198.51.100.0/24".into(), vec!["network"])]);
        assert_eq!(hits(&set, Ipv4Addr, "198.51.101.0"), []);
        assert_eq!(hits(&set, Ipv6Addr, "2001:db8:ffff::1").len(), 1);
        assert_eq!(hits(&set, Ipv6Addr, "2001:db9::1"), []);
        assert_eq!(hits(&set, EmailAddr, "Spy+news@Evil.com")[0].1, vec!["sub-address"]);
        assert_eq!(hits(&set, EmailAddr, "notspy@evil.com"), []);
        assert_eq!(hits(&set, FileHash, &hash.to_uppercase()).len(), 1);
        assert_eq!(hits(&set, FileHash, "0123456789abcdef0123456789abcdee"), []);
        assert_eq!(hits(&set, FileName, r"c:\x\dropper.exe").len(), 1);
        assert_eq!(hits(&set, FileName, "adropper.exe"), []);
    }

    #[test]
    fn several_indicators_of_one_key_all_answer() {
        let mut second = indicator(vec![observable(ObservableKind::DomainName, "evil.com")]);
        second.id = "indicator--6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
        second.marking = Marking::Red;
        let built = build(&[indicator(vec![observable(ObservableKind::DomainName, "evil.com")]), second.clone()]);
        let set = IndicatorSet::open(SetBytes::Owned(built.bytes)).unwrap();
        let mut ids = Vec::new();
        set.look_up(ObservableKind::DomainName, "evil.com", &mut |hit| {
            if let Hit::Indicator { indicator, .. } = hit {
                ids.push((indicator.id, indicator.marking));
            }
        });
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[1], (second.id, Marking::Red));
        assert_eq!(ids[0].0, IndicatorId::derived("test", "domain-name", "evil.com"));
    }

    #[test]
    fn a_damaged_file_is_refused() {
        use crate::set::OpenError;
        let mut built = build(&[indicator(vec![observable(ObservableKind::DomainName, "evil.com")])]).bytes;
        assert_eq!(IndicatorSet::open(SetBytes::Owned(b"x".to_vec())).unwrap_err(), OpenError::NotASet);
        let cut = built[..built.len() - 1].to_vec();
        assert_eq!(IndicatorSet::open(SetBytes::Owned(cut)).unwrap_err(), OpenError::Damaged);
        let middle = built.len() / 2;
        built[middle] ^= 1;
        assert_eq!(IndicatorSet::open(SetBytes::Owned(built.clone())).unwrap_err(), OpenError::Damaged);
        built[8] = 9;
        assert_eq!(IndicatorSet::open(SetBytes::Owned(built)).unwrap_err(), OpenError::OtherVersion { found: 9 });
    }

    #[test]
    fn a_path_meets_its_end_and_its_folders() {
        let file_path = ObservableKind::FilePath;
        let set = set(vec![observable(file_path, "/private/var/tmp/relaunch"), observable(file_path, "/tmp/l/")]);
        for (path, wanted) in [
            ("/private/var/tmp/relaunch", vec![("/private/var/tmp/relaunch", vec![])]),
            ("/var/tmp/relaunch", vec![("/private/var/tmp/relaunch", vec![])]),
            ("evidence/phone/private/var/tmp/relaunch", vec![("/private/var/tmp/relaunch", vec!["path-end"])]),
            ("/private/tmp/l/a/b", vec![("/tmp/l/", vec!["folder"])]),
            ("/private/var/tmp/Relaunch", vec![]),
            ("/private/var/tmp/relaunch/x", vec![]),
            ("/private/var/tmp/xrelaunch", vec![]),
            ("/x/tmp/l/a", vec![]),
            ("relaunch", vec![]),
        ] {
            let wanted: Vec<_> = wanted.into_iter().map(|(value, how)| (value.to_owned(), how)).collect();
            assert_eq!(hits(&set, file_path, path), wanted, "{path}");
        }
    }

    #[test]
    fn a_process_meets_its_own_name_alone() {
        let set = set(vec![observable(ObservableKind::ProcessName, "BackupAgent")]);
        for other in ["BackupAgent2", "backupagent", "/usr/BackupAgent"] {
            assert_eq!(hits(&set, ObservableKind::ProcessName, other), [], "{other}");
        }
        assert_eq!(hits(&set, ObservableKind::ProcessName, "BackupAgent").len(), 1);
    }

    #[test]
    fn a_set_says_what_it_asks_for() {
        use ObservableKind::{DomainName, EmailAddr, FileHash, Ipv4Addr, Ipv6Addr};
        let set = set(vec![
            Test::Network("192.0.2.0/24".into()),
            observable(FileHash, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ]);
        let asked = ObservableKind::ALL.iter().copied().filter(|kind| set.asks_for(*kind)).collect::<Vec<_>>();
        assert_eq!(asked, [DomainName, Ipv4Addr, Ipv6Addr, FileHash]);
        assert!(!set.asks_for(EmailAddr));
        assert_eq!([16, 20, 32, 64, 99].map(|bytes| set.asks_for_hashes_of(bytes)), [false, true, false, false, false]);
    }

    #[test]
    fn an_empty_set_answers_nothing() {
        let set = IndicatorSet::open(SetBytes::Owned(build(&[]).bytes)).unwrap();
        assert!(set.is_empty());
        assert_eq!(hits(&set, ObservableKind::DomainName, "evil.com"), []);
    }

    proptest::proptest! {
        #[test]
        fn every_name_built_in_is_found(names in proptest::collection::hash_set("[a-z]{1,12}\\.(com|fr|example)", 1..200)) {
            let set = set(names.iter().map(|name| observable(ObservableKind::DomainName, name)).collect());
            for name in &names {
                proptest::prop_assert_eq!(hits(&set, ObservableKind::DomainName, name).len(), 1);
            }
        }
    }
}
