//! A request in words that have one spelling: what an approver reads is what the key signs.

use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Digest, Kind, ask::Invited};
use crate::{PersonId, RequestId};

/// Lines of `name: value`, in this order. No value holds a line feed: names cannot, and the rest is ours.
pub(super) fn canonical(id: RequestId, kind: &Kind, asked_by: Option<PersonId>, asked: Timestamp) -> String {
    let mut text = String::from("vauban request 1\n");
    let mut line = |name: &str, value: &dyn std::fmt::Display| {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{name}: {value}");
    };
    line("request", &id);
    line("kind", &kind.word());
    match kind {
        Kind::Found { person, name } | Kind::Recover { person, name } => {
            line("person", person);
            line("name", name);
        }
        Kind::Invite(Invited { person, name, tie, role, groups, until }) => {
            line("person", person);
            line("name", name);
            line("tie", tie);
            line("role", role);
            groups.iter().for_each(|group| line("group", group));
            match until {
                Some(until) => line("until", until),
                None => line("until", &"no end"),
            }
        }
        Kind::Role { person, name, role } => {
            line("person", person);
            line("name", name);
            line("role", role);
        }
        Kind::BreakGlass { keys } => {
            for key in keys {
                line("key", &key.id);
                line("label", &key.label);
                line("credential", &key.digest());
            }
        }
    }
    match asked_by {
        Some(person) => line("asked by", &person),
        None => line("asked by", &"the machine"),
    }
    line("asked at", &asked);
    text
}

pub(super) fn digest(text: &str) -> Digest {
    Digest::new(Sha256::digest(text.as_bytes()).into())
}
