//! A desk's folder: made once, opened for every step. Its keys lie in it, readable to whoever reads the disk.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vauban_blind::{CryptoRng, RngCore, SecretKey};
use vauban_intel::whole;
use vauban_release::{BlindKey, Epoch, HubId, KeyLog, PublicKey, SigningKey};
use zeroize::Zeroizing;

use super::DeskError;
use crate::{
    desk::{Approvers, Blinding},
    roles::Handed,
    store::{self, Act, DeskStore},
};

/// What the files of the other roles say again.
pub(super) const HANDED: &str = "handed.json";
/// The key of an epoch that begins.
const NEXT_KEY: &str = "blind.key.next";

/// What does not change about a hub.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    id: HubId,
    name: String,
    call: String,
}

/// An open desk.
pub struct Desk {
    pub(super) folder: PathBuf,
    about: About,
    store: DeskStore,
    pub(super) key: SigningKey,
}

impl Desk {
    /// Makes a desk in a folder: its keys, and the log of the blind tier's.
    ///
    /// # Errors
    /// [`DeskError::There`] where a desk is already, [`DeskError::File`], and what keeps a key from being made.
    pub async fn init<R: RngCore + CryptoRng>(
        folder: &Path,
        name: &str,
        call: &str,
        rng: &mut R,
    ) -> Result<Self, DeskError> {
        let told = |error| DeskError::File(folder.to_owned(), error);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(told)?;
        let about = About { id: HubId::new(uuid(rng)), name: name.to_owned(), call: call.to_owned() };
        // The first file that is made: a desk that is there already is left alone.
        secret_file(&folder.join("signing.key"), &new_key(rng).to_file())?;
        let blind = SecretKey::generate(rng)?;
        secret_file(&folder.join("blind.key"), &HEXLOWER.encode(&*blind.to_bytes()))?;
        let log = KeyLog::new(about.id, Epoch::FIRST, BlindKey::new(*blind.public().as_bytes()));
        fs::write(folder.join("keys.txt"), log.to_string()).map_err(told)?;
        let handed = serde_json::to_string(&Handed::new(rng)).map_err(DeskError::About)?;
        secret_file(&folder.join(HANDED), &Zeroizing::new(handed))?;
        let text = serde_json::to_string_pretty(&about).map_err(DeskError::About)?;
        fs::write(folder.join("hub.json"), text).map_err(told)?;
        let desk = Self::open(folder).await?;
        desk.write_roles()?;
        Ok(desk)
    }

    /// Opens the desk of a folder.
    ///
    /// # Errors
    /// [`DeskError::File`] where there is none, and what is wrong with its files.
    pub async fn open(folder: &Path) -> Result<Self, DeskError> {
        let about = serde_json::from_str(&read(folder, "hub.json")?).map_err(DeskError::About)?;
        let key = SigningKey::from_file(&read(folder, "signing.key")?).map_err(DeskError::SigningKey)?;
        let store = DeskStore::open(&store::Place::File(folder.join("desk.sqlite"))).await?;
        Ok(Self { folder: folder.to_owned(), about, store, key })
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &DeskStore {
        &self.store
    }

    /// Which hub it is.
    #[must_use]
    pub const fn id(&self) -> HubId {
        self.about.id
    }

    /// The agency's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.about.name
    }

    /// The key that its releases are checked with.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// The folder of what parties sent, with their signatures.
    #[must_use]
    pub fn received_folder(&self) -> PathBuf {
        self.folder.join("received")
    }

    /// The folder with a file for each of the other roles.
    #[must_use]
    pub fn roles_folder(&self) -> PathBuf {
        self.folder.join("roles")
    }

    /// Writes the files for the front and the signer. They follow from what is here: what was handed out before stays good.
    ///
    /// # Errors
    /// [`DeskError::File`], and what is wrong with the files.
    pub fn write_roles(&self) -> Result<(), DeskError> {
        let handed: Handed = serde_json::from_str(&read(&self.folder, HANDED)?).map_err(DeskError::About)?;
        let blinding = self.blinding()?;
        let epoch = u32::try_from(blinding.log.last().0.get()).map_err(|_| DeskError::BlindText)?;
        let folder = self.roles_folder();
        let told = |error| DeskError::File(folder.clone(), error);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(told)?;
        // Both are for their owner alone: `whole` writes so.
        let front = handed.front(self.id(), self.name(), &self.public(), &self.stick_keys()?);
        whole::write(&folder.join("front.toml"), front.as_bytes()).map_err(told)?;
        whole::write(&folder.join("signer.toml"), handed.signer(&blinding.secret, epoch).as_bytes()).map_err(told)
    }

    /// Begins a new epoch of the blind tier: a new key, from the next drafts on. Killed in between, it is the old one or the new one.
    ///
    /// # Errors
    /// [`DeskError::File`], and what keeps a key from being made.
    pub async fn rotate<R: RngCore + CryptoRng>(&self, act: Act<'_>, rng: &mut R) -> Result<Epoch, DeskError> {
        let mut log = self.blinding()?.log;
        let epoch = Epoch::new(log.last().0.get() + 1).map_err(|_| DeskError::BlindText)?;
        let key = SecretKey::generate(rng)?;
        log.append(epoch, BlindKey::new(*key.public().as_bytes()))?;
        let told = |error| DeskError::File(self.folder.clone(), error);
        whole::write(&self.folder.join(NEXT_KEY), HEXLOWER.encode(&*key.to_bytes()).as_bytes()).map_err(told)?;
        // The log decides which key counts.
        whole::write(&self.folder.join("keys.txt"), log.to_string().as_bytes()).map_err(told)?;
        self.store.note(act, &format!("epoch {epoch} of the blind tier begins")).await?;
        self.write_roles()?;
        Ok(epoch)
    }

    /// The log of the blind tier's keys, whose words parties compare.
    ///
    /// # Errors
    /// [`DeskError::File`] and [`DeskError::KeyLog`].
    pub fn key_log(&self) -> Result<KeyLog, DeskError> {
        Ok(read(&self.folder, "keys.txt")?.parse()?)
    }

    /// The key of the blind tier with its log.
    ///
    /// # Errors
    /// [`DeskError::File`], and what is wrong with the files.
    pub fn blinding(&self) -> Result<Blinding, DeskError> {
        let log = self.key_log()?;
        let is_it = |key: &SecretKey| key.public().as_bytes() == log.last().1.bytes();
        let mut secret = self.secret("blind.key")?;
        if !is_it(&secret) {
            // Whoever began an epoch was killed before the new key took the old one's place, or had no time to.
            secret = self.secret(NEXT_KEY).ok().filter(is_it).ok_or(DeskError::BlindText)?;
            let told = |error| DeskError::File(self.folder.join(NEXT_KEY), error);
            fs::rename(self.folder.join(NEXT_KEY), self.folder.join("blind.key")).map_err(told)?;
        }
        Ok(Blinding { secret, log, call: self.about.call.clone() })
    }

    fn secret(&self, name: &str) -> Result<SecretKey, DeskError> {
        let text = Zeroizing::new(read(&self.folder, name)?);
        let secret = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).map_err(|_| DeskError::BlindText)?;
        Ok(SecretKey::from_bytes(&Zeroizing::new(secret))?)
    }

    /// Who may draft and approve.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn approvers(&self) -> Result<Approvers, DeskError> {
        Ok(Approvers::read(&self.approvers_file())?)
    }

    pub(super) fn approvers_file(&self) -> PathBuf {
        self.folder.join("approvers.json")
    }

    /// The folder of a draft.
    #[must_use]
    pub fn draft_folder(&self, id: Uuid) -> PathBuf {
        self.folder.join("drafts").join(id.to_string())
    }

    /// The folder of a published release: what goes on a stick.
    #[must_use]
    pub fn release_folder(&self, stream: store::StreamId, number: store::ReleaseNumber) -> PathBuf {
        self.folder.join("releases").join(stream.0.to_string()).join(format!("{:08}", number.0))
    }
}

/// A new name for something.
pub(super) fn uuid<R: RngCore + CryptoRng>(rng: &mut R) -> Uuid {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

fn new_key<R: RngCore + CryptoRng>(rng: &mut R) -> SigningKey {
    let (mut seed, mut id) = (Zeroizing::new([0; 32]), [0; 8]);
    rng.fill_bytes(&mut *seed);
    rng.fill_bytes(&mut id);
    SigningKey::from_seed(&seed, id)
}

pub(super) fn read(folder: &Path, name: &str) -> Result<String, DeskError> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(|error| DeskError::File(path, error))
}

/// Writes a file that only its owner reads, and that was not there before.
fn secret_file(path: &Path, text: &str) -> Result<(), DeskError> {
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => DeskError::There(path.to_owned(), error),
        _ => DeskError::File(path.to_owned(), error),
    })
}
