//! The file of devices' names of the resolver: for each, the digest of its token, never the token.

use std::{collections::HashMap, io, path::Path};

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::devices::digest;
use crate::kept::Kept;

/// A device's name of the resolver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedDevice {
    /// The device, as the policy calls it.
    pub device: String,
    /// The digest of its token.
    pub digest: String,
    /// Since when.
    pub made: Timestamp,
    /// Who made it.
    pub by: String,
}

/// The names of devices, in the state directory.
#[derive(Debug)]
pub struct DeviceStore {
    kept: Kept<NamedDevice>,
    seen: String,
}

impl DeviceStore {
    /// The store in a state directory; there need not be one yet.
    #[must_use]
    pub fn open(state: &Path) -> Self {
        let kept = Kept::at(state.join("devices.json"));
        Self { seen: kept.mark(), kept }
    }

    /// All of them.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn all(&self) -> io::Result<Vec<NamedDevice>> {
        self.kept.all()
    }

    /// Digests with their devices; none where the file cannot be read: who cannot be known is a stranger.
    #[must_use]
    pub fn known(&self) -> HashMap<String, String> {
        match self.all() {
            Ok(all) => all.into_iter().map(|one| (one.digest, one.device)).collect(),
            Err(error) => {
                tracing::error!(sensor = "dns", %error, "the names of devices cannot be read; none of them counts");
                HashMap::new()
            }
        }
    }

    /// Whether the file is another one than when this was asked last.
    pub fn changed(&mut self) -> bool {
        let now = self.kept.mark();
        let is_another = now != self.seen;
        self.seen = now;
        is_another
    }

    /// Gives a device a name: a token made of these random bytes. A device may have several, until they are taken back.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&self, device: &str, random: [u8; 15], now: Timestamp, by: &str) -> io::Result<String> {
        let token = BASE32_NOPAD.encode(&random).to_ascii_lowercase();
        let _lock = self.kept.lock()?;
        let mut all = self.all()?;
        all.push(NamedDevice { device: device.to_owned(), digest: digest(&token), made: now, by: by.to_owned() });
        self.kept.write(&all)?;
        Ok(token)
    }

    /// Takes all names of a device back. How many it had.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn revoke(&self, device: &str) -> io::Result<usize> {
        let _lock = self.kept.lock()?;
        let mut all = self.all()?;
        let before = all.len();
        all.retain(|one| one.device != device);
        self.kept.write(&all)?;
        Ok(before - all.len())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use vauban_policy::{Policy, Rules};

    use super::*;
    use crate::sensors::dns::{Devices, Mark};

    #[test]
    fn a_token_counts_until_it_is_taken_back_and_stands_nowhere() {
        let state = tempfile::tempdir().unwrap();
        let now = "2026-11-26T08:00:00Z".parse().unwrap();
        let mut store = DeviceStore::open(state.path());
        assert!(!store.changed());
        let token = store.add("laptop-alice", [7; 15], now, "claire").unwrap();
        let other = store.add("stolen", [8; 15], now, "claire").unwrap();
        assert!(store.changed() && !store.changed());
        assert_eq!(token.len(), 24);
        assert!(!fs::read_to_string(state.path().join("devices.json")).unwrap().contains(&token));

        let policy: Policy = toml::from_str("[device.laptop-alice]\n[device.written]\ndns_name = \"plain\"\n").unwrap();
        let rules = Rules::new(policy).unwrap();
        let devices = Devices::default();
        devices.replace(store.known());
        let with = |token: &str| Mark::Token(token.into());
        assert_eq!(devices.device_of(&with(&token.to_uppercase()), &rules).as_deref(), Some("laptop-alice"));
        assert_eq!(devices.device_of(&with("plain"), &rules).as_deref(), Some("written"));
        assert_eq!(devices.device_of(&with(&other), &rules), None, "the policy knows no such device");
        assert_eq!(devices.device_of(&with(""), &rules), None);
        assert_eq!(store.revoke("laptop-alice").unwrap(), 1);
        devices.replace(store.known());
        assert_eq!(devices.device_of(&with(&token), &rules), None);
    }
}
