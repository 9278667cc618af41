//! From sources to open knowledge: from the kept files when nothing changed, compiled otherwise.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use serde::{Deserialize, Serialize};
use vauban_intel::store::StoreError;
use vauban_matching::set::{IndicatorSet, OpenError, RuleEntry, SetBytes, build};
use vauban_model::Lang;
use vauban_yara::{RuleSet, RuleSource};

use crate::{
    Left, Sources,
    keep::{folder, key, prune, write},
};

/// Everything that is looked for.
pub struct Knowledge {
    /// The compiled indicators.
    pub set: IndicatorSet,
    /// The compiled rules.
    pub rules: RuleSet,
    /// The indicator behind each rule, by the rule's number.
    pub rule_entries: Vec<RuleEntry>,
    /// How many indicators there are.
    pub indicators: u64,
    /// Rows, rules and tests that could not be read or compiled.
    pub refused: Vec<Left>,
    /// Indicators that do not fire alone, because honest people use what they name.
    pub set_aside: Vec<Left>,
    /// What went wrong on the way and did not stop it.
    pub warnings: Vec<Warning>,
}

/// Something a person should hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Warning {
    /// A source of the store cannot be used.
    Source(String),
    /// The compiled files could not be kept; the next start compiles again.
    NotKept(String),
}

/// Why there is no knowledge to work with.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A path that a person named cannot be read.
    #[error("cannot read indicators from {path}: {reason}")]
    Path {
        /// The path.
        path: String,
        /// Why.
        reason: String,
    },
    /// A path that a person named holds no indicator.
    #[error("{path} holds no indicator in any format we know")]
    Nothing {
        /// The path.
        path: String,
    },
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A set that was just built does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// What is kept beside the compiled files.
#[derive(Serialize, Deserialize)]
struct About {
    indicators: u64,
    refused: Vec<Left>,
    set_aside: Vec<Left>,
}

/// Loads the knowledge of these sources, in the language for what was left out. `state` is where compiled files are
/// kept; `random` fills bytes for the key that authenticates them.
///
/// # Errors
/// When a source that a person named cannot be used, or the store is broken.
pub fn load(
    sources: &Sources,
    state: &Path,
    lang: Lang,
    random: &mut dyn FnMut(&mut [u8]) -> io::Result<()>,
) -> Result<Knowledge, LoadError> {
    let digest = sources.digest()?;
    let code = if lang == Lang::Fr { "fr" } else { "en" };
    let folder = folder(state);
    let name = digest.get(..32).unwrap_or(&digest);
    let set_path = folder.join(format!("{name}.set"));
    let about_path = folder.join(format!("{name}.{code}.json"));
    let rules_path = folder.join(format!("{name}.rules"));
    let mut warnings = Vec::new();
    let (set, about) = match open_kept(&set_path, &about_path) {
        Some(kept) => kept,
        None => {
            let gathered = sources.gather()?;
            warnings.extend(gathered.unusable.iter().cloned().map(Warning::Source));
            let built = build(&gathered.reading.indicators);
            let (mut refused, set_aside) = gathered.left(lang);
            refused.extend(built.refused.iter().map(|one| Left {
                place: one.indicator.to_string(),
                value: one.value.clone(),
                reason: one.reason.clone(),
            }));
            let about = About { indicators: built.indicators as u64, refused, set_aside };
            let kept = write(&set_path, &built.bytes)
                .and_then(|()| write(&about_path, &serde_json::to_vec(&about).unwrap_or_default()));
            if let Err(error) = kept {
                warnings.push(Warning::NotKept(error.to_string()));
            }
            (IndicatorSet::open(SetBytes::Owned(built.bytes))?, about)
        }
    };
    let rule_entries = set.rules()?;
    let rule_sources: Vec<RuleSource<'_>> =
        rule_entries.iter().map(|entry| RuleSource { rule: &entry.rule, text: &entry.text }).collect();
    let rules = load_rules(&rule_sources, &rules_path, state, random, &mut warnings);
    let mut refused = about.refused;
    refused.extend(rules.refused().iter().filter_map(|one| {
        let entry = rule_entries.get(one.number)?;
        let place = entry.indicator.source.document.clone();
        Some(Left { place, value: entry.rule.clone(), reason: one.reason.clone() })
    }));
    let compiled_rules = rules.refused().len() as u64;
    prune(&folder);
    Ok(Knowledge {
        set,
        rules,
        rule_entries,
        indicators: about.indicators.saturating_sub(compiled_rules),
        refused,
        set_aside: about.set_aside,
        warnings,
    })
}

/// Kept files, if they are whole and of this version; anything else is compiled again.
fn open_kept(set: &Path, about: &Path) -> Option<(IndicatorSet, About)> {
    let file = File::open(set).ok()?;
    let set = IndicatorSet::open(SetBytes::map(&file).ok()?).ok()?;
    let about = serde_json::from_slice(&fs::read(about).ok()?).ok()?;
    Some((set, about))
}

fn load_rules(
    sources: &[RuleSource<'_>],
    path: &Path,
    state: &Path,
    random: &mut dyn FnMut(&mut [u8]) -> io::Result<()>,
    warnings: &mut Vec<Warning>,
) -> RuleSet {
    let key = match key(state, random) {
        Ok(key) => key,
        Err(error) => {
            warnings.push(Warning::NotKept(error.to_string()));
            return RuleSet::compile(sources);
        }
    };
    if let Ok(bytes) = fs::read(path)
        && let Ok(rules) = RuleSet::from_bytes(&bytes, &key, sources)
    {
        return rules;
    }
    let rules = RuleSet::compile(sources);
    if let Ok(bytes) = rules.to_bytes(&key, sources)
        && let Err(error) = write(path, &bytes)
    {
        warnings.push(Warning::NotKept(error.to_string()));
    }
    rules
}

#[cfg(test)]
mod tests {
    use vauban_model::ObservableKind;

    use super::*;

    fn load_from(state: &Path, paths: Vec<std::path::PathBuf>) -> Result<Knowledge, LoadError> {
        let sources = Sources { starter: true, state: Some(state.to_path_buf()), paths, benign: None };
        load(&sources, state, Lang::En, &mut |bytes| {
            bytes.fill(7);
            Ok(())
        })
    }

    #[test]
    fn kept_files_are_used_until_something_changes() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let list = folder.path().join("list.txt");
        fs::write(&list, "evil.example\n192.168.1.1\nnot a domain at all !!\n").unwrap();
        let first = load_from(&state, vec![list.clone()]).unwrap();
        assert!(first.set.contains(ObservableKind::DomainName, "evil.example"));
        assert_eq!(first.set_aside.len(), 1, "{:?}", first.set_aside);
        let again = load_from(&state, vec![list.clone()]).unwrap();
        assert_eq!(again.set.version(), first.set.version());
        assert_eq!((again.indicators, again.refused.len()), (first.indicators, first.refused.len()));
        fs::write(&list, "other.example\n").unwrap();
        let changed = load_from(&state, vec![list]).unwrap();
        assert!(changed.set.contains(ObservableKind::DomainName, "other.example"));
        assert!(!changed.set.contains(ObservableKind::DomainName, "evil.example"));
    }

    #[test]
    fn damaged_kept_files_are_built_again() {
        let folder = tempfile::tempdir().unwrap();
        let first = load_from(folder.path(), Vec::new()).unwrap();
        for entry in fs::read_dir(folder.path().join("set")).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        }
        let again = load_from(folder.path(), Vec::new()).unwrap();
        assert_eq!(again.set.version(), first.set.version());
        assert_eq!(again.rules.len(), first.rules.len());
    }

    #[test]
    fn what_a_person_named_must_be_usable() {
        let folder = tempfile::tempdir().unwrap();
        let missing = load_from(folder.path(), vec![folder.path().join("missing")]);
        assert!(matches!(missing, Err(LoadError::Path { .. })));
        let empty = folder.path().join("empty.txt");
        fs::write(&empty, "nothing to see\n").unwrap();
        assert!(matches!(load_from(folder.path(), vec![empty]), Err(LoadError::Nothing { .. })));
    }

    #[test]
    fn without_a_writable_state_it_works_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("a file, not a folder");
        fs::write(&state, "x").unwrap();
        let sources = Sources { starter: true, ..Sources::default() };
        let knowledge = load(&sources, &state, Lang::En, &mut |_| Ok(())).unwrap();
        assert!(knowledge.indicators > 200);
        assert!(matches!(knowledge.warnings.first(), Some(Warning::NotKept(_))));
    }
}
