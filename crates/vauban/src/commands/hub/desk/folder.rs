//! The folder of a desk: its store, its keys, its drafts and releases.

use std::{
    fmt::Write as _,
    fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use jiff::Timestamp;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vauban_blind::SecretKey;
use vauban_hub::{
    desk::{Approvers, Blinding},
    store::{self, Act, Audited, DeskStore, Sequence},
};
use vauban_model::{Lang, Text, printable};
use vauban_release::{BlindKey, Epoch, HubId, KeyLog, SigningKey};
use zeroize::Zeroizing;

use super::super::{cannot, failed};
use crate::{failure::Failure, place::random};

/// Lines of the audit trail that are shown.
const SHOWN: u64 = 1_000;

/// What does not change about a hub.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    id: HubId,
    name: String,
    call: String,
}

/// An open desk, and who sits at it.
pub(super) struct Desk {
    folder: PathBuf,
    about: About,
    who: String,
    pub(super) store: DeskStore,
    pub(super) key: SigningKey,
}

impl Desk {
    /// Makes a desk.
    pub(super) async fn init(folder: &Path, name: &str, call: &str, lang: Lang) -> Result<String, Failure> {
        let told = |error: io::Error| Failure::output(&error);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(told)?;
        let about = About { id: HubId::new(uuid()?), name: name.to_owned(), call: call.to_owned() };
        // The first file that is made: a desk that is there already is left alone.
        secret_file(&folder.join("signing.key"), &new_key()?.to_file())?;
        let mut rng = rng()?;
        let blind = SecretKey::generate(&mut rng).map_err(|error| failed(&error))?;
        secret_file(&folder.join("blind.key"), &HEXLOWER.encode(&*blind.to_bytes()))?;
        let log = KeyLog::new(about.id, Epoch::FIRST, BlindKey::new(*blind.public().as_bytes()));
        fs::write(folder.join("keys.txt"), log.to_string()).map_err(told)?;
        let text = serde_json::to_string_pretty(&about).map_err(|error| failed(&error))?;
        fs::write(folder.join("hub.json"), text).map_err(told)?;
        let desk = Self::open(folder, crate::place::who()).await?;
        let words = log.head().words();
        let mut text = Text::new(
            format!("Le bureau est dans {}. Sa clé publique :", folder.display()),
            format!("The desk is in {}. Its public key:", folder.display()),
        )
        .get(lang)
        .to_owned();
        let compare = match lang {
            Lang::Fr => ("Les mots que les organisations comparent au téléphone :", words.fr.join(" ")),
            Lang::En => ("The words that parties compare over the telephone:", words.en.join(" ")),
        };
        let _ = write!(text, "\n{}\n{}\n{}\n", desk.key.public(), compare.0, compare.1);
        Ok(text)
    }

    /// Opens a desk.
    pub(super) async fn open(folder: &Path, who: String) -> Result<Self, Failure> {
        let hint = || {
            Text::new(
                "`vauban hub desk init` fait un bureau ; --desk dit où il est",
                "`vauban hub desk init` makes a desk; --desk says where it is",
            )
        };
        let read = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| cannot(&error, hint()));
        let about: About = serde_json::from_str(&read("hub.json")?).map_err(|error| cannot(&error, hint()))?;
        let key = SigningKey::from_file(&read("signing.key")?).map_err(|error| cannot(&error, hint()))?;
        let place = store::Place::File(folder.join("desk.sqlite"));
        let store = DeskStore::open(&place).await.map_err(|error| failed(&error))?;
        Ok(Self { folder: folder.to_owned(), about, who, store, key })
    }

    /// Who does something now.
    pub(super) fn act(&self) -> Act<'_> {
        Act { who: &self.who, at: Timestamp::now() }
    }

    /// The same under another name: somebody else's signature came.
    pub(super) fn act_of<'a>(&self, who: &'a str) -> Act<'a> {
        Act { who, at: Timestamp::now() }
    }

    pub(super) const fn id(&self) -> HubId {
        self.about.id
    }

    /// The key of the blind tier with its log.
    pub(super) fn blinding(&self) -> Result<Blinding, Failure> {
        let read = |name: &str| fs::read_to_string(self.folder.join(name)).map_err(|error| failed(&error));
        let secret = HEXLOWER_PERMISSIVE.decode(read("blind.key")?.trim().as_bytes()).map(Zeroizing::new);
        let secret = secret.map_err(|_| failed(&io::Error::from(io::ErrorKind::InvalidData)))?;
        Ok(Blinding {
            secret: SecretKey::from_bytes(&secret).map_err(|error| failed(&error))?,
            log: read("keys.txt")?.parse().map_err(|error: vauban_release::LogError| failed(&error))?,
            call: self.about.call.clone(),
        })
    }

    /// Who may draft and approve.
    pub(super) fn approvers(&self) -> Result<Approvers, Failure> {
        Approvers::read(&self.approvers_file()).map_err(|error| failed(&error))
    }

    pub(super) fn approvers_file(&self) -> PathBuf {
        self.folder.join("approvers.json")
    }

    /// The folder of a draft.
    pub(super) fn draft(&self, id: Uuid) -> PathBuf {
        self.folder.join("drafts").join(id.to_string())
    }

    /// The folder of a published release.
    pub(super) fn release(&self, stream: store::StreamId, number: u64) -> PathBuf {
        self.folder.join("releases").join(stream.0.to_string()).join(format!("{number:08}"))
    }

    /// Who did what, and whether nothing of it was changed.
    pub(super) async fn audit(&self, lang: Lang) -> Result<(String, bool), Failure> {
        let mut text = String::new();
        let mut after = Sequence(0);
        loop {
            let lines = self.store.audit(after, SHOWN).await.map_err(|error| failed(&error))?;
            let Some(last) = lines.last() else { break };
            after = last.sequence;
            for line in &lines {
                let _ = writeln!(
                    text,
                    "{}  {}  {}  {}",
                    line.sequence,
                    line.at,
                    printable(&line.who),
                    printable(&line.what)
                );
            }
        }
        let (said, is_whole) = match self.store.verify_audit(None).await.map_err(|error| failed(&error))? {
            Audited::Whole(head) => {
                let hash = HEXLOWER.encode(&head.hash.0);
                (Text::new(format!("le journal est entier : {hash}"), format!("the trail is whole: {hash}")), true)
            }
            Audited::Broken(at) => {
                let fr = format!("le journal a été changé à partir de la ligne {at}");
                (Text::new(fr, format!("the trail was changed from line {at} on")), false)
            }
        };
        let _ = writeln!(text, "{}", said.get(lang));
        Ok((text, is_whole))
    }
}

/// Randomness for what wants a source of it.
pub(super) fn rng() -> Result<ChaCha20Rng, Failure> {
    let mut seed = [0; 32];
    random(&mut seed).map_err(|error| failed(&error))?;
    Ok(ChaCha20Rng::from_seed(seed))
}

/// A new name for something.
pub(super) fn uuid() -> Result<Uuid, Failure> {
    let mut bytes = [0; 16];
    random(&mut bytes).map_err(|error| failed(&error))?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

fn new_key() -> Result<SigningKey, Failure> {
    let (mut seed, mut id) = (Zeroizing::new([0; 32]), [0; 8]);
    random(&mut *seed).and_then(|()| random(&mut id)).map_err(|error| failed(&error))?;
    Ok(SigningKey::from_seed(&seed, id))
}

/// Writes a file that only its owner reads, and that was not there before.
fn secret_file(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes())).map_err(|error| {
        cannot(
            &error,
            Text::new("un bureau est déjà là ; il n'est pas touché", "a desk is there already; it is left alone"),
        )
    })
}
