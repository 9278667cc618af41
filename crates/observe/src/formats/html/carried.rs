//! Files that a page carries inside itself: `data:` addresses (RFC 2397), and base64 in scripts, which is how
//! an archive is smuggled past a mail filter. Nothing is executed: a payload that a script computes stays unseen.

use std::borrow::Cow;

use data_encoding::{BASE64, BASE64_NOPAD};
use vauban_intake::{Budget, Problem, looks_like_a_file};

use super::page::Page;
use crate::{Child, Context, Sink};

/// Shorter runs in a script are words and keys, and the scanner of text decodes those.
const SHORTEST_RUN: usize = 256;

/// Hands over every file in the page, numbered in the order of the page.
pub(super) fn hand_over(page: &Page, context: Context, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut number = 0_u32;
    let mut child = |media_type: &str, bytes: &[u8]| -> Result<(), Problem> {
        number = number.saturating_add(1);
        budget.spend_entry()?;
        budget.spend_bytes(bytes.len() as u64)?;
        sink.child(Child { segment: &format!("embedded {number}"), name: "", media_type, bytes, context });
        Ok(())
    };
    for address in &page.carried {
        budget.check_time()?;
        let (media_type, bytes) = decode_data(address);
        if !bytes.is_empty() {
            child(media_type, &bytes)?;
        }
    }
    let runs = page.scripts.as_bytes().split(|byte| !is_base64(char::from(*byte)));
    for run in runs.filter(|run| run.len() >= SHORTEST_RUN) {
        budget.check_time()?;
        let bytes = decode_base64(run);
        if looks_like_a_file(&bytes) {
            child("", &bytes)?;
        }
    }
    Ok(())
}

/// The media type and the bytes of a `data:` address.
fn decode_data(address: &str) -> (&str, Vec<u8>) {
    let rest = address.get(5..).unwrap_or_default();
    let (kind, data) = rest.split_once(',').unwrap_or(("", rest));
    let media_type = kind.split(';').next().unwrap_or_default().trim();
    let data: Cow<'_, [u8]> = percent_decode(data.as_bytes());
    if kind.split(';').any(|word| word.trim().eq_ignore_ascii_case("base64")) {
        let text: String = data.iter().map(|byte| char::from(*byte)).filter(|c| is_base64(*c)).collect();
        (media_type, decode_base64(text.as_bytes()))
    } else {
        (media_type, data.into_owned())
    }
}

fn percent_decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'%') {
        return Cow::Borrowed(bytes);
    }
    let digit = |byte: Option<&u8>| {
        byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0_usize;
    while let Some(&byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at.saturating_add(1))), digit(bytes.get(at.saturating_add(2)))) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at = at.saturating_add(3);
            }
            _ => {
                out.push(byte);
                at = at.saturating_add(1);
            }
        }
    }
    out.into()
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '+' || c == '/' || c == '='
}

/// As much of a run as is base64: padding or a cut group at its end costs that group only.
fn decode_base64(run: &[u8]) -> Vec<u8> {
    let run = run.split(|byte| *byte == b'=').next().unwrap_or_default();
    let whole = if run.len() % 4 == 1 { run.len().saturating_sub(1) } else { run.len() };
    let run = run.get(..whole).unwrap_or_default();
    match BASE64_NOPAD.decode(run) {
        Ok(bytes) => bytes,
        // Stray bits after the last byte: the groups before it are sound.
        Err(_) => BASE64.decode(run.get(..whole / 4 * 4).unwrap_or_default()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_addresses_are_decoded() {
        assert_eq!(decode_data("data:text/plain;base64,aGk="), ("text/plain", b"hi".to_vec()));
        assert_eq!(decode_data("data:text/html,%3Cp%3E"), ("text/html", b"<p>".to_vec()));
        assert_eq!(decode_data("DATA:;BASE64,aG k"), ("", b"hi".to_vec()));
        assert_eq!(decode_data("data:"), ("", Vec::new()));
    }
}
