//! The literals that every match of a pattern contains.
//!
//! Texts (also wide, in any case, under every key of `xor`, and wherever they begin in base64), hex strings and regular
//! expressions.

use regex_syntax::{
    ParserBuilder,
    hir::{
        Class, Hir, HirKind,
        literal::{ExtractKind, Extractor},
    },
};
use vauban_model::base64_at_each_offset;
use yara_x_parser::ast::{HexToken, Pattern, PatternModifier, PatternModifiers, RegexpPattern};

use crate::{
    demands::{Literal, MOST_SETS, WINDOW},
    filter::anchor,
};

/// More of a literal tells little more.
const LONGEST: usize = 64;
/// A pattern with more alternatives than this is looked for by the engine.
const MOST_FORMS: usize = 64;

/// Ways to write one thing, of which one stands there.
type Forms = Vec<Form>;

/// Bytes, of which some or some bits may be anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Form {
    /// Bits that may be anything are 0.
    bytes: Vec<u8>,
    mask: Vec<u8>,
}

impl From<Vec<u8>> for Form {
    fn from(bytes: Vec<u8>) -> Self {
        Self { mask: vec![u8::MAX; bytes.len()], bytes }
    }
}

impl Form {
    fn push(&mut self, value: u8, mask: u8) {
        self.bytes.push(value & mask);
        self.mask.push(mask);
    }

    /// Each byte as a character of two.
    fn wide(&self) -> Self {
        let each = |bytes: &[u8], between: u8| bytes.iter().flat_map(|byte| [*byte, between]).collect();
        Self { bytes: each(&self.bytes, 0), mask: each(&self.mask, u8::MAX) }
    }

    fn under(&self, key: u8) -> Self {
        let bytes = self.bytes.iter().zip(&self.mask).map(|(byte, mask)| (byte ^ key) & mask).collect();
        Self { bytes, mask: self.mask.clone() }
    }

    /// The part that tells the most, without what may be anything at either end.
    fn trimmed(mut self) -> Self {
        let is_any = |mask: &u8| *mask == 0;
        let first = self.mask.iter().take_while(|mask| is_any(mask)).count();
        self.bytes.drain(..first);
        self.mask.drain(..first);
        if self.bytes.len() > LONGEST {
            // The anchor decides whether anything is compared at all, so it must be kept.
            let at = anchor(&self.bytes, &self.mask).map_or(0, |(at, _)| at);
            let from = at.saturating_sub(LONGEST - WINDOW);
            self.bytes = self.bytes.into_iter().skip(from).take(LONGEST).collect();
            self.mask = self.mask.into_iter().skip(from).take(LONGEST).collect();
        }
        while self.mask.last().is_some_and(is_any) {
            self.mask.pop();
            self.bytes.pop();
        }
        self
    }
}

/// Sets of literals, the best first: of each of them one stands in every match of the pattern.
pub(crate) fn of_pattern(pattern: &Pattern<'_>) -> Vec<Vec<Literal>> {
    let (sets, exact) = match pattern {
        Pattern::Text(text) => (vec![vec![text.text.value.to_vec().into()]], text.modifiers.nocase().is_none()),
        Pattern::Hex(hex) => (of_tokens(&hex.sub_patterns.0), true),
        Pattern::Regexp(regexp) => (of_regexp(regexp), false),
    };
    sets.into_iter()
        .filter_map(|forms| {
            let forms = coded(forms, pattern.modifiers())?;
            forms.into_iter().map(|form| literal(form, exact)).collect()
        })
        .collect()
}

/// The forms as the modifiers have them coded; none when that is not known.
fn coded(forms: Forms, modifiers: &PatternModifiers<'_>) -> Option<Forms> {
    let mut all = Forms::new();
    if modifiers.wide().is_some() {
        all.extend(forms.iter().map(Form::wide));
    }
    if modifiers.wide().is_none() || modifiers.ascii().is_some() {
        all.extend(forms);
    }
    if modifiers.base64().is_some() || modifiers.base64wide().is_some() {
        let encoded = all.iter().flat_map(|form| base64_at_each_offset(&form.bytes));
        let encoded: Forms = encoded.map(|text| text.into_bytes().into()).collect();
        all = Forms::new();
        for modifier in [modifiers.base64(), modifiers.base64wide()].into_iter().flatten() {
            match modifier {
                PatternModifier::Base64 { alphabet: None, .. } => all.extend(encoded.iter().cloned()),
                PatternModifier::Base64Wide { alphabet: None, .. } => {
                    all.extend(encoded.iter().map(Form::wide));
                }
                _ => return None,
            }
        }
    }
    match modifiers.xor() {
        None => Some(all),
        Some(PatternModifier::Xor { start, end, .. }) => {
            let under = |key: u8| all.iter().map(move |form| form.under(key));
            Some((*start..=*end).flat_map(under).collect())
        }
        Some(_) => None,
    }
}

/// The exact bytes that a match of this pattern begins with.
pub(crate) fn start_of(pattern: &Pattern<'_>) -> Option<Vec<Vec<u8>>> {
    let bytes: Vec<u8> = match pattern {
        Pattern::Text(text)
            if is_plain(&text.modifiers) && text.modifiers.wide().is_none() && text.modifiers.nocase().is_none() =>
        {
            text.text.value.to_vec()
        }
        Pattern::Hex(hex) => hex.sub_patterns.iter().map_while(full_byte).collect(),
        _ => return None,
    };
    (!bytes.is_empty()).then(|| vec![bytes.into_iter().take(8).collect()])
}

/// How well a set of literals tells: as well as its worst one.
pub(crate) fn worth(set: &[Literal]) -> usize {
    set.iter().map(|literal| telling(&literal.bytes, &literal.mask)).min().unwrap_or(0)
}

/// What stands in a large part of all files tells less than anything else.
fn telling(bytes: &[u8], mask: &[u8]) -> usize {
    let common = COMMON.iter().any(|text| text.windows(bytes.len()).any(|piece| piece.eq_ignore_ascii_case(bytes)));
    if common { 1 } else { distinct(bytes, mask) }
}

fn distinct(bytes: &[u8], mask: &[u8]) -> usize {
    let whole = |(at, _): &(usize, &u8)| mask.get(*at).is_none_or(|mask| *mask == u8::MAX);
    let mut seen: Vec<u8> =
        bytes.iter().enumerate().filter(whole).map(|(_, byte)| *byte).filter(|byte| !is_filling(*byte)).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len()
}

const fn is_filling(byte: u8) -> bool {
    matches!(byte, 0 | b' ' | 0xff)
}

/// Pieces of these stand in nearly every letter, page, script or program. Rules that rest on one of them are evaluated
/// together, which is cheaper than to be woken by it one group at a time.
const COMMON: &[&[u8]] = &[
    b"!This program cannot be run in DOS mode",
    b"http://www.",
    b"https://www.",
    b"kernel32.dll",
    b"Mozilla/5.0",
    b"Microsoft",
    b"Received: from ",
    b"Subject: ",
    b"Message-ID: ",
    b"MIME-Version: 1.0",
    b"Content-Type: text/html; charset=",
    b"Content-Type: multipart/mixed; boundary=",
    b"Content-Transfer-Encoding: base64",
    b"<!DOCTYPE html",
    b"<html><head><title></title></head><body>",
    b"<script language=",
    b"function",
    b"request",
    b"version",
    b"system",
    b"return",
    b"import ",
    b"exec",
    b"eval",
    b"assert",
    b"copy",
    b"pack",
    b"_GET",
    b"_REQUEST",
    b"socket",
    b"accept",
    b"listen",
    b"connect",
    b"shutdown",
    b"gethostbyname",
    b"/bin/sh",
    b"/proc/self/exe",
    b"insecure",
    b"write",
    b"bind",
    b"open",
    b"fork",
    b"creat",
    b"alarm",
    b"PUBLIC",
];

fn literal(form: Form, exact: bool) -> Option<Literal> {
    let Form { bytes, mut mask } = form.trimmed();
    let whole = mask.iter().all(|mask| *mask == u8::MAX);
    let tells = distinct(&bytes, &mask) > usize::from(whole);
    if whole {
        mask.clear();
    }
    (tells && anchor(&bytes, &mask).is_some()).then_some(Literal { bytes, mask, exact })
}

/// Whether what matches stands there as it is written.
fn is_plain(modifiers: &PatternModifiers<'_>) -> bool {
    modifiers.xor().is_none() && modifiers.base64().is_none() && modifiers.base64wide().is_none()
}

fn full_byte(token: &HexToken) -> Option<u8> {
    match token {
        HexToken::Byte(byte) if byte.mask == 0xff => Some(byte.value),
        _ => None,
    }
}

/// The best stretches of known length, or the best one of every alternative.
fn of_tokens(tokens: &[HexToken]) -> Vec<Forms> {
    let mut found = Vec::new();
    let mut stretch = Form::default();
    for token in tokens {
        match token {
            HexToken::Byte(byte) => stretch.push(byte.value, byte.mask),
            HexToken::NotByte(_) => stretch.push(0, 0),
            HexToken::Jump(jump) if jump.start == jump.end && jump.start.is_some_and(|length| length < 64) => {
                (0..jump.start.unwrap_or(0)).for_each(|_| stretch.push(0, 0));
            }
            HexToken::Jump(_) => found.push(vec![std::mem::take(&mut stretch)]),
            HexToken::Alternative(choice) => {
                let lengths = choice.alternatives.iter().map(|one| length(&one.0));
                let same = lengths.reduce(|one, other| one.filter(|_| one == other)).flatten();
                if let Some(length) = same {
                    (0..length).for_each(|_| stretch.push(0, 0));
                } else {
                    found.push(vec![std::mem::take(&mut stretch)]);
                }
                let each: Option<Vec<_>> =
                    choice.alternatives.iter().map(|one| of_tokens(&one.0).into_iter().next()).collect();
                found.extend(each.map(|each| each.concat()).filter(|forms| forms.len() <= MOST_FORMS));
            }
        }
    }
    found.push(vec![stretch]);
    found.retain(|forms| forms.iter().all(|form| literal(form.clone(), true).is_some()));
    best(found)
}

/// How many bytes these match, where that is one number.
fn length(tokens: &[HexToken]) -> Option<usize> {
    tokens.iter().map(|token| matches!(token, HexToken::Byte(_) | HexToken::NotByte(_)).then_some(1)).sum()
}

fn of_regexp(pattern: &RegexpPattern<'_>) -> Vec<Forms> {
    // What this parser does not know stays with the engine. Letters are compared in any case, so `i` need not be told.
    // `{,9}` is written `{0,9}` there; escaped, it would be another text.
    let source = pattern.regexp.src;
    let source = if source.contains("\\{,") { source.to_owned() } else { source.replace("{,", "{0,") };
    let parsed = ParserBuilder::new().utf8(false).unicode(false).nest_limit(50).build().parse(&source);
    parsed.map(|parsed| of_expression(&parsed)).unwrap_or_default()
}

fn of_expression(expression: &Hir) -> Vec<Forms> {
    let of_kind = match expression.kind() {
        HirKind::Literal(literal) if literal.0.len() >= WINDOW => vec![vec![literal.0.to_vec().into()]],
        HirKind::Capture(inner) => of_expression(&inner.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => of_expression(&repeated.sub),
        HirKind::Concat(parts) => best(parts.iter().flat_map(of_expression).chain(spelt(parts)).collect()),
        HirKind::Alternation(choices) => {
            let each: Option<Vec<_>> = choices.iter().map(|one| of_expression(one).into_iter().next()).collect();
            each.map(|each| each.concat()).filter(|forms| forms.len() <= MOST_FORMS).into_iter().collect()
        }
        _ => Vec::new(),
    };
    let ends = [ExtractKind::Prefix, ExtractKind::Suffix].into_iter().filter_map(|end| at_end(expression, end));
    best(of_kind.into_iter().chain(ends).collect())
}

/// What every match begins with, or ends with, where that is a few long enough literals: `eval(`, `eval (` for
/// `eval ?\(`.
fn at_end(expression: &Hir, end: ExtractKind) -> Option<Forms> {
    let mut extractor = Extractor::new();
    extractor.kind(end).limit_literal_len(16).limit_total(MOST_FORMS).limit_repeat(3);
    let found = extractor.extract(expression);
    let literals = found.literals()?;
    let long = !literals.is_empty() && literals.iter().all(|literal| literal.len() >= WINDOW);
    long.then(|| literals.iter().map(|literal| literal.as_bytes().to_vec().into()).collect())
}

/// Words in which some letters are given in both cases, like `[Aa]pp[Dd]ata`.
fn spelt(parts: &[Hir]) -> Vec<Forms> {
    let either_case = |class: &Class| match class {
        Class::Bytes(class) => match class.ranges() {
            [one, other] if one.len() == 1 && other.len() == 1 => {
                one.start().eq_ignore_ascii_case(&other.start()).then_some(other.start())
            }
            _ => None,
        },
        Class::Unicode(_) => None,
    };
    let mut words = vec![Vec::new()];
    for part in parts {
        let letters = match part.kind() {
            HirKind::Literal(literal) => Some(literal.0.to_vec()),
            HirKind::Class(class) => either_case(class).map(|letter| vec![letter]),
            _ => None,
        };
        match (letters, words.last_mut()) {
            (Some(letters), Some(word)) => word.extend(letters),
            _ => words.push(Vec::new()),
        }
    }
    words.into_iter().filter(|word| word.len() >= WINDOW).map(|word| vec![word.into()]).collect()
}

/// The best of several, all of which stand there.
fn best(mut found: Vec<Forms>) -> Vec<Forms> {
    found.sort_by_key(|forms| {
        std::cmp::Reverse(forms.iter().map(|form| telling(&form.bytes, &form.mask)).min().unwrap_or(0))
    });
    found.truncate(MOST_SETS);
    found
}
