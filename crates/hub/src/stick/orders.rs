//! The orders that a desk gave, kept in its folder for good: any stick can be written from them, for any front, however old its copy.

use std::{
    collections::HashSet,
    fs::{self, File},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use vauban_intel::whole;
use vauban_release::{Digest, SignedOrder};

use super::{
    StickError,
    acts::{self, Act},
    folder::{order_name, order_number, read},
    publication::CHANGES,
};
use crate::store::OrderNumber;

/// The longest text of an order.
pub(super) const LONGEST: u64 = 16 << 10;
/// No file of a release is as long.
const LARGEST: u64 = 1 << 30;

/// The orders of a desk.
#[derive(Debug)]
pub(crate) struct Orders {
    folder: PathBuf,
    releases: PathBuf,
}

impl Orders {
    /// Those in a folder, beside the one of the desk's releases.
    pub(crate) const fn new(folder: PathBuf, releases: PathBuf) -> Self {
        Self { folder, releases }
    }

    /// Keeps others from giving orders, until what is returned is dropped: two would take the same number.
    pub(super) fn lock(&self) -> Result<File, StickError> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).map_err(told(&self.folder))?;
        let path = self.folder.join("lock");
        let file = File::create(&path).map_err(told(&path))?;
        file.lock().map_err(told(&path))?;
        Ok(file)
    }

    /// The last one.
    pub(super) fn last(&self) -> Result<Option<SignedOrder>, StickError> {
        let Some(last) = self.numbers()?.last().copied() else { return Ok(None) };
        self.get(last)
    }

    /// One of them.
    pub(super) fn get(&self, number: OrderNumber) -> Result<Option<SignedOrder>, StickError> {
        let path = self.folder.join(order_name(number));
        let Some(bytes) = read(&path, LONGEST)? else { return Ok(None) };
        Ok(Some(SignedOrder::from_text(&String::from_utf8_lossy(&bytes))?))
    }

    /// All after a number.
    pub(super) fn after(&self, done: OrderNumber) -> Result<Vec<SignedOrder>, StickError> {
        let later = self.numbers()?.into_iter().filter(|number| *number > done);
        later.map(|number| self.get(number)?.ok_or_else(|| self.missing(order_name(number)))).collect()
    }

    /// What one tells to do.
    pub(super) fn acts(&self, order: &SignedOrder) -> Result<Vec<Act>, StickError> {
        let bytes = self.kept(&order.order().acts)?;
        acts::read(&bytes).ok_or(StickError::Unknown(order.order().number.get()))
    }

    /// Something that is kept by its digest.
    pub(super) fn kept(&self, digest: &Digest) -> Result<Vec<u8>, StickError> {
        self.find(digest)?.ok_or_else(|| self.missing(digest.to_string()))
    }

    /// The files that acts need, each with its digest; those that were let go of are among the releases.
    pub(super) fn files(&self, acts: &[Act]) -> Result<Vec<(Digest, Vec<u8>)>, StickError> {
        let mut files = Vec::new();
        for act in acts {
            let Act::Publish { stream, number, files: named, .. } = act else { continue };
            let release = self.releases.join(stream.to_string()).join(format!("{number:08}"));
            for file in named {
                let bytes = match self.find(&file.digest)? {
                    Some(bytes) => bytes,
                    None => read(&release.join(&file.name), LARGEST)?
                        .filter(|bytes| Digest::of(bytes) == file.digest)
                        .ok_or_else(|| self.missing(file.digest.to_string()))?,
                };
                files.push((file.digest, bytes));
            }
        }
        Ok(files)
    }

    /// Keeps an order with all that it needs. The order comes last, so that one that is there is whole.
    pub(super) fn append(
        &self,
        order: &SignedOrder,
        acts: &[u8],
        files: &[(Digest, Vec<u8>)],
    ) -> Result<(), StickError> {
        let write = |name: String, bytes: &[u8]| {
            let path = self.folder.join(name);
            whole::write(&path, bytes).map_err(told(&path))
        };
        for (digest, bytes) in files {
            write(digest.to_string(), bytes)?;
        }
        write(order.order().acts.to_string(), acts)?;
        write(order_name(OrderNumber(order.order().number.get())), order.to_text().as_bytes())
    }

    /// The last order that a front is known to have done.
    pub(super) fn done(&self) -> Result<OrderNumber, StickError> {
        let bytes = read(&self.done_file(), 32)?.unwrap_or_default();
        Ok(OrderNumber(String::from_utf8_lossy(&bytes).trim().parse().unwrap_or(0)))
    }

    /// Notes it, and lets go of the files of releases that are at the front. The releases themselves stay in their folder.
    pub(super) fn set_done(&self, done: OrderNumber) -> Result<(), StickError> {
        let before = self.done()?;
        if done == before {
            return Ok(());
        }
        whole::write(&self.done_file(), done.to_string().as_bytes()).map_err(told(&self.folder))?;
        let mut needed = HashSet::new();
        for order in self.after(done)? {
            needed.extend(self.acts(&order)?.iter().flat_map(Act::files).map(|file| file.digest));
        }
        for order in self.after(before)?.iter().filter(|order| order.order().number.get() <= done.0) {
            for file in self.acts(order)?.iter().flat_map(Act::files) {
                if file.name != CHANGES && !needed.contains(&file.digest) {
                    let _ = fs::remove_file(self.folder.join(file.digest.to_string()));
                }
            }
        }
        Ok(())
    }

    fn done_file(&self) -> PathBuf {
        self.folder.join("done")
    }

    fn find(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StickError> {
        let path = self.folder.join(digest.to_string());
        let found = read(&path, LARGEST)?;
        match found {
            Some(bytes) if Digest::of(&bytes) != *digest => Err(StickError::Changed(path)),
            found => Ok(found),
        }
    }

    fn missing(&self, name: String) -> StickError {
        StickError::Missing(self.folder.join(name))
    }

    fn numbers(&self) -> Result<Vec<OrderNumber>, StickError> {
        let mut numbers = Vec::new();
        match fs::read_dir(&self.folder) {
            Ok(entries) => {
                for entry in entries {
                    let name = entry.map_err(told(&self.folder))?.file_name();
                    numbers.extend(order_number(&name.to_string_lossy()));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(told(&self.folder)(error)),
        }
        numbers.sort_unstable();
        Ok(numbers)
    }
}

fn told(path: &Path) -> impl Fn(io::Error) -> StickError {
    move |error| StickError::File(path.to_owned(), error)
}
