//! Free mailboxes: in whose name one writes, and which of them the answers are to go to.
//!
//! A mailbox that anybody opens in a minute is no offence: half of the world has one. What counts is that a service
//! writes from one, that its owner is somebody else than the name says, or that the answer leaves the author for one.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    Code, Facts, Known, Letter,
    letter::{Address, folded},
    places::{is_freemail, is_throwaway},
};

pub(super) fn look(letter: &Letter, known: &Known, facts: &mut Facts) {
    let header = &letter.header;
    let Some(author) = header.author() else { return };
    if is_freemail(author.domain()) && !known.is_person(&author.address) {
        if speaks_as_service(&author.name) {
            facts.add(Code::ServiceFromFreeMail, author.shown());
        } else if !header.is_list && is_another(author) {
            facts.add(Code::NameOfAnother, author.shown());
        }
    }
    if header.is_list {
        return;
    }
    let is_other = |address: &str| {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        is_freemail(domain)
            && address != author.address
            && !known.is_person(address)
            && !header.recipients.iter().any(|reader| reader.address == address)
    };
    // A button that writes the answer: where a site would be, somebody's mailbox is.
    let prepared = letter.links.iter().filter(|link| link.target.scheme == "mailto" && !link.target.rest.is_empty());
    for link in prepared {
        let address = link.target.path.to_lowercase().replace("%40", "@");
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        if is_other(&address) || is_throwaway(domain) && !letter.is_of_author(domain) {
            facts.add(Code::PreparedAnswer, &address);
        }
    }
    if known.is_inside(author.domain()) || known.is_person(&author.address) {
        return;
    }
    let replies = header.reply_to.iter().map(|reply| reply.address.as_str()).find(|address| is_other(address));
    // In an answer, addresses are those of the conversation; beside links, they are those of readers and authors. A letter
    // without either whose only way on is a mailbox was written for that mailbox.
    let is_only_way = header.answers.is_empty() && !letter.links.iter().any(|link| link.target.is_web());
    let written = || {
        let addresses = ADDRESS.find_iter(&letter.words).map(|found| found.as_str());
        addresses.take(MOST).find(|address| is_other(address))
    };
    if let Some(address) = replies.or_else(|| if is_only_way { written() } else { None })
        && !facts.has(Code::PreparedAnswer)
    {
        facts.add(Code::FreeMailAnswer, format!("{} → {address}", author.address));
    }
}

/// Addresses of one message that are looked at.
const MOST: usize = 50;

/// An address in a text that was folded.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)[a-z0-9][a-z0-9._+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?-u:\b)").expect("tested below")
});

/// Whether a displayed name is that of a service: one of its words, or the number of a case.
fn speaks_as_service(name: &str) -> bool {
    let name = folded(name);
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| SERVICES.contains(&word) || word.len() >= 5 && word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What services call themselves and people do not.
const SERVICES: [&str; 50] = [
    // French
    "assistance",
    "facturation",
    "facture",
    "commande",
    "livraison",
    "colis",
    "remboursement",
    "compte",
    "securite",
    "clientele",
    "impots",
    "messagerie",
    // English
    "support",
    "billing",
    "invoice",
    "invoices",
    "order",
    "orders",
    "delivery",
    "parcel",
    "refund",
    "refunds",
    "account",
    "accounts",
    "security",
    "helpdesk",
    "payment",
    "payments",
    "receipt",
    "notification",
    "notifications",
    "alert",
    "alerts",
    "noreply",
    "verification",
    "wallet",
    "administrator",
    "webmail",
    "mailbox",
    "renewal",
    "subscription",
    // German, Spanish, Portuguese
    "kundenservice",
    "rechnung",
    "konto",
    "cuenta",
    "factura",
    "conta",
    "atendimento",
    "fatura",
    "suporte",
];

/// Whether a name of at least two words shares nothing with the mailbox: neither three letters of a word nor initials.
fn is_another(author: &Address) -> bool {
    let name = folded(&author.name);
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| word.len() >= 3 && word.is_ascii() && !["mrs", "mme", "dr"].contains(word))
        .collect();
    let local: String = author.local().chars().filter(char::is_ascii_alphabetic).collect();
    if words.len() < 2 || local.len() < 5 || name.contains('@') || !name.is_ascii() {
        return false;
    }
    let shares = words.iter().any(|word| word.get(..3).is_some_and(|start| local.contains(start)));
    let initials: String = words.iter().filter_map(|word| word.chars().next()).collect();
    !shares && !local.starts_with(&initials) && !local.ends_with(&initials)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Organisation;

    fn author(name: &str, address: &str) -> Address {
        Address { name: name.to_owned(), address: address.to_owned() }
    }

    #[test]
    fn services_are_told_from_people() {
        for name in ["Service Facturation", "Your Order #865999", "Votre compte", "DOSSIER 0122917271798662"] {
            assert!(speaks_as_service(name), "{name}");
        }
        for name in ["Hugo Bernard", "Association Lumière", "Comptoir du 14", "Léa (perso)", ""] {
            assert!(!speaks_as_service(name), "{name}");
        }
    }

    #[test]
    fn the_mailbox_of_another_is_told() {
        for (name, address) in [("Mike Mercier", "wwebweb2@gmail.com"), ("Mr Jean Valjean", "missmonicab@gmail.com")] {
            assert!(is_another(&author(name, address)), "{name} {address}");
        }
        for (name, address) in [
            ("Hugo Bernard", "hb75@gmail.com"),
            ("Hugo Bernard", "superhugo@gmail.com"),
            ("Hugo Bernard", "bernhug@gmail.com"),
            ("Claire Martin", "cmartin1975@free.fr"),
            ("Hugo", "tintin1975@gmail.com"),
            ("Пётр Иванов", "pivanov@mail.ru"),
            ("山田 太郎", "yamada@gmail.com"),
        ] {
            assert!(!is_another(&author(name, address)), "{name} {address}");
        }
    }

    #[test]
    fn answers_that_leave_for_a_free_mailbox_are_told() {
        let found = |words: &str, answers: &[&str]| {
            let mut letter = Letter { words: folded(words), ..Letter::default() };
            letter.header.from = vec![author("Fondation", "info@fondation.example")];
            letter.header.answers = answers.iter().map(|id| (*id).to_owned()).collect();
            let mut facts = Facts::default();
            look(&letter, &Known::new(Organisation::default()), &mut facts);
            facts.has(Code::FreeMailAnswer)
        };
        assert!(found("Write to Mrs.Smith+1@gmail.com.", &[]));
        assert!(!found("Write to Mrs.Smith+1@gmail.com.", &["1@x.example"]));
        assert!(!found("Write to info@fondation.example.", &[]));
    }
}
