//! The fixtures are made by `conformance/pst/make_fixtures.py`, and another reader (libpff) opens all of them but the
//! damaged one.

use std::fs;

use vauban_intake::{Limits, StopFlag};
use vauban_model::{Location, Reason};

use super::*;
use crate::{
    Finding, LogEvent, READERS, reader_for,
    testing::{check_fixtures, fixtures, read, small_budget},
};

const WHOLE: [&str; 5] = ["ansi.pst", "unicode.pst", "cyclic.pst", "large.ost", "deep.pst"];

fn fixture(name: &str) -> Vec<u8> {
    fs::read(fixtures("pst").join(name)).unwrap()
}

/// Reads everything inside everything, and keeps all text with the place where it was.
#[derive(Default)]
struct Deep {
    place: String,
    told: String,
    unread: Vec<(String, Reason)>,
    depth: usize,
}

impl Deep {
    fn of(name: &str, bytes: &[u8]) -> Self {
        let mut deep = Self::default();
        deep.read(name, bytes);
        deep
    }

    fn read(&mut self, name: &str, bytes: &[u8]) {
        let location = Location::file(name);
        let item = Item { location: &location, name, media_type: "", bytes };
        let Some(reader) = reader_for(READERS, &item) else { return };
        if let Err(problem) = reader.read(&item, &small_budget(), self) {
            self.unread.push((self.place.clone(), problem.reason));
        }
    }
}

impl Sink for Deep {
    fn child(&mut self, child: Child<'_>) {
        let outer = self.place.clone();
        self.place = format!("{outer} ! {}", child.segment);
        self.depth += 1;
        assert!(self.depth < 16, "{}", self.place);
        self.read(child.name, child.bytes);
        self.depth -= 1;
        self.place = outer;
    }

    fn unread_child(&mut self, segment: &str, _: &str, problem: Problem) {
        self.unread.push((format!("{} ! {segment}", self.place), problem.reason));
    }

    fn passage(&mut self, passage: Passage<'_>) {
        let bytes: Vec<u8> = passage.bytes.iter().copied().filter(|byte| *byte != 0).collect();
        self.told += &format!("{}: {}\n", self.place, String::from_utf8_lossy(&bytes));
    }

    fn observable(&mut self, finding: Finding<'_>) {
        self.told += &format!("{}: {}\n", self.place, finding.observable.value);
    }

    fn event(&mut self, _: LogEvent<'_>) {}

    fn recoded(&mut self, _: &'static str, name: &str, bytes: &[u8]) {
        self.read(name, bytes);
    }
}

#[test]
fn fixtures_read_as_expected() {
    check_fixtures(&Pst);
}

#[test]
fn every_part_of_every_message_is_found_in_every_layout() {
    for name in WHOLE {
        let deep = Deep::of(name, &fixture(name));
        assert_eq!(deep.unread, [], "{name}");
        let inbox = " ! Top of Outlook data file/Inbox/";
        for (place, what) in [
            (String::new(), "http://home-page.example/"),
            (format!("{inbox}message 2097156"), "http://body-link.example/a"),
            (format!("{inbox}message 2097156"), "http://html-link.example/b"),
            (format!("{inbox}message 2097156"), "198.51.100.7"),
            (format!("{inbox}message 2097156"), "camille@recipient.example"),
            (format!("{inbox}message 2097156"), "dominique@recipient.example"),
            (format!("{inbox}message 2097156 ! invoice.zip ! invoice.txt"), "http://zipped-link.example/pay"),
            (format!("{inbox}message 2097188"), "http://long-body.example/"),
            (format!("{inbox}message 2097220 ! original"), "http://inner-message.example/"),
            (format!("{inbox}message 2097220 ! original"), "erin@inner.example"),
            (format!("{inbox}message 2097220 ! original ! note.txt"), "http://inner-file.example/"),
            (format!("{inbox}message 2097220 ! object ! text"), "http://in-an-object.example/"),
            (format!("{inbox}message 2097252"), "http://second-of-two.example/"),
            (format!("{inbox}hidden message 2097288"), "http://hidden-rule.example/"),
            (" ! message 2097316".to_owned(), "http://lost-folder.example/"),
        ] {
            let there = deep.told.split(&format!("{place}: ")).skip(1).any(|told| {
                let end = told.find("\n ! ").unwrap_or(told.len());
                told[..end].contains(what)
            });
            assert!(there, "{name}: {what} is not at {place:?} of\n{}", deep.told);
        }
        assert!(
            deep.told.contains(": Re: Invoice\n") || deep.told.contains("\nRe: Invoice\n"),
            "{name}: mark of a subject"
        );
    }
}

#[test]
fn damage_costs_its_message_and_is_told() {
    let deep = Deep::of("damaged.pst", &fixture("damaged.pst"));
    // A wrong byte: read, and in doubt.
    assert!(deep.told.contains("Doubtful-block.example") || deep.told.contains("Doubtful"), "{}", deep.told);
    assert!(!deep.told.contains("gone.example"));
    let unread: Vec<&str> = deep.unread.iter().map(|(place, _)| place.as_str()).collect();
    assert!(unread.contains(&" ! Inbox/message 2097156") && unread.contains(&" ! Inbox/message 2097188"), "{unread:?}");
    assert!(unread.iter().any(|place| place.starts_with(" ! nodes below the page at 0x")), "{unread:?}");
    assert!(deep.unread.iter().all(|(_, reason)| *reason == Reason::Corrupt));
    assert!(deep.told.contains("message 15"), "what lies beside the damage is read: {}", deep.told);
}

#[test]
fn a_mailbox_cut_short_says_so_and_is_looked_at_as_it_lies() {
    let bytes = fixture("unicode.pst");
    let (result, transcript) = read(&Pst, "cut.pst", &bytes[..bytes.len() / 2]);
    assert_eq!(result.unwrap_err().reason, Reason::Corrupt);
    assert_eq!(transcript.passages.len(), 1);
    assert_eq!(read(&Pst, "cut.pst", &bytes[..100]).0.unwrap_err().reason, Reason::Corrupt);
}

#[test]
fn what_cannot_be_read_is_told_by_its_name() {
    for (at, byte, reason) in
        [(513, 0x10, Reason::Encrypted), (513, 9, Reason::Unsupported), (10, 99, Reason::Unsupported)]
    {
        let mut bytes = fixture("unicode.pst");
        bytes[at] = byte;
        assert_eq!(read(&Pst, "a.pst", &bytes).0.unwrap_err().reason, reason);
    }
    let mut bytes = fixture("unicode.pst");
    bytes[8..10].copy_from_slice(b"AB");
    let location = Location::file("a.pab");
    assert!(!Pst.recognises(&Item { location: &location, name: "a.pab", media_type: "", bytes: &bytes }));
}

#[test]
fn a_wrong_header_is_told_and_the_rest_is_read() {
    let mut bytes = fixture("unicode.pst");
    bytes[20] ^= 1;
    let (result, transcript) = read(&Pst, "a.pst", &bytes);
    assert_eq!(result.unwrap_err().reason, Reason::Corrupt);
    assert_eq!(transcript.children.len(), 6);
}

#[test]
fn a_tree_that_leads_back_to_itself_ends() {
    // Every branch of the tree of nodes leads to the first leaf: more pages are met than the file has.
    let mut bytes = fixture("damaged.pst");
    let root = u64::from_le_bytes(bytes[224..232].try_into().unwrap()) as usize;
    assert_eq!(bytes[root + 491], 1, "the fixture has a tree of two levels");
    let first: [u8; 8] = bytes[root + 16..root + 24].try_into().unwrap();
    bytes[root + 488] = 20;
    for entry in 0..20 {
        bytes[root + entry * 24 + 16..root + entry * 24 + 24].copy_from_slice(&first);
    }
    let pages = bytes.len() / 512;
    assert!(read(&Pst, "loop.pst", &bytes).1.children.len() < pages * 15);
    // A page that names itself is on the wrong level.
    let own = (root as u64).to_le_bytes();
    bytes[root + 16..root + 24].copy_from_slice(&own);
    assert!(read(&Pst, "loop.pst", &bytes).1.unread.iter().any(|(_, reason)| *reason == Reason::Corrupt));
}

#[test]
fn a_budget_that_is_spent_ends_the_mailbox_and_a_stop_ends_it_at_once() {
    let bytes = fixture("large.ost");
    let location = Location::file("a.ost");
    let item = Item { location: &location, name: "a.ost", media_type: "", bytes: &bytes };
    let limits = Limits { item_bytes: 150_000, total_bytes: 1 << 20, entries: 100, depth: 16 };
    let budget = Budget::new(limits, StopFlag::default());
    let mut transcript = crate::testing::Transcript::default();
    Pst.read(&item, &budget, &mut transcript).unwrap();
    let unread: Vec<Reason> = transcript.unread.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(unread, [Reason::TooLarge], "the long body does not fit, all else does");
    let stop = StopFlag::default();
    stop.raise();
    let stopped = Pst.read(&item, &Budget::new(limits, stop), &mut transcript);
    assert_eq!(stopped.unwrap_err().reason, Reason::Timeout);
}
