//! What is remembered of plans, in the folder `network` of the state directory: the one that was confirmed, the one before it,
//! and the one on trial. Each file is replaced whole, and one command at a time changes them.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::Plan;

/// Which plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// What holds.
    Confirmed,
    /// What held before it.
    Previous,
    /// What is on trial.
    Trial,
}

impl Kept {
    const fn file(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed.json",
            Self::Previous => "previous.json",
            Self::Trial => "trial.json",
        }
    }
}

/// A plan in a file; none in it stands for "no rules of ours".
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    plan: Option<Plan>,
}

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(crate) fn new(state: &Path) -> Self {
        Self { folder: state.join("network") }
    }

    /// Waits until no other command changes plans. The lock goes with the process, however it ends.
    pub(crate) fn lock(&self) -> io::Result<File> {
        fs::create_dir_all(&self.folder)?;
        let file = File::create(self.folder.join("lock"))?;
        file.lock()?;
        Ok(file)
    }

    /// The plan; none when there is no file, none in it when it says so.
    pub(crate) fn read(&self, kept: Kept) -> io::Result<Option<Option<Plan>>> {
        match fs::read(self.folder.join(kept.file())) {
            Ok(bytes) => {
                let row: Row = serde_json::from_slice(&bytes).map_err(io::Error::other)?;
                Ok(Some(row.plan))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn write(&self, kept: Kept, plan: Option<&Plan>) -> io::Result<()> {
        let (path, draft) = (self.folder.join(kept.file()), self.folder.join(format!("{}.new", kept.file())));
        // Never through a link that somebody left there.
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = File::create_new(&draft)?;
        file.write_all(&serde_json::to_vec(&Row { plan: plan.cloned() }).map_err(io::Error::other)?)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        File::open(&self.folder)?.sync_all()
    }

    pub(crate) fn forget(&self, kept: Kept) -> io::Result<()> {
        match fs::remove_file(self.folder.join(kept.file())) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
