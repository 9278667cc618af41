//! What a front is told when it starts.

use std::{fmt, num::NonZeroU32};

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use vauban_blind::{BatchSize, Slots};
use vauban_release::HubId;
use vauban_serve::Limits;
use vauban_taxii::CursorKey;
use zeroize::Zeroizing;

use crate::store::CredentialHash;

/// What a front is told when it starts. Fronts that share a database are told the same.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the hub is called, for people.
    pub title: String,
    /// What it is, for people.
    pub description: String,
    /// Whom to write to.
    pub contact: Option<String>,
    /// Where parties reach it, as in `https://hub.example`, without a slash at the end; without it TAXII is told paths.
    pub address: Option<String>,
    /// Which hub it is.
    pub hub: HubId,
    /// What cursors are sealed with.
    pub secret: FrontSecret,
    /// How many elements a batch of blind look-ups has.
    pub batch: BatchSize,
    /// When budgets begin anew.
    pub slots: Slots,
    /// Objects on a page of TAXII when the client does not say.
    pub page: NonZeroU32,
    /// The most objects on a page.
    pub most: NonZeroU32,
    /// The longest body that TAXII's add takes, in bytes.
    pub body: u64,
    /// The most objects in one such body.
    pub objects: usize,
    /// How much patience it has.
    pub limits: Limits,
}

impl Settings {
    /// The usual settings of a hub.
    #[must_use]
    pub fn new(hub: HubId, secret: FrontSecret) -> Self {
        Self {
            title: "Vauban".to_owned(),
            description: String::new(),
            contact: None,
            address: None,
            hub,
            secret,
            batch: BatchSize::USUAL,
            slots: Slots::DAILY,
            page: NonZeroU32::MIN.saturating_add(999),
            most: NonZeroU32::MIN.saturating_add(4_999),
            body: 8 << 20,
            objects: 10_000,
            limits: Limits::default(),
        }
    }

    /// What the crate for TAXII is told for one credential: a cursor serves nobody else. That it serves one stream and one query is
    /// in what is sealed.
    pub(super) fn taxii(&self, credential: CredentialHash) -> vauban_taxii::Settings {
        let cursors = self.secret.cursors(credential);
        vauban_taxii::Settings { page: self.page, most: self.most, body: self.body, objects: self.objects, cursors }
    }
}

/// 32 random bytes that all fronts of one hub share. They do not print themselves.
#[derive(Clone)]
pub struct FrontSecret(Zeroizing<[u8; 32]>);

impl FrontSecret {
    /// From its bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn cursors(&self, credential: CredentialHash) -> CursorKey {
        let mac = self.mac(b"vauban front cursors 1\n", &credential.0);
        CursorKey::new(mac.finalize().into_bytes().into())
    }

    /// A code over bytes that only who has the secret can make. A purpose ends with a line's end, and is no other's beginning.
    pub(crate) fn code(&self, purpose: &[u8], bytes: &[u8]) -> [u8; 32] {
        self.mac(purpose, bytes).finalize().into_bytes().into()
    }

    /// Whether this is that code.
    pub(crate) fn is_code(&self, purpose: &[u8], bytes: &[u8], code: &[u8]) -> bool {
        self.mac(purpose, bytes).verify_slice(code).is_ok()
    }

    fn mac(&self, purpose: &[u8], bytes: &[u8]) -> Hmac<Sha256> {
        let mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&*self.0).expect("HMAC takes a key of any length");
        mac.chain_update(purpose).chain_update(bytes)
    }
}

impl fmt::Debug for FrontSecret {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("FrontSecret(…)")
    }
}
