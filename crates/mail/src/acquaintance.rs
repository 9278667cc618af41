//! What only a memory can tell of a message: whether its author ever wrote before, and whether its conversation is known.

use crate::{Code, Facts, Said};

/// What the memory says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Acquaintance {
    /// Whether the author has written to this organisation before.
    pub knows_author: bool,
    /// Whether one of the messages that it says it answers was seen.
    pub knows_thread: bool,
    /// Whether the author, or somebody at the author's domain, took part in that conversation.
    pub took_part: bool,
}

impl Acquaintance {
    /// The facts that follow. `answers_ours`: one of the ids that it says it answers is of the organisation's own making.
    #[must_use]
    pub fn facts(self, said: &Said, answers_ours: bool) -> Facts {
        let mut facts = Facts::default();
        let author = &said.from;
        if !self.knows_author {
            facts.add(Code::FirstContact, author);
        }
        if said.answers.is_empty() {
            return facts;
        }
        if self.knows_thread {
            if !self.took_part && !self.knows_author {
                facts.add(Code::NewAddressInThread, author);
            }
        } else if answers_ours {
            facts.add(Code::UnknownThread, said.answers.first().map(String::as_str).unwrap_or_default());
        }
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stolen_and_invented_conversations_are_told() {
        let said = Said { answers: vec!["a@campagne.example".to_owned()], ..Said::default() };
        let told = |acquaintance: Acquaintance, ours| {
            acquaintance.facts(&said, ours).iter().map(|fact| fact.code).collect::<Vec<_>>()
        };
        let stranger = Acquaintance::default();
        assert_eq!(told(stranger, true), [Code::FirstContact, Code::UnknownThread]);
        assert_eq!(told(stranger, false), [Code::FirstContact]);
        assert_eq!(
            told(Acquaintance { knows_thread: true, ..stranger }, true),
            [Code::FirstContact, Code::NewAddressInThread]
        );
        assert_eq!(told(Acquaintance { knows_thread: true, took_part: true, ..stranger }, true), [Code::FirstContact]);
        assert_eq!(told(Acquaintance { knows_author: true, knows_thread: true, took_part: true }, true), []);
    }
}
