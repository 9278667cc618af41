//! From the bytes of a message to what it says.

use std::{collections::HashSet, sync::LazyLock};

use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};
use regex::Regex;
use vauban_intake::{Budget, Problem};
use vauban_lookalike::owner;

use super::{Header, Link, Page, Part, Shown, Target, folded};

/// What a message says.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    /// Its header.
    pub header: Header,
    /// The pages that are its own text.
    pub pages: Vec<Page>,
    /// Its plain texts.
    pub plain: Vec<String>,
    /// All that a person reads, with the subject, folded: what words are searched in.
    pub words: String,
    /// Its links, each address and text once.
    pub links: Vec<Link>,
    /// What is attached.
    pub parts: Vec<Part>,
    /// Why it was not read to its end, where it was not.
    pub problem: Option<Problem>,
}

/// Links of one message that are looked at.
const MOST_LINKS: usize = 1000;
/// Text of a message that is searched for words.
const MOST_WORDS: usize = 256 << 10;
/// Text of one part that is searched, as it is read: what a message wants stands at its beginning, and a collection of
/// articles holds every word somewhere.
const OPENING: usize = 8 << 10;
/// The same before white space and what is not seen are taken out.
const MOST_RAW: usize = 64 << 10;
/// An address in plain text.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?i)\b(?:https?://|ftp://|www\.)[^\s<>"'\]\[{}|\\^`]+"#).expect("tested below"));

impl Letter {
    /// Reads a message; `parts` is what its readers unpacked.
    #[must_use]
    pub fn read(message: &[u8], parts: Vec<Part>, budget: &Budget) -> Self {
        let unread = |problem| Self { problem: Some(problem), ..Self::default() };
        if let Err(problem) = vauban_observe::check_mail_bounds(message) {
            return Self { parts, ..unread(problem) };
        }
        match MessageParser::default().parse(message) {
            Some(parsed) => Self::draft(&parsed, budget).with_parts(parts),
            None => Self { parts, ..unread(Problem::corrupt("no message")) },
        }
    }

    /// What a message says that was parsed already, without what is attached and what that links to.
    #[must_use]
    pub fn draft(parsed: &Message<'_>, budget: &Budget) -> Self {
        let mut letter = Self { header: Header::of(parsed), ..Self::default() };
        letter.texts(parsed, budget);
        letter
    }

    /// A draft made whole with what is attached.
    #[must_use]
    pub fn with_parts(mut self, parts: Vec<Part>) -> Self {
        self.parts = parts;
        self.gather_links();
        self.gather_words();
        self
    }

    /// The parts that are shown as the message itself.
    fn texts(&mut self, parsed: &Message<'_>, budget: &Budget) {
        for part in parsed.parts.iter().take(MOST_LINKS) {
            let is_attached = part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment);
            if is_attached || part.attachment_name().is_some() {
                continue;
            }
            match &part.body {
                PartType::Html(html) => self.pages.push(Page::read(html, budget)),
                PartType::Text(text) if looks_like_page(text) => self.pages.push(Page::read(text, budget)),
                PartType::Text(text) => self.plain.push(text.as_ref().to_owned()),
                _ => {}
            }
        }
    }

    fn gather_links(&mut self) {
        let mut seen = HashSet::new();
        let mut links = Vec::new();
        let mut add = |address: &str, text: &str, place: Shown| {
            if links.len() < MOST_LINKS
                && let Some(target) = Target::parse(address)
                && seen.insert((target.written.clone(), text.to_owned()))
            {
                links.push(Link { text: text.to_owned(), target, place });
            }
        };
        for page in &self.pages {
            page.links.iter().for_each(|(address, text)| add(address, text, Shown::Page));
            page.refresh.iter().for_each(|address| add(address, "", Shown::Page));
            page.forms.iter().for_each(|form| add(&form.action, "", Shown::Form));
            // Addresses that are written, not linked: many programs make links of them.
            plain_addresses(&page.text).for_each(|address| add(address, "", Shown::Plain));
        }
        for text in &self.plain {
            plain_addresses(text).for_each(|address| add(address, "", Shown::Plain));
        }
        for part in &self.parts {
            for code in &part.codes {
                add(code, "", Shown::Code);
            }
            for (address, text) in part.page.iter().flat_map(|page| &page.links) {
                add(address, text, Shown::Attached);
            }
            for address in part.page.iter().flat_map(|page| plain_addresses(&page.text)) {
                add(address, "", Shown::Attached);
            }
            for form in part.page.iter().flat_map(|page| &page.forms) {
                add(&form.action, "", Shown::Form);
            }
        }
        self.links = links;
    }

    fn gather_words(&mut self) {
        let mut words = folded(&self.header.subject);
        for text in self.pages.iter().map(|page| &page.text).chain(&self.plain) {
            words.push_str(" \n ");
            let room = MOST_WORDS.saturating_sub(words.len());
            let text = folded(beginning(text, room.min(MOST_RAW)));
            words.push_str(beginning(&text, OPENING));
        }
        self.words = words;
    }

    /// Whether its author speaks for this host: same owner.
    #[must_use]
    pub fn is_of_author(&self, host: &str) -> bool {
        let domain = self.header.domain();
        !domain.is_empty() && owner(domain) == owner(host)
    }

    /// Whether the host is its author's, or bears the same name under another ending. For weak facts alone: a counter of
    /// clicks at `journal.net` for `journal.com` is nobody else's, and whoever forges the one could as well link to it.
    #[must_use]
    pub fn is_near_author(&self, host: &str) -> bool {
        let label = |host: &str| owner(host).split('.').next().filter(|label| label.len() >= 5).map(str::to_owned);
        self.is_of_author(host) || label(self.header.domain()).is_some_and(|own| label(host) == Some(own))
    }
}

/// The first bytes of a text, whole characters only.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// Addresses in a text, without the punctuation that ends a sentence.
fn plain_addresses(text: &str) -> impl Iterator<Item = &str> {
    ADDRESS.find_iter(text).map(|found| found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '*', '_']))
}

/// A page that its header calls plain text: mail programs guess, too.
fn looks_like_page(text: &str) -> bool {
    let start = text.trim_start().get(..15).unwrap_or_default().to_lowercase();
    start.starts_with("<html") || start.starts_with("<!doctype html") || start.starts_with("<body")
}

#[cfg(test)]
mod tests {
    use vauban_intake::{Limits, StopFlag};

    use super::*;

    #[test]
    fn a_letter_is_read() {
        let message = b"From: Partage <doc@files.example>\r\nTo: c@campagne.example\r\nSubject: =?utf-8?q?Acc=C3=A8s?=\r\nContent-Type: text/html\r\n\r\n<p>Voir <a href='https://a.example/x'>https://b.example</a> ou www.c.example/d.</p>";
        let letter = Letter::read(message, Vec::new(), &Budget::new(Limits::default(), StopFlag::default()));
        assert_eq!(letter.header.domain(), "files.example");
        assert!(letter.words.starts_with("acces"));
        let hosts: Vec<&str> = letter.links.iter().map(|link| link.target.host.as_str()).collect();
        assert_eq!(hosts, ["a.example", "b.example", "www.c.example"]);
        assert!(letter.is_of_author("www.files.example") && !letter.is_of_author("a.example"));
        assert!(letter.is_near_author("files.test") && !letter.is_near_author("files.a.test"));
    }

    #[test]
    fn broken_messages_are_read_as_far_as_they_go() {
        let budget = Budget::new(Limits::default(), StopFlag::default());
        for message in [
            &b""[..],
            b"\0\0\0",
            b"From",
            b"From: <<>>\r\n\r\n\xff\xfe",
            b"Content-Type: multipart/mixed; boundary=\r\n\r\n--",
        ] {
            let _ = Letter::read(message, Vec::new(), &budget);
        }
    }
}
