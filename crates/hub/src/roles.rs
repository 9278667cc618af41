//! What the desk hands to the other two roles: a file of TOML each, which holds secrets and goes by hand.

use std::{fmt::Write as _, path::PathBuf};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use vauban_blind::{CryptoRng, Epoch, RngCore, SecretKey, Signer};
use vauban_release::{HubId, PublicKey};
use zeroize::Zeroizing;

use crate::{
    front::{FrontSecret, Settings},
    signer::{Secret, SignerAddress},
    stick::{StickKeys, StickRole},
    store::Place,
};

/// Where a signer listens unless its file says otherwise.
const SIGNER: &str = "127.0.0.1:7021";

/// Why a file of a role cannot be used. It repeats no secret.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// Not TOML, or not with these fields.
    #[error("line {0}: {1}")]
    Toml(usize, String),
    /// A secret that is too short, or not in hexadecimal.
    #[error("{0} is not what `vauban hub desk` wrote")]
    Secret(&'static str),
}

/// A text that is wiped when it is dropped.
struct Hidden(Zeroizing<String>);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Zeroizing::new(text))).map_err(D::Error::custom)
    }
}

/// The file of a front, as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontText {
    hub: HubId,
    title: String,
    #[serde(default)]
    description: String,
    contact: Option<String>,
    address: Option<String>,
    listen: String,
    database: String,
    secret: Hidden,
    signer: Option<SignerPart>,
    stick: Option<StickPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignerPart {
    at: String,
    secret: Hidden,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StickPart {
    desk: String,
    to_front: Hidden,
    from_front: String,
}

/// What a front is told when it starts.
#[derive(Debug)]
pub struct FrontRole {
    /// Where it listens: an address of this machine, behind a proxy that ends TLS.
    pub listen: String,
    /// Its database.
    pub database: Place,
    /// All else.
    pub settings: Settings,
    /// Where its signer is, and what it shows there; without it, look-ups are not answered.
    pub signer: Option<(SignerAddress, Secret)>,
    /// What it does with sticks of the desk; without it, none is taken.
    pub stick: Option<StickRole>,
}

impl FrontRole {
    /// Reads the file.
    ///
    /// # Errors
    /// See [`RoleError`].
    pub fn read(text: &str) -> Result<Self, RoleError> {
        let read: FrontText = parsed(text)?;
        let mut settings = Settings::new(read.hub, FrontSecret::new(*bytes(&read.secret, "secret")?));
        settings.title = read.title;
        settings.description = read.description;
        settings.contact = read.contact;
        settings.address = read.address.map(|address| address.trim_end_matches('/').to_owned());
        let signer = read.signer.map(|part| {
            let secret = Secret::new(&part.secret.0).ok_or(RoleError::Secret("signer.secret"))?;
            Ok((SignerAddress::named(&part.at), secret))
        });
        let stick = read.stick.map(|part| {
            let role = StickRole::new(&part.desk, &part.to_front.0, &part.from_front);
            role.ok_or(RoleError::Secret("stick"))
        });
        let (signer, stick) = (signer.transpose()?, stick.transpose()?);
        Ok(Self { listen: read.listen, database: Place::named(&read.database), settings, signer, stick })
    }
}

/// The file of a signer, as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignerText {
    listen: String,
    secret: Hidden,
    epoch: u32,
    key: Hidden,
}

/// What a signer is told when it starts.
pub struct SignerRole {
    /// Where it listens.
    pub listen: SignerAddress,
    /// What fronts show.
    pub secret: Secret,
    /// The key of the epoch.
    pub signer: Signer,
}

impl SignerRole {
    /// Reads the file.
    ///
    /// # Errors
    /// See [`RoleError`].
    pub fn read(text: &str) -> Result<Self, RoleError> {
        let read: SignerText = parsed(text)?;
        let key = SecretKey::from_bytes(&*bytes(&read.key, "key")?).map_err(|_| RoleError::Secret("key"))?;
        Ok(Self {
            listen: SignerAddress::named(&read.listen),
            secret: Secret::new(&read.secret.0).ok_or(RoleError::Secret("secret"))?,
            signer: Signer::new(key, Epoch::new(read.epoch)),
        })
    }
}

fn parsed<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, RoleError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        // The message alone: the whole error repeats the line, which may hold a secret.
        RoleError::Toml(line, error.message().to_owned())
    })
}

fn bytes(hidden: &Hidden, name: &'static str) -> Result<Zeroizing<[u8; 32]>, RoleError> {
    let bytes = HEXLOWER.decode(hidden.0.as_bytes()).map(Zeroizing::new).map_err(|_| RoleError::Secret(name))?;
    <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| RoleError::Secret(name))
}

/// What the desk remembers of what it handed out: new files say the same.
#[derive(Serialize, Deserialize)]
pub(crate) struct Handed {
    cursors: String,
    signer: String,
}

impl Handed {
    pub(crate) fn new<R: RngCore + CryptoRng>(rng: &mut R) -> Self {
        let mut text = || {
            let mut bytes = Zeroizing::new([0; 32]);
            rng.fill_bytes(&mut *bytes);
            HEXLOWER.encode(&*bytes)
        };
        Self { cursors: text(), signer: text() }
    }

    /// The secret of all fronts.
    pub(crate) fn secret(&self) -> Option<FrontSecret> {
        let bytes = HEXLOWER.decode(self.cursors.as_bytes()).map(Zeroizing::new).ok()?;
        <[u8; 32]>::try_from(bytes.as_slice()).ok().map(FrontSecret::new)
    }

    /// The file of a front.
    pub(crate) fn front(&self, hub: HubId, title: &str, desk: &PublicKey, stick: &StickKeys) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        let (title, cursors, signer) = (quoted(title), &self.cursors, &self.signer);
        let (to_front, from_front) = stick.for_front();
        let _ = write!(
            text,
            "# For `vauban hub front --config THIS`. It holds secrets. All fronts of one hub have the same file.\n\
             hub = \"{hub}\"\ntitle = {title}\n# Where parties reach it, behind a proxy that ends TLS:\n\
             # address = \"https://hub.example\"\nlisten = \"127.0.0.1:7020\"\n\
             # A file, or postgres://… when several fronts share it:\ndatabase = \"front.sqlite\"\n\
             secret = \"{cursors}\"\n\n\
             # Who answers blind look-ups. Without this table there is no signer: look-ups wait, all else is answered.\n\
             [signer]\nat = \"{SIGNER}\"\nsecret = \"{signer}\"\n\n\
             # For `vauban hub front exchange FOLDER`: the key that signs orders, the secret that opens what comes on a stick,\n\
             # and the key that seals what goes back. Without this table no stick is taken.\n\
             [stick]\ndesk = \"{desk}\"\nto_front = \"{}\"\nfrom_front = \"{from_front}\"\n",
            *to_front
        );
        text
    }

    /// The file of a signer.
    pub(crate) fn signer(&self, key: &SecretKey, epoch: u32) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        let (key, signer) = (Zeroizing::new(HEXLOWER.encode(&*key.to_bytes())), &self.signer);
        let _ = write!(
            text,
            "# For `vauban hub signer --config THIS`. Whoever has it can read the blind tier with a dictionary.\n\
             listen = \"{SIGNER}\"\nsecret = \"{signer}\"\nepoch = {epoch}\nkey = \"{}\"\n",
            *key
        );
        text
    }
}

/// A basic string of TOML: its escapes are those of JSON.
fn quoted(text: &str) -> String {
    serde_json::to_string(&text.replace('\u{7f}', " ")).unwrap_or_default()
}

impl SignerAddress {
    /// From what a person wrote: `unix:/path`, or an address.
    #[must_use]
    pub fn named(text: &str) -> Self {
        text.strip_prefix("unix:").map_or_else(|| Self::Tcp(text.to_owned()), |path| Self::Unix(PathBuf::from(path)))
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use uuid::Uuid;
    use vauban_release::SigningKey;

    use super::*;

    #[test]
    fn what_the_desk_writes_is_read_by_the_roles() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (handed, key) = (Handed::new(&mut rng), SecretKey::generate(&mut rng).unwrap());
        let hub = HubId::new(Uuid::from_u128(7));
        let desk = SigningKey::from_seed(&Zeroizing::new([1; 32]), [1; 8]).public();
        let text = handed.front(hub, "CERT \"A\"\n\\ \u{7f}é", &desk, &StickKeys::generate());
        let front = FrontRole::read(&text).unwrap();
        assert_eq!((front.settings.hub, front.settings.title.as_str()), (hub, "CERT \"A\"\n\\  é"));
        let signer = SignerRole::read(&handed.signer(&key, 3)).unwrap();
        assert_eq!((signer.signer.pin().key, signer.signer.pin().epoch), (key.public(), Epoch::new(3)));
        let (at, _) = front.signer.unwrap();
        assert_eq!((&at, &signer.listen), (&SignerAddress::Tcp(SIGNER.to_owned()), &at));
        assert!(front.stick.is_some());
        // A file of before there were sticks, or of a front without a signer, is read, too.
        let (plain, _) = text.split_once("# Who answers").unwrap();
        let front = FrontRole::read(plain).unwrap();
        assert!(front.stick.is_none() && front.signer.is_none());
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let desk = SigningKey::from_seed(&Zeroizing::new([1; 32]), [1; 8]).public();
        let text = Handed::new(&mut rng).front(HubId::new(Uuid::from_u128(7)), "CERT", &desk, &StickKeys::generate());
        let secret = text.lines().find(|line| line.starts_with("secret")).unwrap()[10..74].to_owned();
        let own = text.split("AGE-SECRET-KEY-").nth(1).unwrap()[..58].to_owned();
        for bad in [
            text.replace("secret = ", "secrets = "),
            text.replace(&secret, &secret[1..]),
            text.replace(&format!("\"{secret}\""), &format!("\"{secret}")),
            text.replace("listen", "lisent"),
            text.replace(&own, &own[1..]),
            text.replace("from_front", "form_front"),
        ] {
            let error = FrontRole::read(&bad).unwrap_err().to_string();
            assert!(!error.contains(&secret[1..9]) && !error.contains(&own[1..9]), "{error}");
        }
    }
}
