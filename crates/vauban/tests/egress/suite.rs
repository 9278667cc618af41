//! Every way, tried against every filter.

use crate::{
    cases::{Sort, Way, all},
    field::Field,
    filter::{Filter, Vauban},
    plain::{Plain, Rules},
    round::Round,
    table::{self, Outcome, Row},
    yard::can_run,
};

fn try_all(filter: Box<dyn Filter>) -> Vec<Outcome> {
    let mut field = Field::start(filter);
    let outcomes: Vec<Outcome> = all().map(|way| try_one(&mut field, way)).collect();
    if outcomes.iter().any(|outcome| !outcome.control) {
        println!("{}", field.filter.log(&field.yard));
    }
    outcomes
}

fn try_one(field: &mut Field, way: &Way) -> Outcome {
    let mut round = Round { field, wrong: Vec::new(), captures: Vec::new(), held: Vec::new(), said: String::new() };
    (way.before)(&mut round);
    round.listen();
    (way.attempt)(&mut round);
    let control = round.control();
    let heard: Vec<_> = round.captures.drain(..).map(crate::capture::Capture::end).collect();
    let harmless = heard[0].packets("dst host 192.0.2.80 and tcp dst port 443").len();
    let mut packets = heard[0].packets(way.leak);
    packets.extend(heard[1].packets("(src net 10.20.0.0/16) and not arp"));
    let Round { wrong, said, .. } = round;
    let outcome = Outcome { packets, wrong, said, control: control && harmless > 0 };
    println!("{}: {}", way.name, outcome.told());
    outcome
}

#[test]
fn nothing_gets_past_the_guard_but_what_is_said_to() {
    if !can_run(&[]) {
        return;
    }
    let ways: Vec<&Way> = all().collect();
    assert!(ways.iter().filter(|way| way.sort == Sort::Shut).count() >= 25);
    let outcomes = try_all(Box::new(Vauban::default()));
    let failed: Vec<String> = ways
        .iter()
        .zip(&outcomes)
        .filter(|(way, outcome)| !outcome.control || (way.sort == Sort::Shut && outcome.leaked()))
        .map(|(way, outcome)| format!("{}: {outcome:#?}", way.name))
        .collect();
    table::keep("vauban", &outcomes);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_same_against_unbound_and_rules_by_hand() {
    if !can_run(&["unbound"]) {
        return;
    }
    for (name, rules) in [("web", Rules::Web), ("open", Rules::Open)] {
        let outcomes = try_all(Box::new(Plain::new(rules)));
        // How much it lets through is what is measured; the yard has to work, and the capture to hear.
        let failed: Vec<_> =
            all().zip(&outcomes).filter(|(_, outcome)| !outcome.control).map(|(way, _)| way.name).collect();
        assert!(failed.is_empty(), "what is harmless does not pass: {failed:?}");
        assert!(outcomes.iter().any(Outcome::leaked), "a capture that hears nothing");
        table::keep(name, &outcomes);
    }
}

/// Rows of the table, whichever filters were tried.
pub(crate) fn rows() -> Vec<Row> {
    all().map(|way| Row { name: way.name, is_limit: way.sort == Sort::Limit }).collect()
}
