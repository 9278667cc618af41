//! The few tokens that matter for telling where a rule begins and ends: everything in strings, regular expressions and
//! comments is passed over.

/// A token, with the bytes it spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// An identifier or keyword.
    Word(&'t str),
    /// A string with its quotes.
    Quoted(&'t str),
    /// An opening brace.
    Open,
    /// A closing brace.
    Close,
    /// Any other single character.
    Other(char),
    /// A string, expression or comment without its end.
    Broken(&'static str),
}

/// Reads tokens from `text`.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// Whether a `/` here begins a regular expression and not a division.
    expression_may_start: bool,
}

impl<'t> Scanner<'t> {
    pub(super) const fn new(text: &'t str, at: usize) -> Self {
        Self { text, at, expression_may_start: false }
    }

    /// Where the next token will be looked for.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The next token and where it begins.
    pub(super) fn next(&mut self) -> Option<(usize, Token<'t>)> {
        loop {
            let rest = self.text.get(self.at..)?;
            let first = rest.chars().next()?;
            let start = self.at;
            if first.is_whitespace() || first == '\0' || first == '\u{feff}' {
                self.at += first.len_utf8();
            } else if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                match rest.find("*/") {
                    Some(end) => self.at += end + 2,
                    None => {
                        self.at = self.text.len();
                        return Some((start, Token::Broken("a comment without its end")));
                    }
                }
            } else {
                let token = self.token(rest, first);
                self.expression_may_start = match token {
                    Token::Word(word) => matches!(word, "matches" | "and" | "or" | "not"),
                    Token::Other(c) => matches!(c, '=' | '(' | ',' | ':'),
                    _ => false,
                };
                return Some((start, token));
            }
        }
    }

    fn token(&mut self, rest: &'t str, first: char) -> Token<'t> {
        match first {
            '"' => self.until('"', rest, "a string without its end").map_or_else(|broken| broken, Token::Quoted),
            '/' if self.expression_may_start => self
                .until('/', rest, "a regular expression without its end")
                .map_or_else(|broken| broken, |_| Token::Other('/')),
            '{' => self.single(Token::Open),
            '}' => self.single(Token::Close),
            c if c.is_ascii_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                self.at += end;
                Token::Word(&rest[..end])
            }
            // A string's name (`$a`, `#a`, `@a`, `!a`) is no identifier of a rule.
            '$' | '#' | '@' | '!' => {
                let tail = rest.get(1..).unwrap_or_default();
                let end = tail.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(tail.len());
                self.at += 1 + end;
                Token::Other(first)
            }
            c => {
                self.at += c.len_utf8();
                Token::Other(c)
            }
        }
    }

    fn single(&mut self, token: Token<'t>) -> Token<'t> {
        self.at += 1;
        token
    }

    /// Passes over what ends at an unescaped `end` on the same line.
    fn until(&mut self, end: char, rest: &'t str, broken: &'static str) -> Result<&'t str, Token<'t>> {
        let mut escaped = false;
        for (index, c) in rest.char_indices().skip(1) {
            if c == '\n' {
                self.at += index;
                return Err(Token::Broken(broken));
            }
            if !escaped && c == end {
                self.at += index + 1;
                return Ok(&rest[..=index]);
            }
            escaped = !escaped && c == '\\';
        }
        self.at = self.text.len();
        Err(Token::Broken(broken))
    }
}
