//! Scanning bytes.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use yara_x::{MetaValue, Rule, ScanError};

use crate::{
    RuleSet,
    compile::{Group, VARIABLES},
};

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMatch {
    /// The number of its source in the list that was compiled.
    pub number: usize,
    /// Its identifier.
    pub rule: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// What its author says of it: `description`, `author`, `reference`, `score` and the like, as texts.
    pub meta: Vec<(String, String)>,
    /// The first of its strings that matched; none for a rule without strings.
    pub first: Option<Excerpt>,
}

/// What a string of a rule matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The string's identifier.
    pub string: String,
    /// Where it matched.
    pub offset: u64,
    /// The bytes that matched, 64 of them at most.
    pub bytes: Vec<u8>,
}

/// What is known of the bytes beside them, for rules that ask. Empty where nothing is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints<'h> {
    /// The file's name, without folders.
    pub file_name: &'h str,
    /// The file's name with its folders.
    pub file_path: &'h str,
    /// Its extension with the dot, in lower case.
    pub extension: &'h str,
    /// Its type, in the words of the rules that ask: `EXE`, `ZIP`, `PDF`.
    pub file_type: &'h str,
    /// The account it belongs to.
    pub owner: &'h str,
    /// Its MD5 in hexadecimal.
    pub md5: &'h str,
}

/// The scan did not finish. Matches that were found before were handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanStopped {
    /// Out of time.
    #[error("rules took longer than {0} seconds")]
    Timeout(u64),
    /// Somebody asked for the end.
    #[error("stopped on request")]
    Asked,
    /// The engine failed.
    #[error("{0}")]
    Failed(String),
}

/// Scans with one rule set, one item at a time. One per thread; making one is not cheap.
pub struct Scanner<'r> {
    rules: &'r RuleSet,
    /// The engine's state of each group, made when the group is first evaluated.
    scanners: Vec<Option<yara_x::Scanner<'r>>>,
    marked: Vec<bool>,
}

/// A file of one byte repeated matches a short string everywhere: more matches of one string than this are not
/// counted, which only a rule that counts further can tell.
const MOST_MATCHES: usize = 100_000;
const EXCERPT: usize = 64;
const MOST_META: usize = 64;
const LONGEST_META: usize = 1024;

impl<'r> Scanner<'r> {
    /// A scanner over these rules.
    #[must_use]
    pub fn new(rules: &'r RuleSet) -> Self {
        Self { rules, scanners: rules.groups.iter().map(|_| None).collect(), marked: vec![false; rules.groups.len()] }
    }

    /// Calls back for every rule that matches. `timeout` is for the whole scan; the engine counts in whole seconds, so
    /// it may end up to a second late. `stop` ends the scan between groups.
    ///
    /// # Errors
    /// When the scan could not be finished.
    pub fn scan(
        &mut self,
        bytes: &[u8],
        hints: &Hints<'_>,
        timeout: Duration,
        stop: &AtomicBool,
        found: &mut dyn FnMut(RuleMatch),
    ) -> Result<(), ScanStopped> {
        let begun = Instant::now();
        let out_of_time = || ScanStopped::Timeout(timeout.as_secs());
        self.marked.fill(false);
        self.rules.filter.mark(bytes, &mut self.marked);
        let groups = self.rules.groups.iter().zip(&mut self.scanners).zip(&self.marked);
        for ((group, scanner), _) in groups.filter(|(_, marked)| **marked) {
            if stop.load(Ordering::Relaxed) {
                return Err(ScanStopped::Asked);
            }
            let left = timeout.checked_sub(begun.elapsed()).ok_or_else(out_of_time)?;
            let scanner = scanner.get_or_insert_with(|| new_scanner(group));
            scanner.set_timeout(left.max(Duration::from_secs(1)));
            if group.asks_for_hints {
                tell(scanner, hints)?;
            }
            let results = scanner.scan(bytes).map_err(|error| match error {
                ScanError::Timeout => out_of_time(),
                other => ScanStopped::Failed(other.to_string()),
            })?;
            for rule in results.matching_rules() {
                let number = rule.namespace().parse().expect("namespaces are the numbers that were given");
                found(describe(&rule, number, bytes));
            }
        }
        Ok(())
    }
}

fn new_scanner(group: &Group) -> yara_x::Scanner<'_> {
    let mut scanner = yara_x::Scanner::new(&group.rules);
    scanner.fast_scan(true).max_matches_per_pattern(MOST_MATCHES);
    scanner
}

fn tell(scanner: &mut yara_x::Scanner<'_>, hints: &Hints<'_>) -> Result<(), ScanStopped> {
    let Hints { file_name, file_path, extension, file_type, owner, md5 } = *hints;
    for (variable, value) in VARIABLES.iter().zip([file_name, file_path, extension, file_type, owner, md5]) {
        scanner.set_global(variable, value).map_err(|error| ScanStopped::Failed(error.to_string()))?;
    }
    Ok(())
}

fn describe(rule: &Rule<'_, '_>, number: usize, bytes: &[u8]) -> RuleMatch {
    let first = rule
        .patterns()
        .filter_map(|pattern| {
            let range = pattern.matches().next()?.range();
            Some((range, pattern.identifier().to_owned()))
        })
        .min_by_key(|(range, _)| range.start);
    RuleMatch {
        number,
        rule: rule.identifier().to_owned(),
        tags: rule.tags().take(MOST_META).map(|tag| tag.identifier().to_owned()).collect(),
        meta: rule.metadata().take(MOST_META).map(|(name, value)| (name.to_owned(), as_text(value))).collect(),
        first: first.map(|(range, string)| Excerpt {
            string,
            offset: range.start as u64,
            bytes: bytes.get(range.start..range.end.min(range.start + EXCERPT)).unwrap_or_default().to_vec(),
        }),
    }
}

fn as_text(value: MetaValue<'_>) -> String {
    match value {
        MetaValue::Integer(value) => value.to_string(),
        MetaValue::Float(value) => value.to_string(),
        MetaValue::Bool(value) => value.to_string(),
        MetaValue::String(value) => value.chars().take(LONGEST_META).collect(),
        MetaValue::Bytes(value) => String::from_utf8_lossy(value.get(..LONGEST_META).unwrap_or(value)).into_owned(),
    }
}
