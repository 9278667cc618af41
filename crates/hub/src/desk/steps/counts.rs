//! What parties tell of the use of releases: kept with its signature, and shown as sums in which no party is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use uuid::Uuid;
use vauban_intel::whole;
use vauban_release::{Band, CountsError, Moment, SignedCounts, Week};

use super::{
    Collected, Desk, DeskError,
    collect::{AT_ONCE, told},
};
use crate::{
    desk::FrontSide,
    store::{Act, Party, StreamId, ToldCounts},
};

/// The longest statement that is read back, in bytes.
const LONGEST: u64 = 8192;

/// How many parties said which band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spread([usize; Band::ALL.len()]);

impl Spread {
    /// The bands that anybody said, from the least on, and how many said each.
    pub fn bands(&self) -> impl Iterator<Item = (Band, usize)> + '_ {
        Band::ALL.into_iter().zip(self.0).filter(|(_, said)| *said > 0)
    }

    fn add(&mut self, band: Band) {
        for (_, said) in Band::ALL.iter().zip(&mut self.0).filter(|(own, _)| **own == band) {
            *said += 1;
        }
    }
}

/// What parties told of one stream and one week, added up. Who they are is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekSum {
    /// The stream.
    pub stream: StreamId,
    /// The week.
    pub week: Week,
    /// How many parties told.
    pub told: usize,
    /// How many of the stream's readable indicators met something there.
    pub open: Spread,
    /// How many labels of its blind tier opened there.
    pub blind: Spread,
}

/// All sums, by stream and week.
#[derive(Debug, Default)]
pub struct Sums {
    /// The sums.
    pub sums: Vec<WeekSum>,
    /// Files that are not what was kept there. They are not in the sums.
    pub damaged: Vec<PathBuf>,
}

impl Desk {
    /// Adds up what was collected so far. Signatures were checked when it was.
    ///
    /// # Errors
    /// [`DeskError::File`] when the folder cannot be read.
    pub fn sums(&self) -> Result<Sums, DeskError> {
        let root = self.counts_folder();
        self.walk(&root).map_err(|error| DeskError::File(root, error))
    }

    fn walk(&self, root: &Path) -> io::Result<Sums> {
        let (mut sums, mut damaged) = (BTreeMap::new(), Vec::new());
        for stream in entries(root)? {
            for week in entries(&stream)? {
                for file in entries(&week)? {
                    match self.kept(&file) {
                        Some(signed) => add(&signed, &mut sums),
                        None => damaged.push(file),
                    }
                }
            }
        }
        Ok(Sums { sums: sums.into_values().collect(), damaged })
    }

    /// The statement in a file that has the name which the statement calls for.
    fn kept(&self, file: &Path) -> Option<SignedCounts> {
        let is_small = fs::metadata(file).is_ok_and(|about| about.is_file() && about.len() <= LONGEST);
        let text = is_small.then(|| fs::read_to_string(file).ok()).flatten()?;
        let signed = SignedCounts::from_text(&text).ok()?;
        let party: Uuid = file.file_stem()?.to_str()?.parse().ok()?;
        let counts = signed.counts();
        (file == self.counts_file(StreamId(counts.stream.uuid()), counts.week, party)).then_some(signed)
    }

    /// Takes all statements that wait at a front.
    pub(super) async fn collect_counts(
        &self,
        act: Act<'_>,
        front: &mut dyn FrontSide,
        parties: &[Party],
        to: &mut Collected,
    ) -> Result<(), DeskError> {
        let mut came = BTreeSet::new();
        loop {
            let waiting = front.waiting_counts(AT_ONCE).await?;
            if waiting.is_empty() {
                break;
            }
            for one in waiting {
                // Whoever is a party no more is not listened to.
                if let Some(party) = parties.iter().find(|party| party.party.credential == one.credential) {
                    match self.keep_counts(act, party, &one).await? {
                        Ok(()) => drop(came.insert((one.stream, one.week))),
                        Err(why) => to.wrong.push((party.party.id, why)),
                    }
                }
                front.counts_taken(&one).await?;
            }
        }
        if !came.is_empty() {
            to.counts = self.sums()?.sums;
            to.counts.retain(|sum| came.contains(&(sum.stream, sum.week)));
        }
        Ok(())
    }

    /// Keeps a statement that holds, or says why it does not.
    async fn keep_counts(
        &self,
        act: Act<'_>,
        party: &Party,
        one: &ToldCounts,
    ) -> Result<Result<(), String>, DeskError> {
        if let Err(error) = self.holds(act, party, one) {
            return Ok(Err(error.to_string()));
        }
        let (stream, week, id) = (one.stream, one.week, party.party.id);
        let file = self.counts_file(stream, week, id.0);
        match fs::read(&file) {
            Ok(there) if there != one.bytes => return Ok(Err(format!("other counts of {week} were kept before"))),
            Ok(_) => {}
            Err(_) => whole::write(&file, &one.bytes).map_err(told(self))?,
        }
        // What they are stays out of the trail.
        self.store().note(act, &format!("party {} told counts of {week} of stream {}", id.0, stream.0)).await?;
        Ok(Ok(()))
    }

    fn holds(&self, act: Act<'_>, party: &Party, one: &ToldCounts) -> Result<(), CountsError> {
        let signed = SignedCounts::from_text(&String::from_utf8_lossy(&one.bytes))?;
        let key = party.party.receipt_key.and_then(|key| signed.signature().by(&key.0).ok());
        let key = key.ok_or(CountsError::OtherParty)?;
        let stream = vauban_release::StreamId::new(one.stream.0);
        signed.verify(&key, self.id(), (stream, one.week), Moment::new(act.at))
    }

    fn counts_folder(&self) -> PathBuf {
        self.received("counts")
    }

    fn counts_file(&self, stream: StreamId, week: Week, party: Uuid) -> PathBuf {
        self.counts_folder().join(stream.0.to_string()).join(week.to_string()).join(format!("{party}.txt"))
    }
}

fn add(signed: &SignedCounts, to: &mut BTreeMap<(StreamId, Week), WeekSum>) {
    let counts = signed.counts();
    let (stream, week) = (StreamId(counts.stream.uuid()), counts.week);
    let none = WeekSum { stream, week, told: 0, open: Spread::default(), blind: Spread::default() };
    let sum = to.entry((stream, week)).or_insert(none);
    sum.told += 1;
    sum.open.add(counts.open);
    sum.blind.add(counts.blind);
}

/// What lies in a folder, but for what was being written when somebody was killed; nothing where there is no folder.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let is_undone = |path: &Path| path.file_name().is_some_and(|name| whole::is_undone(&name.to_string_lossy()));
    paths.retain(|path| !is_undone(path));
    paths.sort_unstable();
    Ok(paths)
}
