//! How a stream's key becomes another: a statement that the key before signs. Whoever knows that key follows; nobody else can.

use serde::{Deserialize, Serialize};

use crate::{
    HubId, Manifest, Time,
    signing::{FormError, NotSigned, PublicKey, Signature, SigningKey},
};

const FORMAT: &str = "key-change/1";
/// The longest statement, in bytes.
const LONGEST: usize = 512;

/// Why a change of key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// Not a statement of this format in its one spelling.
    #[error("not a statement about a change of key")]
    Shape,
    /// It is another hub's.
    #[error("it is another hub's")]
    OtherHub,
    /// The changes do not follow each other, or do not end with the key that signs.
    #[error("the changes do not lead to the key that signs")]
    Path,
    /// A key that changes to itself.
    #[error("the key does not change")]
    Same,
    /// The signature is none.
    #[error("its signature: {0}")]
    Form(#[from] FormError),
    /// The key before did not sign it.
    #[error("the statement: {0}")]
    NotSigned(#[from] NotSigned),
}

/// What the key before signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    vauban: String,
    hub: HubId,
    from: PublicKey,
    to: PublicKey,
    time: Time,
}

/// A change of key as a manifest carries it: a line of JSON and a minisign signature, both to be checked by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    statement: String,
    signature: String,
}

/// A change of key whose signature holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The key that signed.
    pub from: PublicKey,
    /// The key that signs from then on.
    pub to: PublicKey,
    /// When.
    pub time: Time,
}

impl KeyChange {
    /// Makes `to` the key of the hub's streams after `from`.
    ///
    /// # Errors
    /// [`ChangeError::Same`].
    pub fn sign(hub: HubId, from: &SigningKey, to: PublicKey, time: Time) -> Result<Self, ChangeError> {
        if from.public() == to {
            return Err(ChangeError::Same);
        }
        let statement = Statement { vauban: FORMAT.to_owned(), hub, from: from.public(), to, time };
        let statement = write(&statement)?;
        let signature = from.sign(statement.as_bytes(), format!("key-change of hub {hub}").parse()?);
        Ok(Self { statement, signature: signature.to_string() })
    }

    /// The statement and its signature, each as the bytes of a file.
    #[must_use]
    pub fn files(&self) -> (&str, &str) {
        (&self.statement, &self.signature)
    }

    /// Checks it.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub fn verify(&self, hub: HubId) -> Result<Changed, ChangeError> {
        if self.statement.len() > LONGEST {
            return Err(ChangeError::Shape);
        }
        let statement: Statement = serde_json::from_str(&self.statement).map_err(|_| ChangeError::Shape)?;
        if statement.vauban != FORMAT || write(&statement)? != self.statement {
            return Err(ChangeError::Shape);
        }
        let Statement { hub: named, from, to, time, .. } = statement;
        if named != hub {
            return Err(ChangeError::OtherHub);
        }
        if from == to {
            return Err(ChangeError::Same);
        }
        let signature = Signature::from_bytes(self.signature.as_bytes())?;
        from.verify(self.statement.as_bytes(), &signature)?;
        Ok(Changed { from, to, time })
    }
}

fn write(statement: &Statement) -> Result<String, ChangeError> {
    serde_json::to_string(statement).map(|line| line + "\n").map_err(|_| ChangeError::Shape)
}

/// Checks that the changes of a manifest hold, follow each other, and lead to the key that signs it.
pub(crate) fn check_changes(manifest: &Manifest) -> Result<(), ChangeError> {
    let mut changes = Vec::with_capacity(manifest.changes.len());
    for change in &manifest.changes {
        changes.push(change.verify(manifest.hub)?);
    }
    let follow =
        changes.windows(2).all(|pair| matches!(pair, [one, next] if one.to == next.from && one.time <= next.time));
    let leads = changes.last().is_none_or(|last| last.to == manifest.signer && last.time <= manifest.time);
    if follow && leads { Ok(()) } else { Err(ChangeError::Path) }
}

/// Whether somebody who trusts `known` may trust the key that signed this manifest. The changes were checked when it was read.
pub(crate) fn leads_from(known: &PublicKey, manifest: &Manifest) -> bool {
    let changes = || manifest.changes.iter().filter_map(|change| change.verify(manifest.hub).ok());
    *known == manifest.signer || changes().any(|change| change.from == *known)
}
