//! What is wrong with a policy: every word that means nothing, and every name that nobody has.

use std::{collections::BTreeSet, fmt};

use vauban_model::Text;

use crate::{
    Exception, Policy,
    rules::{MOST_LISTS, Target, network},
};

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `compartment.work.never`.
    pub key: String,
    /// The word that is wrong, as it stands there.
    pub word: String,
    /// What is wrong with it.
    pub what: Text,
}

/// Where it is, and what is wrong, in English.
impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.key, self.what.en)
    }
}

impl Problem {
    /// The first of several, for a log; nothing where there is none.
    #[must_use]
    pub fn first(problems: &[Self]) -> String {
        problems.first().map_or_else(String::new, Self::to_string)
    }

    /// The line of the text that it stands on, from 1, where its word can be found.
    #[must_use]
    pub fn line(&self, text: &str) -> Option<usize> {
        let of = |word: &str| text.lines().position(|line| line.contains(word)).map(|at| at + 1);
        if self.word.is_empty() { None } else { of(&format!("{:?}", self.word)).or_else(|| of(&self.word)) }
    }
}

/// The days for which anything is kept at the most.
const MOST_DAYS: u16 = 366;

/// Everything that is wrong.
pub(crate) fn check(policy: &Policy) -> Vec<Problem> {
    let mut check = Check { policy, problems: Vec::new() };
    check.settings();
    check.lists();
    check.compartments();
    check.people_and_devices();
    check.tools();
    check.exceptions();
    check.problems
}

/// What is wrong with one exception, as the last of a policy's.
pub(crate) fn check_exception(policy: &Policy, exception: &Exception) -> Vec<Problem> {
    let mut check = Check { policy, problems: Vec::new() };
    check.exception(policy.exception.len() + 1, exception);
    check.problems
}

struct Check<'p> {
    policy: &'p Policy,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn wrong(&mut self, key: impl Into<String>, word: &str, fr: &str, en: &str) {
        self.problems.push(Problem { key: key.into(), word: word.to_owned(), what: Text::new(fr, en) });
    }

    fn compartment(&mut self, key: &str, name: &str) {
        if !name.is_empty() && !self.policy.compartment.contains_key(name) {
            self.wrong(key, name, "aucun compartiment ne s'appelle ainsi", "no compartment has this name");
        }
    }

    fn target(&mut self, key: &str, word: &str) {
        match Target::parse(word) {
            None => self.wrong(
                key,
                word,
                "ni une sorte d'outil, ni un nom, ni une adresse",
                "neither a kind of tool, nor a name, nor an address",
            ),
            Some(Target::Tool(tool)) => {
                let is_known = self.policy.tool.contains_key(&tool) || crate::kinds::built_in().contains_key(&tool);
                if !is_known {
                    self.wrong(key, word, "aucun outil ne s'appelle ainsi", "no tool has this name");
                }
            }
            Some(_) => {}
        }
    }

    fn network(&mut self, key: &str, word: &str) {
        if network(word).is_none() {
            self.wrong(
                key,
                word,
                "ni une adresse ni un réseau (10.8.1.0/24)",
                "neither an address nor a network (10.8.1.0/24)",
            );
        }
    }

    fn settings(&mut self) {
        let settings = &self.policy.policy;
        self.compartment("policy.otherwise", &settings.otherwise);
        for word in &settings.always {
            self.target("policy.always", word);
        }
    }

    fn lists(&mut self) {
        let mut seen = BTreeSet::new();
        for (at, list) in (1..).zip(&self.policy.list) {
            let is_name = !list.name.is_empty()
                && list.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            if !is_name || !seen.insert(&list.name) {
                self.wrong(
                    format!("list.{at}.name"),
                    &list.name,
                    "un nom à elle, de lettres, chiffres et tirets",
                    "a name of its own, of letters, digits and hyphens",
                );
            }
        }
        if self.policy.list.len() > MOST_LISTS {
            self.wrong("list", "", "64 listes au plus", "64 lists at the most");
        }
    }

    fn compartments(&mut self) {
        let mut seen = BTreeSet::new();
        for (name, compartment) in &self.policy.compartment {
            let key = |field: &str| format!("compartment.{name}.{field}");
            for word in &compartment.networks {
                self.network(&key("networks"), word);
                if network(word).is_some_and(|network| !seen.insert(network.trunc())) {
                    self.wrong(
                        key("networks"),
                        word,
                        "ce réseau est déjà à un autre compartiment",
                        "this network is another compartment's already",
                    );
                }
            }
            for word in &compartment.never {
                self.target(&key("never"), word);
            }
            for word in compartment.lists.iter().flatten() {
                if !self.policy.list.iter().any(|list| list.name == *word) {
                    self.wrong(key("lists"), word, "aucune liste ne s'appelle ainsi", "no list has this name");
                }
            }
            if compartment.keep_days > MOST_DAYS {
                let days = compartment.keep_days.to_string();
                self.wrong(key("keep_days"), &days, "un an au plus", "a year at the most");
            }
            if name.contains(['/', ':']) {
                self.wrong(format!("compartment.{name}"), name, "sans / ni :", "without / and :");
            }
        }
    }

    fn people_and_devices(&mut self) {
        for (name, person) in &self.policy.person {
            self.compartment(&format!("person.{name}.compartment"), &person.compartment);
            if name.contains(':') {
                self.wrong(format!("person.{name}"), name, "sans :", "without :");
            }
        }
        let mut seen = BTreeSet::new();
        for (name, device) in &self.policy.device {
            let key = |field: &str| format!("device.{name}.{field}");
            self.compartment(&key("compartment"), &device.compartment);
            if !device.person.is_empty() && !self.policy.person.contains_key(&device.person) {
                self.wrong(key("person"), &device.person, "personne ne s'appelle ainsi", "no person has this name");
            }
            for word in &device.addresses {
                self.network(&key("addresses"), word);
            }
            // Two devices with one mark would each pass for the other.
            let marks = device.addresses.iter().chain([&device.wireguard, &device.certificate, &device.dns_name]);
            for mark in marks.filter(|mark| !mark.is_empty()) {
                if !seen.insert(mark.clone()) {
                    self.wrong(
                        format!("device.{name}"),
                        mark,
                        "un autre appareil a déjà cette marque",
                        "another device has this mark already",
                    );
                }
            }
        }
    }

    fn tools(&mut self) {
        for (name, tool) in &self.policy.tool {
            for word in &tool.names {
                if !matches!(Target::parse(word), Some(Target::Name(_))) {
                    self.wrong(format!("tool.{name}.names"), word, "ce n'est pas un nom", "this is no name");
                }
            }
            for word in &tool.addresses {
                self.network(&format!("tool.{name}.addresses"), word);
            }
        }
    }

    fn exceptions(&mut self) {
        for (at, exception) in (1..).zip(&self.policy.exception) {
            self.exception(at, exception);
        }
        for (at, expect) in (1..).zip(&self.policy.expect) {
            if !matches!(expect.verdict.as_str(), "allow" | "block") {
                self.wrong(
                    format!("expect.{at}.verdict"),
                    &expect.verdict,
                    "« allow » ou « block »",
                    "\"allow\" or \"block\"",
                );
            }
        }
    }

    fn exception(&mut self, at: usize, exception: &Exception) {
        let key = |field: &str| format!("exception.{at}.{field}");
        for word in &exception.who {
            let groups = || self.policy.person.values().flat_map(|person| &person.groups);
            let is_known = match word.split_once(':') {
                None => self.policy.person.contains_key(word),
                Some(("group", group)) => groups().any(|own| own == group),
                Some(("device", device)) => self.policy.device.contains_key(device),
                Some(("compartment", name)) => self.policy.compartment.contains_key(name),
                Some(_) => false,
            };
            if !is_known {
                self.wrong(
                    key("who"),
                    word,
                    "personne ne s'appelle ainsi (alice, group:…, device:…, compartment:…)",
                    "nobody has this name (alice, group:…, device:…, compartment:…)",
                );
            }
        }
        for word in &exception.to {
            self.target(&key("to"), word);
        }
        for (field, text) in [("owner", &exception.owner), ("reason", &exception.reason)] {
            if text.trim().is_empty() {
                self.wrong(
                    key(field),
                    "",
                    "quelqu'un en répond, et dit pourquoi",
                    "somebody answers for it, and says why",
                );
            }
        }
        if exception.who.is_empty() || exception.to.is_empty() {
            self.wrong(format!("exception.{at}"), "", "pour qui, et vers quoi ?", "for whom, and to what?");
        }
    }
}
