//! A code survives what people do to it, and says where they mistyped it.

use proptest::prelude::*;
use vauban_release::{Enrolment, EnrolmentError};
use zeroize::Zeroizing;

use crate::support::key;

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn code(secret: [u8; 10]) -> String {
    Enrolment::new(&Zeroizing::new(secret), &key(1).public()).to_code().to_string()
}

#[test]
fn a_code_pins_one_key() {
    let typed: Enrolment = code([7; 10]).parse().unwrap();
    assert_eq!((typed.secret(), typed.check_signer(&key(1).public())), (&[7; 10], Ok(())));
    assert_eq!(typed.check_signer(&key(2).public()), Err(EnrolmentError::OtherKey));
    assert_eq!(typed.secret_digest(), Enrolment::new(&Zeroizing::new([7; 10]), &key(2).public()).secret_digest());
}

#[test]
fn a_code_is_twelve_groups_and_does_not_print_itself() {
    let code = code([0xa5; 10]);
    assert!(code.split('-').count() == 12 && code.split('-').all(|group| group.len() == 5), "{code}");
    assert_eq!(format!("{:?}", code.parse::<Enrolment>().unwrap()), "Enrolment(..)");
}

#[test]
fn a_code_is_read_as_people_type_it() {
    let code = code([0x10; 10]);
    let typed = [
        code.to_lowercase(),
        code.replace('-', " "),
        code.replace('-', ""),
        format!("  {}\n", code.replace('-', " – ")),
        code.replace('0', "o").replace('1', "l"),
        code.replace('0', "O").replace('1', "I"),
    ];
    for text in typed {
        assert_eq!(text.parse::<Enrolment>().unwrap().secret(), &[0x10; 10], "{text}");
    }
}

#[test]
fn every_wrong_sign_is_found_in_its_group() {
    let code = code([0x3c; 10]);
    for (at, right) in code.char_indices().filter(|(_, sign)| *sign != '-') {
        for wrong in ALPHABET.chars().filter(|sign| *sign != right) {
            let mut typed = code.clone();
            typed.replace_range(at..=at, &wrong.to_string());
            assert_eq!(typed.parse::<Enrolment>().unwrap_err(), EnrolmentError::Group { group: at / 6 + 1 }, "{typed}");
        }
    }
}

#[test]
fn groups_and_neighbours_that_change_places_are_found() {
    let code = code([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    let groups: Vec<&str> = code.split('-').collect();
    for one in 0..groups.len() {
        for other in 0..one {
            let mut swapped = groups.clone();
            swapped.swap(one, other);
            let error = swapped.join("-").parse::<Enrolment>().err();
            let expected = EnrolmentError::Group { group: other + 1 };
            assert_eq!(error, (swapped != groups).then_some(expected), "{one} {other}");
        }
    }
    let signs: Vec<char> = code.chars().filter(|sign| *sign != '-').collect();
    for at in 1..signs.len() {
        let mut swapped = signs.clone();
        swapped.swap(at - 1, at);
        if swapped != signs {
            assert!(swapped.iter().collect::<String>().parse::<Enrolment>().is_err(), "{at}");
        }
    }
}

#[test]
fn what_is_no_code_says_why_in_both_languages_and_repeats_nothing() {
    let code = code([0x3c; 10]);
    let errors = [
        (code[..20].to_owned(), EnrolmentError::Length { typed: 17 }),
        (String::new(), EnrolmentError::Length { typed: 0 }),
        ("A".repeat(1_000_000), EnrolmentError::Length { typed: 1_000_000 }),
        (code.replacen('-', "", 1) + "U", EnrolmentError::Sign { group: 13 }),
        (format!("é{code}"), EnrolmentError::Sign { group: 1 }),
    ];
    for (typed, expected) in errors {
        let error = typed.parse::<Enrolment>().unwrap_err();
        assert_eq!(error, expected);
        let words = error.words();
        assert!(words.fr != words.en && !words.en.contains(&code[..5]), "{words:?}");
    }
}

proptest! {
    #[test]
    fn every_code_is_read_back(secret in any::<[u8; 10]>()) {
        let typed: Enrolment = code(secret).parse().unwrap();
        prop_assert_eq!(typed.secret(), &secret);
    }

    #[test]
    fn no_text_brings_it_down(text in "\\PC{0,80}") {
        prop_assert!(text.parse::<Enrolment>().is_err());
    }
}

/// The code that stands in `docs/release.md`.
#[test]
fn the_code_on_the_page_is_one() {
    let page = include_str!("../../../../docs/release.md");
    let codes = || page.lines().filter(|line| line.starts_with("    ") && line.matches('-').count() == 11);
    assert_eq!(codes().count(), 1);
    assert!(codes().all(|line| line.parse::<Enrolment>().is_ok()));
}
