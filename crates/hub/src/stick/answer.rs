//! What a front gives back: who joined, receipts, what parties sent, and the last order that it did.
//!
//! Sealed to the desk, and under a code that needs the secret that desk and fronts share: a joining is signed only by the key that it
//! names, and objects by nobody, so that whoever finds a stick could else bring a key or an object in the name of a party.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vauban_release::{Digest, HubId, StreamId, Week};

use super::{StickError, bytes::Bytes, seal};
use crate::{
    front::FrontSecret,
    store::{
        self, CredentialHash, JoinedParty, OrderMark, OrderNumber, PublicKey, Receipt, ReleaseNumber, Submission,
        SubmissionKind, ToldCounts,
    },
};

const FORMAT: &str = "answer/1";
const PURPOSE: &[u8] = b"vauban stick answer 1\n";
/// The most bytes of an answer before it is sealed.
const LARGEST: u64 = 256 << 20;
/// The most bytes of one that is sealed.
pub(super) const LARGEST_SEALED: u64 = seal::sealed_most(LARGEST);

/// What a front gives back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The last order that was done.
    pub(super) last: Option<OrderMark>,
    /// Whether more waits than is here.
    pub(super) more: bool,
    pub(super) joined: Vec<JoinedParty>,
    pub(super) receipts: Vec<Receipt>,
    pub(super) submissions: Vec<Submission>,
    pub(super) counts: Vec<ToldCounts>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    vauban: String,
    hub: HubId,
    last: Option<(u64, Digest)>,
    more: bool,
    joined: Vec<Joined>,
    receipts: Vec<Received>,
    submissions: Vec<Sent>,
    counts: Vec<Told>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Joined {
    credential: Bytes,
    shown: Bytes,
    receipt_key: Bytes,
    at: Timestamp,
    bytes: Bytes,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Received {
    stream: StreamId,
    number: u64,
    key: Bytes,
    at: Timestamp,
    bytes: Bytes,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    id: String,
    credential: Bytes,
    stream: StreamId,
    kind: String,
    received: Timestamp,
    status: String,
    body: Bytes,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    credential: Bytes,
    stream: StreamId,
    week: Week,
    received: Timestamp,
    bytes: Bytes,
}

impl Answer {
    /// The sealed bytes of its file.
    pub(super) fn write(
        &self,
        hub: HubId,
        secret: &FrontSecret,
        to: &age::x25519::Recipient,
    ) -> Result<Vec<u8>, StickError> {
        let written = Written {
            vauban: FORMAT.to_owned(),
            hub,
            last: self.last.map(|last| (last.number.0, Digest::from_bytes(last.digest.0))),
            more: self.more,
            joined: self.joined.iter().map(Joined::of).collect(),
            receipts: self.receipts.iter().map(Received::of).collect(),
            submissions: self.submissions.iter().map(Sent::of).collect(),
            counts: self.counts.iter().map(Told::of).collect(),
        };
        let text = serde_json::to_vec(&written).map_err(|error| StickError::Seal(error.to_string()))?;
        let code = format!("{}\n", HEXLOWER.encode(&secret.code(PURPOSE, &text)));
        seal::seal(&[code.as_bytes(), &text].concat(), to)
    }

    /// Reads them.
    pub(super) fn read(
        sealed: &[u8],
        hub: HubId,
        secret: &FrontSecret,
        with: &age::x25519::Identity,
    ) -> Result<Self, StickError> {
        Self::opened(sealed, hub, secret, with).ok_or(StickError::Answer)
    }

    fn opened(sealed: &[u8], hub: HubId, secret: &FrontSecret, with: &age::x25519::Identity) -> Option<Self> {
        let bytes = seal::open(sealed, with, LARGEST)?;
        let at = bytes.iter().position(|byte| *byte == b'\n')?;
        let (code, text) = (HEXLOWER.decode(bytes.get(..at)?).ok()?, bytes.get(at + 1..)?);
        if !secret.is_code(PURPOSE, text, &code) {
            return None;
        }
        let written: Written = serde_json::from_slice(text).ok()?;
        if written.vauban != FORMAT || written.hub != hub {
            return None;
        }
        let mark = |(number, digest): (u64, Digest)| OrderMark {
            number: OrderNumber(number),
            digest: store::Digest(*digest.bytes()),
        };
        Some(Self {
            last: written.last.map(mark),
            more: written.more,
            joined: written.joined.into_iter().map(Joined::read).collect::<Option<_>>()?,
            receipts: written.receipts.into_iter().map(Received::read).collect::<Option<_>>()?,
            submissions: written.submissions.into_iter().map(Sent::read).collect::<Option<_>>()?,
            counts: written.counts.into_iter().map(Told::read).collect::<Option<_>>()?,
        })
    }
}

impl Joined {
    fn of(joined: &JoinedParty) -> Self {
        Self {
            credential: joined.credential.0.into(),
            shown: joined.shown.0.into(),
            receipt_key: joined.receipt_key.0.into(),
            at: joined.at,
            bytes: Bytes(joined.bytes.clone()),
        }
    }

    fn read(self) -> Option<JoinedParty> {
        Some(JoinedParty {
            credential: CredentialHash(self.credential.array()?),
            shown: CredentialHash(self.shown.array()?),
            receipt_key: PublicKey(self.receipt_key.array()?),
            at: self.at,
            bytes: self.bytes.0,
        })
    }
}

impl Received {
    fn of(receipt: &Receipt) -> Self {
        Self {
            stream: StreamId::new(receipt.stream.0),
            number: receipt.number.0,
            key: receipt.key.0.into(),
            at: receipt.at,
            bytes: Bytes(receipt.bytes.clone()),
        }
    }

    fn read(self) -> Option<Receipt> {
        Some(Receipt {
            stream: store::StreamId(self.stream.uuid()),
            number: ReleaseNumber(self.number),
            key: PublicKey(self.key.array()?),
            at: self.at,
            bytes: self.bytes.0,
        })
    }
}

impl Sent {
    fn of(submission: &Submission) -> Self {
        Self {
            id: submission.id.to_string(),
            credential: submission.credential.0.into(),
            stream: StreamId::new(submission.stream.0),
            kind: submission.kind.name().to_owned(),
            received: submission.received,
            status: submission.status.clone(),
            body: Bytes(submission.body.clone().unwrap_or_default()),
        }
    }

    fn read(self) -> Option<Submission> {
        Some(Submission {
            id: self.id.parse::<Uuid>().ok()?,
            credential: CredentialHash(self.credential.array()?),
            stream: store::StreamId(self.stream.uuid()),
            kind: SubmissionKind::named(&self.kind)?,
            received: self.received,
            status: self.status,
            body: Some(self.body.0),
        })
    }
}

impl Told {
    fn of(told: &ToldCounts) -> Self {
        Self {
            credential: told.credential.0.into(),
            stream: StreamId::new(told.stream.0),
            week: told.week,
            received: told.received,
            bytes: Bytes(told.bytes.clone()),
        }
    }

    fn read(self) -> Option<ToldCounts> {
        Some(ToldCounts {
            credential: CredentialHash(self.credential.array()?),
            stream: store::StreamId(self.stream.uuid()),
            week: self.week,
            received: self.received,
            bytes: self.bytes.0,
        })
    }
}
