//! A thief of the party's whole directory, its secrets included, reads nothing of what the party did not see.

use std::{collections::HashSet, fs, path::Path};

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest as _, Sha256};
use vauban_blind::{Output, SecretKey, Table};
use vauban_party::{Day, StateSecret};

use crate::{
    day::domains,
    hub::Hub,
    made::{STREAM, blind_first, enrolled, evening, names, rng, signer},
    round::outcome,
};

fn dump(folder: &Path, bytes: &mut Vec<u8>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            dump(&path, bytes);
        } else {
            bytes.extend(fs::read(path).unwrap());
        }
    }
}

/// The name as it could stand somewhere.
pub(crate) fn encodings(name: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u16> = name.encode_utf16().collect();
    let mut all = vec![
        name.as_bytes().to_vec(),
        name.to_uppercase().into_bytes(),
        name.bytes().rev().collect(),
        HEXLOWER.encode(name.as_bytes()).into_bytes(),
        HEXLOWER.encode(name.as_bytes()).to_uppercase().into_bytes(),
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ];
    // Base64 at each of the three places where it can begin, without the signs that neighbours change.
    for skip in 0..3 {
        let padded = [&vec![b'.'; skip], name.as_bytes()].concat();
        let text = BASE64.encode(&padded);
        all.push(text.as_bytes()[(skip * 4).div_ceil(3)..text.len() - 4].to_vec());
    }
    all
}

/// Whether any of the needles is there: all begin with eight bytes that are looked up at each place.
pub(crate) fn found(bytes: &[u8], needles: &[Vec<u8>]) -> usize {
    let starts: HashSet<&[u8]> = needles.iter().map(|needle| &needle[..8]).collect();
    let places: Vec<usize> = (0..bytes.len() - 8).filter(|at| starts.contains(&bytes[*at..at + 8])).collect();
    needles.iter().filter(|needle| places.iter().any(|at| bytes[*at..].starts_with(needle))).count()
}

#[test]
fn what_was_not_seen_is_nowhere_and_no_dictionary_finds_it() {
    let state = tempfile::tempdir().unwrap();
    let planted: Vec<String> = (0..1000).map(|at| format!("{at:04x}-planted-name.example")).collect();
    let hub = Hub::new(STREAM, vec![blind_first(STREAM, &planted, 1)]);
    let mut party = enrolled(state.path());
    outcome(&mut party, &hub, evening(1)).unwrap();
    let mut day = Day::open(&party).unwrap();
    let mut seen = names("good", 40);
    seen.push(planted[0].clone());
    day.add(domains(&seen), &mut rng(1)).unwrap();
    day.run(&hub, &party, evening(1).now, &mut rng(2)).unwrap();
    assert_eq!(day.hits().len(), 1);
    day.add(domains(&names("waits", 40)), &mut rng(3)).unwrap();
    hub.is_down.set(true);
    assert!(day.run(&hub, &party, evening(2).now, &mut rng(4)).is_err(), "a batch lies there unanswered");

    let mut bytes = Vec::new();
    dump(state.path(), &mut bytes);
    assert!(bytes.len() > 1 << 19, "{}", bytes.len());
    let of = |names: &[String]| -> Vec<Vec<u8>> {
        let mut needles: Vec<_> = names.iter().flat_map(|name| encodings(name)).collect();
        needles.extend(names.iter().map(|name| Sha256::digest(format!("domain-name\0{name}")).to_vec()));
        needles.extend(names.iter().map(|name| Sha256::digest(name).to_vec()));
        needles
    };
    assert_eq!(found(&bytes, &of(&planted)), 0);
    assert_eq!(found(&bytes, &of(&seen)), 0, "what was seen is sealed");
    bytes.extend(encodings(&planted[7]).concat());
    assert_eq!(found(&bytes, &of(&planted)), encodings(&planted[7]).len(), "the search finds what is there");

    // A thief who has the party's secret, too, opens the sealed file, and has the outputs of what was seen and nothing else.
    let party_file = fs::read_to_string(state.path().join("hub/agency/membership")).unwrap();
    let json: serde_json::Value = serde_json::from_str(party_file.lines().next().unwrap()).unwrap();
    let secret = HEXLOWER.decode(json["secret"].as_str().unwrap().as_bytes()).unwrap();
    let day = Day::open_with(&party, StateSecret::new(secret.try_into().unwrap())).unwrap();
    assert_eq!((day.hits().len(), day.waiting()), (1, 40));

    // Without the signer's key a dictionary is tried with what the thief has: every 64 bytes of the dump could be an output, and keys of
    // its own make. None opens a row.
    let table = party.streams()[0].current().unwrap().table().unwrap().unwrap();
    assert_eq!(recovered(&table, &planted), 0);
}

/// A dictionary of a million names that contains all that were planted, under a key that the thief made up.
fn recovered(table: &Table<Vec<u8>>, planted: &[String]) -> usize {
    let pin = signer(1).pin();
    let guess = SecretKey::generate(&mut rng(4242)).unwrap();
    let known: HashSet<&String> = planted.iter().collect();
    let dictionary = names("word", 999_000);
    let outputs = dictionary.iter().chain(planted).map(|name| {
        let digest = Sha256::digest(format!("domain-name\0{name}"));
        // The best that can be had without the key: any function of the name, and the function under another key now and then.
        let by_hash = Output::new(pin, [&digest[..], &Sha256::digest(digest)[..]].concat().try_into().unwrap());
        let observable = vauban_blind::Observable::new("domain-name", name).unwrap();
        let is_planted = known.contains(name);
        let by_guess = is_planted.then(|| guess.output(pin.epoch, &observable).unwrap().to_bytes());
        (by_hash, by_guess.map(|bytes| Output::new(pin, *bytes)))
    });
    let opens = |output: &Output| table.look(output).unwrap().is_some();
    outputs.filter(|(hash, guess)| opens(hash) || guess.as_ref().is_some_and(opens)).count()
}
