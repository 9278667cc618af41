//! However releases come, in whatever order, from a hub that forks at will: a chain never has two of one number.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vauban_release::{Chain, Content, Digest, PartName, Release};

use crate::support::{day, draft, evening, hub, key, objects, stream};

/// A tree of releases: each follows one that was made before it, with forks, and some full ones with a history.
fn grow(choices: &[(prop::sample::Index, u8)]) -> Vec<Release> {
    let mut tree = vec![(Release::sign(draft(), [objects(1)], &key(1)).unwrap(), Vec::new())];
    for (salt, (parent, kind)) in choices.iter().enumerate() {
        let (before, past): (Release, Vec<u8>) = tree[parent.index(tree.len())].clone();
        let mut draft = before.signed().following(day(1), day(28)).unwrap();
        let past = [past, before.signed().bytes().to_vec()].concat();
        draft.content = if kind % 3 == 0 { Content::Delta } else { Content::Full };
        let mut parts = vec![objects(salt as u64 % 3 + 1)];
        if kind % 3 == 2 {
            parts.push((PartName::History, past.clone()));
        }
        tree.push((Release::sign(draft, parts, &key(1)).unwrap(), past));
    }
    tree.into_iter().map(|(release, _)| release).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_number_is_accepted_once(
        choices in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        offers in prop::collection::vec(any::<prop::sample::Index>(), 1..60),
    ) {
        let tree = grow(&choices);
        let mut party = Chain::new(hub(), stream(), key(1).public());
        let mut accepted: BTreeMap<u64, Digest> = BTreeMap::new();
        for offer in offers {
            let release = &tree[offer.index(tree.len())];
            let before = party.clone();
            if party.accept(release.whole(), evening(2)).is_ok() {
                let head = party.head().unwrap();
                let digest = *accepted.entry(head.number.get()).or_insert(head.digest);
                prop_assert_eq!(digest, release.signed().digest());
                prop_assert!(before.head().is_none_or(|before| before.number <= head.number));
                // Whatever was accepted is in the past of what is accepted now.
                prop_assert!(accepted.iter().all(|(number, digest)| is_past(&tree, release, *number, *digest)));
            } else {
                prop_assert_eq!(&party, &before, "a refusal leaves no trace");
            }
            party = party.to_string().parse().unwrap();
        }
    }
}

/// Whether `release` is, or leads back to, the release of this number and digest.
fn is_past(tree: &[Release], release: &Release, number: u64, digest: Digest) -> bool {
    let signed = release.signed();
    if signed.manifest().number.get() == number {
        return signed.digest() == digest;
    }
    let before =
        signed.manifest().before.and_then(|before| tree.iter().find(|other| other.signed().digest() == before));
    before.is_some_and(|before| is_past(tree, before, number, digest))
}
