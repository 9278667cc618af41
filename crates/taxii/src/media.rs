//! Content negotiation (section 1.6.8): the one media type that is spoken, and whether the other side wants it.

/// The media type of everything that TAXII 2.1 says.
pub const TAXII: &str = "application/taxii+json;version=2.1";

/// The media type of an object of STIX 2.1.
pub const STIX: &str = "application/stix+json;version=2.1";

/// One element of an `Accept` header, or a `Content-Type`.
struct Range<'r> {
    kind: &'r str,
    version: Option<&'r str>,
    /// From 0 (never) to 1000 (best), as RFC 9110 section 12.4.2 has it with three decimals.
    quality: u16,
}

/// How closely a range names TAXII 2.1. The closest one decides (RFC 9110, section 12.5.1).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Anything,
    Application,
    Taxii,
    Version,
}

/// Whether the header asks for TAXII 2.1, or for something that it is. No header asks for nothing: section 3.1 demands one.
pub(crate) fn accepts(header: Option<&str>) -> bool {
    let ranges = header.into_iter().flat_map(elements).filter_map(Range::read);
    let closest = ranges.filter_map(|range| Some((range.closeness()?, range.quality))).max();
    closest.is_some_and(|(_, quality)| quality > 0)
}

/// Whether the header names TAXII 2.1, with or without its version.
pub(crate) fn is_taxii(header: Option<&str>) -> bool {
    let closeness = header.and_then(Range::read).and_then(|range| range.closeness());
    closeness >= Some(Closeness::Taxii)
}

impl<'r> Range<'r> {
    fn read(text: &'r str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let mut range = Self { kind: parts.next()?, version: None, quality: 1000 };
        for (name, value) in
            parts.filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, "")))
        {
            match name.trim().to_ascii_lowercase().as_str() {
                "version" => range.version = Some(value.trim().trim_matches('"')),
                "q" => range.quality = quality(value.trim())?,
                _ => {}
            }
        }
        Some(range)
    }

    fn closeness(&self) -> Option<Closeness> {
        let is = |kind: &str| self.kind.eq_ignore_ascii_case(kind);
        match self.version {
            Some("2.1") if is("application/taxii+json") => Some(Closeness::Version),
            Some(_) => None,
            None if is("application/taxii+json") => Some(Closeness::Taxii),
            None if is("application/*") => Some(Closeness::Application),
            None if is("*/*") => Some(Closeness::Anything),
            None => None,
        }
    }
}

/// The elements of a list, where a comma between quotes is no separator.
fn elements(header: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    header.split(move |character| {
        is_quoted ^= character == '"';
        character == ',' && !is_quoted
    })
}

/// Thousandths. What is no quality makes its range void.
fn quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taxii_is_accepted() {
        for header in [
            TAXII,
            "application/taxii+json",
            "Application/TAXII+JSON; Version=\"2.1\"",
            "*/*",
            "application/*;q=0.1",
            "text/html, application/taxii+json;version=2.1;q=0.2",
            "application/taxii+json;version=2.0, application/taxii+json;version=2.1",
            "text/plain;x=\"a,b\", */*",
            "*/*;q=0, application/taxii+json",
            "application/taxii+json;version=2.1,application/stix+json;version=2.1",
        ] {
            assert!(accepts(Some(header)), "{header}");
        }
    }

    #[test]
    fn what_is_not_is_refused() {
        for header in [
            "",
            "text/html",
            "application/json",
            "application/taxii+json;version=2.0",
            "application/taxii+json;version=21",
            "application/taxii+json;q=0",
            "*/*, application/taxii+json;version=2.1;q=0.000",
            "*/*;q=2",
            "application/stix+json;version=2.1",
        ] {
            assert!(!accepts(Some(header)), "{header}");
        }
        assert!(!accepts(None));
    }

    #[test]
    fn a_body_says_what_it_is() {
        assert!(is_taxii(Some(TAXII)));
        assert!(is_taxii(Some("application/taxii+json; charset=utf-8")));
        for header in ["application/json", "*/*", "application/*", "application/taxii+json;version=2.0", ""] {
            assert!(!is_taxii(Some(header)), "{header}");
        }
        assert!(!is_taxii(None));
    }
}
