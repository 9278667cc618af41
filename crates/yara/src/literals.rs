//! The literals that every match of a pattern contains.
//!
//! Texts (also wide, also in any case), hex strings and regular expressions. `xor` and `base64` have too many forms
//! and say nothing here: a rule that rests on them is evaluated everywhere.

use regex_syntax::{
    ParserBuilder,
    hir::{Hir, HirKind},
};
use yara_x_parser::ast::{HexToken, Pattern, PatternModifiers, RegexpPattern};

use crate::demands::{Literal, WINDOW};

/// More of a literal tells little more.
const LONGEST: usize = 64;
/// A pattern with more alternatives than this is looked for by the engine.
const MOST_FORMS: usize = 64;

/// Literals one of which stands in every match of the pattern.
pub(crate) fn of_pattern(pattern: &Pattern<'_>) -> Option<Vec<Literal>> {
    let (forms, exact) = match pattern {
        Pattern::Text(text) if is_plain(&text.modifiers) => {
            (vec![text.text.value.to_vec()], text.modifiers.nocase().is_none())
        }
        Pattern::Hex(hex) if is_plain(&hex.modifiers) => (of_tokens(&hex.sub_patterns.0)?, true),
        Pattern::Regexp(regexp) if is_plain(&regexp.modifiers) => (of_regexp(regexp)?, false),
        _ => return None,
    };
    let modifiers = pattern.modifiers();
    let mut literals = Vec::new();
    if modifiers.wide().is_some() {
        let wide = |form: &Vec<u8>| form.iter().flat_map(|byte| [*byte, 0]).collect::<Vec<u8>>();
        literals.extend(forms.iter().map(wide));
    }
    if modifiers.wide().is_none() || modifiers.ascii().is_some() {
        literals.extend(forms);
    }
    literals.into_iter().map(|bytes| literal(bytes, exact)).collect()
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
    set.iter().map(|literal| distinct(&literal.bytes)).min().unwrap_or(0)
}

fn distinct(literal: &[u8]) -> usize {
    let mut seen: Vec<u8> = literal.iter().filter(|byte| !matches!(byte, 0 | b' ' | 0xff)).copied().collect();
    seen.sort_unstable();
    seen.dedup();
    // What stands in a large part of all files tells less than anything else.
    let common = COMMON.iter().any(|text| text.windows(literal.len()).any(|piece| piece.eq_ignore_ascii_case(literal)));
    if common { 1 } else { seen.len() }
}

/// Pieces of these stand in nearly every letter, page, script or program. Rules that rest on one of them are evaluated
/// everywhere, together, which is cheaper than to be woken by it one group at a time.
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

/// The best run of whole bytes, or the best run of every alternative.
fn of_tokens(tokens: &[HexToken]) -> Option<Vec<Vec<u8>>> {
    let mut best: Option<Vec<Vec<u8>>> = None;
    let mut run = Vec::new();
    for token in tokens.iter().map(Some).chain([None]) {
        if let Some(byte) = token.and_then(full_byte) {
            run.push(byte);
            continue;
        }
        best = better(best, (run.len() >= WINDOW).then(|| vec![std::mem::take(&mut run)]));
        run.clear();
        if let Some(HexToken::Alternative(choice)) = token {
            let each: Option<Vec<_>> = choice.alternatives.iter().map(|one| of_tokens(&one.0)).collect();
            best = better(best, each.map(|each| each.concat()).filter(|forms| forms.len() <= MOST_FORMS));
        }
    }
    best
}

fn of_regexp(pattern: &RegexpPattern<'_>) -> Option<Vec<Vec<u8>>> {
    // What this parser does not know stays with the engine. Letters are compared in any case, so `i` need not be told.
    let parsed =
        ParserBuilder::new().utf8(false).unicode(false).nest_limit(50).build().parse(pattern.regexp.src).ok()?;
    of_expression(&parsed)
}

fn of_expression(expression: &Hir) -> Option<Vec<Vec<u8>>> {
    match expression.kind() {
        HirKind::Literal(literal) => (literal.0.len() >= WINDOW).then(|| vec![literal.0.to_vec()]),
        HirKind::Capture(inner) => of_expression(&inner.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => of_expression(&repeated.sub),
        HirKind::Concat(parts) => parts.iter().map(of_expression).fold(None, better),
        HirKind::Alternation(choices) => {
            let each: Option<Vec<_>> = choices.iter().map(of_expression).collect();
            each.map(|each| each.concat()).filter(|forms| forms.len() <= MOST_FORMS)
        }
        _ => None,
    }
}

fn better(one: Option<Vec<Vec<u8>>>, other: Option<Vec<Vec<u8>>>) -> Option<Vec<Vec<u8>>> {
    let worth = |forms: &Option<Vec<Vec<u8>>>| {
        forms.as_ref().map_or(0, |forms| forms.iter().map(|form| distinct(form)).min().unwrap_or(0))
    };
    if worth(&other) > worth(&one) { other } else { one }
}
