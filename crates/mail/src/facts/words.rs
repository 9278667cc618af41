//! What the words are about. Weak cues, every one: honest people write the same words.

use std::{collections::BTreeMap, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use crate::{Code, Facts, Known, Letter, letter::folded};

/// Phrases by what they are about, as they stand in `words.toml`.
#[derive(Deserialize)]
struct Themes {
    theme: BTreeMap<Code, Vec<String>>,
}

struct Search {
    automaton: AhoCorasick,
    codes: Vec<Code>,
}

static SEARCH: LazyLock<Search> = LazyLock::new(|| {
    let themes: Themes = toml::from_str(include_str!("../../words.toml")).expect("the file is read by a test");
    let (mut phrases, mut codes) = (Vec::new(), Vec::new());
    for (code, list) in themes.theme {
        for phrase in list {
            phrases.push(folded(&phrase));
            codes.push(code);
        }
    }
    let automaton =
        AhoCorasick::builder().match_kind(MatchKind::Standard).build(phrases).expect("a few hundred phrases");
    Search { automaton, codes }
});

pub(super) fn look(letter: &Letter, known: &Known, facts: &mut Facts) {
    // Colleagues write the same words all day: from inside they count only beside something else.
    if known.is_inside(letter.header.domain()) && facts.iter().next().is_none() {
        return;
    }
    let Search { automaton, codes } = &*SEARCH;
    let mut offer = None;
    for found in automaton.find_overlapping_iter(&letter.words) {
        let Some(code) = codes.get(found.pattern().as_usize()) else { continue };
        if facts.has(*code) || !stands_alone(&letter.words, found.start(), found.end()) {
            continue;
        }
        let words = letter.words.get(found.start()..found.end()).unwrap_or_default();
        if *code == Code::Offer {
            offer = offer.or(Some(words));
        } else {
            facts.add(*code, words);
        }
    }
    // A prize is an offer already.
    if let Some(words) = offer
        && !facts.has(Code::Reward)
    {
        facts.add(Code::Offer, words);
    }
}

/// Whether no letter touches the phrase.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let touches = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !touches(text.get(..start).and_then(|before| before.chars().next_back()))
        && !touches(text.get(end..).and_then(|after| after.chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Known, Organisation};

    fn codes(words: &str) -> Vec<Code> {
        let letter = Letter { words: folded(words), ..Letter::default() };
        let mut facts = Facts::default();
        look(&letter, &Known::new(Organisation::default()), &mut facts);
        facts.iter().map(|fact| fact.code).collect()
    }

    #[test]
    fn phrases_are_found_as_words_whatever_their_accents() {
        assert!(codes("Votre mot de passe a expiré").contains(&Code::AsksCredentials));
        assert!(codes("VERIFY YOUR ACCOUNT now").contains(&Code::AsksCredentials));
        assert_eq!(codes("Bonjour, à demain pour la réunion."), []);
        assert_eq!(codes("the passwordless future"), []);
        assert_eq!(codes("A free gift"), [Code::Offer]);
        assert_eq!(codes("You have won a free gift"), [Code::Reward]);
    }
}
