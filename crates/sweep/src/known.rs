//! What earlier sweeps found, in place of reading the same bytes again.
//!
//! A file is unchanged when all that the file system says of it is; a content is the same when its SHA-256 and whatever
//! else its findings depend on are: its extension, by which formats are told, or its whole name where an indicator or
//! rule asks for it. Findings that time or chance may change (a time limit, a crash) are not kept.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vauban_examine::{Examined, Scanned};
use vauban_matching::set::IndicatorSet;
use vauban_model::{Exposure, ObservableKind, Reason, Sighting, Unread};
use vauban_record::{Content, KnownStore, NewContent, RecordError, Retention, Stat};

use crate::{
    FileResult, Origin,
    carried::{prints, take_over},
};

/// On what findings depend besides the bytes.
pub struct Basis<'b> {
    /// The compiled indicators.
    pub set: &'b IndicatorSet,
    /// Whether rules or patterns ask for names of files.
    pub names_matter: bool,
    /// The time of the sweep.
    pub now: Timestamp,
    /// The folder below which relative paths are: a file is known by its whole path, wherever a person calls from.
    pub folder: PathBuf,
    /// Everything else that findings depend on (limits, options, the program's version), as one line.
    pub options: String,
}

impl Basis<'_> {
    /// The knowledge by name: indicators, rules, options.
    fn knowledge(&self) -> String {
        format!("{} {} {} {}", self.set.version(), self.set.rules_version(), u8::from(self.names_matter), self.options)
    }

    /// A path by which the file is known from everywhere.
    fn whole(&self, path: &str) -> String {
        if is_url(path) {
            return path.to_owned();
        }
        let whole: PathBuf = self.folder.join(path).components().collect();
        whole.to_string_lossy().into_owned()
    }

    /// What of a name findings depend on. Findings in a piece name what it is called inside.
    fn form(&self, name: &str, inside: &str) -> String {
        if !inside.is_empty() {
            return format!("!{inside}");
        }
        if self.names_matter || self.set.contains(ObservableKind::FileName, name) {
            return format!("={name}");
        }
        name.rsplit_once('.').map_or(String::new(), |(_, extension)| format!(".{}", extension.to_ascii_lowercase()))
    }
}

/// Whether this is a place on a server, which is the same from everywhere.
#[must_use]
pub fn is_url(path: &str) -> bool {
    path.starts_with("imaps://")
}

/// Look-ups after which what this sweep has learnt meanwhile is seen, too.
const LOOK: u32 = 256;

/// What earlier sweeps know, for looking up from several threads.
pub struct Known<'k> {
    store: Mutex<(u32, KnownStore)>,
    knowledge: i64,
    basis: &'k Basis<'k>,
}

impl<'k> Known<'k> {
    /// Looks up in `store`, a connection of its own, what is known under this knowledge.
    #[must_use]
    pub fn new(store: KnownStore, knowledge: i64, basis: &'k Basis<'k>) -> Self {
        Self { store: Mutex::new((0, store)), knowledge, basis }
    }

    fn look_up<T>(&self, ask: impl FnOnce(&KnownStore) -> Result<T, RecordError>) -> Result<T, RecordError> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, store) = &mut *store;
        if asked.is_multiple_of(LOOK) {
            store.look_anew()?;
        }
        *asked = asked.wrapping_add(1);
        ask(store)
    }

    /// The findings of a file that did not change, read as the same piece: a backup's file is one thing as it lies there,
    /// and another decrypted.
    pub(crate) fn unchanged(&self, path: &str, inside: &str, stat: &Stat) -> Option<FileResult> {
        let known = self.look_up(|store| store.file(&self.basis.whole(path))).ok()??;
        let form = &known.content.found.form;
        let same_piece = form.strip_prefix('!').unwrap_or_default() == inside;
        if known.stat != *stat || !same_piece {
            return None;
        }
        let result = self.result(path, known.content, *stat)?;
        Some(FileResult { origin: Origin::Unchanged, ..result })
    }

    /// The findings of the same content, read anywhere.
    pub(crate) fn same_content(&self, path: &str, name: &str, file: &File, stat: &Stat) -> Option<FileResult> {
        if !self.look_up(|store| store.knows_size(stat.size)).ok()? {
            return None;
        }
        let sha256 = sha256(file).ok()?;
        let content = self.look_up(|store| store.content(&sha256, &self.basis.form(name, ""))).ok()??;
        self.result(path, content, *stat)
    }

    fn result(&self, path: &str, content: Content, stat: Stat) -> Option<FileResult> {
        let Content { id, knowledge, found } = content;
        let now = self.basis.now.as_second();
        if knowledge != self.knowledge || found.until.is_some_and(|until| until <= now) {
            return None;
        }
        let mut findings: Findings = match &found.findings {
            None => Findings::default(),
            Some(json) => serde_json::from_str(json).ok()?,
        };
        for location in findings.sightings.iter_mut().map(|sighting| &mut sighting.location) {
            *location = location.moved_to(path);
        }
        for location in findings.unread.iter_mut().map(|unread| &mut unread.location) {
            *location = location.moved_to(path);
        }
        Some(FileResult {
            sightings: findings.sightings,
            unread: findings.unread,
            items: found.items,
            read: found.read,
            bytes: stat.size,
            inside: String::new(),
            examined: Examined {
                sha256: Some(found.sha256.iter().map(|byte| format!("{byte:02x}")).collect()),
                format: found.format,
                until: found.until.and_then(|until| Timestamp::from_second(until).ok()),
                scanned: Scanned::from_bytes(&found.scanned)?,
                told: Vec::new(),
            },
            observed: Vec::new(),
            origin: Origin::Known(id),
            stat: Some(stat),
        })
    }
}

fn sha256(mut file: &File) -> io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    file.rewind()?;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            count => hasher.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}

/// What is kept of a content that was not clean.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Findings {
    sightings: Vec<Sighting>,
    unread: Vec<Unread>,
}

/// Writes down what a sweep learns.
pub struct Learner<'k> {
    store: KnownStore,
    knowledge: i64,
    /// Knowledge under which readers show the same: it differs in what was looked for alone.
    same_readers: Vec<i64>,
    basis: &'k Basis<'k>,
    history: bool,
}

impl<'k> Learner<'k> {
    /// Begins with this store. Contents that were examined with other indicators, and that the difference cannot
    /// affect, are taken over; `history` is whether observables are kept.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn begin(mut store: KnownStore, basis: &'k Basis<'k>, history: bool) -> Result<Self, RecordError> {
        let name = basis.knowledge();
        let before = store.all_knowledge()?;
        let knowledge = match before.iter().find(|(_, other)| *other == name) {
            Some((id, _)) => *id,
            None => learn_anew(&mut store, &before, &name, basis.set)?,
        };
        let mut same_readers: Vec<i64> =
            before.iter().filter(|(_, other)| options_of(other) == options_of(&name)).map(|(id, _)| *id).collect();
        same_readers.push(knowledge);
        Ok(Self { store, knowledge, same_readers, basis, history })
    }

    /// The number of the knowledge, for [`Known::new`].
    #[must_use]
    pub const fn knowledge(&self) -> i64 {
        self.knowledge
    }

    /// Learns what became of one file.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn file(&mut self, path: &str, result: &FileResult) -> Result<(), RecordError> {
        let Some(stat) = &result.stat else { return Ok(()) };
        let path = &self.basis.whole(path);
        let name = path.rsplit('/').next().unwrap_or_default();
        let content = match result.origin {
            Origin::Unchanged => return Ok(()),
            Origin::Known(content) => {
                // The same content under a name of its own, which history must know.
                if self.history
                    && !is_url(path)
                    && self.store.file(path)?.is_none_or(|known| known.content.id != content)
                {
                    let own = [(ObservableKind::FileName, name, Exposure::Present, None, false)];
                    self.store.observed(content, &[], own.into_iter())?;
                }
                content
            }
            Origin::Read => match self.new_content(name, stat, result) {
                Some(new) => self.read(&new, result)?,
                None => return Ok(()),
            },
        };
        let now = i64::try_from(self.basis.now.as_nanosecond()).unwrap_or(i64::MAX);
        // A file that may still change without showing it is known by its content only.
        let stat = if stat.is_fresh(now) { Stat { changed: 0, ..*stat } } else { *stat };
        self.store.file_seen(path, &stat, content, self.basis.now.as_second())
    }

    fn read(&mut self, new: &NewContent, result: &FileResult) -> Result<i64, RecordError> {
        let known = self.store.content(&new.sha256, &new.form)?;
        let content = self.store.remember(self.knowledge, new)?;
        // What an earlier sweep put into history is not put there again.
        let told = |known: Content| known.found.in_history && self.same_readers.contains(&known.knowledge);
        if self.history && !known.is_some_and(told) {
            for (location, observed) in &result.observed {
                let shown = observed.iter().map(|kept| {
                    (kept.kind, kept.value, kept.exposure, kept.at.map(Timestamp::as_second), kept.mentioned)
                });
                self.store.observed(content, location.segments().get(1..).unwrap_or_default(), shown)?;
            }
        }
        Ok(content)
    }

    /// None for findings that another reading might change.
    fn new_content(&self, name: &str, stat: &Stat, result: &FileResult) -> Option<NewContent> {
        let by_chance = |unread: &Unread| matches!(unread.reason, Reason::Timeout | Reason::Crashed | Reason::Denied);
        if result.unread.iter().any(by_chance) {
            return None;
        }
        let hex = result.examined.sha256.as_deref()?;
        let mut sha256 = [0; 32];
        for (byte, pair) in sha256.iter_mut().zip(hex.as_bytes().as_chunks::<2>().0) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        let findings = (!result.sightings.is_empty() || !result.unread.is_empty())
            .then(|| Findings { sightings: result.sightings.clone(), unread: result.unread.clone() });
        Some(NewContent {
            sha256,
            form: self.basis.form(name, &result.inside),
            size: stat.size,
            format: result.examined.format.clone(),
            scanned: result.examined.scanned.to_bytes(),
            items: result.items,
            read: result.read,
            findings: findings.and_then(|findings| serde_json::to_string(&findings).ok()),
            until: result.examined.until.map(Timestamp::as_second),
            in_history: self.history && !result.observed.iter().any(|(_, observed)| observed.is_cut()),
        })
    }

    /// Makes what was learnt durable.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn commit(&mut self) -> Result<(), RecordError> {
        self.store.commit()
    }

    /// Ends: history is merged and cut to what is to be kept.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn finish(mut self) -> Result<(), RecordError> {
        let retention: Retention = self.store.retention()?;
        self.store.tidy(&retention, self.basis.now.as_second())
    }
}

/// Gives knowledge that was never used its number, and takes over what is true under it as well.
fn learn_anew(
    store: &mut KnownStore,
    before: &[(i64, String)],
    name: &str,
    set: &IndicatorSet,
) -> Result<i64, RecordError> {
    // A set that cannot be read has no rules to compare with later.
    let rules = prints(set).unwrap_or_default();
    let knowledge = store.add_knowledge(name, &rules)?;
    let alike = before.iter().rev().find(|(_, other)| same_but_for_what_is_looked_for(other, name));
    if let Some((latest, _)) = alike
        && let Some(rules) = store.rules_of(*latest)?
    {
        take_over(store, (*latest, &rules), knowledge, set)?;
    }
    store.commit()?;
    Ok(knowledge)
}

/// The part of a name of knowledge that tells what readers show.
fn options_of(name: &str) -> Option<&str> {
    name.splitn(4, ' ').nth(3)
}

/// Whether two names of knowledge differ in indicators and rules alone.
fn same_but_for_what_is_looked_for(one: &str, other: &str) -> bool {
    let rest = |name: &str| name.splitn(3, ' ').nth(2).map(str::to_owned);
    rest(one).is_some() && rest(one) == rest(other)
}
