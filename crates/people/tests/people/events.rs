//! Events: numbered without gaps, handed over once, in both languages.

use vauban_people::{EventKind, Refusal, Rules};

use crate::made::{Town, device};

#[test]
fn numbers_have_no_gaps_whatever_is_refused_between() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    for _ in 0..3 {
        town.invite(&cleo, &Town::new_person("Dora")).unwrap_err();
        town.sign_in(&ben, device()).unwrap();
    }
    let all = town.people.events(0, 1_000).unwrap();
    assert!(all.iter().zip(1..).all(|(event, number)| event.number == number));
    let refused = all.iter().filter(|event| event.kind == EventKind::ChangeRefused);
    assert_eq!(refused.map(|event| event.detail.clone().unwrap()).collect::<Vec<_>>(), ["not-administrator"; 3]);
    assert!(town.people.last_events(1_000).unwrap().into_iter().rev().eq(all));
    let page = town.people.events(2, 3).unwrap();
    assert_eq!(page.iter().map(|event| event.number).collect::<Vec<_>>(), [3, 4, 5]);
}

#[test]
fn a_list_is_read_backwards_page_by_page() {
    let (mut town, ana, ben) = Town::founded();
    town.member("Cleo", &ana, &ben);
    let numbers = |before, person, most| {
        let events = town.people.events_before(before, person, most).unwrap();
        events.iter().map(|event| event.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(5, None, 3), [4, 3, 2]);
    let newest = town.people.last_events(1).unwrap()[0].number;
    assert_eq!(numbers(u64::MAX, None, 1), [newest]);
    let of_ana: Vec<_> = town.people.events_about(ana.id, 1_000).unwrap().iter().map(|event| event.number).collect();
    assert_eq!(numbers(u64::MAX, Some(ana.id), 1_000), of_ana);
    assert_eq!(numbers(of_ana[0], Some(ana.id), 1_000), of_ana[1..]);
    assert!(numbers(1, None, 9).is_empty());
}

#[test]
fn only_what_was_handed_over_is_forgotten_and_numbers_go_on() {
    let (mut town, ana, _) = Town::founded();
    let last = town.people.events(0, 1_000).unwrap().last().unwrap().number;
    town.pass(91 * 24 * 3_600);
    town.people.tend(town.now).unwrap();
    assert!(!town.people.events(0, 1).unwrap().is_empty(), "nobody has them yet");
    town.people.handed_over(last + 1_000, town.now).unwrap();
    town.sign_in(&ana, device()).unwrap();
    town.people.tend(town.now).unwrap();
    let left: Vec<_> = town.people.events(0, 1_000).unwrap().into_iter().map(|event| event.number).collect();
    assert_eq!(left, [last + 1]);
}

#[test]
fn events_are_bounded_even_where_nobody_takes_them() {
    let (mut town, ana, _) = Town::founded_with(Rules { events: 1_000, ..Rules::default() });
    for _ in 0..1_010 {
        town.sign_in(&ana, device()).unwrap();
    }
    let last = town.people.events_about(ana.id, 1).unwrap()[0].number;
    town.people.tend(town.now).unwrap();
    assert_eq!(town.people.events(0, 1).unwrap()[0].number, last - 999);
}

#[test]
fn every_sentence_is_there_in_both_languages() {
    for refusal in Refusal::ALL {
        let text = refusal.text();
        assert!(text.fr.ends_with('.') && text.en.ends_with('.') && text.fr != text.en, "{refusal}");
        assert_eq!(Refusal::from_word(refusal.word()), Some(*refusal));
    }
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    town.people.suspend(&ana.actor(), cleo.id, town.now).unwrap();
    town.sign_in(&cleo, device()).unwrap_err();
    let mut event = town.people.events_about(cleo.id, 1).unwrap().remove(0);
    assert_eq!(
        event.text().fr,
        "Connexion refusée : Cleo (Cette personne n'est pas active, ou sa date de fin est passée) (adresse 192.0.2.1)."
    );
    for kind in EventKind::ALL {
        event.kind = *kind;
        let text = event.text();
        assert!(text.fr != text.en && !text.fr.contains('{') && !text.en.contains('{'), "{kind}: {text:?}");
    }
}
