//! Reading a report line by line.

use vauban_model::{ObservableKind, Test, Text};

use super::{
    headings::Headings,
    links::unlink,
    spans::{Span, cells, listing, plain, prose},
};
use crate::{
    Document,
    benign::is_publisher,
    classify,
    formats::Format,
    reading::{Draft, Place, Reading},
    refang,
    value::{has_file_extension, has_known_suffix, observable},
};

/// Reports.
pub(crate) struct Report;

const MOST_REFERENCES: usize = 16;
/// A longer line is a document of its own, or an attack.
const LONGEST_LINE: usize = 1 << 20;

impl Format for Report {
    fn name(&self) -> &'static str {
        "report"
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        let name = document.name.rsplit(['/', '\\']).next().unwrap_or(document.name).to_ascii_uppercase();
        let legal = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS"].iter().any(|known| name.starts_with(known));
        let binary = document.text().chars().take(4096).any(|c| c == '\0');
        !legal && !binary && !document.looks_like_json()
    }

    fn read(&self, document: &Document<'_>, out: &mut Reading) {
        let text = document.text();
        let mut state = State {
            headings: Headings::default(),
            defangs: text.contains("[.]") || text.contains("hxxp") || text.contains("[dot]") || text.contains("(.)"),
            listing: false,
            table: None,
            references: Vec::new(),
            section: 0,
        };
        for (number, line) in document.lines() {
            if line.len() > LONGEST_LINE {
                out.refuse(document, Place::Line(number), line, "a line longer than 1 MiB");
                continue;
            }
            state.line(line, number, document, out);
        }
        state.end_section(out);
    }
}

struct State {
    headings: Headings,
    defangs: bool,
    listing: bool,
    /// The names of the columns of the table we are in.
    table: Option<Vec<String>>,
    references: Vec<String>,
    /// The first indicator of this section.
    section: usize,
}

impl State {
    fn line(&mut self, line: &str, number: u32, document: &Document<'_>, out: &mut Reading) {
        let bare = line.trim();
        if bare.starts_with("```")
            || bare.starts_with("~~~")
            || (bare.len() >= 4 && (bare.bytes().all(|byte| byte == b'-') || bare.bytes().all(|byte| byte == b'.')))
        {
            self.listing = !self.listing;
            return;
        }
        if self.listing {
            let spans = listing(line);
            return self.spans(&spans, "", "", number, document, out);
        }
        if bare.is_empty() || is_rule_of_a_table(bare) {
            if bare.is_empty() && self.table.as_ref().is_some_and(|columns| !columns.is_empty())
                || bare.starts_with("|=")
            {
                self.table = None;
            }
            return;
        }
        if let Some((level, title)) = Headings::parse(line) {
            if level <= 2 {
                self.end_section(out);
            }
            if out.title.is_none() {
                out.title = Some(title.to_owned());
            }
            self.headings.enter(level, title);
            self.table = None;
            return;
        }
        let unlinked = unlink(line, self.defangs);
        for reference in unlinked.references {
            out.ignore(document, Place::Line(number), &reference, "a reference to read, not an indicator");
            if self.references.len() < MOST_REFERENCES && !self.references.contains(&reference) {
                self.references.push(reference);
            }
        }
        if bare.starts_with('|') {
            return self.row(&unlinked.text, number, document, out);
        }
        let spans = prose(&unlinked.text);
        self.spans(&spans, "", "", number, document, out);
    }

    fn row(&mut self, line: &str, number: u32, document: &Document<'_>, out: &mut Reading) {
        let cells = cells(line);
        if self.table.is_none() {
            let is_header = !cells.iter().any(|cell| classify(&plain(cell)).is_ok());
            self.table = Some(if is_header {
                cells.iter().map(|cell| plain(cell).to_lowercase()).collect()
            } else {
                Vec::new()
            });
            if is_header {
                return;
            }
        }
        let columns = self.table.clone().unwrap_or_default();
        for (index, cell) in cells.iter().enumerate() {
            let spans = if cell.contains('`') { prose(cell) } else { vec![Span { text: plain(cell), apart: true }] };
            let others: Vec<String> = cells
                .iter()
                .enumerate()
                .filter(|(other, cell)| *other != index && !cell.is_empty() && *cell != "N/A")
                .map(|(_, cell)| plain(&cell.replace('`', "")))
                .collect();
            let column = columns.get(index).map_or("", String::as_str);
            self.spans(&spans, column, &others.join("; "), number, document, out);
        }
    }

    fn spans(
        &mut self,
        spans: &[Span],
        column: &str,
        description: &str,
        number: u32,
        document: &Document<'_>,
        out: &mut Reading,
    ) {
        for span in spans {
            if span.apart && self.candidate(&span.text, true, column, description, number, document, out) {
                continue;
            }
            let words: Vec<&str> = span
                .text
                .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '“' | '”' | '‘' | '’' | '|'))
                .filter(|word| !word.is_empty())
                .collect();
            let apart = span.apart && words.len() <= 3;
            for word in &words {
                let word = word
                    .trim_matches(|c: char| matches!(c, '(' | ')' | '<' | '>' | '\'' | '*' | '_' | '`' | '!' | '?'))
                    .trim_end_matches(['.', ':']);
                self.candidate(word, apart, column, description, number, document, out);
            }
        }
    }

    /// Takes a text as an indicator if it is one here; says whether it was one.
    #[expect(clippy::too_many_arguments, reason = "the place of a value is all of these")]
    fn candidate(
        &mut self,
        text: &str,
        apart: bool,
        column: &str,
        description: &str,
        number: u32,
        document: &Document<'_>,
        out: &mut Reading,
    ) -> bool {
        let Ok(mut tests) = classify(text) else { return false };
        let defanged = refang(text) != text;
        let Some(first) = tests.first() else { return false };
        let takes = match first {
            Test::Observable(found) => match found.kind {
                ObservableKind::FileHash => {
                    if self.is_certificate(column) {
                        tests = vec![observable(ObservableKind::CertificateFingerprint, found.value.clone())];
                    } else if self.headings.mention(&["key", "keys", "rc4", "aes"])
                        && !self.headings.mention(&["registry"])
                    {
                        out.ignore(document, Place::Line(number), text, "a key by its heading, not a file's hash");
                        return true;
                    }
                    true
                }
                ObservableKind::Ipv4Addr | ObservableKind::Ipv6Addr => defanged || !text.contains("::") || apart,
                ObservableKind::Url => {
                    let own_port = text.contains("://") || defanged || apart;
                    own_port && (apart || defanged || !self.defangs)
                }
                ObservableKind::EmailAddr => {
                    let host = found.value.rsplit('@').next().unwrap_or_default();
                    defanged || !is_publisher(host)
                }
                ObservableKind::DomainName => {
                    (defanged
                        || apart
                            && has_known_suffix(&found.value)
                            && !is_publisher(&found.value)
                            && !self.means_a_file(text, column))
                        || (apart && text.contains("://"))
                }
                ObservableKind::FileName => {
                    apart
                        && (has_file_extension(&found.value) || is_telling(&found.value))
                        && !found.value.contains(['*', '?', '<', '>', '{', '}'])
                }
                _ => false,
            },
            Test::Network(_) => defanged || apart,
            Test::Pattern(_) => apart && looks_like_a_path(text),
            Test::Yara { .. } | Test::Sigma { .. } => false,
        };
        if !takes {
            let file = apart && self.means_a_file(text, column) && has_file_extension(text);
            if !file {
                return false;
            }
            tests = vec![observable(ObservableKind::FileName, text)];
        }
        let labels = self.headings.names();
        let draft = Draft {
            name: labels.first().cloned().unwrap_or_default(),
            labels,
            description: description.to_owned(),
            line: Some(number),
            ..Draft::of(tests)
        };
        // Some reports list beside the malware what it poses as.
        if column.contains("legitimate") {
            out.set_aside(
                document,
                draft,
                Text::new("légitime, selon son éditeur", "legitimate, by its publisher's own account"),
            );
        } else {
            out.add(document, draft);
        }
        true
    }

    /// Whether a name that could be a domain or a file (`setup.sh`, `notes.zip`) is a file here.
    fn means_a_file(&self, text: &str, column: &str) -> bool {
        const FILES: [&str; 8] = ["file", "files", "filename", "filenames", "path", "paths", "samples", "sample"];
        let named = column.split(|c: char| !c.is_alphanumeric()).any(|word| FILES.contains(&word));
        let ambiguous = has_file_extension(text);
        ambiguous
            && (named
                || self.headings.mention(&FILES)
                || !self
                    .headings
                    .mention(&["c", "c2", "domain", "domains", "network", "server", "servers", "url", "urls"]))
    }

    fn is_certificate(&self, column: &str) -> bool {
        column.contains("fingerprint")
            || column.contains("thumbprint")
            || column.contains("certificate")
            || self.headings.mention(&["certificate", "certificates", "thumbprint", "thumbprints", "fingerprints"])
    }

    /// Gives the references of a section to its indicators.
    fn end_section(&mut self, out: &mut Reading) {
        for indicator in out.indicators.iter_mut().skip(self.section) {
            indicator.source.references.clone_from(&self.references);
        }
        self.section = out.indicators.len();
        self.references.clear();
    }
}

fn is_rule_of_a_table(line: &str) -> bool {
    line.starts_with("|=") || (line.starts_with('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')))
}

/// Whether a name without an extension is long and odd enough to be that of a file and not of a folder everybody has.
fn is_telling(name: &str) -> bool {
    name.len() >= 16 && name.bytes().any(|byte| byte.is_ascii_digit()) && !name.contains(char::is_whitespace)
}

fn looks_like_a_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    let drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    drive || text.starts_with(['%', '\\', '$']) || text.to_ascii_uppercase().starts_with("HK")
}
