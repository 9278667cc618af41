//! From tokens to the tree, by recursive descent with a bound on depth.

use std::mem::discriminant;

use super::{
    SyntaxError,
    lexer::{Placed, Token, tokens},
    syntax::{Comparison, Constant, Expression, ObjectPath, Operation, Pattern, PropertyTest, Qualifier, Step},
};

/// Parses a pattern. Accepts everything the grammar does; [`check`] also asks what the standard says in words.
///
/// # Errors
/// The first thing that is not of the grammar.
pub fn parse(pattern: &str) -> Result<Pattern, SyntaxError> {
    let tokens = tokens(pattern)?;
    let end = pattern.chars().count() + 1;
    let mut parser = Parser { tokens, at: 0, depth: 0, end };
    let root = parser.followed_by()?;
    match parser.peek() {
        None => Ok(Pattern { root }),
        Some(_) => Err(parser.unexpected("the end of the pattern")),
    }
}

/// Whether a pattern is valid: its grammar, one qualifier of each kind on an observation (section 9.5), and hashes
/// that can be hashes of their algorithm.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(pattern: &str) -> Result<Pattern, SyntaxError> {
    let parsed = parse(pattern)?;
    check_expression(&parsed.root)?;
    Ok(parsed)
}

fn check_expression(expression: &Expression) -> Result<(), SyntaxError> {
    match expression {
        Expression::And(all) | Expression::Or(all) | Expression::FollowedBy(all) => {
            all.iter().try_for_each(check_expression)
        }
        Expression::Group(inner) => check_expression(inner),
        Expression::Observation(comparison) => check_comparison(comparison),
        Expression::Qualified(_, _) => {
            let mut seen = Vec::new();
            let mut inner = expression;
            while let Expression::Qualified(next, qualifier) = inner {
                seen.push(discriminant(qualifier));
                inner = next;
            }
            let repeated = seen.iter().enumerate().any(|(index, kind)| seen[..index].contains(kind));
            if repeated && matches!(inner, Expression::Observation(_)) {
                return Err(SyntaxError::new(1, "a qualifier of one kind stands twice on an observation"));
            }
            check_expression(inner)
        }
    }
}

fn check_comparison(comparison: &Comparison) -> Result<(), SyntaxError> {
    match comparison {
        Comparison::And(all) | Comparison::Or(all) => all.iter().try_for_each(check_comparison),
        Comparison::Test(PropertyTest { path, operation, .. }) => {
            let values: Vec<&Constant> = match operation {
                Operation::Equal(value) | Operation::NotEqual(value) => vec![value],
                Operation::In(values) => values.iter().collect(),
                _ => return Ok(()),
            };
            let Some([Step::Key(hashes), Step::Key(algorithm)]) = path.steps.last_chunk::<2>() else { return Ok(()) };
            if hashes != "hashes" {
                return Ok(());
            }
            for value in values {
                if let Constant::String(value) = value
                    && !can_be_hash(value, &algorithm.to_ascii_uppercase().replace('-', ""))
                {
                    return Err(SyntaxError::new(1, format!("{value:?} is not a valid {algorithm} hash")));
                }
            }
            Ok(())
        }
    }
}

/// Whether the value has the form of a hash of this algorithm, as far as we know the algorithm.
fn can_be_hash(value: &str, algorithm: &str) -> bool {
    let digits = match algorithm {
        "MD5" => 32,
        "SHA1" | "RIPEMD160" => 40,
        "SHA224" | "SHA3224" => 56,
        "SHA256" | "SHA3256" => 64,
        "SHA384" | "SHA3384" => 96,
        "SHA512" | "SHA3512" | "WHIRLPOOL" => 128,
        "SSDEEP" => {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/+:.".contains(&byte);
            return !value.is_empty() && value.len() <= 150 && value.bytes().all(allowed);
        }
        _ => return true,
    };
    value.len() == digits && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Parentheses inside each other; each costs a few frames of stack.
const DEEPEST: usize = 100;
/// Qualifiers behind each other. They nest too, inside the parentheses.
const MOST_QUALIFIERS: usize = 8;
const KEYWORDS: &[&str] = &[
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUPERSET",
    "ISSUBSET",
    "EXISTS",
    "LAST",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "true",
    "false",
    "WITHIN",
    "REPEATS",
    "TIMES",
];

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    depth: usize,
    end: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += 1;
        token
    }

    fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |(_, position)| *position)
    }

    fn unexpected(&self, wanted: &str) -> SyntaxError {
        let found = match self.peek() {
            None => "the end".to_owned(),
            Some(Token::Word(word) | Token::HyphenWord(word)) => format!("`{word}`"),
            Some(token) => format!("{token:?}"),
        };
        SyntaxError::new(self.position(), format!("expected {wanted}, found {found}"))
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(found)) if found == word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn need_word(&mut self, word: &str) -> Result<(), SyntaxError> {
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    fn need(&mut self, token: &Token, shown: &str) -> Result<(), SyntaxError> {
        if self.take(token) { Ok(()) } else { Err(self.unexpected(shown)) }
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, SyntaxError>) -> Result<T, SyntaxError> {
        if self.depth == DEEPEST {
            return Err(SyntaxError::new(
                self.position(),
                format!("more than {DEEPEST} parentheses inside each other"),
            ));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// FOLLOWEDBY binds least, then OR, then AND.
    fn followed_by(&mut self) -> Result<Expression, SyntaxError> {
        let mut all = vec![self.or()?];
        while self.take_word("FOLLOWEDBY") {
            all.push(self.or()?);
        }
        Ok(single_or(all, Expression::FollowedBy))
    }

    fn or(&mut self) -> Result<Expression, SyntaxError> {
        let mut all = vec![self.and()?];
        while self.take_word("OR") {
            all.push(self.and()?);
        }
        Ok(single_or(all, Expression::Or))
    }

    fn and(&mut self) -> Result<Expression, SyntaxError> {
        let mut all = vec![self.qualified()?];
        while self.take_word("AND") {
            all.push(self.qualified()?);
        }
        Ok(single_or(all, Expression::And))
    }

    fn qualified(&mut self) -> Result<Expression, SyntaxError> {
        let mut expression = if self.take(&Token::OpenBracket) {
            let comparison = self.comparison_or()?;
            self.need(&Token::CloseBracket, "`]`")?;
            Expression::Observation(comparison)
        } else if self.take(&Token::Open) {
            let inner = self.deeper(Self::followed_by)?;
            self.need(&Token::Close, "`)`")?;
            Expression::Group(Box::new(inner))
        } else {
            return Err(self.unexpected("`[` or `(`"));
        };
        for _ in 0..MOST_QUALIFIERS {
            let qualifier = if self.take_word("START") {
                let start = self.timestamp()?;
                self.need_word("STOP")?;
                Qualifier::StartStop(start, self.timestamp()?)
            } else if self.take_word("WITHIN") {
                let seconds = match self.next() {
                    Some(Token::Float(seconds)) if seconds > 0.0 => seconds,
                    #[expect(clippy::cast_precision_loss, reason = "a duration needs no more than 53 bits")]
                    Some(Token::Integer(seconds)) if seconds > 0 => seconds as f64,
                    _ => return Err(self.back().unexpected("a number of seconds above zero")),
                };
                self.need_word("SECONDS")?;
                Qualifier::Within(seconds)
            } else if self.take_word("REPEATS") {
                let times = match self.next() {
                    Some(Token::Integer(times)) if times > 0 => times.unsigned_abs(),
                    _ => return Err(self.back().unexpected("a number of times above zero")),
                };
                self.need_word("TIMES")?;
                Qualifier::Repeats(times)
            } else {
                return Ok(expression);
            };
            expression = Expression::Qualified(Box::new(expression), qualifier);
        }
        Err(self.unexpected("fewer qualifiers"))
    }

    fn back(&mut self) -> &mut Self {
        self.at -= 1;
        self
    }

    fn timestamp(&mut self) -> Result<Constant, SyntaxError> {
        match self.next() {
            Some(Token::Timestamp(text)) => Ok(Constant::Timestamp(text)),
            _ => Err(self.back().unexpected("a timestamp constant t'…'")),
        }
    }

    fn comparison_or(&mut self) -> Result<Comparison, SyntaxError> {
        let mut all = vec![self.comparison_and()?];
        while self.take_word("OR") {
            all.push(self.comparison_and()?);
        }
        Ok(single_or(all, Comparison::Or))
    }

    fn comparison_and(&mut self) -> Result<Comparison, SyntaxError> {
        let mut all = vec![self.property_test()?];
        while self.take_word("AND") {
            all.push(self.property_test()?);
        }
        Ok(single_or(all, Comparison::And))
    }

    fn property_test(&mut self) -> Result<Comparison, SyntaxError> {
        if self.take(&Token::Open) {
            let inner = self.deeper(Self::comparison_or)?;
            self.need(&Token::Close, "`)`")?;
            return Ok(inner);
        }
        if self.take_word("EXISTS") {
            let path = self.object_path()?;
            return Ok(Comparison::Test(PropertyTest { path, negated: false, operation: Operation::Exists }));
        }
        let path = self.object_path()?;
        let negated = self.take_word("NOT");
        let operation = self.operation()?;
        Ok(Comparison::Test(PropertyTest { path, negated, operation }))
    }

    fn operation(&mut self) -> Result<Operation, SyntaxError> {
        let operator = self.next();
        Ok(match operator {
            Some(Token::Equal) => Operation::Equal(self.constant(true)?),
            Some(Token::NotEqual) => Operation::NotEqual(self.constant(true)?),
            Some(Token::Less) => Operation::Less(self.constant(false)?),
            Some(Token::LessOrEqual) => Operation::LessOrEqual(self.constant(false)?),
            Some(Token::Greater) => Operation::Greater(self.constant(false)?),
            Some(Token::GreaterOrEqual) => Operation::GreaterOrEqual(self.constant(false)?),
            Some(Token::Word(word)) => match word.as_str() {
                "IN" => Operation::In(self.set()?),
                "LIKE" => Operation::Like(self.string()?),
                "MATCHES" => Operation::Matches(self.string()?),
                "ISSUBSET" => Operation::IsSubset(self.string()?),
                "ISSUPERSET" => Operation::IsSuperset(self.string()?),
                _ => return Err(self.back().unexpected("a comparison operator")),
            },
            _ => return Err(self.back().unexpected("a comparison operator")),
        })
    }

    fn set(&mut self) -> Result<Vec<Constant>, SyntaxError> {
        self.need(&Token::Open, "`(`")?;
        let mut all = Vec::new();
        if self.take(&Token::Close) {
            return Ok(all);
        }
        loop {
            all.push(self.constant(true)?);
            if self.take(&Token::Close) {
                return Ok(all);
            }
            self.need(&Token::Comma, "`,` or `)`")?;
        }
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        match self.next() {
            Some(Token::String(value)) => Ok(value),
            _ => Err(self.back().unexpected("a string")),
        }
    }

    /// A constant; booleans have no order.
    fn constant(&mut self, booleans: bool) -> Result<Constant, SyntaxError> {
        Ok(match self.next() {
            Some(Token::Integer(value)) => Constant::Integer(value),
            Some(Token::Float(value)) => Constant::Float(value),
            Some(Token::String(value)) => Constant::String(value),
            Some(Token::Hex(value) | Token::Binary(value)) => Constant::Binary(value),
            Some(Token::Timestamp(value)) => Constant::Timestamp(value),
            Some(Token::Word(word)) if booleans && word == "true" => Constant::Boolean(true),
            Some(Token::Word(word)) if booleans && word == "false" => Constant::Boolean(false),
            _ => return Err(self.back().unexpected("a constant")),
        })
    }

    fn object_path(&mut self) -> Result<ObjectPath, SyntaxError> {
        let object_type = match self.next() {
            Some(Token::Word(word)) if !KEYWORDS.contains(&word.as_str()) => word,
            Some(Token::HyphenWord(word)) => word,
            _ => return Err(self.back().unexpected("an object type")),
        };
        self.need(&Token::Colon, "`:`")?;
        let mut steps = vec![self.key()?];
        loop {
            if self.take(&Token::Dot) {
                steps.push(self.key()?);
            } else if self.take(&Token::OpenBracket) {
                let step = match self.next() {
                    Some(Token::Asterisk) => Step::AnyIndex,
                    Some(Token::Integer(index)) => Step::Index(index),
                    _ => return Err(self.back().unexpected("an index or `*`")),
                };
                self.need(&Token::CloseBracket, "`]`")?;
                steps.push(step);
            } else {
                return Ok(ObjectPath { object_type, steps });
            }
        }
    }

    fn key(&mut self) -> Result<Step, SyntaxError> {
        match self.next() {
            Some(Token::Word(word)) if !KEYWORDS.contains(&word.as_str()) => Ok(Step::Key(word)),
            Some(Token::String(key)) => Ok(Step::Key(key)),
            _ => Err(self.back().unexpected("a property name")),
        }
    }
}

fn single_or<T>(mut all: Vec<T>, node: impl FnOnce(Vec<T>) -> T) -> T {
    if all.len() == 1
        && let Some(single) = all.pop()
    {
        return single;
    }
    node(all)
}
