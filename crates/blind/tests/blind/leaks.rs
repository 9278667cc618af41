//! What a thief of files can read: nothing of what is known, nothing of what was seen, with a dictionary that has it all.

use std::collections::HashSet;

use data_encoding::{BASE32, BASE64, HEXLOWER, HEXUPPER};
use sha2::{Digest as _, Sha256, Sha512};
use vauban_blind::{Asker, BatchSize, Epoch, Output, Pin, SecretKey, StateKey, Table};

use crate::steps::{ask, domain, found, names, rng, signer, table};

/// The forms in which a name could stand in bytes: as it is, UTF-16 both ways, backwards, hexadecimal, base32 and base64 at each of the offsets at
/// which it could begin in what was encoded, and its usual digests.
fn forms(name: &str) -> Vec<Vec<u8>> {
    let raw = name.as_bytes();
    let mut forms = vec![
        raw.to_vec(),
        name.to_uppercase().into_bytes(),
        name.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        name.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        raw.iter().rev().copied().collect(),
        HEXLOWER.encode(raw).into_bytes(),
        HEXUPPER.encode(raw).into_bytes(),
        Sha256::digest(raw).to_vec(),
        Sha512::digest(raw)[..32].to_vec(),
        Sha256::digest([b"domain-name\0", raw].concat()).to_vec(),
        HEXLOWER.encode(&Sha256::digest(raw)).into_bytes(),
    ];
    for inner in (0..3).map(|skipped| &raw[skipped..]) {
        forms.push(BASE64.encode(&inner[..inner.len() / 3 * 3]).into_bytes());
    }
    for inner in (0..5).map(|skipped| &raw[skipped..]) {
        forms.push(BASE32.encode(&inner[..inner.len() / 5 * 5]).into_bytes());
    }
    forms
}

/// How many of the names stand in the bytes in any form. All windows of the lengths of the forms are hashed once.
fn planted(bytes: &[u8], names: &[String]) -> usize {
    let all: Vec<Vec<Vec<u8>>> = names.iter().map(|name| forms(name)).collect();
    let starts: HashSet<&[u8]> = bytes.windows(8).collect();
    let stands = |form: &Vec<u8>| starts.contains(&form[..8]) && bytes.windows(form.len()).any(|window| window == form);
    all.iter().filter(|forms| forms.iter().any(stands)).count()
}

#[test]
fn the_search_finds_what_is_planted() {
    let names = names("secret", 4);
    for form in forms(&names[2]) {
        let bytes = [vec![b'x'; 100], form, vec![b'y'; 100]].concat();
        assert_eq!(planted(&bytes, &names), 1);
    }
    let text = BASE64.encode(format!("a list: {}, and more", names[1]).as_bytes());
    assert_eq!(planted(text.as_bytes(), &names), 1);
    assert_eq!(planted(b"nothing of the sort stands here", &names), 0);
}

/// A thousand secret names: none is in the table that is handed out, in a batch, an answer or a kept state, in any form.
#[test]
fn no_name_stands_in_anything_that_leaves_or_stays() {
    let signer = signer(1);
    let secret = names("secret", 1000);
    let table = table(&signer, &secret, 2);
    assert_eq!(planted(&table, &secret), 0);

    let seen: Vec<_> = secret.iter().map(|name| domain(name)).collect();
    let mut rng = rng(3);
    let (batch, pending) = Asker::new(signer.pin(), BatchSize::USUAL).ask(&seen, &mut rng).unwrap();
    let evaluated = signer.evaluate(&batch, &mut rng).unwrap();
    let state = pending.seal(&StateKey::new([7; 32]), &mut rng).unwrap();
    for bytes in [batch.to_bytes(), evaluated.to_bytes(), state] {
        assert_eq!(planted(&bytes, &secret), 0);
    }
    let shown = format!("{pending:?} {:?} {:?}", seen[0], ask(&signer, &seen[..1], 1, 4)[0]);
    assert_eq!(shown, "Pending(epoch 1, ..) Observable(..) Output(epoch 1, ..)");
}

/// An attack without the key: a table, and a dictionary of a million names that has all of its thousand. Nothing can be computed from a name
/// but digests and outputs under other keys; none of them is a tag, none opens a label.
///
/// A guess costs the attacker nothing here, and gives nothing: a billion names would give as little, since what is missing is
/// the key's 252 bits and not time. The same dictionary *with* the key, below, is what a thief of the signer has.
#[test]
fn a_dictionary_without_the_key_recovers_nothing() {
    let signer = signer(1);
    let secret = names("secret", 1000);
    let bytes = table(&signer, &secret, 2);
    let table = Table::open(bytes.as_slice()).unwrap();
    let tags: HashSet<u64> = table.tags().map(|tag| tag.number()).collect();
    let dictionary =
        names("secret", 1000).into_iter().chain((0..999_000).map(|number| format!("word-{number}.example")));
    let mut recovered = 0;
    for name in dictionary {
        let input = [b"domain-name\0", name.as_bytes()].concat();
        for text in [name.as_bytes(), input.as_slice()] {
            let (short, long) = (Sha256::digest(text), Sha512::digest(text));
            let numbers = short.chunks(8).chain(long.chunks(8)).flat_map(|eight| {
                let eight = <[u8; 8]>::try_from(eight).unwrap();
                [u64::from_be_bytes(eight), u64::from_le_bytes(eight)]
            });
            recovered += numbers.filter(|number| tags.contains(number)).count();
            // Everything that is public in the place of what is not.
            let guess = Output::new(table.pin(), long.into());
            recovered += usize::from(table.look(&guess).unwrap().is_some());
        }
    }
    assert_eq!(recovered, 0);
}

/// The same with a key that is not the signer's, and with the signer's.
#[test]
fn only_the_signers_key_makes_a_dictionary_worth_something() {
    let signer = signer(1);
    let secret = names("secret", 300);
    let table = table(&signer, &secret, 2);
    let recovered = |key: &SecretKey| {
        let outputs: Vec<_> = secret
            .iter()
            .map(|name| key.output(Epoch::new(1), &domain(name)).unwrap())
            .map(|output| Output::new(Pin { ..signer.pin() }, *output.to_bytes()))
            .collect();
        found(&table, &outputs).into_iter().flatten().count()
    };
    assert_eq!(recovered(&SecretKey::generate(&mut rng(2)).unwrap()), 0);
    assert_eq!(recovered(&SecretKey::generate(&mut rng(1)).unwrap()), 300);
}

/// Rows that mean something cannot be told from those that do not by their bytes: both are uniform.
#[test]
fn rows_look_alike() {
    let signer = signer(1);
    let full = table(&signer, &names("known", 1024), 2);
    let empty = table(&signer, &[], 2);
    assert_eq!(full.len(), empty.len());
    for bytes in [full, empty] {
        let mut counts = [0_u32; 256];
        bytes[vauban_blind::TABLE_HEADER..].iter().for_each(|byte| counts[usize::from(*byte)] += 1);
        // 2,048 of each are expected; five standard deviations are 226.
        assert!(counts.iter().all(|count| (1800..2300).contains(count)), "{counts:?}");
    }
}
