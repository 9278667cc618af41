//! Who received what, provable on both sides: a line that the party signs with its own key, and that the hub signs in return.
//!
//! The party's signature proves to the hub that this party had that release; the hub's proves to the party that it said so. Both are
//! minisign signatures over lines that people can read. A receipt names the manifest's digest, so it is good for one release only.

use serde::{Deserialize, Serialize};

use crate::{
    Digest, HubId, Moment, Number, StreamId, Time, Words,
    line::{LineError, read, write},
    manifest::SignedManifest,
    signing::{FormError, NotSigned, PublicKey, Signature, SigningKey},
};

const FORMAT: &str = "receipt/1";
const SEEN: &str = "receipt-seen/1";

/// Why a receipt proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not a receipt in its one spelling.
    #[error("not a receipt")]
    Shape,
    /// For another hub, stream, number or manifest.
    #[error("the receipt is for another release")]
    OtherRelease,
    /// Another party's.
    #[error("the receipt is another party's")]
    OtherParty,
    /// Dated before the release was made, or in the future.
    #[error("the receipt is dated {0}, when it cannot have been signed")]
    Time(Time),
    /// The countersignature is for another receipt.
    #[error("the countersignature is for another receipt")]
    OtherReceipt,
    /// The signature is none.
    #[error("the signature of the receipt: {0}")]
    Form(#[from] FormError),
    /// Signed by another key, or changed.
    #[error("the receipt: {0}")]
    NotSigned(#[from] NotSigned),
}

impl From<LineError> for ReceiptError {
    fn from(error: LineError) -> Self {
        match error {
            LineError::Shape => Self::Shape,
            LineError::Form(error) => Self::Form(error),
        }
    }
}

impl ReceiptError {
    /// What a person reads.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Shape | Self::Form(_) => Words::new("Ce n'est pas un accusé de réception.", "This is not a receipt."),
            Self::OtherRelease => Words::new(
                "Cet accusé de réception concerne une autre livraison.",
                "This receipt is for another release.",
            ),
            Self::OtherParty => Words::new(
                "Cet accusé de réception vient d'un autre destinataire.",
                "This receipt is another recipient's.",
            ),
            Self::Time(time) => Words::new(
                format!("Cet accusé de réception est daté du {time}, ce qui est impossible. Vérifiez les horloges."),
                format!("This receipt is dated {time}, which cannot be. Check the clocks."),
            ),
            Self::OtherReceipt => Words::new(
                "Cette contresignature concerne un autre accusé de réception.",
                "This countersignature is for another receipt.",
            ),
            Self::NotSigned(_) => Words::new(
                "La signature de cet accusé de réception est fausse.",
                "The signature of this receipt is wrong.",
            ),
        }
    }
}

/// What a party says when it took a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    vauban: String,
    /// Whose release.
    pub hub: HubId,
    /// Of which stream.
    pub stream: StreamId,
    /// Its number.
    pub number: Number,
    /// The digest of its manifest.
    pub manifest: Digest,
    /// The fingerprint of the party's key.
    pub party: Digest,
    /// When it was taken.
    pub time: Time,
}

/// A receipt and its party's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedReceipt {
    receipt: Receipt,
    line: String,
    signature: Signature,
}

impl SignedReceipt {
    /// Signs that this release was taken.
    ///
    /// # Errors
    /// None in practice: see [`ReceiptError`].
    pub fn sign(signed: &SignedManifest, party: &SigningKey, time: Time) -> Result<Self, ReceiptError> {
        let manifest = signed.manifest();
        let receipt = Receipt {
            vauban: FORMAT.to_owned(),
            hub: manifest.hub,
            stream: manifest.stream,
            number: manifest.number,
            manifest: signed.digest(),
            party: party.public().fingerprint(),
            time: time.max(manifest.time),
        };
        let line = write(&receipt)?;
        let comment = format!("receipt for number {} of stream {}", receipt.number, receipt.stream);
        let signature = party.sign(line.as_bytes(), comment.parse()?);
        Ok(Self { receipt, line, signature })
    }

    /// What it says. Believe it only after [`Self::verify`].
    #[must_use]
    pub const fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Who signed it, and under which name of the key. Believe it only after [`Self::verify`].
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The text: the line, then the four lines of its signature.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}{}", self.line, self.signature)
    }

    /// Reads the text.
    ///
    /// # Errors
    /// [`ReceiptError::Shape`] or [`ReceiptError::Form`]; the signature is checked by [`Self::verify`].
    pub fn from_text(text: &str) -> Result<Self, ReceiptError> {
        let (line, receipt, signature) = read::<Receipt>(text)?;
        if receipt.vauban != FORMAT {
            return Err(ReceiptError::Shape);
        }
        Ok(Self { receipt, line, signature })
    }

    /// Checks that this party signed it for this release, at a time when it could.
    ///
    /// # Errors
    /// See [`ReceiptError`].
    pub fn verify(&self, party: &PublicKey, release: &SignedManifest, moment: Moment) -> Result<(), ReceiptError> {
        let manifest = release.manifest();
        let Receipt { hub, stream, number, manifest: digest, party: named, time, .. } = self.receipt;
        if named != party.fingerprint() {
            return Err(ReceiptError::OtherParty);
        }
        party.verify(self.line.as_bytes(), &self.signature)?;
        if (hub, stream, number, digest) != (manifest.hub, manifest.stream, manifest.number, release.digest()) {
            return Err(ReceiptError::OtherRelease);
        }
        if time < manifest.time || moment.is_before(time) { Err(ReceiptError::Time(time)) } else { Ok(()) }
    }
}

/// What the hub says of a receipt that it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    vauban: String,
    receipt: Digest,
    time: Time,
}

/// The hub's signature over a receipt with its party's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countersignature {
    seen: Seen,
    line: String,
    signature: Signature,
}

impl Countersignature {
    /// Signs that the hub has this receipt. The hub verifies it first.
    ///
    /// # Errors
    /// None in practice: see [`ReceiptError`].
    pub fn sign(receipt: &SignedReceipt, hub: &SigningKey, time: Time) -> Result<Self, ReceiptError> {
        let seen = Seen { vauban: SEEN.to_owned(), receipt: Digest::of(receipt.to_text().as_bytes()), time };
        let line = write(&seen)?;
        let signature = hub.sign(line.as_bytes(), "receipt seen".parse()?);
        Ok(Self { seen, line, signature })
    }

    /// The text: the line, then the four lines of its signature.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}{}", self.line, self.signature)
    }

    /// Reads the text.
    ///
    /// # Errors
    /// [`ReceiptError::Shape`] or [`ReceiptError::Form`]; the signature is checked by [`Self::verify`].
    pub fn from_text(text: &str) -> Result<Self, ReceiptError> {
        let (line, seen, signature) = read::<Seen>(text)?;
        if seen.vauban != SEEN {
            return Err(ReceiptError::Shape);
        }
        Ok(Self { seen, line, signature })
    }

    /// When the hub says that it had the receipt.
    #[must_use]
    pub const fn time(&self) -> Time {
        self.seen.time
    }

    /// Checks that this hub signed it for this receipt.
    ///
    /// # Errors
    /// See [`ReceiptError`].
    pub fn verify(&self, hub: &PublicKey, receipt: &SignedReceipt) -> Result<(), ReceiptError> {
        hub.verify(self.line.as_bytes(), &self.signature)?;
        let is_for = self.seen.receipt == Digest::of(receipt.to_text().as_bytes());
        if is_for { Ok(()) } else { Err(ReceiptError::OtherReceipt) }
    }
}
