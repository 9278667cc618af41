//! Whose mail a message says it is in its own text: a company's copyright, a company's team.

use std::sync::LazyLock;

use regex::Regex;
use vauban_lookalike::{Brand, Brands};

use crate::{Code, Facts, Known, Letter, letter::Shown};

pub(super) fn look(letter: &Letter, known: &Known, facts: &mut Facts) {
    let header = &letter.header;
    let domain = header.domain();
    // Lists and conversations quote the mail of others.
    if header.is_list || !header.answers.is_empty() || known.is_inside(domain) {
        return;
    }
    let Some(brand) = signature(&letter.words, known.brands()).filter(|brand| !brand.owns(domain)) else { return };
    let leads_away = letter.links.iter().filter(|link| link.place != Shown::Attached && link.target.is_web());
    if let Some(link) = leads_away.map(|link| &link.target).find(|target| !brand.owns(&target.host)) {
        facts.add(Code::SignedByAnother, format!("{} ≠ {domain}, {}", brand.name, link.shown()));
    }
}

/// The brand that signs a text, which is folded.
fn signature<'b>(text: &str, brands: &'b Brands) -> Option<&'b Brand> {
    let behind = COPYRIGHT.captures_iter(text).take(MOST).filter_map(|found| brands.leading(found.get(1)?.as_str()));
    let before = DEPARTMENT.find_iter(text).take(MOST).filter_map(|found| {
        let before = text.get(..found.start())?.trim_end();
        let words = before.rsplitn(4, ' ').take(3).map(str::len).sum::<usize>() + 2;
        brands.trailing(before.get(before.len().saturating_sub(words)..)?)
    });
    behind.chain(before).next()
}

/// Signatures of one text that are looked at.
const MOST: usize = 20;

/// Up to four words behind a sign of copyright and its year.
static COPYRIGHT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:©|\(c\)|(?-u:\b)copyright(?-u:\b))[\s©(c),.:0-9\u{2013}-]{0,24}((?:[\p{L}\p{N}.&'+-]+ ?){1,4})")
        .expect("tested below")
});

/// What departments call themselves.
static DEPARTMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:(?:account|security|support|customer|service|billing|delivery) )?(?-u:\b)(?:team|support|security|helpdesk|help center|customer care|customer service|kundenservice)(?-u:\b)",
    )
    .expect("tested below")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_told() {
        let brands = Brands::built_in();
        let signed = |text: &str| signature(text, &brands).map(|brand| brand.name.clone());
        for (text, brand) in [
            ("bonjour. © 2026 orange", "Orange"),
            ("copyright (c) 2024-2026 microsoft corporation. all rights reserved", "Microsoft"),
            ("thank you, the paypal security team", "PayPal"),
            ("wells fargo support", "Wells Fargo"),
        ] {
            assert_eq!(signed(text).as_deref(), Some(brand), "{text}");
        }
        for text in
            ["© 2026 orange county democrats", "our paypal is open", "© campagne.example", "the support team", ""]
        {
            assert_eq!(signed(text), None, "{text}");
        }
    }
}
