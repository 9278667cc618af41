//! Names of people: whether two spellings mean one person.

use crate::skeleton;

/// The words of a name as the eye takes them, without order, titles and punctuation. `Bernard, Hugo (perso)` gives
/// `bernard hugo`.
#[must_use]
pub fn folded_words(name: &str) -> Vec<String> {
    let outside: String = without_brackets(name);
    let mut words: Vec<String> = outside
        .split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '\u{2019}'))
        .filter(|word| !word.is_empty())
        .map(skeleton)
        .filter(|word| !TITLES.contains(&word.as_str()))
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Whether the displayed name is that of this person: all words of the shorter name stand in the longer one, and at
/// least two of them do. A first name alone is nobody.
#[must_use]
pub fn is_same_person(shown: &[String], person: &[String]) -> bool {
    let (short, long) = if shown.len() < person.len() { (shown, person) } else { (person, shown) };
    short.len() >= 2 && long.len() <= short.len() + 2 && short.iter().all(|word| long.contains(word))
}

/// Words that stand before names and tell nobody apart, folded as names are.
const TITLES: [&str; 12] = ["m", "mr", "mrs", "ms", "mme", "mlle", "mlss", "dr", "prof", "me", "slr", "maltre"];

fn without_brackets(name: &str) -> String {
    let mut depth = 0_u32;
    name.chars()
        .filter(|c| {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        is_same_person(&folded_words(one), &folded_words(other))
    }

    #[test]
    fn spellings_of_one_person_are_one() {
        for spelling in [
            "Hugo Bernard",
            "BERNARD Hugo",
            "Bernard, Hugo",
            "M. Hugo Bernard",
            "Hugo Bernard (perso)",
            "Hug\u{43e} Bernard",
            "hugo.bernard",
        ] {
            assert!(same(spelling, "Hugo Bernard"), "{spelling}");
        }
        assert!(same("Lea Petit", "Léa Petit"));
        assert!(same("Jean Marie Dupont", "Jean-Marie Dupont"));
    }

    #[test]
    fn others_are_not() {
        for other in
            ["Hugo", "Bernard", "Hugo Martin", "Service Hugo", "", "The Hugo and Bernard Foundation for the Arts"]
        {
            assert!(!same(other, "Hugo Bernard"), "{other}");
        }
    }
}
