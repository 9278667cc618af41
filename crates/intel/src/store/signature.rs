//! Signatures of publishers (minisign), and the sequence number in their trusted comments that stops an old document from
//! being passed off as new.

use std::collections::BTreeMap;

use minisign_verify::{PublicKey, Signature};

/// Why a signed document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The publisher's key is none.
    #[error("not a minisign public key: {0:?}")]
    Key(String),
    /// A document has no signature beside it.
    #[error("{0} has no signature ({0}.minisig) though its publisher's key is known")]
    Missing(String),
    /// The signature is not the publisher's, or the document was changed after it.
    #[error("{0} was changed after it was signed, or signed by somebody else")]
    Wrong(String),
    /// The signature was made for a document of another name.
    #[error("the signature of {document} was made for {signed}")]
    OtherName {
        /// The document.
        document: String,
        /// The name in the trusted comment.
        signed: String,
    },
    /// The trusted comment carries no number.
    #[error("the signature of {0} carries neither timestamp nor version")]
    NoSequence(String),
    /// The document is older than the one that is stored, or another of the same number.
    #[error("{document} is number {offered}, and number {stored} was seen before: an old document passed off as new")]
    RolledBack {
        /// The document.
        document: String,
        /// The number it carries.
        offered: u64,
        /// The number that is stored.
        stored: u64,
    },
}

/// A document as it was offered.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) signature: Option<Vec<u8>>,
}

/// Reads a publisher's key: the base64 line alone, or the whole `.pub` file.
pub(super) fn key(text: &str) -> Result<PublicKey, SignatureError> {
    let text = text.trim();
    PublicKey::from_base64(text).or_else(|_| PublicKey::decode(text)).map_err(|_| SignatureError::Key(text.to_owned()))
}

/// Checks every document; returns the number each carries.
pub(super) fn verify(offered: &[Offered], key: &PublicKey) -> Result<BTreeMap<String, u64>, SignatureError> {
    let mut sequences = BTreeMap::new();
    for document in offered {
        let name = || document.name.clone();
        let signature = document.signature.as_deref().ok_or_else(|| SignatureError::Missing(name()))?;
        let signature = std::str::from_utf8(signature)
            .ok()
            .and_then(|text| Signature::decode(text).ok())
            .ok_or_else(|| SignatureError::Wrong(name()))?;
        key.verify(&document.bytes, &signature, false).map_err(|_| SignatureError::Wrong(name()))?;
        let comment = signature.trusted_comment();
        // Two documents of one publisher must not change places.
        if let Some(signed) = field(comment, "file:") {
            let own = document.name.rsplit('/').next().unwrap_or(&document.name);
            if signed != own && signed != document.name {
                return Err(SignatureError::OtherName { document: name(), signed: signed.to_owned() });
            }
        }
        let number =
            field(comment, "version:").or_else(|| field(comment, "timestamp:")).and_then(|number| number.parse().ok());
        sequences.insert(name(), number.ok_or_else(|| SignatureError::NoSequence(name()))?);
    }
    Ok(sequences)
}

/// Refuses a document that carries a smaller number than the stored one.
pub(super) fn check_order(
    stored: &BTreeMap<String, u64>,
    offered: &BTreeMap<String, u64>,
    unchanged: bool,
) -> Result<(), SignatureError> {
    for (document, &number) in offered {
        if let Some(&before) = stored.get(document)
            && number < before
        {
            return Err(SignatureError::RolledBack { document: document.clone(), offered: number, stored: before });
        }
    }
    // Something changed, so at least one number must have grown: the newest seen is the mark for new names too.
    let newest = |all: &BTreeMap<String, u64>| {
        all.iter().max_by_key(|(_, number)| **number).map(|(name, number)| (name.clone(), *number))
    };
    if let (false, Some((_, before)), Some((document, number))) = (unchanged, newest(stored), newest(offered))
        && number <= before
    {
        return Err(SignatureError::RolledBack { document, offered: number, stored: before });
    }
    Ok(())
}

fn field<'c>(comment: &'c str, name: &str) -> Option<&'c str> {
    comment.split(['\t', ' ', ',']).find_map(|word| word.strip_prefix(name))
}
