//! Money: sums that nobody gives away, accounts that nobody can call back, numbers to ring.

use std::sync::LazyLock;

use regex::Regex;

use crate::{Code, Facts, Known, Letter, places::is_freemail};

pub(super) fn look(letter: &Letter, known: &Known, facts: &mut Facts) {
    // As in `words`: colleagues speak of budgets all day.
    if known.is_inside(letter.header.domain()) && facts.iter().next().is_none() {
        return;
    }
    // Papers are full of fortunes; strangers who offer one hide their readers, their name or their mailbox.
    if (OFFERS.iter().any(|code| facts.has(*code)) || is_freemail(letter.header.domain()))
        && let Some(sum) = SUM.find(&letter.words)
    {
        facts.add(Code::GreatSum, sum.as_str());
    }
    // Tables of programmers are full of what could be a wallet.
    if facts.has(Code::AsksMoney) || facts.has(Code::Extortion) {
        let texts = letter.pages.iter().map(|page| &page.text).chain(&letter.plain);
        let mut found = texts.flat_map(|text| WALLET.find_iter(text)).map(|found| found.as_str());
        if let Some(wallet) = found.find(|found| is_wallet(found)) {
            facts.add(Code::WalletAddress, wallet);
        }
    }
    // Shops give a number beside a link to their own site; here the number is the only way.
    let has_site = || letter.links.iter().any(|link| link.target.is_web() && letter.is_near_author(&link.target.host));
    if (facts.has(Code::AsksMoney) || facts.has(Code::Threat))
        && !has_site()
        && let Some(number) = CALL.find(&letter.words)
    {
        facts.add(Code::CallBack, number.as_str());
    }
}

/// What makes a great sum an offer.
const OFFERS: [Code; 6] = [
    Code::AdvanceFee,
    Code::NobodyNamed,
    Code::SenderIsReader,
    Code::FreeMailAnswer,
    Code::PreparedAnswer,
    Code::Congratulates,
];

/// Hundreds of thousands and more, with a currency beside it. Text is folded.
static SUM: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"\d[\d.,' ]{0,14}(?:million|billion|milliard|millones|milhoes|millionen)s?|\d{3}[.,' ]\d{3}[.,]\d{2}(?-u:\b)|\d{1,3}(?:[.,' ]\d{3}){2,}(?:[.,]\d{2})?";
    let currency = r"(?:us ?\$|usd|\$|€|£|eur|euros?|gbp|pounds?|dollars?|francs?)";
    Regex::new(&format!(r"{currency} ?\$?(?:{number})|(?:{number}) ?(?:us|united states|american|de|d')? ?{currency}"))
        .expect("tested below")
});

/// Somebody is to call a number.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?-u:\b)(?:call|appelez|appeler|dial|ring|helpline|hotline|help ?desk|service desk|toll.free)(?-u:\b)[^\d\n]{0,60}\+?\(?\d[\d .()\-]{7,18}\d",
    )
    .expect("tested below")
});

/// What may be an address of Bitcoin or Ethereum.
static WALLET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:bc1[02-9ac-hj-np-z]{25,62}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-fA-F]{40})(?-u:\b)")
        .expect("tested below")
});

/// Whether it is one: the check digits of `bc1` hold (BIP 173, BIP 350); the old kind mixes capitals, small letters and
/// digits as no word does.
fn is_wallet(text: &str) -> bool {
    match text.strip_prefix("bc1") {
        Some(data) => {
            let values: Option<Vec<u32>> = data
                .bytes()
                .map(|byte| BECH32.iter().position(|c| *c == byte).and_then(|at| u32::try_from(at).ok()))
                .collect();
            values.is_some_and(|values| matches!(polymod(&values), 1 | 0x2bc8_30a3))
        }
        None if text.starts_with("0x") => true,
        None => {
            let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().skip(1).any(kind);
            has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
        }
    }
}

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// The check of Bech32 over the data of a `bc` address.
fn polymod(values: &[u32]) -> u32 {
    const STEPS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    // The letters `b` and `c` of the prefix, spread as BIP 173 says.
    [3, 3, 0, 2, 3].iter().chain(values).fold(1, |check: u32, value| {
        let top = check >> 25;
        let shifted = (check & 0x01ff_ffff) << 5 ^ value;
        STEPS.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(shifted, |check, (_, step)| check ^ step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn great_sums_are_told_from_prices() {
        for text in [
            "usd$45.5 million dollars",
            "$5,500,000.00",
            "€9.5 million euro",
            "$ 3,500,000.00 usd",
            "$650,000.00",
            "2,5 millions d'euros",
            "10 million us dollars",
            "$2.5billion",
            "£5,000,000",
        ] {
            assert!(SUM.is_match(text), "{text}");
        }
        for text in ["$559.99", "12 000 euros", "3 million people", "€ 1.250,00", "2026", "call 1 800 555 000"] {
            assert!(!SUM.is_match(text), "{text}");
        }
    }

    #[test]
    fn wallets_are_told_by_their_check() {
        // BIP 173's and the genesis block's own.
        for text in ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"] {
            assert!(WALLET.is_match(text) && is_wallet(text), "{text}");
        }
        assert!(!is_wallet("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"));
        assert!(!is_wallet("3111111111111111111111111111"));
    }

    #[test]
    fn a_number_to_ring_counts_beside_money() {
        let rings = |codes: &[Code]| {
            let words = "to cancel call us toll-free: +1 (808) 555-0199".to_owned();
            let mut facts = Facts::default();
            codes.iter().for_each(|code| facts.add(*code, ""));
            look(&Letter { words, ..Letter::default() }, &Known::new(crate::Organisation::default()), &mut facts);
            facts.has(Code::CallBack)
        };
        assert!(rings(&[Code::AsksMoney]) && !rings(&[]));
    }

    #[test]
    fn numbers_to_ring_are_found() {
        for text in [
            "to cancel call us toll-free: +1 (808) 555-0199",
            "hotline: 808 555 0199",
            "service desk phone number: 808 555 0199",
        ] {
            assert!(CALL.is_match(text), "{text}");
        }
        assert!(!CALL.is_match("order 808 555 0199"));
    }
}
