//! The way in: a link that is printed on the terminal, good once and for ten minutes. Its file holds a digest of it, so that
//! whoever reads the disk gets in no sooner.

use std::{fs, io, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// How long a link is good.
const GOOD: SignedDuration = SignedDuration::from_mins(10);

/// A link into the pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// SHA-256 of its secret, in hexadecimal.
    digest: String,
    /// Until when it is good.
    until: Timestamp,
    /// Who printed it: whoever comes in by it acts under this name.
    who: String,
}

/// Why no link can be made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Its file cannot be written.
    #[error("the link cannot be kept: {0}")]
    Write(#[from] io::Error),
}

impl Link {
    /// Keeps a new link in this file, in the place of the one before, and gives the path to open.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(path: &Path, random: [u8; 32], who: &str, now: Timestamp) -> Result<String, LinkError> {
        let secret = HEXLOWER.encode(&random);
        let link =
            Self { digest: digest(&secret), until: now.saturating_add(GOOD).unwrap_or(now), who: who.to_owned() };
        let text = serde_json::to_vec(&link).map_err(io::Error::other)?;
        let beside = path.with_extension("part");
        let _ = fs::remove_file(&beside);
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(&text)?;
        fs::rename(&beside, path)?;
        Ok(format!("/enter?key={secret}"))
    }

    /// Uses a link up. Who printed it, when the secret is right and in time.
    pub(crate) fn redeem(path: &Path, secret: &str, now: Timestamp) -> Option<String> {
        let link: Self = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        if link.digest != digest(secret) {
            return None;
        }
        // Whoever takes the file away is the one who comes in.
        fs::remove_file(path).ok()?;
        (now < link.until).then_some(link.who)
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn digest(secret: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_once_and_for_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("portal-link");
        let now = Timestamp::UNIX_EPOCH;
        let open = Link::keep(&path, [7; 32], "claire", now).unwrap();
        let secret = open.strip_prefix("/enter?key=").unwrap();
        assert!(!fs::read_to_string(&path).unwrap().contains(secret));
        assert_eq!(Link::redeem(&path, "wrong", now), None);
        assert_eq!(Link::redeem(&path, secret, now).as_deref(), Some("claire"));
        assert_eq!(Link::redeem(&path, secret, now), None, "once");

        let open = Link::keep(&path, [8; 32], "claire", now).unwrap();
        let late = now + SignedDuration::from_mins(11);
        assert_eq!(Link::redeem(&path, open.strip_prefix("/enter?key=").unwrap(), late), None);
    }
}
