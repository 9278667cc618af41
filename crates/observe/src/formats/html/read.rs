//! Files that are HTML.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use vauban_intake::{Budget, Problem};

use super::extract;
use crate::{Context, Item, Reader, Sink};

/// The reader of HTML.
pub(crate) struct Html;

/// How far the opening of a page is looked at.
const OPENING: usize = 2048;

impl Reader for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        let opening = opening(item.bytes);
        let start = opening.trim_start();
        if start.starts_with("<?xml") {
            return false;
        }
        if begins_with_element(start) {
            return true;
        }
        let claims = matches!(item.extension().as_str(), "html" | "htm" | "hta" | "shtml" | "xht" | "xhtml")
            || item.media_type.eq_ignore_ascii_case("text/html");
        let commented =
            start.starts_with("<!--") && ["<html", "<head", "<body", "<script"].iter().any(|tag| start.contains(tag));
        commented || (claims && opening.contains('<'))
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let (text, how) = decoded(item.bytes);
        extract(&text, how, Context::default(), budget, sink)
    }
}

/// The elements that a page or a fragment of one begins with. Each must end there: `<a>` is not `<article-id>`.
fn begins_with_element(start: &str) -> bool {
    const ELEMENTS: [&str; 26] = [
        "!doctype html",
        "html",
        "head",
        "body",
        "script",
        "style",
        "meta",
        "title",
        "iframe",
        "table",
        "div",
        "span",
        "a",
        "p",
        "br",
        "img",
        "form",
        "center",
        "font",
        "h1",
        "h2",
        "h3",
        "ul",
        "base",
        "link",
        "b",
    ];
    let Some(tag) = start.strip_prefix('<') else { return false };
    ELEMENTS.iter().any(|element| {
        tag.strip_prefix(element)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/'))
    })
}

/// The first characters in lower case, whatever the encoding: NULs of UTF-16 are left out.
fn opening(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").or(bytes.strip_prefix(b"\xff\xfe")).unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\xfe\xff").unwrap_or(bytes);
    let first = bytes.get(..OPENING.min(bytes.len())).unwrap_or_default();
    first.iter().filter(|byte| **byte != 0).map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// A page as text, as browsers decode it.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    decoded(bytes).0
}

/// The page as text: by its byte order mark, as UTF-8 where it is that, by the charset it declares, and else as
/// windows-1252, which is what browsers do.
fn decoded(bytes: &[u8]) -> (Cow<'_, str>, &'static [&'static str]) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let how: &[&str] = if encoding == UTF_8 { &[] } else { &["utf-16"] };
        return (encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0, how);
    }
    for (encoding, at) in [(encoding_rs::UTF_16LE, 1), (encoding_rs::UTF_16BE, 0)] {
        if bytes.starts_with(&[b'<', 0]) && at == 1 || bytes.starts_with(&[0, b'<']) && at == 0 {
            return (encoding.decode_without_bom_handling(bytes).0, &["utf-16"]);
        }
    }
    if let Ok(text) = str::from_utf8(bytes) {
        return (text.into(), &[]);
    }
    let declared = opening(bytes);
    let label = declared.split_once("charset=").map(|(_, rest)| {
        let rest = rest.trim_start_matches(['"', '\'']);
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || "-_:".contains(c))).next().unwrap_or_default()
    });
    // A page that could be read to its declaration is no UTF-16, whatever it declares.
    let encoding = label
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .filter(|encoding| encoding.is_ascii_compatible())
        .unwrap_or(WINDOWS_1252);
    (encoding.decode_without_bom_handling(bytes).0, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Html);
    }

    #[test]
    fn words_are_joined_as_they_are_seen() {
        let page =
            "<p>ev<b>il</b>.exa<!-- x -->mp&shy;le</p><td>one</td><td>two</td>a<br>b login&#46;evil&period;example";
        let (result, transcript) = read(&Html, "a.html", page.as_bytes());
        assert!(result.is_ok());
        assert_eq!(
            transcript.passages[0].split_whitespace().collect::<Vec<_>>(),
            ["evil.example", "one", "two", "a", "b", "login.evil.example"]
        );
    }

    #[test]
    fn an_address_broken_by_tabs_is_mended_as_browsers_do() {
        let (_, transcript) = read(&Html, "a.html", b"<a href=\"ht\ntp://ev\til.example/x\">here</a>");
        assert!(transcript.text.contains("http://evil.example/x"), "{}", transcript.text);
    }

    #[test]
    fn smuggled_files_become_children() {
        let zip = b"PK\x03\x04smuggled archive";
        let coded = data_encoding::BASE64.encode(zip);
        let page = format!("<a download=i.zip href='data:application/zip;base64,{coded}'>invoice</a>");
        let (_, transcript) = read(&Html, "a.html", page.as_bytes());
        assert_eq!(transcript.children, [("embedded 1".to_owned(), zip.to_vec())]);

        let coded = data_encoding::BASE64.encode(&[&zip[..], &[b'x'; 300]].concat());
        let page = format!("<script>var blob = atob(\"{coded}\");</script>");
        let (_, transcript) = read(&Html, "a.html", page.as_bytes());
        assert_eq!(transcript.children.len(), 1);
        assert!(transcript.children[0].1.starts_with(zip));
    }

    #[test]
    fn text_where_markup_should_stand_is_kept() {
        for page in [
            "<p>To: <abc@evil.example> x</p>",
            "<p><http://evil.example/x> y</p>",
            "<p></http://evil.example/x> y</p>",
            "<p></b http://evil.example/x> y</p>",
            "<!DOCTYPE evil.example http://evil.example/x><p>y",
            "<p><div evil.example>y</div>",
            "<p>y<a href='http://evil.example/x",
            "<p>y<a href=http://evil.example/x",
            "<p>y<evil.example",
            "<p>y<!-- evil.example",
            "<p>y<script>evil.example",
            "<p>y<a data-x=1 evil.example=2",
        ] {
            let (result, transcript) = read(&Html, "a.html", page.as_bytes());
            assert!(result.is_ok());
            assert!(
                transcript.passages.iter().any(|text| text.contains("evil.example")),
                "{page}: {}",
                transcript.text
            );
        }
    }

    #[test]
    fn conditional_comments_are_read_as_markup() {
        let (_, transcript) =
            read(&Html, "a.html", b"<p>x</p><!--[if mso]><a href='http://e.example/?a=1&amp;b=2'>y</a><![endif]-->");
        assert!(transcript.text.contains("http://e.example/?a=1&b=2"), "{}", transcript.text);
    }

    #[test]
    fn text_in_other_encodings_is_decoded() {
        let utf16: Vec<u8> = "<html>evil.example".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (_, transcript) = read(&Html, "a.html", &utf16);
        assert!(transcript.passages[0].contains("evil.example"));
        let (_, transcript) = read(&Html, "a.html", b"<meta charset=koi8-r>\xd0\xd2\xc9\xd7\xc5\xd4");
        assert!(transcript.passages[0].contains("привет"));
    }

    #[test]
    fn other_markup_is_left_to_its_reader() {
        let location = vauban_model::Location::file("x");
        for (name, bytes) in [("a.xml", &b"<?xml version='1.0'?><html/>"[..]), ("a.txt", b"<abc>"), ("a.svg", b"<svg>")]
        {
            let item = Item { location: &location, name, media_type: "", bytes };
            assert!(!Html.recognises(&item), "{name}");
        }
    }
}
