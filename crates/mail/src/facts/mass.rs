//! What mail that was sent to thousands gives away: nobody is named, a blank was not filled in, each copy carries a mark
//! of its own.

use std::sync::LazyLock;

use regex::Regex;

use super::identity::mute_run;
use crate::{Code, Facts, Known, Letter};

pub(super) fn look(letter: &Letter, _: &Known, facts: &mut Facts) {
    let header = &letter.header;
    if header.is_list {
        return;
    }
    if !header.recipients.iter().any(|reader| reader.address.contains('@')) {
        let shown = header.recipients.first().map_or("To", |reader| reader.name.as_str());
        facts.add(Code::NobodyNamed, shown);
    }
    let names = header.recipients.iter().chain(&header.from).map(|address| address.name.as_str());
    if let Some(blank) = names.chain([letter.words.as_str()]).find_map(|text| BLANK.find(text)) {
        facts.add(Code::UnfilledBlank, blank.as_str());
    }
    let author = header.from.first().map(|from| from.name.as_str()).unwrap_or_default();
    let marked = header.subject.split_whitespace().chain(author.split_whitespace());
    if let Some(word) = marked.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).find(|word| is_mark(word))
    {
        facts.add(Code::MarkedCopy, word);
    }
}

/// Blanks of the programs that send newsletters, and of those that send worse.
static BLANK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i-u)\{\{ ?[a-z][a-z0-9_. ]{1,30} ?\}\}|\[\[[a-z][a-z0-9_ ]{1,30}\]\]|%%[a-z_]{2,20}%%|\*\|[a-z_:]{2,30}\|\*|#(?:email|e-mail|name|nom|prenom|firstname|victimemail|link|randomnumber|random|date)#|[\[{](?:email|e-mail|recipient|first_?name|last_?name|user_?name|prenom|victim|-link-|random_?\w{0,20})[\]}]",
    )
    .expect("tested below")
});

/// Whether a word is a mark that a program made up: letters and digits in turns, capitals where no language has them, or
/// capitals that nobody can speak.
fn is_mark(word: &str) -> bool {
    let is_plain = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_plain {
        return false;
    }
    let turns = word
        .as_bytes()
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit()))
        .count();
    let humps = word
        .as_bytes()
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count();
    let mute = mute_run(word);
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    turns >= 4 && letters >= 3 || turns >= 1 && humps >= 2 || letters == word.len() && mute >= 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_told_from_text() {
        for text in ["Dear {{Citizen}}", "Hi %%name%%", "Bonjour *|FNAME|*", "[email]", "#email# compte"] {
            assert!(BLANK.is_match(text), "{text}");
        }
        for text in ["[Campagne] Réunion", "{x} and {y}", "50%% off", "#campagne2027", "a[0][1]", "[1]"] {
            assert!(!BLANK.is_match(text), "{text}");
        }
    }

    #[test]
    fn marks_are_told_from_words_and_numbers() {
        for word in ["OUN0LDWG6ZBLIV06A1", "kpS5LnEqtk1", "QXZRVTKLB"] {
            assert!(is_mark(word), "{word}");
        }
        for word in [
            "Rechtsschutz",
            "FR1234567890",
            "Campagne2027",
            "JavaScript",
            "WordPress",
            "20261102",
            "LibreOffice7",
            "LIBREOFFICE",
        ] {
            assert!(!is_mark(word), "{word}");
        }
    }
}
