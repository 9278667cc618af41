//! From facts to a verdict: a sum that anybody can check with a pencil.
//!
//! Monotone by construction: weights are positive, each fact counts once, and nothing is subtracted. Taking a cue out of
//! a message can only lower its score.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use vauban_model::Text;

use crate::{Code, Facts};

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It goes to its reader as it is.
    Deliver,
    /// It goes to its reader with a warning.
    Flag,
    /// It is kept back until a person looks at it.
    Quarantine,
}

impl Verdict {
    /// The word for it in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
            Self::Flag => "flag",
            Self::Quarantine => "quarantine",
        }
    }
}

/// Why, in part.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The fact.
    pub code: Code,
    /// What it adds to the score.
    pub weight: f64,
    /// Whether it decides alone.
    pub is_decisive: bool,
    /// What is said of it.
    pub text: Text,
    /// What it was seen in.
    pub evidence: String,
}

/// A verdict with the whole of its reasons: their weights add up to the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// What becomes of the message.
    pub verdict: Verdict,
    /// The sum of the weights.
    pub score: f64,
    /// The reasons, the heaviest first.
    pub reasons: Vec<Reason>,
}

impl Judgement {
    /// That of a message without any fact.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { verdict: Verdict::Deliver, score: 0.0, reasons: Vec::new() }
    }
}

/// What facts weigh.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    thresholds: Thresholds,
    fact: BTreeMap<Code, Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Thresholds {
    flag: f64,
    quarantine: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    weight: f64,
    #[serde(default)]
    decisive: bool,
    why: String,
    fr: String,
    en: String,
}

impl Entry {
    fn reason(&self, code: Code, evidence: String) -> Reason {
        let text = Text::new(self.fr.clone(), self.en.clone());
        Reason { code, weight: self.weight, is_decisive: self.decisive, text, evidence }
    }
}

static BUILT_IN: LazyLock<Weights> =
    LazyLock::new(|| toml::from_str(include_str!("../facts.toml")).expect("the file is read by a test"));

impl Weights {
    /// Those of `facts.toml`.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Weighs facts.
    #[must_use]
    pub fn judge(&self, facts: &Facts) -> Judgement {
        let mut reasons: Vec<Reason> = facts
            .iter()
            .filter_map(|fact| {
                let entry = self.fact.get(&fact.code)?;
                Some(entry.reason(fact.code, fact.evidence.clone()))
            })
            .collect();
        reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let score = reasons.iter().fold(0.0, |sum, reason| sum + reason.weight);
        let verdict = if score >= self.thresholds.quarantine || reasons.iter().any(|reason| reason.is_decisive) {
            Verdict::Quarantine
        } else if score >= self.thresholds.flag {
            Verdict::Flag
        } else {
            Verdict::Deliver
        };
        Judgement { verdict, score, reasons }
    }

    /// What is said of kinds of facts, by their words, without evidence; words that are none are left out.
    #[must_use]
    pub fn explain(&self, words: &[String]) -> Vec<Reason> {
        let explained = words.iter().filter_map(|word| {
            let (code, entry) = self.fact.iter().find(|(code, _)| code.word() == *word)?;
            Some(entry.reason(*code, String::new()))
        });
        explained.collect()
    }

    /// Every kind of fact with its weight, the reason of the weight, and what is said of it.
    pub fn iter(&self) -> impl Iterator<Item = (Code, f64, &str)> {
        self.fact.iter().map(|(code, entry)| (*code, entry.weight, entry.why.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes() -> Vec<Code> {
        Weights::built_in().iter().map(|(code, ..)| code).collect()
    }

    #[test]
    fn every_kind_of_fact_is_weighed_once_and_says_why() {
        let declared = include_str!("fact.rs").lines().filter(|line| {
            let line = line.trim();
            line.ends_with(',')
                && line.chars().next().is_some_and(char::is_uppercase)
                && !line.contains([' ', ':', '('])
        });
        assert_eq!(declared.count(), codes().len());
        for (code, entry) in &Weights::built_in().fact {
            assert!(entry.weight > 0.0, "{code:?}");
            assert!([&entry.why, &entry.fr, &entry.en].iter().all(|text| text.ends_with('.')), "{code:?}");
        }
    }

    #[test]
    fn thresholds_hold() {
        let judge = |codes: &[Code]| {
            let mut facts = Facts::default();
            codes.iter().for_each(|code| facts.add(*code, "x"));
            Weights::built_in().judge(&facts).verdict
        };
        assert_eq!(judge(&[]), Verdict::Deliver);
        assert_eq!(judge(&[Code::Urgency, Code::AsksMoney]), Verdict::Deliver);
        assert_eq!(judge(&[Code::StaffNameOutside]), Verdict::Flag);
        assert_eq!(judge(&[Code::StaffNameOutside, Code::BrandNameOutside]), Verdict::Quarantine);
        assert_eq!(judge(&[Code::Shortcut]), Verdict::Quarantine);
    }

    proptest! {
        #[test]
        fn every_fact_taken_away_lowers_the_score(picked in proptest::sample::subsequence(codes(), 1..20), at in 0_usize..20) {
            let facts = |codes: &[Code]| {
                let mut facts = Facts::default();
                codes.iter().for_each(|code| facts.add(*code, ""));
                facts
            };
            let whole = Weights::built_in().judge(&facts(&picked));
            let mut fewer = picked.clone();
            fewer.remove(at % picked.len());
            let less = Weights::built_in().judge(&facts(&fewer));
            prop_assert!(less.score < whole.score);
            prop_assert!(less.verdict <= whole.verdict);
            prop_assert_eq!(whole.score, whole.reasons.iter().fold(0.0, |sum, reason| sum + reason.weight));
        }
    }
}
