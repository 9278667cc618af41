//! Hex strings of which no four bytes stand together: looked for by two or three, and by a regular expression around them.
//!
//! `{ 0F B? [1-16] 4D 5A [1-32] 3C }` asks for an `MZ` with something around it. Reading all bytes with the engine for one
//! such string costs more than to look at every `MZ`.

use std::fmt::Write as _;

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use yara_x_parser::ast::{HexToken, Pattern};

use crate::filter::rarity;

/// What stands around a short literal wherever a string matches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Probe {
    literal: Vec<u8>,
    /// The whole string.
    expression: String,
    /// The most bytes of it that stand before the literal, and from where it begins.
    before: usize,
    after: usize,
}

/// A string that may be longer is left to the engine.
const LONGEST: usize = 2048;
/// The memory of one compiled expression.
const MOST_MEMORY: usize = 1 << 20;

impl Probe {
    /// The probe of a hex string that has one.
    pub(crate) fn of(pattern: &Pattern<'_>) -> Option<Self> {
        let Pattern::Hex(hex) = pattern else { return None };
        let tokens = &hex.sub_patterns.0;
        let (at, literal) = rarest_pair(tokens)?;
        let mut expression = String::new();
        write_tokens(tokens, &mut expression)?;
        let (before, after) = tokens.split_at_checked(at)?;
        let (before, after) = (longest(before)?, longest(after)?);
        (before + after <= LONGEST).then_some(Self { literal, expression, before, after })
    }

    /// How well it tells.
    pub(crate) fn worth(&self) -> u32 {
        self.literal.iter().map(|byte| rarity(*byte)).sum()
    }
}

/// A probe ready to be used.
#[derive(Debug)]
pub(crate) struct Prober {
    literal: memmem::Finder<'static>,
    /// None when it cannot be compiled: then every literal counts.
    expression: Option<Regex>,
    before: usize,
    after: usize,
}

impl Prober {
    pub(crate) fn new(probe: &Probe) -> Self {
        let Probe { literal, expression, before, after } = probe;
        let built = RegexBuilder::new(expression)
            .unicode(false)
            .dot_matches_new_line(true)
            .size_limit(MOST_MEMORY)
            .dfa_size_limit(MOST_MEMORY)
            .build();
        Self {
            literal: memmem::Finder::new(literal).into_owned(),
            expression: built.ok(),
            before: *before,
            after: *after,
        }
    }

    /// Whether the string may match these bytes.
    pub(crate) fn may_match(&self, bytes: &[u8]) -> bool {
        self.literal.find_iter(bytes).any(|at| {
            let around = bytes.get(at.saturating_sub(self.before)..bytes.len().min(at + self.after));
            let Some(expression) = &self.expression else { return true };
            around.is_some_and(|around| expression.is_match(around))
        })
    }
}

/// The two bytes side by side that stand in the fewest files, and the number of the first.
fn rarest_pair(tokens: &[HexToken]) -> Option<(usize, Vec<u8>)> {
    let whole = |token: &HexToken| match token {
        HexToken::Byte(byte) if byte.mask == u8::MAX => Some(byte.value),
        _ => None,
    };
    tokens
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| Some((at, pair.iter().map(whole).collect::<Option<Vec<u8>>>()?)))
        .max_by_key(|(_, pair)| pair.iter().map(|byte| rarity(*byte)).sum::<u32>())
}

/// The most bytes that these can match; none when there is no end to them.
fn longest(tokens: &[HexToken]) -> Option<usize> {
    let of = |token: &HexToken| match token {
        HexToken::Byte(_) | HexToken::NotByte(_) => Some(1),
        HexToken::Jump(jump) => usize::try_from(jump.end?).ok(),
        HexToken::Alternative(choice) => {
            choice.alternatives.iter().map(|one| longest(&one.0)).collect::<Option<Vec<_>>>()?.into_iter().max()
        }
    };
    tokens.iter().try_fold(0_usize, |sum, token| sum.checked_add(of(token)?))
}

/// The same as a regular expression over bytes.
fn write_tokens(tokens: &[HexToken], expression: &mut String) -> Option<()> {
    for token in tokens {
        match token {
            HexToken::Byte(byte) => write_byte(byte.value, byte.mask, false, expression)?,
            HexToken::NotByte(byte) => write_byte(byte.value, byte.mask, true, expression)?,
            HexToken::Jump(jump) => write!(expression, ".{{{},{}}}", jump.start.unwrap_or(0), jump.end?).ok()?,
            HexToken::Alternative(choice) => {
                for (number, one) in choice.alternatives.iter().enumerate() {
                    expression.push_str(if number == 0 { "(?:" } else { "|" });
                    write_tokens(&one.0, expression)?;
                }
                expression.push(')');
            }
        }
    }
    Some(())
}

fn write_byte(value: u8, mask: u8, not: bool, expression: &mut String) -> Option<()> {
    expression.push_str(if not { "[^" } else { "[" });
    for byte in (0..=u8::MAX).filter(|byte| byte & mask == value) {
        write!(expression, "\\x{byte:02x}").ok()?;
    }
    expression.push(']');
    Some(())
}

#[cfg(test)]
mod tests {
    use yara_x_parser::ast::AST;

    use super::*;

    fn probe(string: &str) -> Option<Probe> {
        let text = format!("rule r {{ strings: $a = {string} condition: $a }}");
        let ast = AST::from(text.as_str());
        assert!(ast.errors().is_empty(), "{text}");
        Probe::of(ast.rules().next().unwrap().patterns.as_ref().unwrap().first().unwrap())
    }

    #[test]
    fn meets_what_the_string_means_and_little_else() {
        let found = probe("{ 0F B? [1-3] 4D 5A ( D? | 5? 01 ) ~00 }").unwrap();
        assert_eq!((found.literal.as_slice(), found.before, found.after), (b"MZ".as_slice(), 5, 5));
        let prober = Prober::new(&found);
        for (bytes, expected) in [
            (b"\x0f\xb0xMZ\xd7\n".as_slice(), true),
            (b"..\x0f\xbf\n\nxMZ\x51\x01\x01..", true),
            (b"MZ then \x0f\xb0xMZ\xd7y", true),
            (b"\x0f\xa0xMZ\xd7y", false),
            (b"\x0f\xb0xMZ\xd7\0", false),
            (b"\x0f\xb0MZ\xd7y", false),
            (b"\x0f\xb0xMZ\xd7", false),
            (b"", false),
        ] {
            assert_eq!(prober.may_match(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn there_is_none_without_an_end_or_a_pair() {
        assert_eq!(probe("{ 4D 5A [2-] 01 }"), None);
        assert_eq!(probe("{ 4D [3000] 5A 5B }"), None);
        assert_eq!(probe("{ 4D ?? 5A ?? 5B }"), None);
        assert_eq!(probe("\"text\""), None);
    }
}
