//! Work and private apart, in mail that leaves: what no filter of incoming mail can see.
//!
//! Pure, as everything here: the envelope and what the message says go in, facts come out. What becomes of the message is
//! the policy's business. Nothing is said of what people write; only where it goes, and whether documents go with it.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use vauban_lookalike::{folded_words, is_same_person};
use vauban_model::{Lang, Text, printable};

use crate::{Known, Said};

/// A way in which work leaves for private places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leak {
    /// A server forwards it to a private mailbox, and nobody sent it by hand.
    AutoForward,
    /// Documents for the sender's own private address.
    OwnPrivateMailbox,
    /// A colleague, reached at a private address.
    ColleaguePrivate,
}

/// What was found, and in which address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// What.
    pub leak: Leak,
    /// The private address.
    pub address: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    forwarded_by: Vec<(String, String)>,
    documents: Vec<String>,
    kind: BTreeMap<Leak, Words>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    fr: String,
    en: String,
    next_fr: String,
    next_en: String,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("../outgoing.toml")).expect("the file is read by a test"));

impl Leak {
    /// The word for it in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::AutoForward => "auto-forward",
            Self::OwnPrivateMailbox => "own-private-mailbox",
            Self::ColleaguePrivate => "colleague-private",
        }
    }

    /// What it is, for the person who sent it.
    #[must_use]
    pub fn text(self) -> Text {
        let words = TABLE.kind.get(&self);
        words.map_or_else(Text::default, |words| Text::new(words.fr.clone(), words.en.clone()))
    }

    /// What to do instead.
    #[must_use]
    pub fn next_step(self, lang: Lang) -> &'static str {
        TABLE.kind.get(&self).map_or("", |words| match lang {
            Lang::Fr => &words.next_fr,
            Lang::En => &words.next_en,
        })
    }
}

/// The header that says that a server forwarded the message, when one does.
pub(crate) fn forwarding_mark(value_of: impl Fn(&str) -> Option<String>) -> Option<String> {
    TABLE.forwarded_by.iter().find_map(|(name, begins)| {
        let value = value_of(name)?;
        let begin = value.trim().get(..begins.len())?;
        begin.eq_ignore_ascii_case(begins).then(|| name.clone())
    })
}

/// Whether a file of this name is a document.
pub(crate) fn is_document(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| TABLE.documents.iter().any(|known| known.eq_ignore_ascii_case(end)))
}

/// What is odd about a message that leaves. `sender` and `recipients` are the envelope's; `is_private` tells whether a domain is
/// one of private mailboxes.
#[must_use]
pub fn leaving(
    known: &Known,
    is_private: &dyn Fn(&str) -> bool,
    sender: &str,
    recipients: &[String],
    said: &Said,
) -> Vec<Leaving> {
    let mut found: Vec<Leaving> = Vec::new();
    for address in recipients {
        let address = address.trim_end_matches('.').to_lowercase();
        let Some((local, domain)) = address.rsplit_once('@') else { continue };
        // `hugo+work@` is Hugo's.
        let local = local.trim_matches('"').split('+').next().unwrap_or_default();
        if known.is_inside(domain) {
            continue;
        }
        let theirs = known.person_at(&address).or_else(|| known.person_like(local)).or_else(|| {
            let shown = said.recipients.iter().find(|(_, shown)| *shown == address)?;
            known.person_named(&shown.0)
        });
        // A private address that the organisation itself lists is one wherever it lies.
        if !is_private(domain) && known.person_at(&address).is_none() {
            continue;
        }
        let sender = sender.to_lowercase();
        let is_senders = theirs.is_some_and(|person| person.addresses.contains(&sender))
            || same_local(local, sender.rsplit_once('@').map_or("", |(local, _)| local));
        let leak = if said.forwarded.is_some() || is_passed_on(known, &sender, said) {
            Leak::AutoForward
        } else if is_senders {
            if said.document.is_none() {
                continue;
            }
            Leak::OwnPrivateMailbox
        } else if theirs.is_some() {
            Leak::ColleaguePrivate
        } else {
            continue;
        };
        if !found.iter().any(|one| one.leak == leak) {
            found.push(Leaving { leak, address: printable(&address) });
        }
    }
    found
}

/// A message that somebody outside wrote and that leaves again: what a rule of a mailbox does.
fn is_passed_on(known: &Known, sender: &str, said: &Said) -> bool {
    let domain = |address: &str| address.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned();
    let author = domain(&said.address);
    !author.is_empty() && !known.is_own(&author) && known.is_own(&domain(sender))
}

/// `hugo.bernard` and `hugobernard75` are the same person's, `info` is everybody's.
fn same_local(one: &str, other: &str) -> bool {
    let plain = |local: &str| -> String { local.chars().filter(|c| c.is_alphabetic()).collect() };
    let (one, other) = (plain(one), plain(other));
    one.len() >= 6 && one == other
}

impl Known {
    /// The name of the person whose address this is.
    #[must_use]
    pub fn name_of(&self, address: &str) -> Option<&str> {
        self.person_at(&address.to_lowercase()).map(|person| person.name.as_str())
    }

    /// The person whose address this is.
    fn person_at(&self, address: &str) -> Option<&crate::Person> {
        self.own_people().find(|person| person.addresses.iter().any(|own| own == address))
    }

    /// The person whose address here begins in the same way.
    fn person_like(&self, local: &str) -> Option<&crate::Person> {
        self.own_people().find(|person| {
            let own = person.addresses.iter().filter_map(|own| own.rsplit_once('@'));
            own.filter(|(_, domain)| self.is_own(domain)).any(|(own, _)| same_local(own, local))
        })
    }

    /// The person of this name.
    fn person_named(&self, name: &str) -> Option<&crate::Person> {
        let words = folded_words(name);
        let two = words.len() >= 2;
        self.own_people().find(|person| two && is_same_person(&words, &folded_words(&person.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Organisation;

    fn known() -> Known {
        let organisation: Organisation = serde_json::from_str(
            r#"{"domains": ["campagne.example"], "staff": [{"name": "Hugo Bernard", "address": "hugo.bernard@campagne.example"},
                {"name": "Claire Martin", "addresses": ["claire.martin@campagne.example", "cm@perso.example"]}],
                "partners": ["imprimeur.example"]}"#,
        )
        .unwrap();
        Known::new(organisation)
    }

    fn found(to: &str, said: &Said) -> Vec<Leak> {
        let all = leaving(
            &known(),
            &|domain| domain == "maison.example" || crate::is_freemail(domain),
            "hugo.bernard@campagne.example",
            &[to.to_owned()],
            said,
        );
        all.into_iter().map(|one| one.leak).collect()
    }

    #[test]
    fn the_tables_are_read_and_say_something_in_both_languages() {
        for leak in [Leak::AutoForward, Leak::OwnPrivateMailbox, Leak::ColleaguePrivate] {
            assert!(leak.text().fr.ends_with('.') && leak.text().en.ends_with('.'), "{leak:?}");
            assert!(leak.next_step(Lang::Fr).ends_with('.') && leak.next_step(Lang::En).ends_with('.'), "{leak:?}");
            assert_eq!(serde_json::to_value(leak).unwrap(), leak.word());
        }
    }

    #[test]
    fn work_that_leaves_for_private_places_is_told() {
        let own = || Said { address: "hugo.bernard@campagne.example".to_owned(), ..Said::default() };
        let with_document = || Said { document: Some("budget.xlsx".to_owned()), ..own() };
        let none: [Leak; 0] = [];
        assert_eq!(found("hugo.bernard@gmail.com", &with_document()), [Leak::OwnPrivateMailbox]);
        assert_eq!(found("hugobernard75@maison.example", &with_document()), [Leak::OwnPrivateMailbox]);
        assert_eq!(found("hugo.bernard+travail@gmail.com.", &with_document()), [Leak::OwnPrivateMailbox]);
        assert_eq!(found("hugo.bernard@gmail.com", &own()), none, "a note to oneself is no document");
        assert_eq!(found("claire.martin@gmail.com", &own()), [Leak::ColleaguePrivate]);
        assert_eq!(found("cm@perso.example", &own()), [Leak::ColleaguePrivate], "an address that is listed");
        let shown = Said { recipients: vec![("Claire MARTIN".to_owned(), "cm1987@gmail.com".to_owned())], ..own() };
        assert_eq!(found("cm1987@gmail.com", &shown), [Leak::ColleaguePrivate]);
        for harmless in
            ["voter@gmail.com", "a@imprimeur.example", "claire.martin@campagne.example", "press@journal.example", "x"]
        {
            assert_eq!(found(harmless, &with_document()), none, "{harmless}");
        }
    }

    #[test]
    fn what_a_server_forwards_is_told() {
        let marked = Said { forwarded: Some("X-Forwarded-For".to_owned()), ..Said::default() };
        assert_eq!(found("anybody@gmail.com", &marked), [Leak::AutoForward]);
        let passed_on = Said { address: "agency@state.example".to_owned(), ..Said::default() };
        assert_eq!(found("anybody@gmail.com", &passed_on), [Leak::AutoForward]);
        assert_eq!(found("a@imprimeur.example", &marked), [] as [Leak; 0]);
        let value_of = |name: &str| (name == "Auto-Submitted").then(|| " Auto-Forwarded; x".to_owned());
        assert_eq!(forwarding_mark(value_of).as_deref(), Some("Auto-Submitted"));
        assert_eq!(forwarding_mark(|name| (name == "Auto-Submitted").then(|| "no".to_owned())), None);
    }

    #[test]
    fn documents_are_told_by_their_names() {
        assert!(is_document("Budget 2027.XLSX") && is_document("a.pdf"));
        assert!(!is_document("photo.jpg") && !is_document("pdf"));
    }
}
