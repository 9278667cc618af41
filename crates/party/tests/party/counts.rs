//! Counts: nothing without an agreement, the same bytes until they are answered, nothing after it ended, and no name in any of it.

use std::{fs, path::Path, process::Command};

use vauban_model::{
    Exposure, IndicatorId, IndicatorRef, Location, Marking, Observable, ObservableKind, Severity, Sighting, Text,
};
use vauban_party::{CountsError, CountsState, CountsTold, Day, Door, DoorError, Party, Reply, Round, Rounded};
use vauban_record::{Kind, Record as _, SqliteRecord};
use vauban_release::{Band, Moment, Release, SignedCounts, Week};

use crate::{
    day::domains,
    hub::Hub,
    leaks::{encodings, found},
    made::{
        HUB, OTHER, STREAM, blind_first, draft, enrolled, evening, first, id, key, names, next, object, objects, rng,
    },
};

const STATE: &str = "VAUBAN_TEST_COUNTS";

fn week(text: &str) -> Week {
    text.parse().unwrap()
}

/// Goes through a round at a time; what came of counts.
fn round(state: &Path, party: &mut Party, door: &dyn Door, moment: Moment) -> Rounded {
    let path = |name: &str| state.join(name);
    let round = Round {
        hub: "agency",
        known: &path("known.sqlite"),
        names: &path("names.sqlite"),
        record: &path("record.sqlite"),
        now: moment.now,
    };
    round.run(party, None, door, &mut rng(u64::try_from(moment.now.as_second()).unwrap())).unwrap()
}

fn told(state: &Path, party: &mut Party, door: &dyn Door, moment: Moment) -> CountsTold {
    round(state, party, door, moment).counts.unwrap()
}

/// What came to the hub of counts: the last part of the path, and the bytes.
fn came(hub: &Hub) -> Vec<(String, Vec<u8>)> {
    let seen = hub.seen.borrow();
    let counts = seen.iter().filter(|(_, path, ..)| path.contains("/counts/"));
    counts.map(|(_, path, body, _)| (path.rsplit('/').next().unwrap().to_owned(), body.clone())).collect()
}

/// Writes into the record that an indicator met something.
fn met(state: &Path, at: Moment, number: u64, value: &str) {
    let object: serde_json::Value = serde_json::from_str(&object(number, 1)).unwrap();
    let id: IndicatorId = object["id"].as_str().unwrap().parse().unwrap();
    let sighting = Sighting {
        location: Location::file(&format!("/home/{value}/note.txt")),
        offset: None,
        observable: Observable::new(ObservableKind::DomainName, value),
        indicator: IndicatorRef {
            id,
            value: value.to_owned(),
            name: value.to_owned(),
            source: "agency".to_owned(),
            marking: Marking::Green,
            confidence: None,
            known_since: None,
            references: Vec::new(),
        },
        how: Vec::new(),
        exposure: Exposure::Present,
        severity: Severity::High,
        techniques: Vec::new(),
        advice: Text::default(),
        excerpt: Some(value.to_owned()),
        at: None,
        occurrences: 1,
    };
    let mut record = SqliteRecord::open(&state.join("record.sqlite")).unwrap();
    record.append(at.now, Kind::Sighting, 0, &serde_json::to_string(&sighting).unwrap()).unwrap();
    record.commit().unwrap();
}

/// A party in the first full week of November, and its hub.
fn ready(state: &Path) -> (Party, Hub) {
    let hub = Hub::new(STREAM, vec![first(STREAM)]);
    let mut party = enrolled(state);
    round(state, &mut party, &hub, evening(2));
    (party, hub)
}

#[test]
fn nothing_is_told_unless_a_person_agreed() {
    let state = tempfile::tempdir().unwrap();
    let (mut party, hub) = ready(state.path());
    met(state.path(), evening(3), 1, "evil.example");
    for on in 3..=30 {
        let told = told(state.path(), &mut party, &hub, evening(on));
        assert_eq!((told.taken, told.waiting), (0, 0));
    }
    // To look at it is no agreement, and neither is nobody's.
    let day = Day::open(&party).unwrap();
    let shown = party.counts_of(week("2026-W45"), &day, &state.path().join("record.sqlite")).unwrap();
    assert_eq!(shown[0].counts().open, Band::One);
    for by in ["", "  ", "A\u{1b}[2J", "A\nagreed", &"x".repeat(201)] {
        assert!(matches!(party.agree_to_counts(by, evening(3).now.into()), Err(CountsError::Nobody)), "{by:?}");
    }
    told(state.path(), &mut party, &hub, evening(30));
    assert_eq!((came(&hub), party.counts_agreement().unwrap()), (vec![], None));
    assert!(!state.path().join("hub/agency/counts").exists());
}

#[test]
fn what_was_shown_is_what_is_told_once_a_week() {
    let state = tempfile::tempdir().unwrap();
    let (mut party, hub) = ready(state.path());
    met(state.path(), evening(3), 1, "evil.example");
    let record = state.path().join("record.sqlite");
    let shown = party.counts_of(week("2026-W45"), &Day::open(&party).unwrap(), &record).unwrap();
    party.agree_to_counts("A. Martin", evening(4).now.into()).unwrap();
    party.agree_to_counts("B", evening(5).now.into()).unwrap();
    let agreed = party.counts_agreement().unwrap().unwrap();
    assert_eq!((agreed.by.as_str(), agreed.since.timestamp()), ("A. Martin", evening(4).now));

    let monday = Moment::new("2026-11-09T00:00:00Z".parse().unwrap());
    for moment in [evening(5), evening(8), monday] {
        told(state.path(), &mut party, &hub, moment);
        assert!(came(&hub).is_empty(), "the week is not over, or it is not the party's moment");
    }
    assert_eq!(told(state.path(), &mut party, &hub, evening(9)).taken, 1);
    let bytes = shown[0].to_text().into_bytes();
    assert_eq!(came(&hub), [("2026-W45".to_owned(), bytes.clone())]);
    for on in 10..=15 {
        assert_eq!(told(state.path(), &mut party, &hub, evening(on)).taken, 0);
    }
    drop(party);
    let mut party = Party::open(state.path(), "agency").unwrap();
    assert_eq!(told(state.path(), &mut party, &hub, evening(16)).taken, 1, "also with nothing to tell");
    // Who was away makes up for no week but the last.
    assert_eq!(told(state.path(), &mut party, &hub, evening(30)).taken, 1);

    let came = came(&hub);
    assert_eq!(came.iter().map(|(week, _)| week.as_str()).collect::<Vec<_>>(), ["2026-W45", "2026-W46", "2026-W48"]);
    for (at, text) in &came {
        let read = SignedCounts::from_text(std::str::from_utf8(text).unwrap()).unwrap();
        let of = (id(STREAM), week(at));
        read.verify(&party.membership().receipt_key(), HUB.parse().unwrap(), of, evening(30)).unwrap();
        let open = if at == "2026-W45" { Band::One } else { Band::None };
        assert_eq!((read.counts().open, read.counts().blind), (open, Band::None));
    }
    let kept = party.kept_counts().unwrap();
    assert_eq!((kept.len(), kept[0].state, kept[0].text.as_bytes()), (3, CountsState::Taken, &bytes[..]));
}

#[test]
fn each_stream_is_told_of_its_own_and_of_the_week() {
    let state = tempfile::tempdir().unwrap();
    let known = names("evil", 20);
    let mut hub = Hub::new(STREAM, vec![blind_first(STREAM, &known, 1)]);
    let other = Release::sign(draft(OTHER), [objects(1..=120, 1)], &key(1)).unwrap();
    hub.streams.insert(OTHER.to_owned(), vec![other]);
    let mut party = enrolled(state.path());
    party.update(&hub, evening(2)).unwrap();
    party.agree_to_counts("A. Martin", evening(2).now.into()).unwrap();
    // Three names, of which two are the agency's; the record gets them when the day's batch was answered.
    Day::open(&party)
        .unwrap()
        .add(domains(&["x.example".to_owned(), known[3].clone(), known[4].clone()]), &mut rng(1))
        .unwrap();
    met(state.path(), evening(1), 7, "before.example");
    round(state.path(), &mut party, &hub, evening(2));
    for number in [1, 1, 1, 2, 3, 999] {
        met(state.path(), evening(4), number, "evil.example");
    }
    (20..=119).for_each(|number| met(state.path(), evening(9), number, "after.example"));
    assert_eq!(told(state.path(), &mut party, &hub, evening(9)).taken, 2);
    assert_eq!(told(state.path(), &mut party, &hub, evening(16)).taken, 2);
    let read = |(_, text): &(String, Vec<u8>)| SignedCounts::from_text(std::str::from_utf8(text).unwrap()).unwrap();
    let said: Vec<_> = came(&hub)
        .iter()
        .map(read)
        .map(|one| (one.counts().stream.to_string(), one.counts().open, one.counts().blind))
        .collect();
    // The stream with the blind tier has the first object alone.
    let expected = [
        (STREAM, Band::One, Band::Few),
        (OTHER, Band::Few, Band::None),
        (STREAM, Band::None, Band::None),
        (OTHER, Band::Many, Band::None),
    ];
    assert_eq!(said, expected.map(|(stream, open, blind)| (stream.to_owned(), open, blind)));
    let lengths: std::collections::BTreeSet<usize> = came(&hub).iter().map(|(_, text)| text.len()).collect();
    assert_eq!(lengths.len(), 1);
}

#[test]
fn after_it_ended_nothing_more_is_told() {
    let state = tempfile::tempdir().unwrap();
    let (mut party, hub) = ready(state.path());
    party.agree_to_counts("A. Martin", evening(4).now.into()).unwrap();
    let deaf = Hub::new(STREAM, vec![first(STREAM)]).lies(|method, path, honest| {
        if method == "PUT" && path.contains("/counts/") { (503, Vec::new()) } else { honest }
    });
    let busy = told(state.path(), &mut party, &deaf, evening(9));
    assert!((busy.taken, busy.waiting) == (0, 1) && matches!(busy.error, Some(DoorError::Later { status: 503, .. })));
    party.stop_counts("B. Durand", evening(10).now.into()).unwrap();
    assert_eq!(party.counts_agreement().unwrap(), None);
    drop(party);
    let mut party = Party::open(state.path(), "agency").unwrap();
    for on in 10..=30 {
        told(state.path(), &mut party, &hub, evening(on));
    }
    assert!(came(&hub).is_empty());
    assert_eq!(party.kept_counts().unwrap()[0].state, CountsState::GivenUp);

    // Agreed to anew, it begins anew; who did what when stays readable.
    party.agree_to_counts("C", evening(30).now.into()).unwrap();
    let later = |text: &str| Moment::new(text.parse().unwrap());
    told(state.path(), &mut party, &hub, later("2026-12-02T23:59:59Z"));
    assert!(came(&hub).is_empty(), "the weeks before it are nobody's business");
    told(state.path(), &mut party, &hub, later("2026-12-07T23:59:59Z"));
    assert_eq!(came(&hub).into_iter().map(|(week, _)| week).collect::<Vec<_>>(), ["2026-W49"]);
    let text = fs::read_to_string(state.path().join("hub/agency/counts/agreement.txt")).unwrap();
    let words: Vec<_> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert!(words == ["agreed", "stopped", "agreed"] && text.contains("B. Durand"), "{text}");
}

#[test]
fn what_the_hub_answers_decides_whether_it_is_sent_again() {
    let state = tempfile::tempdir().unwrap();
    let (mut party, hub) = ready(state.path());
    party.agree_to_counts("A. Martin", evening(4).now.into()).unwrap();
    let answering = |status| {
        Hub::new(STREAM, vec![first(STREAM)]).lies(move |method, path, honest| {
            if method == "PUT" && path.contains("/counts/") { (status, Vec::new()) } else { honest }
        })
    };
    for status in [422, 404, 302, 500, 429] {
        let hub = answering(status);
        assert_eq!(told(state.path(), &mut party, &hub, evening(9)).waiting, 1, "{status}");
        assert_eq!(came(&hub).len(), 1);
    }
    // The hub has other counts of the week: there is nothing to repeat.
    assert_eq!(told(state.path(), &mut party, &answering(409), evening(10)).waiting, 0);
    assert_eq!(party.kept_counts().unwrap()[0].state, CountsState::GivenUp);

    // One that nobody took for eight weeks is given up.
    let late = |text: &str| Moment::new(text.parse().unwrap());
    assert_eq!(told(state.path(), &mut party, &answering(500), evening(16)).waiting, 1);
    let last = told(state.path(), &mut party, &answering(500), late("2027-01-10T23:59:59Z"));
    assert_eq!(last.waiting, 2, "{last:?}");
    let (kept, after) = (party.kept_counts().unwrap(), late("2027-01-11T00:00:00Z"));
    assert_eq!(kept.iter().filter(|one| one.state == CountsState::Waiting).count(), 2);
    assert_eq!(told(state.path(), &mut party, &hub, after).taken, 1);
    assert_eq!(
        came(&hub).into_iter().map(|(week, _)| week).collect::<Vec<_>>(),
        ["2026-W53"],
        "the week that ended is of the old year"
    );
}

#[test]
fn a_hub_that_contradicted_itself_is_told_nothing() {
    let state = tempfile::tempdir().unwrap();
    let (mut party, _) = ready(state.path());
    party.agree_to_counts("A. Martin", evening(4).now.into()).unwrap();
    let fork = Release::sign(draft(STREAM), [objects([8], 1)], &key(1)).unwrap();
    let after = next(&fork, 3, vauban_release::Content::Delta, vec![objects([9], 1)]);
    let hub = Hub::new(STREAM, vec![fork, after]);
    let rounded = round(state.path(), &mut party, &hub, evening(9));
    assert!(rounded.updated.streams[0].outcome.is_err());
    assert!(party.streams()[0].stopped().unwrap().is_some());
    assert!(came(&hub).is_empty());
    party.resume(id(STREAM), "A. Martin", evening(10).now.into()).unwrap();
    let honest = Hub::new(STREAM, vec![first(STREAM)]);
    assert_eq!(told(state.path(), &mut party, &honest, evening(10)).taken, 1);
}

/// A hub that is honest, and a process that dies in the moment in which counts would leave.
struct Dying(Hub);

impl Door for Dying {
    fn get(&self, path: &str, etag: Option<&str>) -> Result<Reply, DoorError> {
        self.0.get(path, etag)
    }

    fn put(&self, path: &str, body: &[u8]) -> Result<Reply, DoorError> {
        if path.contains("/counts/") {
            std::process::abort();
        }
        self.0.put(path, body)
    }

    fn post(&self, path: &str, body: &[u8]) -> Result<Reply, DoorError> {
        self.0.post(path, body)
    }
}

#[test]
fn killed_before_it_is_sent() {
    if let Some(state) = std::env::var_os(STATE) {
        let mut party = Party::open(state.as_ref(), "agency").unwrap();
        let _ = told(state.as_ref(), &mut party, &Dying(Hub::new(STREAM, vec![first(STREAM)])), evening(9));
        return;
    }
    let state = tempfile::tempdir().unwrap();
    let (party, hub) = ready(state.path());
    met(state.path(), evening(3), 1, "evil.example");
    party.agree_to_counts("A. Martin", evening(4).now.into()).unwrap();
    drop(party);
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "counts::killed_before_it_is_sent", "--nocapture"])
        .env(STATE, state.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(!child.success(), "it died");
    let mut party = Party::open(state.path(), "agency").unwrap();
    let kept = party.kept_counts().unwrap();
    assert_eq!((kept.len(), kept[0].state), (1, CountsState::Waiting));
    // More of that week is found meanwhile: what may have left is repeated all the same.
    met(state.path(), evening(8), 2, "evil.example");
    let now =
        party.counts_of(week("2026-W45"), &Day::open(&party).unwrap(), &state.path().join("record.sqlite")).unwrap();
    assert_ne!(now[0].to_text(), kept[0].text);
    assert_eq!(told(state.path(), &mut party, &hub, evening(12)).taken, 1);
    assert_eq!(came(&hub), [("2026-W45".to_owned(), kept[0].text.clone().into_bytes())]);
}

#[test]
fn no_name_is_in_what_is_told_or_kept_of_it() {
    let state = tempfile::tempdir().unwrap();
    let planted: Vec<String> = (0..200).map(|at| format!("{at:04x}-planted-name.example")).collect();
    let hub = Hub::new(STREAM, vec![blind_first(STREAM, &planted[..20], 1)]);
    let mut party = enrolled(state.path());
    party.update(&hub, evening(2)).unwrap();
    party.agree_to_counts("A. Martin", evening(2).now.into()).unwrap();
    Day::open(&party).unwrap().add(domains(&planted[..40]), &mut rng(1)).unwrap();
    round(state.path(), &mut party, &hub, evening(2));
    for (number, name) in (1..).zip(&planted[40..]) {
        met(state.path(), evening(4), number, name);
    }
    for on in 9..=30 {
        round(state.path(), &mut party, &hub, evening(on));
    }
    let sent = came(&hub);
    assert_eq!(sent.len(), 4);
    let first = SignedCounts::from_text(std::str::from_utf8(&sent[0].1).unwrap()).unwrap();
    assert_eq!((first.counts().open, first.counts().blind), (Band::One, Band::Tens), "there was something to tell");
    let mut bytes: Vec<u8> = sent.iter().flat_map(|(_, text)| text.clone()).collect();
    let folder = state.path().join("hub/agency/counts").join(STREAM);
    for entry in fs::read_dir(folder).unwrap() {
        bytes.extend(fs::read(entry.unwrap().path()).unwrap());
    }
    let mut needles: Vec<Vec<u8>> = planted.iter().flat_map(|name| encodings(name)).collect();
    // Nor is there a label, an indicator, or an exact number.
    needles.extend(Day::open(&party).unwrap().hits().iter().map(|hit| hit.label.id.to_string().into_bytes()));
    needles.extend((1..=160).map(|number| object(number, 1).into_bytes()[7..52].to_vec()));
    assert_eq!(found(&bytes, &needles), 0);
    bytes.extend(encodings(&planted[7]).concat());
    assert_eq!(found(&bytes, &needles), encodings(&planted[7]).len(), "the search finds what is there");
}
