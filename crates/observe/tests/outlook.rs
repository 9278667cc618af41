//! What libpff finds in mailboxes that Outlook wrote is found here, too. Runs where `VAUBAN_SLOW` is set, `VAUBAN_OUTLOOK`
//! names a folder of such mailboxes, and python3 has libpff-python; says so where not.

#![expect(clippy::unwrap_used, reason = "a test says what it expects in the shortest way")]

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use vauban_intake::{Budget, Limits, Problem, StopFlag};
use vauban_model::Location;
use vauban_observe::{Child, Finding, Item, LogEvent, Passage, READERS, Sink, reader_for};

/// What is in a mailbox: its messages, their texts, and the sizes of what is attached to them.
#[derive(Default)]
struct Found {
    depth: usize,
    messages: usize,
    texts: Vec<String>,
    attachments: BTreeMap<usize, usize>,
    unread: Vec<String>,
}

impl Sink for Found {
    fn child(&mut self, child: Child<'_>) {
        self.depth += 1;
        match self.depth {
            1 => {
                self.messages += 1;
                let location = Location::file(child.segment);
                let item = Item { location: &location, name: "", media_type: "", bytes: child.bytes };
                let reader = reader_for(READERS, &item).unwrap();
                assert_eq!(reader.name(), "msg", "{}", child.segment);
                if let Err(problem) = reader.read(&item, &Budget::new(Limits::default(), StopFlag::default()), self) {
                    self.unread.push(format!("{}: {problem}", child.segment));
                }
            }
            _ => *self.attachments.entry(child.bytes.len()).or_default() += 1,
        }
        self.depth -= 1;
    }

    fn unread_child(&mut self, segment: &str, _: &str, problem: Problem) {
        self.unread.push(format!("{segment}: {problem}"));
    }

    fn passage(&mut self, passage: Passage<'_>) {
        self.texts.push(String::from_utf8_lossy(passage.bytes).into_owned());
    }

    fn observable(&mut self, _: Finding<'_>) {}

    fn event(&mut self, _: LogEvent<'_>) {}

    fn recoded(&mut self, _: &'static str, _: &str, _: &[u8]) {}
}

#[test]
fn everything_that_libpff_finds_is_found() {
    let python = PathBuf::from(env::var_os("VAUBAN_PYTHON").unwrap_or_else(|| "python3".into()));
    let has_peer = || Command::new(&python).args(["-c", "import pypff"]).output().is_ok_and(|run| run.status.success());
    let folder = env::var_os("VAUBAN_OUTLOOK").map(PathBuf::from);
    let (Some(folder), true) = (folder, env::var_os("VAUBAN_SLOW").is_some() && has_peer()) else {
        println!("skipped: needs VAUBAN_SLOW=1, VAUBAN_OUTLOOK and a python3 with libpff-python");
        return;
    };
    let script = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/pst/list.py"));
    let mut compared = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.extension().is_some_and(|extension| extension == "pst" || extension == "ost") {
            continue;
        }
        let listed = Command::new(&python).arg(script).arg(&path).output().unwrap();
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        let theirs: Value = serde_json::from_slice(&listed.stdout).unwrap();
        let bytes = fs::read(&path).unwrap();
        let location = Location::file("mailbox");
        let item = Item { location: &location, name: "mailbox", media_type: "", bytes: &bytes };
        let mut ours = Found::default();
        let reader = reader_for(READERS, &item).unwrap();
        reader.read(&item, &Budget::new(Limits::default(), StopFlag::default()), &mut ours).unwrap();
        let messages = usize::try_from(theirs["messages"].as_u64().unwrap()).unwrap();
        println!("{}: {messages} messages there, {} here", path.display(), ours.messages);
        assert!(ours.messages >= messages, "{} of {messages}", ours.messages);
        assert!(ours.unread.is_empty(), "{:?}", ours.unread);
        let all = ours.texts.join("\n");
        for subject in theirs["subjects"].as_array().unwrap().iter().map(|subject| subject.as_str().unwrap()) {
            assert!(all.contains(subject), "{subject:?}");
        }
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        for size in theirs["attachments"].as_array().unwrap() {
            *sizes.entry(usize::try_from(size.as_u64().unwrap()).unwrap()).or_default() += 1;
        }
        for (size, number) in sizes {
            assert!(ours.attachments.get(&size).is_some_and(|own| *own >= number), "an attachment of {size} bytes");
        }
        compared += 1;
    }
    assert!(compared > 0, "no mailbox in {}", folder.display());
}
