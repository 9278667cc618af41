//! Devices by the names that they ask under: a token each, of which the state keeps the digest alone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use vauban_policy::Rules;

/// What a device is known by, wherever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A secret name of the resolver.
    Token(Arc<str>),
    /// The SHA-256 of its certificate, in hexadecimal, once it proved that it has the key.
    Certificate(Arc<str>),
}

/// Digests of tokens, each with its device.
type Known = HashMap<String, String>;

/// The tokens that count now.
#[derive(Debug, Clone, Default)]
pub struct Devices(Arc<Mutex<Arc<Known>>>);

impl Devices {
    /// From now on these count.
    pub fn replace(&self, known: HashMap<String, String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    }

    /// The device that has a mark, if the policy still knows it.
    #[must_use]
    pub fn device_of(&self, mark: &Mark, rules: &Rules) -> Option<String> {
        match mark {
            Mark::Token(token) => self.device_with(token, rules),
            Mark::Certificate(digest) => {
                let mut devices = rules.policy().device.iter();
                let found = devices.find(|(_, device)| plain(&device.certificate) == **digest);
                found.map(|(name, _)| name.clone())
            }
        }
    }

    fn device_with(&self, token: &str, rules: &Rules) -> Option<String> {
        let token = token.to_ascii_lowercase();
        let devices = &rules.policy().device;
        // A token that the configuration itself names counts as long as it stands there.
        let written = devices.iter().find(|(_, device)| !device.dns_name.is_empty() && device.dns_name == token);
        if let Some((name, _)) = written {
            return Some(name.clone());
        }
        let known = Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        known.get(&digest(&token)).filter(|device| devices.contains_key(*device)).cloned()
    }
}

/// A digest as `openssl` and people write it (`AB:CD:…`), in the one form.
fn plain(digest: &str) -> String {
    digest.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase()
}

/// The digest of a token, as the state keeps it.
#[must_use]
pub fn digest(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}
