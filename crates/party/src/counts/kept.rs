//! Every statement that was made, one small file for each: kept before it is sent, and readable for as long as the membership lasts.

use std::path::{Path, PathBuf};

use vauban_release::{SignedCounts, StreamId, Week};

use super::CountsError;
use crate::{Party, files};

const FOLDER: &str = "counts";

/// How far a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountsState {
    /// It is sent until it is answered.
    Waiting,
    /// The hub has it.
    Taken,
    /// It is sent no more: the agreement ended, the week is long over, or the hub has other counts of it.
    GivenUp,
}

impl CountsState {
    const ALL: [Self; 3] = [Self::Waiting, Self::Taken, Self::GivenUp];

    const fn ending(self) -> &'static str {
        match self {
            Self::Waiting => "unsent",
            Self::Taken => "txt",
            Self::GivenUp => "given-up",
        }
    }
}

/// A statement that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCounts {
    /// Of which stream.
    pub stream: StreamId,
    /// Of which week.
    pub week: Week,
    /// How far it is.
    pub state: CountsState,
    /// Exactly what was sent, or would be.
    pub text: String,
}

impl Party {
    /// Every statement that was made here, by week and stream.
    ///
    /// # Errors
    /// [`CountsError::Io`].
    pub fn kept_counts(&self) -> Result<Vec<KeptCounts>, CountsError> {
        let root = self.counts_folder();
        let mut kept = Vec::new();
        for name in files::names(&root)? {
            let Ok(stream) = name.parse::<StreamId>() else { continue };
            for name in files::names(&root.join(&name))? {
                let Some((week, state)) = read_name(&name) else { continue };
                let text = std::fs::read_to_string(root.join(stream.to_string()).join(&name))?;
                kept.push(KeptCounts { stream, week, state, text });
            }
        }
        kept.sort_by_key(|one| (one.week, one.stream));
        Ok(kept)
    }

    /// Keeps statements to be sent.
    pub(super) fn keep_counts(&self, signed: &SignedCounts) -> Result<(), CountsError> {
        let counts = signed.counts();
        let path = self.counts_file(counts.stream, counts.week, CountsState::Waiting);
        Ok(vauban_intel::whole::write(&path, signed.to_text().as_bytes())?)
    }

    /// Notes what became of one that waited.
    pub(super) fn settle_counts(&self, one: &KeptCounts, state: CountsState) -> Result<(), CountsError> {
        let path = |state| self.counts_file(one.stream, one.week, state);
        std::fs::rename(path(one.state), path(state))?;
        let to = path(state);
        Ok(files::sync(to.parent().unwrap_or(Path::new(".")))?)
    }

    pub(super) fn give_up_counts(&self) -> Result<(), CountsError> {
        let kept = self.kept_counts()?;
        let mut waiting = kept.iter().filter(|one| one.state == CountsState::Waiting);
        waiting.try_for_each(|one| self.settle_counts(one, CountsState::GivenUp))
    }

    pub(super) fn counts_folder(&self) -> PathBuf {
        self.folder().join(FOLDER)
    }

    fn counts_file(&self, stream: StreamId, week: Week, state: CountsState) -> PathBuf {
        self.counts_folder().join(stream.to_string()).join(format!("{week}.{}", state.ending()))
    }
}

fn read_name(name: &str) -> Option<(Week, CountsState)> {
    let (week, ending) = name.split_once('.')?;
    let state = CountsState::ALL.into_iter().find(|state| state.ending() == ending)?;
    Some((week.parse().ok()?, state))
}
