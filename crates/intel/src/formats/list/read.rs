//! Reading a list line by line.

use vauban_model::HashAlgorithm;

use crate::{
    Document, NotAValue, classify,
    formats::Format,
    reading::{Draft, Place, Reading},
};

/// Lists of values.
pub(crate) struct List;

/// So many lines decide whether it is a list.
const SAMPLE: usize = 500;

impl Format for List {
    fn name(&self) -> &'static str {
        "list"
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        if document.looks_like_json()
            || document.extension_is(&["md", "adoc", "asciidoc", "rst", "html", "htm", "xml", "json", "stix", "stix2"])
        {
            return false;
        }
        let (mut values, mut others) = (0_usize, 0_usize);
        for line in
            document.text().lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line)).take(SAMPLE)
        {
            if parse(line).is_ok() { values += 1 } else { others += 1 }
        }
        values > 0 && values > others
    }

    fn read(&self, document: &Document<'_>, out: &mut Reading) {
        // Lines of two dozen characters are usual: room for all of them at once, instead of moving them as they grow.
        out.reserve(document.bytes.len() / 24);
        for (number, line) in document.lines() {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            if is_comment(line) {
                if out.title.is_none() && out.indicators.is_empty() {
                    out.title = Some(
                        line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | ';' | '/' | '!')).to_owned(),
                    )
                    .filter(|title| !title.is_empty());
                }
                continue;
            }
            match parse(line) {
                Ok((tests, comment)) => {
                    out.add(
                        document,
                        Draft { description: comment.to_owned(), line: Some(number), ..Draft::of(tests) },
                    );
                }
                Err(error) => out.refuse(document, Place::Line(number), line, error.to_string()),
            }
        }
    }
}

/// The tests of a line and what is said of them.
fn parse(line: &str) -> Result<(Vec<vauban_model::Test>, &str), NotAValue> {
    let (value, comment) = cut_comment(line);
    // `sha256sum`: a hash, two spaces or a space and a star, a name. BSD: `SHA256 (name) = hash`.
    if let Some((first, rest)) = value.split_once(char::is_whitespace)
        && HashAlgorithm::of(first).is_some()
    {
        return classify(first).map(|tests| (tests, rest.trim().trim_start_matches('*')));
    }
    if let Some((name, hash)) = value.rsplit_once(" = ")
        && HashAlgorithm::of(hash.trim()).is_some()
    {
        let name = name.split_once('(').map_or(name, |(_, name)| name.trim_end_matches(')'));
        return classify(hash).map(|tests| (tests, name));
    }
    classify(value).map(|tests| (tests, comment))
}

fn is_comment(line: &str) -> bool {
    line.starts_with(['#', ';', '!']) || line.starts_with("//")
}

/// A comment begins at a `#` or `;` behind white space, or at `//` between spaces.
fn cut_comment(line: &str) -> (&str, &str) {
    if !line.contains([' ', '\t']) {
        return (line, "");
    }
    let cut = [" #", "\t#", " ;", "\t;", " // "].iter().filter_map(|mark| line.find(mark)).min();
    match cut.and_then(|at| line.split_at_checked(at)) {
        Some((value, comment)) => (value.trim(), comment.trim().trim_start_matches(['#', ';', '/']).trim()),
        None => (line, ""),
    }
}
