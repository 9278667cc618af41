//! A release on its way in: its parts lie aside in files of their own, and are nothing before all of it was checked.

use std::{
    fs::File,
    io::{BufWriter, Read, Write as _},
    path::{Path, PathBuf},
};

use vauban_blind::{Epoch as BlindEpoch, Pin, PublicKey as BlindPublic, Table};
use vauban_release::{BodyError, BodyReader, Manifest, PartName, Piece, SignedManifest, Verifier, Whole};

use super::StreamError;
use crate::{DoorError, files};

/// How much is read at a time.
const CHUNK: usize = 64 << 10;

/// A release of which everything is there, in a folder that nobody reads yet.
pub(super) struct Staged {
    pub(super) folder: PathBuf,
    pub(super) whole: Whole,
}

impl Staged {
    pub(super) fn signed(&self) -> &SignedManifest {
        self.whole.signed()
    }

    /// The file of a part, if the release has it.
    pub(super) fn part(&self, name: PartName) -> Option<PathBuf> {
        self.signed().manifest().part(name).map(|_| self.folder.join(name.as_str()))
    }
}

/// Receives a body. `look` is asked as soon as the manifest is there, so that nothing is fetched in vain.
pub(super) fn receive(
    mut body: impl Read,
    folder: PathBuf,
    look: impl FnOnce(&SignedManifest) -> Result<(), StreamError>,
) -> Result<Staged, StreamError> {
    files::folder(&folder)?;
    let mut reader = BodyReader::new();
    let mut look = Some(look);
    let mut writer: Option<BufWriter<File>> = None;
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = body.read(&mut chunk).map_err(|error| DoorError::Failed(error.to_string()))?;
        let mut input = chunk.get(..count).unwrap_or_default();
        loop {
            match reader.next(&mut input)? {
                Piece::Manifest => {
                    if let (Some(look), Some(signed)) = (look.take(), reader.signed()) {
                        look(signed)?;
                    }
                }
                Piece::Bytes(name, bytes) => opened(&mut writer, &folder, name)?.write_all(bytes)?,
                Piece::PartEnd(_) => close(writer.take())?,
                Piece::More => break,
            }
        }
        if count == 0 {
            let whole = reader.finish()?;
            check_table(&whole, &folder)?;
            return Ok(Staged { folder, whole });
        }
    }
}

/// The manifest of a body, and nothing more of it.
pub(super) fn receive_manifest(mut body: impl Read) -> Result<SignedManifest, StreamError> {
    let mut reader = BodyReader::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = body.read(&mut chunk).map_err(|error| DoorError::Failed(error.to_string()))?;
        let mut input = chunk.get(..count).unwrap_or_default();
        reader.next(&mut input)?;
        if let Some(signed) = reader.signed() {
            return Ok(signed.clone());
        }
        if count == 0 {
            return Err(BodyError::Short.into());
        }
    }
}

/// Takes the parts of a folder through the same checks.
pub(super) fn copy(signed: SignedManifest, from: &Path, folder: PathBuf) -> Result<Staged, StreamError> {
    files::folder(&folder)?;
    let mut verifier = Verifier::new(signed);
    let mut chunk = vec![0; CHUNK];
    while let Some(name) = verifier.missing() {
        let mut check = verifier.begin(name)?;
        // One byte more than there should be, so that what is too long is told.
        let mut source = open_plain(&from.join(name.as_str()))?.take(check.remaining() + 1);
        let mut writer = BufWriter::new(files::create(&folder.join(name.as_str()))?);
        loop {
            let count = source.read(&mut chunk)?;
            let bytes = chunk.get(..count).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            check.take(bytes)?;
            writer.write_all(bytes)?;
        }
        verifier.end(check)?;
        close(Some(writer))?;
    }
    let whole = verifier.finish()?;
    check_table(&whole, &folder)?;
    Ok(Staged { folder, whole })
}

/// Opens a file, and nothing that only looks like one: a stick may have pipes and devices.
pub(super) fn open_plain(path: &Path) -> Result<File, StreamError> {
    if path.symlink_metadata()?.is_file() {
        Ok(File::open(path)?)
    } else {
        Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a plain file").into())
    }
}

fn opened<'w>(
    writer: &'w mut Option<BufWriter<File>>,
    folder: &Path,
    name: PartName,
) -> Result<&'w mut BufWriter<File>, StreamError> {
    if writer.is_none() {
        *writer = Some(BufWriter::new(files::create(&folder.join(name.as_str()))?));
    }
    writer.as_mut().ok_or(StreamError::Damaged)
}

pub(super) fn close(writer: Option<BufWriter<File>>) -> Result<(), StreamError> {
    let Some(mut writer) = writer else { return Ok(()) };
    writer.flush()?;
    Ok(writer.get_ref().sync_all()?)
}

/// A table that cannot be looked into is found before the release is accepted, not when it is needed.
fn check_table(whole: &Whole, folder: &Path) -> Result<(), StreamError> {
    let manifest = whole.signed().manifest();
    let Some(pin) = pin(manifest) else {
        return if manifest.blind.is_some() { Err(StreamError::OtherTable) } else { Ok(()) };
    };
    let table = Table::open(std::fs::read(folder.join(PartName::BlindTable.as_str()))?)?;
    if table.pin() == pin { Ok(()) } else { Err(StreamError::OtherTable) }
}

/// What the manifest pins for blind look-ups; none where there is no blind tier, or none that can be asked.
pub(super) fn pin(manifest: &Manifest) -> Option<Pin> {
    let blind = manifest.blind.as_ref()?;
    let epoch = BlindEpoch::new(u32::try_from(manifest.epoch.get()).ok()?);
    Some(Pin { epoch, key: BlindPublic::from_bytes(blind.key.bytes()).ok()? })
}
