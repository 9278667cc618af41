//! What a person confirms of a reported message: it becomes an indicator of the organisation at once, and the past is
//! asked for it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use vauban_intel::store::{AddOptions, Https, SourceId, Store, StoreError};
use vauban_model::Marking;
use vauban_record::{Candidate, Confirmed, Journal, JudgedRow, Kind, RecordError, Reported, write_down};

use super::shown::asked_for;

/// The name of the organisation's own indicators among the sources.
const SOURCE: &str = "organisation";
/// The folder below the state directory that they are kept in.
const FOLDER: &str = "organisation";
const FILE: &str = "indicators.csv";
const HEADER: &str = "indicator,type,description,tlp,first_seen\n";
/// Messages of the past that are listed.
const MOST_PAST: usize = 500;

/// Why it could not be confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// Nothing was confirmed.
    #[error("nothing of this report can be confirmed")]
    Nothing,
    /// The organisation's own indicators cannot be written.
    #[error("the organisation's indicators cannot be written: {0}")]
    Write(#[from] io::Error),
    /// They cannot be taken over.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The record refuses.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// What came of it.
#[derive(Debug)]
pub struct Found {
    /// What is looked for from now on.
    pub confirmed: Vec<Candidate>,
    /// What is not, because honest people use it, too.
    pub set_aside: Vec<String>,
    /// Messages of the past in which it stood, the newest first.
    pub past: Vec<JudgedRow>,
}

/// Confirms values of a report. The record says who did before the first of them counts.
///
/// # Errors
/// When nothing is left to confirm, or it cannot be written down.
pub fn confirm(
    state: &Path,
    files: (&Path, &Path),
    report: &Reported,
    values: &[Candidate],
    who: &str,
    now: Timestamp,
) -> Result<Found, ConfirmError> {
    let (record, journal) = files;
    let confirmed: Vec<Candidate> =
        report.candidates.iter().filter(|candidate| values.contains(candidate)).cloned().collect();
    if confirmed.is_empty() {
        return Err(ConfirmError::Nothing);
    }
    let entry = Confirmed { report: report.id.clone(), who: who.to_owned(), values: confirmed.clone() };
    write_down(record, now, Kind::Confirmed, &entry)?;
    // Whoever is told that this failed confirms once more: what stands there already is not added again.
    let set_aside = add(state, report, &confirmed, now)?;
    Ok(Found { past: past(journal, &confirmed)?, confirmed, set_aside })
}

/// The messages of the past in which any of these stood.
///
/// # Errors
/// When the history cannot be read.
pub fn past(journal: &Path, values: &[Candidate]) -> Result<Vec<JudgedRow>, RecordError> {
    let Some(journal) = Journal::existing(journal)? else { return Ok(Vec::new()) };
    let forms: Vec<Vec<u8>> = values.iter().filter_map(asked_for).collect();
    journal.carrying(forms.iter().map(Vec::as_slice), MOST_PAST)
}

/// Adds them to the organisation's own source. What the known-benign gate sets aside.
fn add(state: &Path, report: &Reported, values: &[Candidate], now: Timestamp) -> Result<Vec<String>, ConfirmError> {
    let folder = state.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let path: PathBuf = folder.join(FILE);
    // Two people may confirm at the same time.
    let lock = fs::OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(".lock"))?;
    lock.lock()?;
    let mut text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => HEADER.to_owned(),
        Err(error) => return Err(error.into()),
    };
    // A field that begins like a formula is one in the eyes of a spreadsheet.
    let is_formula = |value: &str| value.starts_with(['=', '+', '-', '@']);
    for candidate in values.iter().filter(|candidate| !is_formula(&candidate.value)) {
        let value = quoted(&candidate.value);
        if text.lines().any(|line| line.starts_with(&format!("{value},"))) {
            continue;
        }
        let (id, kind) = (&report.id, candidate.kind.as_str());
        text.push_str(&format!("{value},{kind},\"reported by staff, report {id}\",TLP:AMBER+STRICT,{now}\n"));
    }
    // Beside it, then in its place: a crash leaves the old one or the new one.
    let beside = folder.join(format!(".{FILE}.{}", std::process::id()));
    fs::write(&beside, text)?;
    fs::File::open(&beside)?.sync_all()?;
    fs::rename(&beside, &path)?;
    let store = Store::open(state);
    let id = SourceId::from_name(SOURCE)?;
    let updated = match store.meta(&id) {
        Ok(_) => store.update(&id, &Https, true, now)?,
        Err(_) => {
            let options = AddOptions { name: Some(SOURCE.to_owned()), key: None, marking: Marking::AmberStrict };
            store.add(&path.to_string_lossy(), &options, &Https, now)?
        }
    };
    let mut reading = updated.reading;
    reading.set_benign_aside(&vauban_intel::Benign::embedded());
    let aside = reading.set_aside.iter().filter_map(|one| one.indicator.tests.first());
    Ok(aside.map(|test| test.value().to_owned()).filter(|aside| values.iter().any(|one| one.value == *aside)).collect())
}

/// A field of RFC 4180.
fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}
