//! Judging behind the walls: an onlooker that sees every item of a message when its readers are done with it, and turns
//! the message into facts there, where its bytes can do no harm. Only facts and the words of its header come out.

use serde::{Deserialize, Serialize};
use vauban_examine::Onlooker;
use vauban_intake::{Budget, Limits, Problem, StopFlag};
use vauban_model::{Location, Observable, ObservableKind, Severity, Sighting};
use vauban_observe::{Item, Message};

use crate::{
    Code, Facts, Known, Letter, Organisation, Part, facts,
    letter::{MOST_PICTURES, Page},
    outgoing::is_document,
};

/// What is told of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its location: the file, and what holds it inside.
    pub location: Location,
    /// Its facts.
    pub facts: Facts,
    /// What its header says.
    pub said: Said,
    /// Why it was not read to its end, where it was not.
    pub problem: Option<String>,
    /// The messages that it carries, each judged by itself: what somebody forwards as an attachment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<Told>,
}

impl Told {
    /// Notes the first indicator that the message met, anywhere in it. A name that anybody may use decides nothing.
    pub fn met(&mut self, sightings: &[Sighting]) {
        let inside = |sighting: &&Sighting| {
            sighting.severity > Severity::Low && sighting.location.segments().starts_with(self.location.segments())
        };
        if let Some(Sighting { observable, indicator, .. }) = sightings.iter().find(inside) {
            // Bytes that a rule met say nothing to anybody; the rule's name does.
            let shown = if observable.kind == ObservableKind::Bytes { &indicator.value } else { &*observable.value };
            self.facts.add(Code::KnownIndicator, format!("{shown} ({})", indicator.name));
        }
    }
}

/// What a header says, as far as verdicts are explained by it and memory needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The author, as displayed.
    pub from: String,
    /// The author's address.
    pub address: String,
    /// The subject.
    pub subject: String,
    /// Its own id.
    pub message_id: String,
    /// The ids that it says it answers.
    pub answers: Vec<String>,
    /// To and Cc: the name that is shown, and the address.
    #[serde(default)]
    pub recipients: Vec<(String, String)>,
    /// The field that says that a server forwarded it, when one does.
    #[serde(default)]
    pub forwarded: Option<String>,
    /// The name of the first document that is attached.
    #[serde(default)]
    pub document: Option<String>,
    /// Whether a program sent it (RFC 3834): nobody waits for an answer.
    #[serde(default)]
    pub is_automatic: bool,
}

impl Said {
    fn of(letter: &Letter) -> Self {
        let header = &letter.header;
        Self {
            from: header.author().map(crate::Address::shown).unwrap_or_else(|| header.from_text.clone()),
            address: header.author().map(|author| author.address.clone()).unwrap_or_default(),
            subject: header.subject.clone(),
            message_id: header.message_id.clone(),
            answers: header.answers.clone(),
            recipients: header.recipients.iter().map(|to| (to.name.clone(), to.address.clone())).collect(),
            forwarded: header.forwarded.clone(),
            document: letter.parts.iter().map(|part| &part.name).find(|name| is_document(name)).cloned(),
            is_automatic: header.is_automatic,
        }
    }
}

/// Makes the onlooker: `setup` is an [`Organisation`] as JSON.
///
/// # Errors
/// When it is none.
pub fn onlooker(setup: &[u8]) -> Result<Box<dyn Onlooker + Send>, String> {
    let organisation: Organisation = serde_json::from_slice(setup).map_err(|error| error.to_string())?;
    let watch = Watch::new(Known::new(organisation));
    watch.warm_up();
    Ok(Box::new(watch))
}

/// A message with something of everything.
const SAMPLE: &[u8] =
    b"From: a@a.example\r\nTo: b@b.example\r\nContent-Type: text/html\r\n\r\n<a href=http://a.example>b</a>";

/// Parts of one file that are kept at a time; more tell nothing more.
const MOST_PARTS: usize = 2000;
/// Messages of one file that are told of.
const MOST_LETTERS: usize = 200_000;

/// Messages that one message carries and that are told of.
const MOST_CARRIED: usize = 20;

struct Watch {
    known: Known,
    parts: Vec<Seen>,
    pictures: usize,
    /// Links that documents state, until their item is done.
    links: Vec<String>,
    /// What the message says whose item is done next.
    draft: Option<Letter>,
    letters: Vec<(usize, Told)>,
}

/// Something that was seen.
struct Seen {
    depth: usize,
    /// The depth of the message that holds it; the depth of none until one does.
    holder: usize,
    part: Part,
}

impl Watch {
    fn new(known: Known) -> Self {
        Self { known, parts: Vec::new(), pictures: MOST_PICTURES, links: Vec::new(), draft: None, letters: Vec::new() }
    }

    /// Judges a message of no account, so that every table is built once: here, and not in each worker that is forked later.
    fn warm_up(&self) {
        let budget = Budget::new(Limits::default(), StopFlag::default());
        let _ = facts(&Letter::read(SAMPLE, Vec::new(), &budget), &self.known);
    }

    fn letter(&mut self, item: &Item<'_>, draft: Option<Letter>, depth: usize, budget: &Budget) {
        // Whatever lies deeper and is held by no message as near, this one holds: items are done from the inside out. A
        // message inside a message gives what it holds to both.
        let held = self.parts.iter_mut().filter(|seen| seen.depth > depth && seen.holder > depth);
        let parts = held
            .map(|seen| {
                seen.holder = depth;
                seen.part.clone()
            })
            .collect();
        let inner = self.letters.extract_if(.., |(at, _)| *at > depth);
        let mut carried: Vec<Told> = inner.map(|(_, told)| told).collect();
        carried.truncate(MOST_CARRIED);
        self.pictures = MOST_PICTURES;
        let letter = match draft {
            Some(draft) => draft.with_parts(parts),
            None => Letter::read(item.bytes, parts, budget),
        };
        let told = Told {
            location: item.location.clone(),
            facts: facts(&letter, &self.known),
            said: Said::of(&letter),
            problem: letter.problem.as_ref().map(|problem| problem.detail.clone()),
            carried,
        };
        if self.letters.len() < MOST_LETTERS {
            self.letters.push((depth, told));
        }
    }
}

impl Onlooker for Watch {
    fn item(
        &mut self,
        item: &Item<'_>,
        format: &'static str,
        problem: Option<&Problem>,
        depth: usize,
        budget: &Budget,
    ) {
        let links = std::mem::take(&mut self.links);
        let draft = self.draft.take();
        if format == "mail" {
            self.letter(item, draft, depth, budget);
        }
        if self.parts.len() >= MOST_PARTS {
            // In a mailbox, those of messages that are done; and what tells nothing, so that it hides nothing behind its number.
            self.parts.retain(|seen| seen.holder == usize::MAX && seen.part.tells());
        }
        if self.parts.len() < MOST_PARTS && depth > 0 {
            let mut part = Part::of(item, format, problem, &mut self.pictures, budget);
            if !links.is_empty() && part.page.is_none() {
                let links = links.into_iter().map(|link| (link, String::new())).collect();
                part.page = Some(Page { links, ..Page::default() });
            }
            self.parts.push(Seen { depth, holder: usize::MAX, part });
        }
    }

    fn observable(&mut self, observable: &Observable) {
        if observable.kind == ObservableKind::Url && self.links.len() < MOST_PARTS {
            self.links.push(observable.value.to_string());
        }
    }

    fn message(&mut self, message: &Message<'_>, budget: &Budget) {
        self.draft = Some(Letter::draft(message, budget));
    }

    fn finish(&mut self) -> Vec<u8> {
        self.draft = None;
        self.parts.clear();
        self.links.clear();
        self.pictures = MOST_PICTURES;
        let told: Vec<Told> = self.letters.drain(..).map(|(_, told)| told).collect();
        serde_json::to_vec(&told).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(items: &[(&str, usize, &[u8], &'static str)]) -> Vec<Told> {
        let mut watch = Watch::new(Known::new(Organisation::default()));
        let budget = Budget::new(Limits::default(), StopFlag::default());
        for (name, depth, bytes, format) in items {
            let location = (0..*depth).fold(Location::file("box"), |outer, _| outer.inside(name));
            let item = Item { location: &location, name, media_type: "", bytes };
            watch.item(&item, format, None, *depth, &budget);
        }
        serde_json::from_slice(&watch.finish()).unwrap()
    }

    #[test]
    fn a_message_that_its_reader_parsed_is_judged_as_one_that_it_did_not() {
        let budget = Budget::new(Limits::default(), StopFlag::default());
        let location = Location::file("a.eml");
        let bytes = b"From: A <a@b.example>\r\nTo: c@d.example\r\nReply-To: x@e.example\r\nContent-Type: text/html\r\n\r\n<a href=http://1.2.3.4/>http://d.example</a>";
        let told = |parsed: Option<&[u8]>| {
            let mut watch = Watch::new(Known::new(Organisation::default()));
            if let Some(parsed) = parsed {
                watch.message(&mail_parser::MessageParser::default().parse(parsed).unwrap(), &budget);
            }
            watch.item(&Item { location: &location, name: "a.eml", media_type: "", bytes }, "mail", None, 0, &budget);
            serde_json::from_slice::<Vec<Told>>(&watch.finish()).unwrap()
        };
        assert_eq!(told(Some(bytes)), told(None));
        assert!(told(None)[0].facts.iter().next().is_some());
        // What is told of is the item that is done next, and nothing after it.
        assert_eq!(told(Some(LETTER))[0].said.message_id, "1@b.example");
    }

    const LETTER: &[u8] = b"From: a@b.example\r\nTo: c@d.example\r\nMessage-ID: <1@b.example>\r\n\r\nHello\r\n";

    #[test]
    fn each_message_of_a_mailbox_has_its_own_parts() {
        let told = judged(&[
            ("p.lnk", 2, b"", "lnk"),
            ("message 1", 1, LETTER, "mail"),
            ("message 2", 1, LETTER, "mail"),
            ("box", 0, b"", "mbox"),
        ]);
        assert_eq!(told.iter().map(|told| told.facts.has(Code::Shortcut)).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn what_a_message_inside_a_message_holds_both_hold() {
        let told = judged(&[("p.lnk", 2, b"", "lnk"), ("transmis.eml", 1, LETTER, "mail"), ("box", 0, LETTER, "mail")]);
        assert_eq!(told.len(), 1);
        assert!(told[0].facts.has(Code::Shortcut));
        assert_eq!(told[0].carried.len(), 1, "and it is judged by itself, too");
        assert!(told[0].carried[0].facts.has(Code::Shortcut));
    }

    #[test]
    fn mailboxes_with_more_parts_than_are_kept_are_judged_to_their_end() {
        let letters = (0..3000).flat_map(|_| [("p.lnk", 2, &b""[..], "lnk"), ("m", 1, LETTER, "mail")]);
        let told = judged(&letters.collect::<Vec<_>>());
        assert_eq!(told.len(), 3000);
        assert!(told.iter().all(|told| told.facts.has(Code::Shortcut)));
    }
}
