//! Files that are JSON.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
use vauban_intake::{Budget, Problem};

use super::strings::{Strings, unescape};
use crate::{Context, Item, Passage, Reader, Sink};

/// The reader of JSON.
pub(crate) struct Json;

impl Reader for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        let mut start = significant(item.bytes);
        let first = start.next();
        let claims = matches!(
            item.extension().as_str(),
            "json" | "jsonl" | "ndjson" | "geojson" | "har" | "ipynb" | "stix" | "stix2" | "webmanifest"
        ) || item.media_type.ends_with("json");
        match (first, start.next(), start.next()) {
            (Some(b'{' | b'['), _, _) if claims => true,
            // `[section]` and `[[table]]` are configuration, `[2016-…]` is a log.
            (Some(b'{'), Some(b'"'), _) | (Some(b'['), Some(b'{'), Some(b'"')) | (Some(b'['), Some(b'"'), _) => true,
            _ => false,
        }
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let (json, how) = decode(item.bytes);
        let mut text = Vec::with_capacity(json.len());
        let mut outside = Vec::new();
        let mut strings = Strings::new(&json);
        let mut result = Ok(());
        for string in strings.by_ref() {
            result = budget.check_time();
            if result.is_err() {
                break;
            }
            keep_words(string.before, &mut outside);
            unescape(string.escaped, &mut text);
            text.extend_from_slice(if string.is_key { b": " } else { b"\n" });
        }
        keep_words(strings.rest(), &mut outside);
        for bytes in [&text, &outside] {
            if !bytes.is_empty() {
                sink.passage(Passage { bytes, offset: None, how, context: Context::default() });
            }
        }
        result
    }
}

/// Keeps what stands between strings where it is more than punctuation, numbers and the three words of JSON:
/// comments, bare words, and whatever else a broken document holds.
fn keep_words(between: &[u8], out: &mut Vec<u8>) {
    let is_grammar = between.split(|byte| b" \t\r\n,:[]{}".contains(byte)).all(|word| {
        matches!(word, b"" | b"true" | b"false" | b"null")
            || (word.len() < 32
                && word.iter().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte))
                && word.iter().filter(|byte| **byte == b'.').count() < 2)
    });
    if !is_grammar {
        out.extend_from_slice(between);
        out.push(b'\n');
    }
}

/// The first bytes that are neither white space, nor a byte order mark, nor the NULs of UTF-16.
fn significant(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let bytes = Encoding::for_bom(bytes).map_or(bytes, |(_, mark)| bytes.get(mark..).unwrap_or_default());
    bytes.iter().take(4096).copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != 0)
}

fn decode(bytes: &[u8]) -> (Cow<'_, [u8]>, &'static [&'static str]) {
    let (encoding, body) = match (Encoding::for_bom(bytes), bytes) {
        (Some((encoding, mark)), _) => (encoding, bytes.get(mark..).unwrap_or_default()),
        (None, [b'{' | b'[', 0, ..]) => (encoding_rs::UTF_16LE, bytes),
        (None, [0, b'{' | b'[', ..]) => (encoding_rs::UTF_16BE, bytes),
        _ => (UTF_8, bytes),
    };
    if encoding == UTF_8 {
        return (body.into(), &[]);
    }
    let text = encoding.decode_without_bom_handling(body).0.into_owned();
    (text.into_bytes().into(), &["utf-16"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Json);
    }

    #[test]
    fn values_stand_alone_beside_their_keys() {
        let (result, transcript) =
            read(&Json, "a.json", br#"{"url":"http:\/\/evil.example\/a","n":[1,"x"],"k":{"z":"y"}}"#);
        assert!(result.is_ok());
        assert_eq!(transcript.passages, ["url: http://evil.example/a\nn: x\nk: z: y\n"]);
    }

    #[test]
    fn broken_json_loses_nothing() {
        let (_, transcript) = read(
            &Json,
            "a.json",
            br#"{"a": 203.0.113.7, // see evil.example
            "b": "cut \u00e9t"#,
        );
        assert!(transcript.text.contains("203.0.113.7") && transcript.text.contains("evil.example"));
        assert!(transcript.passages[0].contains("b: cut ét"));
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = [vec![b'['; 1_000_000], br#""evil.example"#.to_vec()].concat();
        let (result, transcript) = read(&Json, "a.json", &deep);
        assert!(result.is_ok());
        assert_eq!(transcript.passages, ["evil.example\n"]);
    }

    #[test]
    fn configuration_and_logs_are_not_json() {
        let location = vauban_model::Location::file("x");
        for (bytes, wanted) in [
            (&b"[network]\n"[..], false),
            (b"[[bin]]\nname = \"x\"", false),
            (b"[2016-03-19 10:00] GET", false),
            (b"{\n  x }", false),
            (b"{\"a\":1}\n{\"a\":2}", true),
            (b"\xef\xbb\xbf [ {\"a\":1}]", true),
        ] {
            let item = Item { location: &location, name: "x", media_type: "", bytes };
            assert_eq!(Json.recognises(&item), wanted, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
