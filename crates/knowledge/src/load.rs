//! From sources to open knowledge: from the kept files when nothing changed, compiled otherwise.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use rustix::fs::{MemfdFlags, memfd_create};
use serde::{Deserialize, Serialize};
use vauban_intel::store::StoreError;
use vauban_matching::set::{IndicatorSet, OpenError, RuleEntry, SetBytes, build};
use vauban_model::{Lang, RefusedRule, RuleSource};
use vauban_sigma::SigmaSet;
use vauban_yara::RuleSet;

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
    event_rules: OnceLock<EventRules>,
}

/// Rules over single events.
#[derive(Debug)]
pub struct EventRules {
    /// The compiled rules.
    pub set: SigmaSet,
    /// The indicator behind each rule, by the rule's number.
    pub entries: Vec<RuleEntry>,
}

/// Knowledge in files that only this program writes, for this process or for its workers to open.
pub struct Prepared {
    /// The compiled indicators.
    pub set: IndicatorSet,
    /// How many indicators there are, those whose rules were refused among them.
    pub indicators: u64,
    /// Rows, rules and tests that could not be read or compiled.
    pub refused: Vec<Left>,
    /// Indicators that do not fire alone, because honest people use what they name.
    pub set_aside: Vec<Left>,
    /// What went wrong on the way and did not stop it.
    pub warnings: Vec<Warning>,
    /// What opens the knowledge.
    pub files: Files,
    rules_path: PathBuf,
}

/// The files of compiled knowledge and the key that tells that the rules are ours.
#[derive(Debug)]
pub struct Files {
    /// The compiled indicators.
    pub set: File,
    /// The compiled rules.
    pub rules: File,
    /// The key that authenticates them.
    pub key: [u8; 32],
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
    /// Compiled files can be neither kept nor held in memory.
    #[error("compiled indicators cannot be held: {0}")]
    Io(#[from] io::Error),
}

/// What is kept beside the compiled files.
#[derive(Serialize, Deserialize)]
struct About {
    indicators: u64,
    refused: Vec<Left>,
    set_aside: Vec<Left>,
}

/// Prepares the knowledge of these sources, in the language for what was left out: from the kept files when nothing
/// changed, compiled otherwise. `state` is where compiled files are kept; `random` fills bytes for the key that
/// authenticates them.
///
/// # Errors
/// When a source that a person named cannot be used, or the store is broken.
pub fn prepare(
    sources: &Sources,
    state: &Path,
    lang: Lang,
    random: &mut dyn FnMut(&mut [u8]) -> io::Result<()>,
) -> Result<Prepared, LoadError> {
    let mut warnings = Vec::new();
    let key = match key(state, random) {
        Ok(key) => key,
        Err(error) => {
            warnings.push(Warning::NotKept(error.to_string()));
            let mut key = [0; 32];
            random(&mut key).map_err(LoadError::Io)?;
            key
        }
    };
    let Compiled { set, file: set_file, about, name } = compile(sources, state, lang, &mut warnings)?;
    let folder = folder(state);
    let rules_path = folder.join(format!("{name}.rules"));
    let rules = match File::open(&rules_path) {
        Ok(rules) => rules,
        Err(_) => compile_rules(&set, &key, &rules_path, &mut warnings)?,
    };
    prune(&folder);
    // One warning is enough for one folder that cannot be written.
    warnings.dedup_by_key(|warning| matches!(warning, Warning::NotKept(_)));
    Ok(Prepared {
        set,
        indicators: about.indicators,
        refused: about.refused,
        set_aside: about.set_aside,
        warnings,
        files: Files { set: set_file, rules, key },
        rules_path,
    })
}

/// The compiled indicators of these sources, without their rules: what looks names up needs no more.
///
/// # Errors
/// As [`prepare`].
pub fn indicators(sources: &Sources, state: &Path) -> Result<IndicatorSet, LoadError> {
    Ok(compile(sources, state, Lang::En, &mut Vec::new())?.set)
}

/// Compiled indicators.
struct Compiled {
    set: IndicatorSet,
    file: File,
    about: About,
    /// What the files that belong together are called.
    name: String,
}

/// Compiles indicators, or opens what is kept of them.
fn compile(sources: &Sources, state: &Path, lang: Lang, warnings: &mut Vec<Warning>) -> Result<Compiled, LoadError> {
    let digest = sources.digest()?;
    let code = if lang == Lang::Fr { "fr" } else { "en" };
    let folder = folder(state);
    let name = digest.get(..32).unwrap_or(&digest).to_owned();
    let set_path = folder.join(format!("{name}.set"));
    let about_path = folder.join(format!("{name}.{code}.json"));
    if let Some((set, file, about)) = open_kept(&set_path, &about_path) {
        return Ok(Compiled { set, file, about, name });
    }
    let gathered = sources.gather()?;
    warnings.extend(gathered.unusable.iter().cloned().map(Warning::Source));
    let built = build(&gathered.reading.indicators);
    let (mut refused, set_aside) = gathered.left(lang);
    refused.extend(built.refused.iter().map(|one| Left {
        place: one.indicator.to_string(),
        value: one.value.clone(),
        reason: one.reason.clone(),
    }));
    let file = keep_or_hold(&set_path, &built.bytes, warnings)?;
    let set = IndicatorSet::open(SetBytes::Owned(built.bytes))?;
    // They are compiled again by whoever meets an event; here it is found out whether they can be.
    let event_rules = EventRules::of(&set);
    let bad_rules = left(&event_rules.entries, event_rules.set.refused());
    let indicators = (built.indicators as u64).saturating_sub(bad_rules.len() as u64);
    refused.extend(bad_rules);
    let about = About { indicators, refused, set_aside };
    let about_bytes = serde_json::to_vec(&about).unwrap_or_default();
    if let Err(error) = write(&about_path, &about_bytes) {
        warnings.push(Warning::NotKept(error.to_string()));
    }
    Ok(Compiled { set, file, about, name })
}

impl Prepared {
    /// Compiles the rules again: those kept were refused.
    ///
    /// # Errors
    /// When they can be neither kept nor held.
    pub fn compile_again(&mut self) -> Result<(), LoadError> {
        self.files.rules = compile_rules(&self.set, &self.files.key, &self.rules_path, &mut self.warnings)?;
        Ok(())
    }

    /// Takes note of rules that could not be compiled.
    pub fn without(&mut self, refused: &[Left]) {
        self.indicators = self.indicators.saturating_sub(refused.len() as u64);
        self.refused.extend_from_slice(refused);
    }
}

impl Knowledge {
    /// Opens prepared files.
    ///
    /// # Errors
    /// When they are not authentic, of another version or damaged: whoever prepared them compiles again.
    pub fn open(files: &Files) -> Result<Self, OpenError> {
        let set = IndicatorSet::open(SetBytes::map(&files.set).map_err(|_| OpenError::Damaged)?)?;
        let rule_entries = set.rules()?;
        let mut bytes = Vec::new();
        // Descriptors share their place with every process that has them.
        (&files.rules)
            .rewind()
            .and_then(|()| (&files.rules).read_to_end(&mut bytes))
            .map_err(|_| OpenError::Damaged)?;
        let rules =
            RuleSet::from_bytes(&bytes, &files.key, &rule_sources(&rule_entries)).map_err(|_| OpenError::Damaged)?;
        Ok(Self { set, rules, rule_entries, event_rules: OnceLock::new() })
    }

    /// The rules over single events, compiled when the first event asks for them: most sweeps meet none.
    #[must_use]
    pub fn event_rules(&self) -> &EventRules {
        self.event_rules.get_or_init(|| EventRules::of(&self.set))
    }

    /// The rules that could not be compiled.
    #[must_use]
    pub fn refused_rules(&self) -> Vec<Left> {
        left(&self.rule_entries, self.rules.refused())
    }
}

impl EventRules {
    fn of(set: &IndicatorSet) -> Self {
        // A set that opened is whole; one without rules is what is left of one that is not.
        let entries = set.sigma_rules().unwrap_or_default();
        Self { set: SigmaSet::compile(&rule_sources(&entries)), entries }
    }
}

/// Rules that were refused, with where they come from.
fn left(entries: &[RuleEntry], refused: &[RefusedRule]) -> Vec<Left> {
    let left = |one: &RefusedRule| {
        let entry = entries.get(one.number)?;
        let place = entry.indicator.source.document.clone();
        Some(Left { place, value: entry.rule.clone(), reason: one.reason.clone() })
    };
    refused.iter().filter_map(left).collect()
}

/// Kept files, if they are whole and of this version; anything else is compiled again.
fn open_kept(set: &Path, about: &Path) -> Option<(IndicatorSet, File, About)> {
    let file = File::open(set).ok()?;
    let set = IndicatorSet::open(SetBytes::map(&file).ok()?).ok()?;
    let about = serde_json::from_slice(&fs::read(about).ok()?).ok()?;
    Some((set, file, about))
}

fn rule_sources(entries: &[RuleEntry]) -> Vec<RuleSource<'_>> {
    entries.iter().map(|entry| RuleSource { rule: &entry.rule, text: &entry.text }).collect()
}

fn compile_rules(
    set: &IndicatorSet,
    key: &[u8; 32],
    path: &Path,
    warnings: &mut Vec<Warning>,
) -> Result<File, LoadError> {
    let entries = set.rules()?;
    let sources = rule_sources(&entries);
    let bytes = RuleSet::compile(&sources).to_bytes(key, &sources).map_err(|_| OpenError::Damaged)?;
    keep_or_hold(path, &bytes, warnings)
}

/// A file with these bytes: kept in the state directory, else in memory until the program ends.
fn keep_or_hold(path: &Path, bytes: &[u8], warnings: &mut Vec<Warning>) -> Result<File, LoadError> {
    match write(path, bytes).and_then(|()| File::open(path)) {
        Ok(file) => Ok(file),
        Err(error) => {
            warnings.push(Warning::NotKept(error.to_string()));
            let mut file = File::from(memfd_create("knowledge", MemfdFlags::CLOEXEC).map_err(io::Error::from)?);
            file.write_all(bytes)?;
            Ok(file)
        }
    }
}

#[cfg(test)]
mod tests {
    use vauban_model::ObservableKind;

    use super::*;

    fn load_from(state: &Path, paths: Vec<PathBuf>) -> Result<Prepared, LoadError> {
        let sources = Sources { starter: true, state: Some(state.to_path_buf()), paths, benign: None };
        prepare(&sources, state, Lang::En, &mut |bytes| {
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
        let rules = Knowledge::open(&first.files).unwrap().rules.len();
        for entry in fs::read_dir(folder.path().join("set")).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        }
        let mut again = load_from(folder.path(), Vec::new()).unwrap();
        assert_eq!(again.set.version(), first.set.version());
        assert!(Knowledge::open(&again.files).is_err(), "half a file of rules is refused");
        again.compile_again().unwrap();
        assert_eq!(Knowledge::open(&again.files).unwrap().rules.len(), rules);
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
        let prepared = prepare(&sources, &state, Lang::En, &mut |_| Ok(())).unwrap();
        assert!(prepared.indicators > 200);
        assert!(matches!(prepared.warnings.as_slice(), [Warning::NotKept(_)]));
        assert!(Knowledge::open(&prepared.files).unwrap().rules.len() >= 10);
    }
}
