//! Conversations, as far as the message itself tells: what memory adds comes from [`crate::Acquaintance`].

use crate::{Code, Facts, Known, Letter};

/// How letters begin, folded.
const GREETINGS: [&str; 14] = [
    "bonjour",
    "cher",
    "chere",
    "cher client",
    "hello",
    "hi",
    "dear",
    "dear user",
    "dear customer",
    "guten tag",
    "hallo",
    "ola",
    "hola",
    "geachte",
];

pub(super) fn look(letter: &Letter, _: &Known, facts: &mut Facts) {
    let header = &letter.header;
    let subject = header.subject.trim_start().to_lowercase();
    let says_answer = ["re:", "re :", "rép:", "rép :", "aw:", "sv:"].iter().any(|prefix| subject.starts_with(prefix));
    if says_answer && header.answers.is_empty() && !header.is_list {
        facts.add(Code::AnswerWithoutThread, &header.subject);
    }
    let reader = header.reader();
    let local = reader.split('@').next().unwrap_or_default();
    let greets = !reader.is_empty()
        && letter.words.contains(reader)
        && GREETINGS.iter().any(|greeting| {
            letter.words.match_indices(greeting).any(|(at, _)| {
                let after =
                    letter.words.get(at + greeting.len()..).unwrap_or_default().trim_start_matches([' ', ',', ':']);
                after.starts_with(reader)
            })
        });
    if greets {
        facts.add(Code::ReaderGreeted, reader);
    }
    if !reader.is_empty()
        && (subject.contains(reader) || local.len() > 5 && local.contains('.') && subject.contains(local))
    {
        facts.add(Code::ReaderInSubject, &header.subject);
    }
}
