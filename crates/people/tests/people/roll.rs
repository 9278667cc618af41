//! The list of everybody counts what each has.

use vauban_people::Standing;

use crate::made::{Town, device};

#[test]
fn the_list_counts_keys_and_sessions_that_are_live() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let key = town.new_key();
    town.people.add_key(&cleo.session, &key, town.now).unwrap();
    town.sign_in(&cleo, device()).unwrap();
    let counted = |town: &Town, gone| {
        let roll = town.people.roll(gone, town.now).unwrap();
        roll.into_iter().map(|one| (one.person.name.to_string(), one.keys, one.sessions)).collect::<Vec<_>>()
    };
    let row = |name: &str, keys, sessions| (name.to_owned(), keys, sessions);
    for (name, keys, _) in counted(&town, false) {
        let person = town.people.find(&name).unwrap().id;
        assert_eq!(keys as usize, town.people.keys(person).unwrap().len());
    }
    assert!(counted(&town, false).contains(&row("Cleo", 2, 2)));
    town.pass(13 * 3_600);
    assert!(counted(&town, false).contains(&row("Cleo", 2, 0)), "whatever nobody tended is over");
    let ana = town.again(&ana);
    town.people.leave(&ana.actor(), cleo.id, town.now).unwrap();
    assert!(counted(&town, false).iter().all(|(name, ..)| name != "Cleo"));
    assert!(counted(&town, true).contains(&row("Cleo", 0, 0)));
    let roll = town.people.roll(true, town.now).unwrap();
    assert!(roll.iter().any(|one| one.person.standing == Standing::Gone));
}
