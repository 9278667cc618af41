//! The log of keys binds every key to all before it, and its head can be said.

use proptest::prelude::*;
use vauban_release::{BlindKey, Epoch, KeyLog, LogError};

use crate::support::{hub, key_log};

fn epoch(number: u64) -> Epoch {
    Epoch::new(number).unwrap()
}

#[test]
fn a_second_key_is_another_head_for_ever() {
    let mut ours = key_log(2);
    let mut theirs = KeyLog::new(hub(), epoch(1), BlindKey::new([1; 32]));
    theirs.append(epoch(2), BlindKey::new([99; 32])).unwrap();
    for at in 3..20 {
        for log in [&mut ours, &mut theirs] {
            log.append(epoch(at), BlindKey::new([u8::try_from(at).unwrap(); 32])).unwrap();
        }
        assert_ne!(ours.head(), theirs.head());
        assert!(!ours.head().words().are_said_in(&theirs.head().words().en.join(" ")));
    }
    assert_eq!(ours.head_at(epoch(1)), theirs.head_at(epoch(1)));
    assert!(!theirs.continues(&key_log(2).head()) && theirs.continues(&key_log(1).head()));
}

#[test]
fn parties_who_are_not_equally_far_compare_the_older_head() {
    assert_eq!(key_log(5).head_at(epoch(3)), Some(key_log(3).head()));
    assert_eq!(key_log(5).head_at(epoch(6)), None);
    assert_eq!(key_log(5).key(epoch(4)), Some(BlindKey::new([4; 32])));
    assert!(key_log(5).continues(&key_log(5).head()) && !key_log(3).continues(&key_log(5).head()));
}

#[test]
fn the_head_depends_on_hub_epoch_and_key() {
    let head =
        |hub: &str, at, key| KeyLog::new(hub.parse().unwrap(), epoch(at), BlindKey::new([key; 32])).head().digest;
    let (one, two) = ("11111111-1111-4111-8111-111111111111", "21111111-1111-4111-8111-111111111111");
    let heads = [head(one, 1, 1), head(two, 1, 1), head(one, 2, 1), head(one, 1, 2)];
    assert!((0..4).all(|at| (0..at).all(|other| heads[at] != heads[other])));
}

#[test]
fn words_are_said_and_heard() {
    let words = key_log(3).head().words();
    assert_eq!((words.fr.len(), words.en.len()), (18, 18));
    assert_eq!(words.to_string().lines().count(), 6);
    assert!(words.are_said_in(&words.en.join(" ").to_uppercase()));
    assert!(words.are_said_in(&words.fr.join("\n")));
    let bare: String = words.fr.join(" ").replace(['é', 'è'], "e");
    assert!(words.are_said_in(&bare));
    let mut other = words.en.clone();
    other.swap(0, 1);
    assert!(!words.are_said_in(&other.join(" ")));
    assert!(!words.are_said_in(&words.en[..17].join(" ")) && !words.are_said_in(""));
}

/// Computed once by a script apart from this code: heads that people compare must not change with a version of this program.
#[test]
fn a_head_stays_what_it_was() {
    let head = key_log(2).head();
    assert_eq!(head.digest.to_string(), HEAD);
    assert_eq!(head.words().en.join(" "), EN);
    assert_eq!(head.words().fr.join(" "), FR);
    let page = include_str!("../../../../docs/release.md");
    let shown: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("    fr  ")).collect();
    assert_eq!(shown.join(" "), FR);
}

const HEAD: &str = "b794df6f695ccbd5a3151418ecb45b86915f9f0ca78e25af7bcd830b71e78026";
const EN: &str = "resource plunge swift sport smile turn middle penalty body grant black artwork bicycle sort crater vault certain leaf";
const FR: &str = "pétale nouveau sévir rouleau rentrer thérapie lavoir natation bambin feuille avion ancien avaler révulsif clairon turbine butiner imiter";

#[test]
fn a_log_only_grows_and_repeats_no_key() {
    let mut log = key_log(3);
    assert_eq!(log.append(epoch(3), BlindKey::new([8; 32])), Err(LogError::Order(epoch(3))));
    assert_eq!(log.append(epoch(4), BlindKey::new([2; 32])), Err(LogError::Reused(epoch(4))));
    assert_eq!(log, key_log(3));
}

#[test]
fn a_text_is_a_log_or_says_which_line_is_not() {
    let text = key_log(3).to_string();
    assert_eq!(text.parse(), Ok(key_log(3)));
    let line = |at: usize| text.lines().nth(at).unwrap();
    let wrong = [
        (String::new(), LogError::Format),
        (text.replacen("key-log/1", "key-log/2", 1), LogError::Format),
        (format!("{}\n", line(0)), LogError::Empty),
        (text.trim_end().to_owned(), LogError::Line(4)),
        (text.replace(line(2), "2"), LogError::Line(3)),
        (text.replacen("\n1 ", "\n0 ", 1), LogError::Line(2)),
        (text.replacen("\n3 ", "\n2 ", 1), LogError::Order(epoch(2))),
        (format!("{text}\n"), LogError::Line(5)),
    ];
    for (text, error) in wrong {
        assert_eq!(text.parse::<KeyLog>(), Err(error), "{text}");
    }
}

proptest! {
    #[test]
    fn a_log_goes_through_its_text(keys in prop::collection::btree_map(1_u64..1_000, any::<[u8; 32]>(), 1..20)) {
        let mut entries = keys.into_iter();
        let (first, key) = entries.next().unwrap();
        let mut log = KeyLog::new(hub(), epoch(first), BlindKey::new(key));
        for (at, key) in entries {
            let before = log.head();
            log.append(epoch(at), BlindKey::new(key)).unwrap();
            prop_assert!(log.continues(&before));
        }
        prop_assert_eq!(log.to_string().parse::<KeyLog>().unwrap().head(), log.head());
    }
}
