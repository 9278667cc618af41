//! What a text looks like: letters of other alphabets, accents and digits are folded to the Latin letters that the eye
//! takes them for (UTS #39, section 4), then the pairs that type faces run together.

use unicode_security::{MixedScript as _, skeleton as confusable_skeleton};

/// Pairs of letters that are read as one, and characters that are read as another. Applied after UTS #39, whose own
/// table folds `m` to `rn`; the shorter side is kept here, so that lengths stay comparable.
const RUN_TOGETHER: [(&str, &str); 3] = [("rn", "m"), ("vv", "w"), ("cl", "d")];

/// The text as the eye takes it, in lower case. Two texts with one skeleton can be taken for each other.
#[must_use]
pub fn skeleton(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut folded: String = if lower.is_ascii() {
        lower
    } else {
        confusable_skeleton(&lower).filter(|c| !is_mark(*c)).flat_map(char::to_lowercase).collect()
    };
    folded = folded.chars().map(plain).collect();
    for (pair, letter) in RUN_TOGETHER {
        if folded.contains(pair) {
            folded = folded.replace(pair, letter);
        }
    }
    folded
}

/// Whether letters of several alphabets stand together as no language writes them (UTS #39, section 5.1).
#[must_use]
pub fn mixes_scripts(text: &str) -> bool {
    !text.is_ascii() && text.split(|c: char| !c.is_alphanumeric()).any(|word| !word.is_single_script())
}

/// Accents, when they stand alone after decomposition.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Digits and letters that are read as other letters.
const fn plain(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'i' | '|' | '\u{131}' => 'l',
        '5' => 's',
        '3' => 'e',
        '4' => 'a',
        'q' => 'g',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_eye_confuses_has_one_skeleton() {
        for (one, other) in [
            ("campagne", "carnpagne"),
            ("campagne", "c\u{430}mpagne"),
            ("campagne", "campàgne"),
            ("google", "g00gle"),
            ("google", "googIe"),
            ("paypal", "paypaI"),
            ("paypal", "\u{440}\u{430}ypal"),
            ("microsoft", "rnicrosoft"),
            ("wikileaks", "vvikileaks"),
            ("dnc", "cinc".replace("ci", "cl").as_str()),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        assert_ne!(skeleton("campagne"), skeleton("compagne"));
    }

    #[test]
    fn alphabets_are_mixed_only_inside_a_word() {
        assert!(mixes_scripts("c\u{430}mpagne.example"));
        assert!(!mixes_scripts("Пётр Petrov"));
        assert!(!mixes_scripts("élection"));
        assert!(!mixes_scripts("日本語テスト"));
    }
}
