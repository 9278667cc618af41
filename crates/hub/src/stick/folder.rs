//! How a stick is laid out, and reading it as something that anybody may have had: plain files alone, and never more than is due.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use vauban_intel::whole;
use vauban_release::Digest;

use super::StickError;
use crate::store::OrderNumber;

/// More files than a stick has.
const MOST_FILES: usize = 50_000;
const ORDER: &str = ".order";
const SEALED: &str = ".age";

/// A folder of a stick, made if need be.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// What the desk gives.
    pub(super) fn to_front(stick: &Path) -> Result<Self, StickError> {
        Self::of(stick, "to-front")
    }

    /// What the front gives.
    pub(super) fn from_front(stick: &Path) -> Result<Self, StickError> {
        Self::of(stick, "from-front")
    }

    /// A stick that is not there is not made: its files would lie where it is put in later. A link would lead elsewhere.
    fn of(stick: &Path, name: &str) -> Result<Self, StickError> {
        if !stick.is_dir() {
            return Err(StickError::NoStick(stick.to_owned()));
        }
        let folder = stick.join(name);
        match folder.symlink_metadata() {
            Ok(found) if found.is_dir() => Ok(Self(folder)),
            Ok(_) => Err(StickError::NotPlain(folder)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir(&folder).map_err(|error| StickError::File(folder.clone(), error))?;
                Ok(Self(folder))
            }
            Err(error) => Err(StickError::File(folder, error)),
        }
    }

    pub(super) fn order(&self, number: OrderNumber) -> PathBuf {
        self.0.join(order_name(number))
    }

    pub(super) fn sealed(&self, digest: &Digest) -> PathBuf {
        self.0.join(format!("{digest}{SEALED}"))
    }

    pub(super) fn answer(&self) -> PathBuf {
        self.0.join(format!("answer{SEALED}"))
    }

    /// The numbers of the orders in it, the lowest first. What is neither file nor ours is refused: whoever writes here must not be led
    /// elsewhere.
    pub(super) fn orders(&self) -> Result<Vec<OrderNumber>, StickError> {
        let mut orders: Vec<OrderNumber> = self.names()?.iter().filter_map(|name| order_number(name)).collect();
        orders.sort_unstable();
        Ok(orders)
    }

    /// Removes what this program wrote, but for these files.
    pub(super) fn keep_only(&self, kept: &[PathBuf]) -> Result<(), StickError> {
        for name in self.names()? {
            let path = self.0.join(&name);
            let is_ours = order_number(&name).is_some() || name.ends_with(SEALED) || whole::is_undone(&name);
            if is_ours && !kept.contains(&path) {
                fs::remove_file(&path).map_err(|error| StickError::File(path, error))?;
            }
        }
        Ok(())
    }

    fn names(&self) -> Result<Vec<String>, StickError> {
        let told = |error| StickError::File(self.0.clone(), error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(told)? {
            let entry = entry.map_err(told)?;
            if names.len() >= MOST_FILES {
                return Err(StickError::TooLarge(self.0.clone()));
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            if !entry.file_type().map_err(told)?.is_file() {
                return Err(StickError::NotPlain(entry.path()));
            }
            names.push(name);
        }
        Ok(names)
    }
}

/// The name of an order's file, on a stick as at the desk.
pub(super) fn order_name(number: OrderNumber) -> String {
    format!("{:08}{ORDER}", number.0)
}

/// The number in such a name.
pub(super) fn order_number(name: &str) -> Option<OrderNumber> {
    let number = OrderNumber(name.strip_suffix(ORDER)?.parse().ok()?);
    (order_name(number) == name).then_some(number)
}

/// Reads a plain file; nothing where there is none.
pub(super) fn read(path: &Path, most: u64) -> Result<Option<Vec<u8>>, StickError> {
    let told = |error| StickError::File(path.to_owned(), error);
    match path.symlink_metadata() {
        Ok(found) if !found.is_file() => return Err(StickError::NotPlain(path.to_owned())),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(told(error)),
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(told)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(told)?;
    if bytes.len() as u64 > most { Err(StickError::TooLarge(path.to_owned())) } else { Ok(Some(bytes)) }
}
