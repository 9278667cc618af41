//! Files and members that are XML.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use vauban_intake::{Budget, Problem};

use super::tokens::Content;
use crate::{Context, Item, Passage, Reader, Sink};

/// The reader of XML.
pub(crate) struct Markup;

/// How far the opening of a document is looked at.
const OPENING: usize = 1024;

impl Reader for Markup {
    fn name(&self) -> &'static str {
        "markup"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        let opening = opening(item.bytes);
        let start = opening.trim_start();
        if start.starts_with("<?xml") {
            return true;
        }
        let begins_with_tag = start.strip_prefix('<').is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?' || c == '_')
        });
        let claims = matches!(
            item.extension().as_str(),
            "xml"
                | "svg"
                | "rels"
                | "rss"
                | "atom"
                | "xsl"
                | "xslt"
                | "xsd"
                | "dtd"
                | "kml"
                | "gpx"
                | "plist"
                | "config"
                | "vml"
                | "rdf"
        ) || item.media_type.ends_with("xml");
        begins_with_tag && (claims || start.contains("xmlns") || start.starts_with("<svg") || start.starts_with("<rss"))
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let (xml, how) = decode(item.bytes);
        let mut content = Content::default();
        let result = content.read(&xml, budget);
        let rest = content.gave_up_at.and_then(|at| xml.get(at..)).unwrap_or_default();
        for text in [content.text.as_str(), &content.attributes, &content.asides, rest] {
            if !text.trim().is_empty() {
                sink.passage(Passage { bytes: text.as_bytes(), offset: None, how, context: Context::default() });
            }
        }
        result
    }
}

fn opening(bytes: &[u8]) -> String {
    let bytes = Encoding::for_bom(bytes).map_or(bytes, |(_, mark)| bytes.get(mark..).unwrap_or_default());
    let first = bytes.get(..OPENING.min(bytes.len())).unwrap_or_default();
    first.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect()
}

/// The document as text: by its byte order mark, by the first characters' width, by the encoding it declares
/// (XML 1.0 appendix F), and else as UTF-8 or windows-1252.
fn decode(bytes: &[u8]) -> (Cow<'_, str>, &'static [&'static str]) {
    let marked = Encoding::for_bom(bytes);
    let body = marked.map_or(bytes, |(_, mark)| bytes.get(mark..).unwrap_or_default());
    let wide = match (marked, bytes) {
        (Some((encoding, _)), _) => (encoding != UTF_8).then_some(encoding),
        (None, [b'<', 0, ..]) => Some(UTF_16LE),
        (None, [0, b'<', ..]) => Some(UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = wide {
        return (encoding.decode_without_bom_handling(body).0, &["utf-16"]);
    }
    if let Ok(text) = str::from_utf8(body) {
        return (text.into(), &[]);
    }
    let opening = opening(body);
    let declared = opening
        .split_once("encoding=")
        .and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next())
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .filter(|encoding| encoding.is_ascii_compatible() && *encoding != UTF_8);
    (declared.unwrap_or(WINDOWS_1252).decode_without_bom_handling(body).0, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Markup);
    }

    #[test]
    fn runs_join_and_paragraphs_part() {
        let xml = "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body><w:p><w:r><w:rPr><w:b/></w:rPr>\
                   <w:t>evil.</w:t></w:r><w:proofErr/><w:r><w:t>example</w:t></w:r></w:p><w:p><w:r><w:t>next</w:t></w:r></w:p>\
                   <w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:body></w:document>";
        let (result, transcript) = read(&Markup, "document.xml", xml.as_bytes());
        assert!(result.is_ok());
        assert_eq!(transcript.passages[0], "evil.example\nnext\na\nb\n");
    }

    #[test]
    fn another_prefix_for_the_same_vocabulary_changes_nothing() {
        let xml = "<x:p xmlns:x='http://purl.oclc.org/ooxml/wordprocessingml/main'><x:r><x:t>ev</x:t></x:r><x:r><x:t>il.example</x:t></x:r></x:p>";
        let (_, transcript) = read(&Markup, "a.xml", xml.as_bytes());
        assert_eq!(transcript.passages[0].trim(), "evil.example");
    }

    #[test]
    fn unknown_elements_part_their_values() {
        let (_, transcript) =
            read(&Markup, "a.xml", b"<?xml version='1.0'?><r><a>one.example</a><a>two.example</a></r>");
        assert_eq!(transcript.passages[0], "one.example\ntwo.example\n");
    }

    #[test]
    fn entities_are_not_expanded_and_their_text_is_kept() {
        let xml = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'http://evil.example/x'><!ENTITY b '&a;&a;&a;&a;'>]><x>&b;&#101;&amp;</x>";
        let (result, transcript) = read(&Markup, "a.xml", xml.as_bytes());
        assert!(result.is_ok());
        assert_eq!(transcript.passages[0].trim(), "&b;e&");
        assert!(transcript.passages.iter().any(|text| text.contains("http://evil.example/x")));
    }

    #[test]
    fn an_error_leaves_the_rest_as_text() {
        let (result, transcript) = read(&Markup, "a.xml", b"<?xml version='1.0'?><a><b>one</b><c <!-- evil.example");
        assert!(result.is_ok());
        assert!(transcript.text.contains("evil.example"), "{}", transcript.text);
    }
}
