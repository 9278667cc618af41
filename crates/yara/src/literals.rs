//! The literals that every match of a pattern contains.
//!
//! Texts (also wide, in any case, under every key of `xor`, and wherever they begin in base64), hex strings and regular
//! expressions.

use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind},
};
use vauban_model::base64_at_each_offset;
use yara_x_parser::ast::{HexToken, Pattern, PatternModifier, PatternModifiers, RegexpPattern};

use crate::demands::{Literal, MOST_SETS, WINDOW};

/// More of a literal tells little more.
const LONGEST: usize = 64;
/// A pattern with more alternatives than this is looked for by the engine.
const MOST_FORMS: usize = 64;

/// Ways to write one thing, of which one stands there.
type Forms = Vec<Vec<u8>>;

/// Sets of literals, the best first: of each of them one stands in every match of the pattern.
pub(crate) fn of_pattern(pattern: &Pattern<'_>) -> Vec<Vec<Literal>> {
    let (sets, exact) = match pattern {
        Pattern::Text(text) => (vec![vec![text.text.value.to_vec()]], text.modifiers.nocase().is_none()),
        Pattern::Hex(hex) => (of_tokens(&hex.sub_patterns.0), true),
        Pattern::Regexp(regexp) => (of_regexp(regexp), false),
    };
    sets.into_iter()
        .filter_map(|forms| {
            let forms = coded(forms, pattern.modifiers())?;
            forms.into_iter().map(|bytes| literal(bytes, exact)).collect()
        })
        .collect()
}

/// The forms as the modifiers have them coded; none when that is not known.
fn coded(forms: Forms, modifiers: &PatternModifiers<'_>) -> Option<Forms> {
    let mut all = Forms::new();
    if modifiers.wide().is_some() {
        all.extend(forms.iter().map(|form| wide(form)));
    }
    if modifiers.wide().is_none() || modifiers.ascii().is_some() {
        all.extend(forms);
    }
    if modifiers.base64().is_some() || modifiers.base64wide().is_some() {
        let encoded: Forms = all.iter().flat_map(|form| base64_at_each_offset(form)).map(String::into_bytes).collect();
        all = Forms::new();
        for modifier in [modifiers.base64(), modifiers.base64wide()].into_iter().flatten() {
            match modifier {
                PatternModifier::Base64 { alphabet: None, .. } => all.extend(encoded.iter().cloned()),
                PatternModifier::Base64Wide { alphabet: None, .. } => all.extend(encoded.iter().map(|form| wide(form))),
                _ => return None,
            }
        }
    }
    match modifiers.xor() {
        None => Some(all),
        Some(PatternModifier::Xor { start, end, .. }) => {
            let under = |key: u8| all.iter().map(move |form| form.iter().map(|byte| byte ^ key).collect());
            Some((*start..=*end).flat_map(under).collect())
        }
        Some(_) => None,
    }
}

fn wide(form: &[u8]) -> Vec<u8> {
    form.iter().flat_map(|byte| [*byte, 0]).collect()
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
    set.iter().map(|literal| telling(&literal.bytes)).min().unwrap_or(0)
}

/// What stands in a large part of all files tells less than anything else.
fn telling(literal: &[u8]) -> usize {
    let common = COMMON.iter().any(|text| text.windows(literal.len()).any(|piece| piece.eq_ignore_ascii_case(literal)));
    if common { 1 } else { distinct(literal) }
}

fn distinct(literal: &[u8]) -> usize {
    let mut seen: Vec<u8> = literal.iter().filter(|byte| !matches!(byte, 0 | b' ' | 0xff)).copied().collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len()
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

fn literal(mut bytes: Vec<u8>, exact: bool) -> Option<Literal> {
    bytes.truncate(LONGEST);
    (bytes.len() >= WINDOW && distinct(&bytes) > 1).then_some(Literal { bytes, exact })
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

/// The best runs of whole bytes, or the best run of every alternative.
fn of_tokens(tokens: &[HexToken]) -> Vec<Forms> {
    let mut found = Vec::new();
    let mut run = Vec::new();
    for token in tokens.iter().map(Some).chain([None]) {
        if let Some(byte) = token.and_then(full_byte) {
            run.push(byte);
            continue;
        }
        if run.len() >= WINDOW {
            found.push(vec![std::mem::take(&mut run)]);
        }
        run.clear();
        if let Some(HexToken::Alternative(choice)) = token {
            let each: Option<Vec<_>> =
                choice.alternatives.iter().map(|one| of_tokens(&one.0).into_iter().next()).collect();
            found.extend(each.map(|each| each.concat()).filter(|forms| forms.len() <= MOST_FORMS));
        }
    }
    best(found)
}

fn of_regexp(pattern: &RegexpPattern<'_>) -> Vec<Forms> {
    // What this parser does not know stays with the engine. Letters are compared in any case, so `i` need not be told.
    let parsed = ParserBuilder::new().utf8(false).unicode(false).nest_limit(50).build().parse(pattern.regexp.src);
    parsed.map(|parsed| of_expression(&parsed)).unwrap_or_default()
}

fn of_expression(expression: &Hir) -> Vec<Forms> {
    match expression.kind() {
        HirKind::Literal(literal) if literal.0.len() >= WINDOW => vec![vec![literal.0.to_vec()]],
        HirKind::Capture(inner) => of_expression(&inner.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => of_expression(&repeated.sub),
        HirKind::Concat(parts) => best(parts.iter().flat_map(of_expression).chain(spelt(parts)).collect()),
        HirKind::Alternation(choices) => {
            let each: Option<Vec<_>> = choices.iter().map(|one| of_expression(one).into_iter().next()).collect();
            each.map(|each| each.concat()).filter(|forms| forms.len() <= MOST_FORMS).into_iter().collect()
        }
        _ => Vec::new(),
    }
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
    words.into_iter().filter(|word| word.len() >= WINDOW).map(|word| vec![word]).collect()
}

/// The best of several, all of which stand there.
fn best(mut found: Vec<Forms>) -> Vec<Forms> {
    found.sort_by_key(|forms| std::cmp::Reverse(forms.iter().map(|form| telling(form)).min().unwrap_or(0)));
    found.truncate(MOST_SETS);
    found
}
