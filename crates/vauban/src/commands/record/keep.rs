//! `vauban record keep`: a copy of the evidence, encrypted for those who may open it, its hashes in the record.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use age::{Encryptor, Recipient, secrecy::SecretString, x25519};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use vauban_model::Text;
use vauban_record::{Kept, Kind, Record as _, SqliteRecord};
use vauban_sweep::is_url;

use super::data;
use crate::{commands::show, failure::Failure, place::Place, terminal};

#[derive(Debug, clap::Args)]
pub(super) struct KeepArguments {
    /// The sighting, as `vauban sweep` names it
    sighting: String,
    /// Encrypt for this public key (age1…), several if given several times; else a passphrase is asked for
    #[arg(long, value_name = "AGE-KEY")]
    recipient: Vec<String>,
    /// Read the passphrase from the first line of this file instead of asking
    #[arg(long, value_name = "FILE", conflicts_with = "recipient")]
    passphrase_file: Option<PathBuf>,
}

pub(super) fn keep(arguments: &KeepArguments, record: &mut SqliteRecord, place: &Place) -> Result<ExitCode, Failure> {
    let (sighting, ..) = show::one(record, &arguments.sighting)?;
    let path = sighting.location.segments().first().map(|path| path.to_string()).unwrap_or_default();
    if is_url(&path) {
        return Err(Failure::new(
            "keep",
            Text::new(
                format!("la pièce est sur un serveur : {path}"),
                format!("the evidence lies on a server: {path}"),
            ),
            Text::new(
                "enregistrez le message original dans un fichier depuis la messagerie, analysez ce fichier, puis gardez ce signalement-là",
                "save the original message to a file with your mail program, sweep that file, then keep that sighting",
            ),
        ));
    }
    let encryptor = encryptor(arguments, place)?;
    let folder = place.evidence();
    let cannot = |error: &io::Error| {
        Failure::new(
            "keep",
            Text::new(
                format!("la pièce n'a pas pu être copiée : {error}"),
                format!("the evidence cannot be copied: {error}"),
            ),
            Text::new(
                "vérifiez que le fichier est encore là, lisible, et qu'il reste de la place",
                "check that the file is still there, readable, and that there is room",
            ),
        )
    };
    let name = format!("{}.age", sighting.short_name());
    let (plain, sealed, bytes) = seal(Path::new(&path), &folder, &name, encryptor).map_err(|error| cannot(&error))?;
    let kept = Kept {
        sighting: sighting.short_name(),
        path,
        bytes,
        sha256: plain,
        sealed_sha256: sealed,
        sealed: format!("evidence/{name}"),
    };
    let body = serde_json::to_string(&kept).map_err(|error| cannot(&io::Error::other(error)))?;
    record
        .append(Timestamp::now(), Kind::Kept, 0, &body)
        .and_then(|_| record.commit())
        .map_err(|error| Failure::record(&error))?;
    let shown = folder.join(&name);
    let text = Text::new(
        format!(
            "pièce mise à l'abri : {}\nSHA-256 de l'original {}\nSHA-256 de la copie chiffrée {}\npour l'ouvrir ailleurs : age --decrypt {name} > copie\n",
            shown.display(),
            kept.sha256,
            kept.sealed_sha256
        ),
        format!(
            "evidence put aside: {}\nSHA-256 of the original {}\nSHA-256 of the encrypted copy {}\nto open it elsewhere: age --decrypt {name} > copy\n",
            shown.display(),
            kept.sha256,
            kept.sealed_sha256
        ),
    );
    data(text.get(place.lang))?;
    Ok(ExitCode::SUCCESS)
}

fn encryptor(arguments: &KeepArguments, place: &Place) -> Result<Encryptor, Failure> {
    let bad_key = |key: &str| {
        Failure::new(
            "age-key",
            Text::new(format!("« {key} » n'est pas une clé publique age"), format!("{key:?} is not an age public key")),
            Text::new(
                "elle commence par age1 ; `age-keygen` en fait une",
                "it begins with age1; `age-keygen` makes one",
            ),
        )
    };
    if !arguments.recipient.is_empty() {
        let mut keys = Vec::new();
        for key in &arguments.recipient {
            keys.push(key.parse::<x25519::Recipient>().map_err(|_| bad_key(key))?);
        }
        return Encryptor::with_recipients(keys.iter().map(|key| key as &dyn Recipient))
            .map_err(|_| bad_key(&arguments.recipient.join(" ")));
    }
    let passphrase = match &arguments.passphrase_file {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| Failure::output(&error))?;
            text.lines().next().unwrap_or_default().to_owned()
        }
        None => {
            terminal::new_secret(&Text::new("Phrase de passe de la pièce", "Passphrase for the evidence"), place.lang)?
        }
    };
    Ok(Encryptor::with_user_passphrase(SecretString::from(passphrase)))
}

/// Copies a file encrypted, beside and then in place, so that half a copy is never taken for a whole one. Gives the
/// SHA-256 of the file and of the copy, and the file's length.
fn seal(path: &Path, folder: &Path, name: &str, encryptor: Encryptor) -> io::Result<(String, String, u64)> {
    fs::create_dir_all(folder)?;
    let mut source = File::open(path)?;
    let temporary = folder.join(format!(".{name}.part"));
    let sealed = (|| {
        let mut out = encryptor.wrap_output(Hashing::new(File::create(&temporary)?))?;
        let mut plain = Sha256::new();
        let mut buffer = vec![0; 64 << 10];
        let mut bytes = 0;
        loop {
            let count = source.read(&mut buffer)?;
            let Some(piece) = buffer.get(..count).filter(|piece| !piece.is_empty()) else { break };
            plain.update(piece);
            out.write_all(piece)?;
            bytes += count as u64;
        }
        let Hashing { inner, hasher } = out.finish()?;
        inner.sync_all()?;
        fs::rename(&temporary, folder.join(name))?;
        Ok((hex(plain), hex(hasher), bytes))
    })();
    if sealed.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    sealed
}

/// Hashes what is written through it.
struct Hashing {
    inner: File,
    hasher: Sha256,
}

impl Hashing {
    fn new(inner: File) -> Self {
        Self { inner, hasher: Sha256::new() }
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hasher.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
