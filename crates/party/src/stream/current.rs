//! What a stream has now: a folder that never changes, and one small file that says which it is.
//!
//! The file is replaced by one rename, so whoever is killed when leaves the old release or the new one. It holds the chain, too: what was
//! accepted and what lies there cannot come apart. The release before it stays until the one after comes, for whoever still reads it.

use std::{
    io,
    path::{Path, PathBuf},
};

use vauban_blind::{Pin, Table};
use vauban_release::{Chain, MANIFEST_FILE, PartName, SIGNATURE_FILE, SignedManifest, Words};

use super::{StreamError, merge, stage::pin};
use crate::files;

pub(super) const RELEASES: &str = "releases";
const FILE: &str = "current";
const FIRST_LINE: &str = "vauban current/1";
/// The longest file, in bytes.
const LONGEST: usize = 8192;

/// The newest release that was accepted, with the objects of the stream as they are after it.
#[derive(Clone, Debug)]
pub struct Current {
    folder: PathBuf,
    chain: Chain,
    signed: SignedManifest,
    before: Option<String>,
}

impl Current {
    /// Reads which release a stream has.
    pub(crate) fn read(stream: &Path) -> Result<Option<Self>, StreamError> {
        let Some(bytes) = files::read(&stream.join(FILE))? else { return Ok(None) };
        let text = std::str::from_utf8(&bytes).ok().filter(|text| text.len() <= LONGEST).ok_or(StreamError::Damaged)?;
        let mut lines = text.splitn(4, '\n');
        let mut next = || lines.next().ok_or(StreamError::Damaged);
        if next()? != FIRST_LINE {
            return Err(StreamError::Damaged);
        }
        let name = next()?.strip_prefix("release ").filter(|name| is_name(name)).ok_or(StreamError::Damaged)?;
        let before = next()?.strip_prefix("before ").ok_or(StreamError::Damaged)?;
        let before = (before != "-").then(|| before.to_owned());
        let chain: Chain = next()?.parse()?;
        let folder = stream.join(RELEASES).join(name);
        let read = |name| files::read(&folder.join(name))?.ok_or(StreamError::Damaged);
        let signed = SignedManifest::read(&read(MANIFEST_FILE)?, &read(SIGNATURE_FILE)?);
        let signed = signed.map_err(|_| StreamError::Damaged)?;
        let is_head = chain.head().is_some_and(|head| head.digest == signed.digest());
        if is_head { Ok(Some(Self { folder, chain, signed, before })) } else { Err(StreamError::Damaged) }
    }

    /// Makes a folder of `releases` the current one. This is the moment of acceptance.
    pub(super) fn commit(stream: &Path, name: &str, before: Option<&Self>, chain: &Chain) -> io::Result<()> {
        let before = before.and_then(|before| before.name()).unwrap_or("-");
        let text = format!("{FIRST_LINE}\nrelease {name}\nbefore {before}\n{chain}");
        vauban_intel::whole::write(&stream.join(FILE), text.as_bytes())
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.folder.file_name().and_then(|name| name.to_str())
    }

    pub(super) fn keeps(&self, name: &str) -> bool {
        self.name() == Some(name) || self.before.as_deref() == Some(name)
    }

    /// What is remembered of the stream.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The manifest of the newest release.
    #[must_use]
    pub const fn signed(&self) -> &SignedManifest {
        &self.signed
    }

    /// What whoever gets it should know first.
    #[must_use]
    pub const fn advice(&self) -> &Words {
        &self.signed.manifest().advice
    }

    /// The stream's STIX 2.1 objects, one a line: all of them, whatever the newest release told of; none if there are none.
    #[must_use]
    pub fn objects(&self) -> Option<PathBuf> {
        let path = self.folder.join(PartName::Objects.as_str());
        path.exists().then_some(path)
    }

    /// Calls back with the id of each of the stream's objects.
    pub(crate) fn each_object(&self, mut take: impl FnMut(&str)) -> Result<(), StreamError> {
        let Some(path) = self.objects() else { return Ok(()) };
        merge::each(&path, |id, _| {
            take(id);
            Ok(())
        })
    }

    /// A part of the newest release: rules, advice, the log of keys, the blind table. For objects ask [`Self::objects`].
    #[must_use]
    pub fn part(&self, name: PartName) -> Option<PathBuf> {
        let is_kept = !matches!(name, PartName::Objects | PartName::Gone | PartName::History);
        self.signed.manifest().part(name).filter(|_| is_kept).map(|_| self.folder.join(name.as_str()))
    }

    /// What the release pins for blind look-ups.
    #[must_use]
    pub fn pin(&self) -> Option<Pin> {
        pin(self.signed.manifest())
    }

    /// The blind table, in memory.
    ///
    /// # Errors
    /// [`StreamError::Table`] or [`StreamError::Io`] when it was damaged since it was accepted.
    pub fn table(&self) -> Result<Option<Table<Vec<u8>>>, StreamError> {
        let Some(path) = self.part(PartName::BlindTable) else { return Ok(None) };
        Ok(Some(Table::open(std::fs::read(path)?)?))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
