//! What became of a list's lines.

use serde::{Deserialize, Serialize};
use vauban_model::Text;

/// What was read from a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The format.
    pub format: String,
    /// Lines, all of them.
    pub lines: u64,
    /// Entries that block, doubles included.
    pub blocked: u64,
    /// Entries that let pass.
    pub passed: u64,
    /// Names that every list of this sort holds and that mean nothing (`localhost`).
    pub skipped: u64,
    /// Lines that are wrong.
    pub bad: Told,
    /// Lines that are right and cannot be carried out here.
    pub unsupported: Told,
    /// Entries that the gate set aside.
    pub set_aside: Told,
}

impl Report {
    /// Entries that count.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.blocked + self.passed
    }

    /// Whether at least half of what it says is right.
    #[must_use]
    pub const fn is_mostly_good(&self) -> bool {
        self.bad.count <= self.entries() + self.set_aside.count + self.skipped + self.unsupported.count
    }
}

/// How many there are of something, and the first few.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// How many.
    pub count: u64,
    /// The first few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<Shown>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The line, from 1.
    pub line: u64,
    /// What stands there, cut and without control characters.
    pub text: String,
    /// What is wrong with it.
    pub reason: Text,
}

/// How many of a kind are shown. The rest is counted.
const SHOWN: usize = 8;
const LONGEST: usize = 120;

impl Told {
    pub(super) fn add(&mut self, line: u64, text: &[u8], reason: impl FnOnce() -> Text) {
        self.count += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(Shown { line, text: harmless(text), reason: reason() });
        }
    }
}

/// A piece of a list as it may be shown: it must not drive a terminal.
fn harmless(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.get(..LONGEST * 4).unwrap_or(text));
    let is_harmless = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut shown: String =
        text.chars().take(LONGEST).map(|c| if is_harmless(c) { c } else { char::REPLACEMENT_CHARACTER }).collect();
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    shown
}
