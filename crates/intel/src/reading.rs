//! What came out of a document: indicators, and everything that did not become one, with the reason.

use std::collections::{HashMap, hash_map::Entry};

use vauban_model::{Indicator, IndicatorId, Marking, SetAside, Source, Technique, Test, Text, Validity};

use crate::{Document, benign::Benign};

/// What was read from one document or from all documents of a folder.
#[derive(Debug, Default)]
pub struct Reading {
    /// The name of the format; `several` for a folder of more than one; empty when nothing was recognised.
    pub format: &'static str,
    /// The document's own title.
    pub title: Option<String>,
    /// What to look for.
    pub indicators: Vec<Indicator>,
    /// Indicators that do not fire alone, and why.
    pub set_aside: Vec<SetAside>,
    /// What looks like an indicator and could not be read: broken rows, rules and objects.
    pub refused: Vec<Refused>,
    /// What was understood and is no indicator: comments, allow entries, types that name nothing to look for.
    pub ignored: Vec<Refused>,
    /// How often an indicator was met again under the same id and joined with the first.
    pub merged: usize,
    /// The names of the documents that held anything.
    pub documents: Vec<String>,
    by_id: HashMap<u128, usize>,
}

/// Where in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line, from 1.
    Line(u32),
    /// A path into JSON (RFC 6901).
    Pointer(String),
    /// The document as a whole.
    Whole,
}

/// A row, rule or object that did not become an indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The document's name.
    pub document: String,
    /// Where in it.
    pub place: Place,
    /// What stands there, cut to a readable length.
    pub value: String,
    /// Why, in one English clause without a final stop.
    pub reason: String,
}

/// An indicator in the making: what a format knows of it.
#[derive(Debug, Default, Clone)]
pub struct Draft {
    /// Its own id, if it has one.
    pub id: Option<IndicatorId>,
    /// Its name; the first label or the value if empty.
    pub name: String,
    /// What its source says of it.
    pub description: String,
    /// What it looks for.
    pub tests: Vec<Test>,
    /// Its marking; the document's if none.
    pub marking: Option<Marking>,
    /// How sure its source is.
    pub confidence: Option<u8>,
    /// When it counts.
    pub validity: Validity,
    /// ATT&CK techniques.
    pub techniques: Vec<Technique>,
    /// Names of malware, groups and campaigns.
    pub labels: Vec<String>,
    /// Who says so; the document's source if none.
    pub source: Option<String>,
    /// Where the public can read about it.
    pub references: Vec<String>,
    /// The line it stands on.
    pub line: Option<u32>,
}

/// A hostile document cannot fill a terminal with one value.
const LONGEST_SHOWN: usize = 200;
/// Joining the same indicator again and again cannot grow its lists without bound.
const MOST_NAMES: usize = 64;

impl Reading {
    /// Adds an indicator. One that was met before under the same id is joined with the first.
    pub fn add(&mut self, document: &Document<'_>, draft: Draft) {
        if let Some(indicator) = draft.finish(document) {
            self.add_indicator(indicator);
        }
    }

    /// Adds an indicator that does not fire alone.
    pub fn set_aside(&mut self, document: &Document<'_>, draft: Draft, reason: Text) {
        if let Some(indicator) = draft.finish(document) {
            self.set_aside.push(SetAside { indicator, reason });
        }
    }

    /// Lists what could not be read.
    pub fn refuse(&mut self, document: &Document<'_>, place: Place, value: &str, reason: impl Into<String>) {
        self.refused.push(Refused::new(document, place, value, reason.into()));
    }

    /// Lists what was understood and is no indicator.
    pub fn ignore(&mut self, document: &Document<'_>, place: Place, value: &str, reason: impl Into<String>) {
        self.ignored.push(Refused::new(document, place, value, reason.into()));
    }

    /// Whether the document held nothing at all that concerns us.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.indicators.is_empty() && self.set_aside.is_empty() && self.refused.is_empty()
    }

    /// Joins what was read from another document.
    pub fn absorb(&mut self, other: Self) {
        if self.documents.is_empty() && self.format.is_empty() {
            self.format = other.format;
            self.title = other.title;
        } else if !other.format.is_empty() && self.format != other.format {
            self.format = "several";
            self.title = None;
        }
        for indicator in other.indicators {
            self.add_indicator(indicator);
        }
        self.set_aside.extend(other.set_aside);
        self.refused.extend(other.refused);
        self.ignored.extend(other.ignored);
        self.merged = self.merged.saturating_add(other.merged);
        self.documents.extend(other.documents);
    }

    /// Takes out of every indicator what honest people use. An indicator with nothing left is set aside whole, one
    /// with something left keeps the rest; either way the reason is listed.
    pub fn set_benign_aside(&mut self, benign: &Benign) {
        let Self { indicators, set_aside, .. } = self;
        let before = indicators.len();
        indicators.retain_mut(|indicator| {
            let Some(reason) = indicator.tests.iter().find_map(|test| benign.check(test)) else { return true };
            let (harmless, kept) = std::mem::take(&mut indicator.tests)
                .into_iter()
                .partition::<Vec<_>, _>(|test| benign.check(test).is_some());
            let mut aside = indicator.clone();
            aside.tests = harmless;
            set_aside.push(SetAside { indicator: aside, reason });
            indicator.tests = kept;
            !indicator.tests.is_empty()
        });
        if self.indicators.len() < before {
            let places = self.indicators.iter().enumerate().map(|(at, indicator)| (key(&indicator.id), at));
            self.by_id = places.collect();
        }
    }

    /// Makes room for so many more indicators.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.indicators.reserve(more);
        self.by_id.reserve(more);
    }

    fn add_indicator(&mut self, indicator: Indicator) {
        match self.by_id.entry(key(&indicator.id)) {
            Entry::Occupied(place) => {
                if let Some(first) = self.indicators.get_mut(*place.get()) {
                    self.merged = self.merged.saturating_add(1);
                    join(first, indicator);
                }
            }
            Entry::Vacant(place) => {
                place.insert(self.indicators.len());
                self.indicators.push(indicator);
            }
        }
    }
}

/// An id's UUID as a number: a million ids need not be kept twice as text.
fn key(id: &IndicatorId) -> u128 {
    let digits = id.as_str().bytes().skip("indicator--".len()).filter_map(|byte| char::from(byte).to_digit(16));
    digits.fold(0, |number, digit| number << 4 | u128::from(digit))
}

impl Refused {
    fn new(document: &Document<'_>, place: Place, value: &str, reason: String) -> Self {
        Self { document: document.name.to_owned(), place, value: shortened(value), reason }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Pointer(pointer) => f.write_str(pointer),
            Self::Whole => f.write_str("-"),
        }
    }
}

impl Draft {
    /// A draft with these tests.
    #[must_use]
    pub fn of(tests: Vec<Test>) -> Self {
        Self { tests, ..Self::default() }
    }

    fn finish(self, document: &Document<'_>) -> Option<Indicator> {
        let first = self.tests.first()?;
        let source = self.source.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| document.source.to_owned());
        let id = self.id.unwrap_or_else(|| {
            let (kind, value) = identity(first);
            IndicatorId::derived(&source, kind, &value)
        });
        let name = [Some(self.name.as_str()), self.labels.first().map(String::as_str), Some(first.value())]
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty())
            .unwrap_or_default();
        Some(Indicator {
            id,
            name: shortened(name.trim()),
            description: self.description.trim().to_owned(),
            marking: self.marking.unwrap_or(document.marking),
            confidence: self.confidence.map(|sure| sure.min(100)),
            validity: self.validity,
            techniques: self.techniques,
            labels: self.labels,
            source: Source {
                name: source,
                document: document.name.to_owned(),
                line: self.line,
                references: self.references,
            },
            tests: self.tests,
        })
    }
}

/// What makes a test the same test again: its kind, and its value without what never matters.
fn identity(test: &Test) -> (&'static str, String) {
    match test {
        Test::Observable(observable) => match observable.kind {
            // Case tells these apart.
            vauban_model::ObservableKind::Url
            | vauban_model::ObservableKind::Text
            | vauban_model::ObservableKind::ProcessName
            | vauban_model::ObservableKind::FilePath => (observable.kind.as_str(), observable.value.to_string()),
            kind => (kind.as_str(), observable.value.trim_end_matches('.').to_lowercase()),
        },
        Test::Network(network) => ("network", network.to_lowercase()),
        Test::Pattern(pattern) => ("pattern", pattern.to_string()),
        Test::Yara { rule, .. } => ("yara", rule.to_string()),
        Test::Sigma { rule, .. } => ("sigma", rule.to_string()),
    }
}

/// Joins what a second mention says; the stricter marking and the surer confidence win.
fn join(first: &mut Indicator, again: Indicator) {
    let join_names = |list: &mut Vec<String>, more: Vec<String>| {
        for name in more {
            if list.len() < MOST_NAMES && !list.contains(&name) {
                list.push(name);
            }
        }
    };
    join_names(&mut first.labels, again.labels);
    join_names(&mut first.source.references, again.source.references);
    for technique in again.techniques {
        if first.techniques.len() < MOST_NAMES && !first.techniques.contains(&technique) {
            first.techniques.push(technique);
        }
    }
    for test in again.tests {
        if first.tests.len() < MOST_NAMES && !first.tests.contains(&test) {
            first.tests.push(test);
        }
    }
    if first.description.is_empty() {
        first.description = again.description;
    }
    first.marking = first.marking.max(again.marking);
    first.confidence = first.confidence.max(again.confidence);
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
