//! YARA rules in one file: each import once, each rule once, before the rules that need it.

use std::collections::{BTreeSet, HashMap};

use vauban_model::{Indicator, Test};

use crate::formats::yara_pieces;

/// The file, and how many indicators stand in it. Of two rules with one name and different bodies the first stands.
pub(super) fn write(indicators: &[&Indicator]) -> (String, usize) {
    let mut imports = BTreeSet::new();
    let mut order: Vec<(String, bool)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut written = 0;
    for indicator in indicators {
        let mut any = false;
        for (rule, text) in indicator.tests.iter().filter_map(|test| match test {
            Test::Yara { rule, text } => Some((rule, text)),
            _ => None,
        }) {
            let (modules, pieces) = yara_pieces(text);
            let clash = pieces.iter().any(|(name, piece)| {
                known.get(*name).and_then(|&at| order.get(at)).is_some_and(|(body, _)| body != public(piece))
            });
            if clash {
                continue;
            }
            any = true;
            imports.extend(modules.into_iter().map(str::to_owned));
            for (name, piece) in pieces {
                let at = *known.entry(name.to_owned()).or_insert_with(|| {
                    order.push((public(piece).to_owned(), true));
                    order.len() - 1
                });
                if let Some((_, private)) = order.get_mut(at) {
                    *private &= *name != **rule;
                }
            }
        }
        written += usize::from(any);
    }
    let mut text = String::new();
    for module in imports {
        text.push_str(&format!("import {module}\n"));
    }
    for (body, private) in order {
        text.push_str(if private { "\nprivate " } else { "\n" });
        text.push_str(&body);
        text.push('\n');
    }
    (text, written)
}

/// A rule's text without the `private` before it.
fn public(piece: &str) -> &str {
    let mut rest = piece.trim();
    while let Some(after) = rest.strip_prefix("private") {
        rest = after.trim_start();
    }
    rest
}
