//! What needs no server to be shown.

use super::{
    denial::{Absence, Proofs},
    nsec::has_type,
    *,
};
use crate::{
    Name,
    wire::{Message, Record, kind},
};

fn name(text: &str) -> Name {
    Name::from_text(text).unwrap()
}

/// A bit map of types below 256.
fn types(kinds: &[u8]) -> Vec<u8> {
    let mut bits = [0_u8; 32];
    for kind in kinds {
        bits[usize::from(kind / 8)] |= 0x80 >> (kind % 8);
    }
    [&[0, 32][..], &bits].concat()
}

fn nsec(owner: &str, next: &str, kinds: &[u8]) -> rrset::Set {
    let data = [name(next).as_bytes(), &types(kinds)].concat().into_boxed_slice();
    let record = Record { owner: name(owner), kind: kind::NSEC, class: 1, ttl: 300, data };
    rrset::find(std::slice::from_ref(&record), &record.owner, kind::NSEC).unwrap()
}

#[test]
fn type_maps_are_read_to_their_end_and_not_beyond() {
    let map = types(&[1, 46]);
    assert!(has_type(&map, 1) && has_type(&map, 46) && !has_type(&map, 28) && !has_type(&map, 257));
    let two = [&map[..], &[1, 1, 0x40]].concat();
    assert!(has_type(&two, 257) && !has_type(&two, 256));
    assert!(!has_type(&[0, 9, 0xFF], 1), "longer than what there is");
}

#[test]
fn ordered_names_prove_only_what_lies_between_them() {
    let zone = name("z");
    let prove = |sets: &[rrset::Set], asked: &str, kind, absence| {
        Proofs::new(&zone, sets).prove(&name(asked), kind, absence, &mut Budget::default()).unwrap()
    };
    let chain =
        [nsec("z", "b.z", &[2, 6]), nsec("b.z", "d.z", &[1]), nsec("d.z", "a.ent.z", &[2]), nsec("a.ent.z", "z", &[1])];
    let says = |asked, kind, absence| prove(&chain, asked, kind, absence).map(|proven| proven.says);
    assert_eq!(says("a.z", 1, Absence::Name), Some(Absence::Name));
    assert_eq!(says("b.z", 28, Absence::Data), Some(Absence::Data));
    assert_eq!(says("b.z", 1, Absence::Data), None, "it is there");
    assert_eq!(says("ent.z", 1, Absence::Data), Some(Absence::Data), "an empty name");
    assert_eq!(says("ent.z", 1, Absence::Name), Some(Absence::Data), "it exists, whatever was said");
    assert_eq!(says("x.d.z", 1, Absence::Name), None, "the parent says nothing of what a child holds");
    assert_eq!(says("d.z", 1, Absence::Data), None, "nor of the child's apex");
    assert_eq!(says("d.z", kind::DS, Absence::Data), Some(Absence::Data), "but of the delegation");
    assert_eq!(says("f.z", 1, Absence::Name), Some(Absence::Name), "after the last one");
    assert_eq!(says("other", 1, Absence::Name), None);
    let without_first = &chain[1..];
    assert_eq!(prove(without_first, "c.z", 1, Absence::Name), None, "a wildcard might be");
}

#[test]
fn budgets_end() {
    let mut budget = Budget::default();
    assert!((0..1000).any(|_| budget.signature().is_err()));
    assert!((0..1000).any(|_| budget.hash().is_err()));
    assert!((0..1000).any(|_| budget.question().is_err()));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_a_message_or_not(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        if let Ok(message) = Message::parse(&bytes) {
            let _ = Shape::of(&message, &name("a.b"), 1);
        }
    }
}
