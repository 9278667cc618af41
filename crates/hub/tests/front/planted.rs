//! Objects with a word in them that nothing else holds, and how to find the word whatever it was written as.

use std::collections::{BTreeSet, HashMap};

use data_encoding::HEXLOWER;
use md5::Md5;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use vauban_hub::store::{ObjectId, StreamId, Tier};
use vauban_model::Marking;

use crate::{
    leak::written,
    made::{ALICES, BOBS, GROUP},
};

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Domain,
    Url,
    Email,
    Sha256,
    Md5,
    Ipv4,
    Ipv6,
    Network,
    File,
    Pattern,
    Yara,
    /// Malware that an indicator names.
    Malware,
}

pub(crate) const KINDS: [Kind; 12] = [
    Kind::Domain,
    Kind::Url,
    Kind::Email,
    Kind::Sha256,
    Kind::Md5,
    Kind::Ipv4,
    Kind::Ipv6,
    Kind::Network,
    Kind::File,
    Kind::Pattern,
    Kind::Yara,
    Kind::Malware,
];

/// An object, and what the desk decides on it. Times are hours from the first release.
#[derive(Debug, Clone)]
pub(crate) struct Planted {
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    pub(crate) marking: Marking,
    pub(crate) tier: Tier,
    /// When its author and the desk say that it ends.
    pub(crate) ends: [Option<i64>; 2],
    pub(crate) streams: Vec<StreamId>,
    pub(crate) is_withdrawn: bool,
}

pub(crate) fn planted(count: usize) -> impl Strategy<Value = Vec<Planted>> {
    let markings =
        prop::sample::select(vec![Marking::Clear, Marking::Green, Marking::Amber, Marking::AmberStrict, Marking::Red]);
    let tiers = prop::sample::select(vec![Tier::Open, Tier::Open, Tier::Open, Tier::Blind, Tier::Held]);
    let ends = || prop::option::weighted(0.3, -2..6_i64);
    let streams = prop::sample::subsequence(vec![GROUP, ALICES, BOBS], 0..=3);
    let one = (0..KINDS.len(), markings, tiers, ends(), ends(), streams, prop::bool::weighted(0.15));
    prop::collection::vec(one, count).prop_map(|all| {
        let planted = |(number, (kind, marking, tier, author, desk, streams, is_withdrawn))| {
            let kind: Kind = KINDS[kind];
            let is_plain = matches!(kind, Kind::Domain | Kind::Url | Kind::Email | Kind::Sha256 | Kind::Md5);
            // What is no indicator has no end in the standard.
            let ends = if kind == Kind::Malware { [None; 2] } else { [author, desk] };
            let tier = if tier == Tier::Blind && !is_plain { Tier::Held } else { tier };
            Planted { number, kind, marking, tier, ends, streams, is_withdrawn }
        };
        (0..).zip(all).map(planted).collect()
    })
}

impl Planted {
    /// Sixteen letters and digits, none of them a zero, so that no form of an address leaves any out.
    pub(crate) fn word(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.number.to_be_bytes())[..8]).replace('0', "7")
    }

    pub(crate) fn id(&self) -> ObjectId {
        let kind = if self.kind == Kind::Malware { "malware" } else { "indicator" };
        let id = uuid::Uuid::from_u128(u128::from_be_bytes(Sha256::digest(self.word())[..16].try_into().unwrap()));
        let id = uuid::Builder::from_random_bytes(id.into_bytes()).into_uuid();
        ObjectId::new(&format!("{kind}--{id}")).unwrap()
    }

    /// The value, as an indicator of its kind has it.
    pub(crate) fn value(&self) -> String {
        let word = self.word();
        let groups = [&word[..4], &word[4..8], &word[8..12], &word[12..]].join(":");
        match self.kind {
            Kind::Domain => format!("w{word}.example"),
            Kind::Url => format!("http://shop.example/{word}?a=b"),
            Kind::Email => format!("{word}@evil.example"),
            Kind::Sha256 => word.repeat(4),
            Kind::Md5 => word.repeat(2),
            Kind::Ipv4 => {
                let part = |bits: u64| 100 + self.number / bits % 150;
                format!("45.{}.{}.{}", part(22_500), part(150), part(1))
            }
            Kind::Ipv6 => format!("2a00:{groups}:1111:1111:1111"),
            Kind::Network => format!("2a00:{groups}::/80"),
            Kind::File => format!("{word}.exe"),
            Kind::Pattern => format!("[domain-name:value = 'w{word}.example' AND url:value LIKE '%{word}%']"),
            Kind::Yara => format!("rule r_{word} {{ strings: $a = \"{word}\" condition: $a }}"),
            Kind::Malware => format!("malware {word}"),
        }
    }

    /// The object as its publisher writes it. Every text in it has the word.
    pub(crate) fn json(&self, end: impl Fn(i64) -> String) -> String {
        let (id, word, value) = (self.id(), self.word(), self.value());
        let times = r#""created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z""#;
        if self.kind == Kind::Malware {
            return format!(
                r#"{{"type":"malware","spec_version":"2.1","id":"{id}",{times},"name":"{value}","is_family":true}}"#
            );
        }
        let property = match self.kind {
            Kind::Url => "url:value",
            Kind::Email => "email-addr:value",
            Kind::Sha256 => "file:hashes.'SHA-256'",
            Kind::Md5 => "file:hashes.MD5",
            Kind::Ipv4 => "ipv4-addr:value",
            Kind::Ipv6 | Kind::Network => "ipv6-addr:value",
            Kind::File => "file:name",
            _ => "domain-name:value",
        };
        let (language, pattern) = match self.kind {
            Kind::Pattern => ("stix", value),
            Kind::Yara => ("yara", value.replace('"', "\\\"")),
            _ => ("stix", format!("[{property} = '{value}']")),
        };
        let ends = self.ends[0].map(|hours| format!(r#","valid_until":"{}""#, end(hours))).unwrap_or_default();
        format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"{id}",{times},"name":"name {word}","description":"about {word}","indicator_types":["malicious-activity"],"labels":["label-{word}"],"external_references":[{{"source_name":"source {word}","url":"https://report.example/{word}"}}],"pattern":"{pattern}","pattern_type":"{language}","valid_from":"2026-01-01T00:00:00Z"{ends}}}"#
        )
    }

    /// That an indicator tells of this malware. Both ids are in it, and no word.
    pub(crate) fn told_by(&self, indicator: &Self) -> String {
        let id = uuid::Uuid::from_u128(u128::from(self.number) << 64 | 0x4000_8000_0000_0000_0000);
        let id = uuid::Builder::from_random_bytes(id.into_bytes()).into_uuid();
        format!(
            r#"{{"type":"relationship","spec_version":"2.1","id":"relationship--{id}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","relationship_type":"indicates","source_ref":"{}","target_ref":"{}"}}"#,
            indicator.id(),
            self.id()
        )
    }

    /// Whether it may be seen in a stream, so many hours after the first release.
    pub(crate) fn may_be_seen(&self, stream: StreamId, hours: i64, is_after_withdrawal: bool) -> bool {
        let most = if stream == GROUP { Marking::Amber } else { Marking::AmberStrict };
        let is_over = self.ends.iter().flatten().any(|end| *end <= hours) || (self.is_withdrawn && is_after_withdrawal);
        self.tier == Tier::Open && self.marking <= most && self.streams.contains(&stream) && !is_over
    }

    /// Whether it is an indicator that a relationship may name.
    pub(crate) fn is_named(&self) -> bool {
        self.kind != Kind::Malware && self.number.is_multiple_of(4)
    }

    fn forms(&self) -> Vec<Vec<u8>> {
        let (word, value) = (self.word(), self.value());
        let parts = [&word[..4], &word[4..8], &word[8..12], &word[12..]];
        let mut forms = written(&word);
        forms.push(format!("{:x}", Md5::digest(&value)).into_bytes());
        forms.push(format!("{:x}", Sha256::digest(&value)).into_bytes());
        match self.kind {
            Kind::Ipv4 => {
                forms.extend(written(&value));
                forms.push(value.split('.').rev().collect::<Vec<_>>().join(".").into_bytes());
            }
            Kind::Ipv6 | Kind::Network => {
                forms.push(parts.join(":").into_bytes());
                let mut backwards = parts;
                backwards.reverse();
                forms.push(backwards.join(".").into_bytes());
            }
            _ => {}
        }
        // A relationship names what it is of: that it has two ids is the desk's decision.
        if self.kind != Kind::Malware && !self.is_named() {
            forms.extend(written(&self.id().as_str()["indicator--".len()..]));
        }
        forms
    }
}

/// All forms of all words, by the eight bytes that each begins with.
pub(crate) struct Needles {
    all: Vec<Planted>,
    forms: Vec<(u64, Vec<u8>)>,
    starts: HashMap<[u8; 8], Vec<usize>>,
}

impl Needles {
    pub(crate) fn of(all: &[Planted]) -> Self {
        let forms: Vec<(u64, Vec<u8>)> =
            all.iter().flat_map(|one| one.forms().into_iter().map(|form| (one.number, form))).collect();
        let mut starts = HashMap::<[u8; 8], Vec<usize>>::new();
        for (at, (_, form)) in forms.iter().enumerate() {
            starts.entry(form[..8].try_into().unwrap()).or_default().push(at);
        }
        Self { all: all.to_vec(), forms, starts }
    }

    /// The object of a number.
    pub(crate) fn planted(&self, number: u64) -> &Planted {
        self.all.iter().find(|one| one.number == number).unwrap()
    }

    /// The numbers of those that are in the bytes.
    pub(crate) fn found(&self, bytes: &[u8]) -> BTreeSet<u64> {
        let mut seen = BTreeSet::new();
        for (place, eight) in bytes.windows(8).enumerate() {
            for (number, form) in self.starts.get(eight).into_iter().flatten().map(|at| &self.forms[*at]) {
                if bytes[place..].starts_with(form) {
                    seen.insert(*number);
                }
            }
        }
        seen
    }
}
