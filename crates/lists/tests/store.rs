//! The store: what is taken, what is refused, and that it is usable whenever its program is killed.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use jiff::{Timestamp, ToSpan as _};
use vauban_lists::{Gate, Judging, Limits, Refusal, Store, StoreError, Updated};

fn gate() -> Gate {
    Gate::new(&["campagne.example"], &[], &[])
}

fn at(hours: i64) -> Timestamp {
    "2026-11-26T08:00:00Z".parse::<Timestamp>().unwrap() + hours.hours()
}

fn names(count: usize) -> String {
    (0..count).map(|number| format!("n{number}.example\n")).collect()
}

fn update(store: &Store, list: &str, fetched: Result<&str, &str>, hours: i64) -> Updated {
    let gate = gate();
    let judging = Judging { gate: &gate, limits: Limits::default(), force: false };
    store.update(list, fetched.map(str::as_bytes), judging, at(hours)).unwrap()
}

fn refusal(updated: Updated) -> Refusal {
    let Updated::Refused { why, .. } = updated else { unreachable!("{updated:?} was not refused") };
    why
}

fn blocks(store: &Store, name: &str) -> bool {
    let compiled = store.compile(&["malware"], &gate(), Limits::default()).unwrap();
    compiled.set.find(name).blocked == 1
}

#[test]
fn a_list_that_goes_wrong_keeps_its_last_good_copy_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path());
    assert!(
        matches!(update(&store, "malware", Ok(&names(400)), 0), Updated::Taken { report } if report.blocked == 400)
    );
    let page = "<html><body>Bienvenue sur le Wi-Fi du train</body></html>";
    let services = "google.com\nfacebook.com\napple.com\nmicrosoft.com\ncom\nco.uk\n".repeat(6);
    let poisoned = format!("{}{services}", names(300));
    for (hours, fetched, wanted) in [
        (1, Err("connection refused"), Refusal::NotFetched("connection refused".into())),
        (2, Ok(""), Refusal::Empty),
        (3, Ok("# nothing today\n"), Refusal::Empty),
        (4, Ok(page), Refusal::WebPage),
        (5, Ok(&*names(133)), Refusal::Shrunk { before: 400, after: 133 }),
        (6, Ok("{\"error\":1}"), Refusal::UnknownFormat),
        (7, Ok(&*poisoned), Refusal::BlocksTooMuch { set_aside: 36, entries: 336 }),
        (
            8,
            Ok(&*format!("{}{}", names(140), "what is this\n".repeat(500))),
            Refusal::MostlyBad { bad: 500, good: 140 },
        ),
    ] {
        let updated = update(&store, "malware", fetched, hours);
        let text = updated.text("malware").unwrap();
        assert!(
            text.fr.contains("2026-11-26T08:00:00Z, reste en service.") && text.en.ends_with("stays in use."),
            "{text:?}"
        );
        assert_eq!(refusal(updated), wanted);
        let meta = store.meta("malware").unwrap();
        assert_eq!((meta.tried, meta.good.unwrap().fetched), (Some(at(hours)), at(0)));
        let refused = meta.refused.unwrap();
        assert_eq!((refused.at, refused.since, refused.why), (at(hours), at(1), wanted));
        assert!(blocks(&store, "n399.example"));
    }
    assert_eq!(update(&store, "malware", Ok(&names(400)), 9), Updated::Unchanged);
    let meta = store.meta("malware").unwrap();
    assert_eq!((meta.refused, meta.good.unwrap().fetched), (None, at(0)));
    assert!(matches!(update(&store, "malware", Ok(&names(134)), 10), Updated::Taken { .. }), "a third is no accident");
    assert!(!blocks(&store, "n399.example") && blocks(&store, "n133.example"));
}

#[test]
fn a_person_may_insist() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path());
    update(&store, "malware", Ok(&names(400)), 0);
    let gate = gate();
    let judging = Judging { gate: &gate, limits: Limits::default(), force: true };
    let forced = |text: &str| store.update("malware", Ok(text.as_bytes()), judging, at(1)).unwrap();
    assert!(matches!(forced("evil.example\ngoogle.com\n"), Updated::Taken { report } if report.set_aside.count == 1));
    assert_eq!(refusal(forced("google.com\n")), Refusal::Empty, "there is nothing in it to insist on");
    assert!(blocks(&store, "evil.example") && !blocks(&store, "google.com"));
}

#[test]
fn a_list_that_never_came_blocks_nothing_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path());
    let updated = update(&store, "new", Err("no route to host\u{1b}[31m"), 0);
    assert!(updated.text("new").unwrap().en.ends_with("blocks nothing."));
    assert!(!updated.text("new").unwrap().en.contains('\u{1b}'));
    update(&store, "malware", Ok("evil.example\n"), 0);
    let compiled = store.compile(&["new", "malware"], &gate(), Limits::default()).unwrap();
    assert_eq!(compiled.missing.len(), 1);
    assert_eq!((compiled.missing[0].list.as_str(), &compiled.missing[0].why), ("new", &None));
    assert_eq!(compiled.set.find("evil.example").blocked, 0b10, "numbers are places in what was asked for");
    assert_eq!(compiled.set.lists(), ["new", "malware"]);
}

#[test]
fn what_did_not_change_is_not_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path());
    let compile = |lists: &[&str], gate: &Gate| store.compile(lists, gate, Limits::default()).unwrap();
    update(&store, "one", Ok("evil.example\n"), 0);
    update(&store, "two", Ok("0.0.0.0 bad.example\n"), 0);
    let first = compile(&["one", "two"], &gate());
    assert!(!first.is_kept);
    let again = compile(&["one", "two"], &gate());
    assert!(again.is_kept);
    assert_eq!((again.path, again.reports), (first.path.clone(), first.reports));
    let mut others = Vec::new();
    let other_gate = Gate::new(&["bad.example"], &[], &[]);
    for (lists, gate) in [(&["two", "one"][..], &gate()), (&["one"], &gate()), (&["one", "two"], &other_gate)] {
        let other = compile(lists, gate);
        assert!(!other.is_kept && other.path != first.path);
        others.push(other);
    }
    assert_eq!(others[2].reports[1].as_ref().unwrap().set_aside.count, 1);
    update(&store, "one", Ok("evil.example\nworse.example\n"), 1);
    assert!(!compile(&["one", "two"], &gate()).is_kept);
    // Old ones go; whoever has one open keeps it.
    let left = fs::read_dir(first.path.parent().unwrap()).unwrap().count();
    assert_eq!(left, 6, "three sets, each with what was read");
    assert_eq!(first.set.find("evil.example").blocked, 1);
}

#[test]
fn damage_on_the_disk_is_mended_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path());
    update(&store, "malware", Ok("evil.example\n"), 0);
    let compiled = store.compile(&["malware"], &gate(), Limits::default()).unwrap();
    let mut bytes = fs::read(&compiled.path).unwrap();
    let path = compiled.path.clone();
    // Replaced, not changed: a map of the old file stays good.
    bytes[100] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, &bytes).unwrap();
    let mended = store.compile(&["malware"], &gate(), Limits::default()).unwrap();
    assert!(!mended.is_kept && mended.path == path);
    assert_eq!(mended.set.find("evil.example").blocked, 1);
    // A copy that is no longer what it was when it came.
    let copy = copy_of(folder.path());
    fs::remove_file(&copy).unwrap();
    fs::write(&copy, "other.example\n").unwrap();
    fs::remove_file(&path).unwrap();
    let without = store.compile(&["malware"], &gate(), Limits::default()).unwrap();
    assert!(matches!(&without.missing[..], [missing] if missing.why.is_some()));
    assert!(
        !store.compile(&["malware"], &gate(), Limits::default()).unwrap().is_kept,
        "what is incomplete is not kept"
    );
    assert!(matches!(update(&store, "malware", Ok("evil.example\n"), 1), Updated::Taken { .. }));
    assert!(blocks(&store, "evil.example"));
    // A record that is no record is none.
    fs::write(folder.path().join("lists/malware/meta.json"), "{").unwrap();
    assert_eq!(store.meta("malware").unwrap().good, None);
    assert!(matches!(update(&store, "malware", Ok("evil.example\n"), 2), Updated::Taken { .. }));
}

fn copy_of(state: &Path) -> std::path::PathBuf {
    let entries = fs::read_dir(state.join("lists/malware")).unwrap();
    entries.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|end| end == "list")).unwrap()
}

#[test]
fn names_of_lists_are_no_paths() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path());
    for name in ["", ".", "..", "../x", "a/b", "a\0", "compiled", ".hidden", &"x".repeat(65)] {
        assert!(matches!(store.meta(name), Err(StoreError::Name(_))), "{name:?}");
    }
    let many: Vec<String> = (0..65).map(|number| number.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(matches!(store.compile(&many, &gate(), Limits::default()), Err(StoreError::TooManyLists(65))));
    update(&store, "malware", Ok("evil.example\n"), 0);
    store.remove("malware").unwrap();
    store.remove("malware").unwrap();
    assert_eq!(store.meta("malware").unwrap().good, None);
}

const CHILD: &str = "VAUBAN_LISTS_TEST_STATE";

/// Not a test by itself: what the next one starts and kills. It brings a list up to date and compiles it, over and over.
#[test]
fn child_that_is_killed() {
    let Some(state) = env::var_os(CHILD) else { return };
    let store = Store::open(Path::new(&state));
    for turn in 0.. {
        let text = format!("{}turn.example\n", names(5_000 + turn % 7));
        update(&store, "malware", Ok(&text), 0);
        store.compile(&["malware"], &gate(), Limits::default()).unwrap();
    }
}

#[test]
fn whenever_it_is_killed_the_store_is_usable() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path());
    update(&store, "malware", Ok(&names(5_000)), 0);
    for turn in 0..25_u64 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child_that_is_killed", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_micros(20_000 + turn * 3_700));
        child.kill().unwrap();
        child.wait().unwrap();
        let good = store.meta("malware").unwrap().good.unwrap();
        assert!(good.report.blocked >= 5_000, "{good:?}");
        let compiled = store.compile(&["malware"], &gate(), Limits::default()).unwrap();
        assert!(compiled.missing.is_empty());
        assert_eq!(compiled.set.find("n4999.example").blocked, 1);
        assert_eq!(u64::from(compiled.set.entries()), good.report.blocked);
    }
    update(&store, "malware", Ok(&names(4_000)), 1);
    store.compile(&["malware"], &gate(), Limits::default()).unwrap();
    for place in ["lists/malware", "lists/compiled"] {
        let entries = fs::read_dir(folder.path().join(place)).unwrap().map(|entry| entry.unwrap().file_name());
        let undone: Vec<_> = entries.filter(|name| name.to_string_lossy().ends_with(".part")).collect();
        assert!(undone.is_empty(), "{undone:?}");
    }
}
