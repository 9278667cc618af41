//! Keeping compiled rules.
//!
//! Compiled rules hold native code: loading them from a file that somebody else wrote would run his code. They are
//! therefore authenticated with a key that only this installation has, and bound to the rules' sources, to the engine's
//! version and to the processor's features; anything else is compiled again, never loaded. Where the bytes are kept and
//! where the key comes from is the caller's affair.

use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use yara_x::Rules;

use crate::{ENGINE, RefusedRule, RuleSet, RuleSource, compile::Group, demands::Demands};

/// Why kept rules cannot be used. Whoever gets one of these compiles again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// Not ours, or changed.
    #[error("compiled rules are not authentic")]
    NotAuthentic,
    /// Of another version or for another processor.
    #[error("compiled rules are for another engine or processor")]
    OtherEngine,
    /// Of other rules than those asked for.
    #[error("compiled rules are of other rules")]
    OtherRules,
    /// Not readable.
    #[error("compiled rules cannot be read")]
    Unreadable,
}

const MAC_LENGTH: usize = 32;
/// To be raised whenever demands are read in another way, or rules are divided in another form.
const FORMAT: u32 = 5;

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    engine: String,
    processor: String,
    sources: [u8; 32],
    refused: Vec<RefusedRule>,
    groups: Vec<GroupHeader>,
}

#[derive(Serialize, Deserialize)]
struct GroupHeader {
    members: Vec<Vec<Demands>>,
    asks_for_hints: bool,
    length: usize,
}

impl RuleSet {
    /// The rules as bytes to keep, authenticated with `key` and bound to the sources that they were compiled from.
    ///
    /// # Errors
    /// When the engine cannot serialise them.
    pub fn to_bytes(&self, key: &[u8; 32], sources: &[RuleSource<'_>]) -> Result<Vec<u8>, CacheError> {
        let mut bodies = Vec::new();
        for group in &self.groups {
            bodies.push(group.rules.serialize().map_err(|_| CacheError::Unreadable)?);
        }
        let header = Header {
            format: FORMAT,
            engine: ENGINE.to_owned(),
            processor: processor(),
            sources: digest(sources),
            refused: self.refused.clone(),
            groups: self
                .groups
                .iter()
                .zip(&bodies)
                .map(|(group, body)| GroupHeader {
                    members: group.members.clone(),
                    asks_for_hints: group.asks_for_hints,
                    length: body.len(),
                })
                .collect(),
        };
        let header = postcard::to_allocvec(&header).map_err(|_| CacheError::Unreadable)?;
        let mut bytes = vec![0; MAC_LENGTH];
        bytes.extend((header.len() as u64).to_le_bytes());
        bytes.extend(header);
        bodies.iter().for_each(|body| bytes.extend_from_slice(body));
        let tag = mac(key, &bytes[MAC_LENGTH..]).finalize().into_bytes();
        bytes[..MAC_LENGTH].copy_from_slice(&tag);
        Ok(bytes)
    }

    /// Rules from kept bytes, if they are authentic and of these sources, this engine and this processor.
    ///
    /// # Errors
    /// When they are not.
    pub fn from_bytes(bytes: &[u8], key: &[u8; 32], sources: &[RuleSource<'_>]) -> Result<Self, CacheError> {
        let (tag, rest) = bytes.split_at_checked(MAC_LENGTH).ok_or(CacheError::NotAuthentic)?;
        mac(key, rest).verify_slice(tag).map_err(|_| CacheError::NotAuthentic)?;
        let (length, rest) = rest.split_first_chunk::<8>().ok_or(CacheError::Unreadable)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| CacheError::Unreadable)?;
        let (header, mut rest) = rest.split_at_checked(length).ok_or(CacheError::Unreadable)?;
        let header: Header = postcard::from_bytes(header).map_err(|_| CacheError::Unreadable)?;
        if header.format != FORMAT || header.engine != ENGINE || header.processor != processor() {
            return Err(CacheError::OtherEngine);
        }
        // The numbers in matches mean places in the list of sources.
        if header.sources != digest(sources) {
            return Err(CacheError::OtherRules);
        }
        let mut groups = Vec::new();
        for group in header.groups {
            let (body, after) = rest.split_at_checked(group.length).ok_or(CacheError::Unreadable)?;
            rest = after;
            let rules = Rules::deserialize(body).map_err(|_| CacheError::Unreadable)?;
            groups.push(Group { rules, members: group.members, asks_for_hints: group.asks_for_hints });
        }
        Ok(Self::from_groups(groups, header.refused))
    }
}

/// Each text with its length in front, so that no two lists read the same.
fn digest(sources: &[RuleSource<'_>]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for source in sources {
        for text in [source.rule, source.text] {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
    }
    digest.finalize().into()
}

fn mac(key: &[u8; 32], bytes: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(bytes);
    mac
}

/// The processor features that native code may rely on.
fn processor() -> String {
    let mut features = vec![std::env::consts::ARCH.to_owned()];
    #[cfg(target_arch = "x86_64")]
    for (name, present) in [
        ("sse4.2", is_x86_feature_detected!("sse4.2")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("bmi2", is_x86_feature_detected!("bmi2")),
        ("lzcnt", is_x86_feature_detected!("lzcnt")),
        ("popcnt", is_x86_feature_detected!("popcnt")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ] {
        if present {
            features.push(name.to_owned());
        }
    }
    features.join("+")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const SOURCES: &[RuleSource<'_>] = &[
        RuleSource { rule: "good", text: "rule good { strings: $a = \"needle-in-hay\" condition: $a }" },
        RuleSource { rule: "bad", text: "rule bad {" },
    ];

    /// Where the header begins, with its format.
    const HEADER: usize = MAC_LENGTH + 8;

    fn place(bytes: &[u8], text: &str) -> usize {
        bytes.windows(text.len()).position(|piece| piece == text.as_bytes()).unwrap()
    }

    /// The same bytes with others from there on, authenticated again.
    fn altered(bytes: &[u8], at: usize, to: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        bytes[at..at + to.len()].copy_from_slice(to);
        let tag = mac(&KEY, &bytes[MAC_LENGTH..]).finalize().into_bytes();
        bytes[..MAC_LENGTH].copy_from_slice(&tag);
        bytes
    }

    #[test]
    fn what_is_kept_comes_back() {
        let rules = RuleSet::compile(SOURCES);
        let kept = RuleSet::from_bytes(&rules.to_bytes(&KEY, SOURCES).unwrap(), &KEY, SOURCES).unwrap();
        assert_eq!((kept.len(), kept.shape()), (rules.len(), rules.shape()));
        assert_eq!(kept.refused(), rules.refused());
        assert_eq!(kept.refused().len(), 1);
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        let bytes = RuleSet::compile(SOURCES).to_bytes(&KEY, SOURCES).unwrap();
        let error = |bytes: &[u8], key: [u8; 32], sources| RuleSet::from_bytes(bytes, &key, sources).unwrap_err();
        assert_eq!(error(&bytes, [8; 32], SOURCES), CacheError::NotAuthentic);
        assert_eq!(error(b"short", KEY, SOURCES), CacheError::NotAuthentic);
        for at in (0..bytes.len()).step_by(bytes.len() / 50) {
            let mut tampered = bytes.clone();
            tampered[at] ^= 1;
            assert_eq!(error(&tampered, KEY, SOURCES), CacheError::NotAuthentic, "{at}");
            assert_eq!(error(&bytes[..at], KEY, SOURCES), CacheError::NotAuthentic, "{at}");
        }
        let engine = place(&bytes, ENGINE);
        assert_eq!(error(&altered(&bytes, engine, b"yara-x 0.00.0"), KEY, SOURCES), CacheError::OtherEngine);
        assert_eq!(error(&altered(&bytes, HEADER, &[9]), KEY, SOURCES), CacheError::OtherEngine);
        let arch = std::env::consts::ARCH;
        let other = altered(&bytes, place(&bytes, arch), &vec![b'x'; arch.len()]);
        assert_eq!(error(&other, KEY, SOURCES), CacheError::OtherEngine);
        assert_eq!(error(&bytes, KEY, &SOURCES[..1]), CacheError::OtherRules);
        // The engine's name is said to be longer than all there is.
        let endless = altered(&bytes, engine - 1, &[0xff]);
        assert_eq!(error(&endless, KEY, SOURCES), CacheError::Unreadable);
    }

    #[test]
    fn the_engine_is_the_one_that_is_built_in() {
        let lock = include_str!("../../../Cargo.lock");
        let version = ENGINE.strip_prefix("yara-x ").unwrap();
        assert!(lock.contains(&format!("name = \"yara-x\"\nversion = \"{version}\"")), "{ENGINE}");
    }
}
