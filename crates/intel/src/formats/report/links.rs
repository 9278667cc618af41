//! Links that are meant to be followed: the publisher's own words about the report.

use std::sync::LazyLock;

use regex::Regex;

use crate::benign::is_publisher;

/// A line without its links, and the links.
#[derive(Debug, Default)]
pub(super) struct Unlinked {
    /// The line, each link replaced by a space.
    pub(super) text: String,
    /// The addresses of links that are references.
    pub(super) references: Vec<String>,
}

/// Takes the links out of a line of prose. `defangs` says whether the document defangs what it warns of: then a link
/// that is not defanged is meant to be followed.
pub(super) fn unlink(line: &str, defangs: bool) -> Unlinked {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?x)
            !?\[ [^\]]{0,300} \]\( \s* (?P<markdown>[^\s()]+) [^()]* \)     # [label](url)
          | (?:link|xref|image):+ (?P<local>[^\s\[\]]+) \[ [^\]]{0,300} \]  # link:path[label]
          | (?P<adoc>https?://[^\s\[\]<>"`]+) \[ (?P<label>[^\]]{0,300}) \] # url[label]
          | (?P<bare>https?://[^\s<>"`|]+)
            "#,
        )
        .expect("the expression is a constant")
    });
    let mut out = Unlinked::default();
    let mut last = 0;
    for found in LINK.captures_iter(line) {
        let Some(all) = found.get(0) else { continue };
        let label = found.name("label").map_or("", |label| label.as_str().trim());
        if matches!(label, "." | "dot" | ":" | "at" | "@" | "/")
            || (found.name("adoc").is_some() && label.starts_with('.'))
        {
            continue;
        }
        let linked = found.name("bare").is_none();
        let Some(target) = ["markdown", "adoc", "bare", "local"].iter().find_map(|name| found.name(name)) else {
            continue;
        };
        let target = target.as_str().trim_end_matches(['.', ',', ';', ')', ':']);
        let refanged = crate::refang(target);
        let is_web = target.starts_with("http");
        if is_web && refanged == target && (is_publisher_url(target) || defangs) {
            out.references.push(target.to_owned());
        } else if is_web || !linked || refanged != target {
            continue;
        }
        out.text.push_str(line.get(last..all.start()).unwrap_or_default());
        out.text.push(' ');
        last = all.end();
    }
    out.text.push_str(line.get(last..).unwrap_or_default());
    out
}

fn is_publisher_url(target: &str) -> bool {
    url::Url::parse(target).ok().and_then(|url| url.host_str().map(is_publisher)).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_from_indicators() {
        let line = "See https://www.welivesecurity.com/2019/a[post], [ATT&CK](https://attack.mitre.org/x) and link:event.json[`event.json`].";
        let unlinked = unlink(line, false);
        assert_eq!(unlinked.references, ["https://www.welivesecurity.com/2019/a", "https://attack.mitre.org/x"]);
        assert!(!unlinked.text.contains("event.json"), "{}", unlinked.text);
        assert_eq!(unlink("http://ibb[.]co/hVhaAq", true).references, Vec::<String>::new());
        assert_eq!(unlink("http://evil.example/x", false).text, "http://evil.example/x");
        assert_eq!(unlink("more at https://vendor.example/blog.", true).references, ["https://vendor.example/blog"]);
    }
}
