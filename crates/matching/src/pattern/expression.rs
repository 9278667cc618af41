//! The regular expressions of MATCHES (section 9.6.1): PCRE by the standard, linear in time where that can be.
//!
//! What PCRE has beyond look-around and back-references (recursion, callouts, conditions on code) is not read: such an
//! expression is an error when the pattern is evaluated.

use super::{
    EvaluationError,
    compare::{Found, is_byte, nfc},
    effort::{BACKTRACKING, EXPRESSION, Effort},
};

/// Steps that an expression with look-around or back-references may take over one value.
const MOST_STEPS: usize = 100_000;
/// The memory that one expression may compile to.
const LARGEST: usize = 1 << 20;

/// A regular expression for text and, where its characters fit in bytes, for bytes.
pub(super) struct Regex {
    text: Text,
    bytes: Option<regex::bytes::Regex>,
}

enum Text {
    Linear(regex::Regex),
    /// `(a+)+b` behind a look-ahead can take longer than the campaign: its steps are counted.
    Backtracking(fancy_regex::Regex),
}

impl Regex {
    /// Compiles an expression that is in normal form C.
    pub(super) fn new(pattern: &str, effort: &mut Effort) -> Result<Self, EvaluationError> {
        effort.pay(EXPRESSION)?;
        let text = match regex::RegexBuilder::new(pattern).size_limit(LARGEST).build() {
            Ok(linear) => Text::Linear(linear),
            Err(regex::Error::CompiledTooBig(_)) => {
                return Err(EvaluationError::Value("a regular expression that grows too large".into()));
            }
            Err(_) => fancy_regex::RegexBuilder::new(pattern)
                .backtrack_limit(MOST_STEPS)
                .delegate_size_limit(LARGEST)
                .build()
                .map(Text::Backtracking)
                .map_err(|_| EvaluationError::Value("a regular expression that cannot be compiled".into()))?,
        };
        let bytes = pattern
            .chars()
            .all(is_byte)
            .then(|| regex::bytes::RegexBuilder::new(&byte_pattern(pattern)).unicode(false).size_limit(LARGEST).build())
            .and_then(Result::ok);
        Ok(Self { text, bytes })
    }

    /// Whether it is found anywhere in the value. Values that are neither text nor bytes hold nothing.
    pub(super) fn finds(&self, value: &Found<'_>, effort: &mut Effort) -> Result<bool, EvaluationError> {
        match value {
            Found::Json(serde_json::Value::String(text)) => match &self.text {
                Text::Linear(regex) => Ok(regex.is_match(&nfc(text))),
                Text::Backtracking(regex) => {
                    effort.pay(BACKTRACKING)?;
                    regex.is_match(&nfc(text)).map_err(|_| EvaluationError::TooComplex)
                }
            },
            Found::Binary(bytes) => Ok(self.bytes.as_ref().is_some_and(|regex| regex.is_match(bytes))),
            _ => Ok(false),
        }
    }
}

/// The expression for bytes: a character from 128 to 255 stands for the byte of its number.
fn byte_pattern(pattern: &str) -> String {
    pattern.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("\\x{:02x}", u32::from(c)) }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn finds(pattern: &str, value: &Found<'_>) -> Result<bool, EvaluationError> {
        let mut effort = Effort::default();
        Regex::new(pattern, &mut effort)?.finds(value, &mut effort)
    }

    #[test]
    fn looks_around_refers_back_and_reads_bytes() {
        let text = Value::from("invoice.pdf.exe");
        let text = Found::Json(&text);
        assert_eq!(finds(r"\.(?=exe$)", &text), Ok(true));
        assert_eq!(finds(r"(\.\w+)\1", &text), Ok(false));
        assert_eq!(finds("^pdf", &text), Ok(false));
        let bytes = Found::Binary(vec![0x4d, 0x5a, 0xff, 0xe9]);
        assert_eq!(finds("^MZ\u{ff}", &bytes), Ok(true));
        assert_eq!(finds("\u{e9}$", &bytes), Ok(true));
        assert_eq!(finds("\u{103}", &bytes), Ok(false));
        assert!(matches!(finds("(", &text), Err(EvaluationError::Value(_))));
    }

    #[test]
    fn an_endless_expression_ends() {
        let text = Value::from(format!("{}c", "ab".repeat(200)));
        assert_eq!(finds(r"(?=a)((\w+)\2)+(\w+\w+)+(?!c)b!", &Found::Json(&text)), Err(EvaluationError::TooComplex));
        assert!(matches!(finds(r"(\w{50}){50}", &Found::Json(&text)), Err(EvaluationError::Value(_))));
    }
}
