//! What enrolment leaves behind: the credential, the party's own key, and who may sign.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use vauban_blind::{CryptoRng, RngCore};
use vauban_release::{Digest, Enrolment, PublicKey, SignerPin, SigningKey, Time, Words};
use zeroize::{Zeroize, Zeroizing};

use crate::{Credential, StateSecret, door::Https};

const FORMAT: &str = "membership/1";
/// The longest file, in bytes.
const LONGEST: usize = 8192;

/// Why there is no membership.
#[derive(Debug, thiserror::Error)]
pub enum MembershipError {
    /// The file was changed, cut off or is another program's.
    #[error("the membership's file was cut off or changed")]
    Damaged,
    /// The address is none that the credential may be shown to.
    #[error(transparent)]
    Address(#[from] crate::DoorError),
    /// A name that cannot be a folder's.
    #[error("a hub's name has 1 to 64 of the signs a-z, 0-9, - and _")]
    Name,
    /// There is a hub of this name.
    #[error("there is a hub of this name already")]
    Taken,
}

impl MembershipError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Damaged => Words::new(
                "Le fichier d'inscription auprès de l'agence est abîmé. Demandez un nouveau code à l'agence.",
                "The file of the membership with the agency is damaged. Ask the agency for a new code.",
            ),
            Self::Address(error) => error.words(),
            Self::Name => Words::new(
                "Donnez à l'agence un nom court : lettres minuscules, chiffres, tirets.",
                "Give the agency a short name: small letters, digits, hyphens.",
            ),
            Self::Taken => Words::new(
                "Une agence porte déjà ce nom ici. Choisissez-en un autre.",
                "An agency has this name here already. Choose another.",
            ),
        }
    }
}

/// One party at one hub. It does not print its secrets.
#[derive(Clone)]
pub struct Membership {
    url: String,
    signer: SignerPin,
    since: Time,
    credential: Credential,
    /// What follows from the code, until the hub took what was chosen in its place.
    ticket: Option<Credential>,
    key: SigningKey,
    secret: StateSecret,
}

/// How it is kept: one line of JSON, and a line with its digest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    vauban: String,
    url: String,
    signer: String,
    since: Time,
    credential: String,
    ticket: Option<String>,
    key: String,
    secret: String,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.credential.zeroize();
        self.ticket.zeroize();
        self.key.zeroize();
        self.secret.zeroize();
    }
}

impl Membership {
    /// From a code that was handed over. Nothing is sent yet: see [`Party::join`](crate::Party::join).
    ///
    /// # Errors
    /// [`MembershipError::Address`].
    pub fn enrol<R: RngCore + CryptoRng>(
        code: &Enrolment,
        url: &str,
        now: Time,
        rng: &mut R,
    ) -> Result<Self, MembershipError> {
        let url = crate::door::checked(url)?;
        let mut seed = Zeroizing::new([0; 32]);
        let mut id = [0; 8];
        rng.fill_bytes(seed.as_mut_slice());
        rng.fill_bytes(&mut id);
        let key = SigningKey::from_seed(&seed, id);
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut_slice());
        let secret = StateSecret::new(*secret);
        let (credential, ticket) = (Credential::random(rng), Some(Credential::of(code)));
        Ok(Self { url, signer: code.pin(), since: now, credential, ticket, key, secret })
    }

    /// Where the hub is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Which key must sign, or have named the one that signs.
    #[must_use]
    pub const fn signer(&self) -> SignerPin {
        self.signer
    }

    /// Since when.
    #[must_use]
    pub const fn since(&self) -> Time {
        self.since
    }

    /// What is shown to the hub with each request.
    #[must_use]
    pub const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The public half of the key that signs this party's receipts and sightings. The hub must know it.
    #[must_use]
    pub fn receipt_key(&self) -> PublicKey {
        self.key.public()
    }

    /// How this party is named in its receipts.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        self.key.public().fingerprint()
    }

    /// The door to the hub.
    ///
    /// # Errors
    /// [`MembershipError::Address`].
    pub fn door(&self) -> Result<Https, MembershipError> {
        Ok(Https::new(&self.url, self.credential.clone())?)
    }

    /// The door for joining; none once the party joined. It opens with what follows from the code, and with nothing after that.
    ///
    /// # Errors
    /// [`MembershipError::Address`].
    pub fn joining_door(&self) -> Result<Option<Https>, MembershipError> {
        Ok(self.ticket.clone().map(|ticket| Https::new(&self.url, ticket)).transpose()?)
    }

    pub(crate) fn forget_ticket(&mut self) {
        self.ticket = None;
    }

    pub(crate) const fn key(&self) -> &SigningKey {
        &self.key
    }

    pub(crate) const fn secret(&self) -> &StateSecret {
        &self.secret
    }

    /// The file. It holds every secret of the membership.
    pub(crate) fn to_file(&self) -> Result<Zeroizing<String>, MembershipError> {
        let kept = Kept {
            vauban: FORMAT.to_owned(),
            url: self.url.clone(),
            signer: self.signer.to_string(),
            since: self.since,
            credential: self.credential.as_str().to_owned(),
            ticket: self.ticket.as_ref().map(|ticket| ticket.as_str().to_owned()),
            key: self.key.to_file().to_string(),
            secret: data_encoding::HEXLOWER.encode(self.secret.bytes()),
        };
        let line = Zeroizing::new(serde_json::to_string(&kept).map_err(|_| MembershipError::Damaged)?);
        Ok(Zeroizing::new(format!("{}\n{}\n", *line, Digest::of(line.as_bytes()))))
    }

    fn from_kept(kept: &Kept) -> Option<Self> {
        let secret = Zeroizing::new(data_encoding::HEXLOWER.decode(kept.secret.as_bytes()).ok()?);
        Some(Self {
            url: crate::door::checked(&kept.url).ok()?,
            signer: kept.signer.parse().ok()?,
            since: kept.since,
            credential: kept.credential.parse().ok()?,
            ticket: kept.ticket.as_deref().map(str::parse).transpose().ok()?,
            key: SigningKey::from_file(&kept.key).ok()?,
            secret: StateSecret::new(secret.as_slice().try_into().ok()?),
        })
    }
}

impl FromStr for Membership {
    type Err = MembershipError;

    fn from_str(text: &str) -> Result<Self, MembershipError> {
        let damaged = || MembershipError::Damaged;
        let (line, check) = text.split_once('\n').filter(|_| text.len() <= LONGEST).ok_or_else(damaged)?;
        if check != format!("{}\n", Digest::of(line.as_bytes())) {
            return Err(damaged());
        }
        let kept: Kept = serde_json::from_str(line).map_err(|_| damaged())?;
        if kept.vauban != FORMAT {
            return Err(damaged());
        }
        Self::from_kept(&kept).ok_or_else(damaged)
    }
}

impl fmt::Debug for Membership {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Membership({}, ..)", self.url)
    }
}
