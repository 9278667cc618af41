//! The headings above a line: the names they give, and what they say about the values below.

/// The headings above the current line, outermost first.
#[derive(Debug, Default)]
pub(super) struct Headings {
    stack: Vec<(usize, String)>,
}

const MOST_LABELS: usize = 4;
const LONGEST: usize = 120;

impl Headings {
    /// Reads a heading of AsciiDoc (`== Title`) or Markdown (`## Title`).
    pub(super) fn parse(line: &str) -> Option<(usize, &str)> {
        let mark = line.chars().next().filter(|c| matches!(c, '=' | '#'))?;
        let level = line.chars().take_while(|c| *c == mark).count();
        let title = line.get(level..)?;
        (level <= 6 && title.starts_with(' ') && !title.trim().is_empty())
            .then(|| (level, title.trim().trim_end_matches(mark).trim()))
    }

    /// Goes below a heading.
    pub(super) fn enter(&mut self, level: usize, title: &str) {
        self.stack.retain(|(above, _)| *above < level);
        self.stack.push((level, title.chars().take(LONGEST).collect()));
    }

    /// The names among the headings, innermost first.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.stack.iter().rev().filter_map(|(_, title)| name(title)) {
            if names.len() < MOST_LABELS && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether one of the two innermost headings has one of these words.
    pub(super) fn mention(&self, words: &[&str]) -> bool {
        self.stack.iter().rev().take(2).any(|(_, title)| {
            let lower = title.to_lowercase();
            lower.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
        })
    }
}

/// What is left of a heading without the words that every report uses; `None` when nothing is.
fn name(title: &str) -> Option<String> {
    const TAILS: [&str; 6] =
        ["indicators of compromise", "indicator of compromise", "iocs", "ioc", "indicators", "whitepaper"];
    const GENERIC: &str = " a additional address addresses and associated c c2 campaign campaigns certificate certificates cnc code component \
        components compromise control command compromised cryptographic detection detections dns domain domains e-mail email \
        emails eset fake file filename filenames files fingerprints for from hash hashes host hosts hostnames in indicator indicators \
        infrastructure ioc iocs ip ips ipv4 ipv6 key keys legitimate list mail main malicious malware md5 name names network of on other \
        packages page pages path paths public references registry related sample samples script scripts serve server servers sha sha-1 \
        sha-256 sha1 sha256 signing similar site sites the to tools url urls used various website websites web webpages 1 256 ";
    let mut rest = title.trim().trim_matches(['*', '`', '_']).trim();
    for tail in TAILS {
        let cut = rest.len().saturating_sub(tail.len());
        if rest.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(tail)) {
            rest = rest
                .get(..cut)
                .unwrap_or_default()
                .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':'));
        }
    }
    let generic =
        |word: &str| word.is_empty() || GENERIC.split_whitespace().any(|known| known.eq_ignore_ascii_case(word));
    let all_generic = rest.split(|c: char| !c.is_alphanumeric() && c != '-').all(generic);
    (!all_generic).then(|| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_is_not_generic() {
        assert_eq!(name("Buhtrap Indicators of Compromise").as_deref(), Some("Buhtrap"));
        assert_eq!(name("Evilnum -- Indicators of Compromise").as_deref(), Some("Evilnum"));
        assert_eq!(name("C&C servers"), None);
        assert_eq!(name("Sample hashes"), None);
        let mut headings = Headings::default();
        for (level, title) in [(1, "Dukes IOCs"), (2, "Network"), (3, "MiniDuke"), (4, "C&C domains")] {
            headings.enter(level, title);
        }
        assert_eq!(headings.names(), ["MiniDuke", "Dukes"]);
        headings.enter(2, "Registry keys");
        assert!(headings.mention(&["keys"]));
        assert_eq!(headings.names(), ["Dukes"]);
    }
}
