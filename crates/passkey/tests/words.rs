//! The page on passkeys tells each refusal, with its code and section; each has its words in both languages.

use std::collections::BTreeSet;

use vauban_passkey::Refused;

#[test]
fn the_page_lists_each_refusal() {
    let page = include_str!("../../../docs/passkeys.md");
    for refused in Refused::ALL {
        let row = format!("| `{}` | {refused} | {} |", refused.code(), refused.section());
        assert!(page.contains(&row), "{row}");
    }
    assert_eq!(
        page.lines().filter(|line| line.starts_with("| `") && line.contains("§")).count(),
        Refused::ALL.len() - 2
    );
}

#[test]
fn codes_are_different_and_words_are_there() {
    let codes: BTreeSet<_> = Refused::ALL.iter().map(|refused| refused.code()).collect();
    assert_eq!(codes.len(), Refused::ALL.len());
    for refused in Refused::ALL {
        let words = refused.words();
        assert!(words.fr != words.en && words.fr.ends_with('.') && words.en.ends_with('.'), "{refused:?}");
    }
    let told: BTreeSet<_> = Refused::ALL.iter().map(|refused| refused.words().en).collect();
    assert_eq!(told.len(), 10, "what is told says what to do, and not which check failed");
}
