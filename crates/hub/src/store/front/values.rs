//! What goes into the front's store and what comes out.

use jiff::Timestamp;
use vauban_model::Marking;

use crate::store::{
    CredentialHash, Digest, Epoch, ObjectId, ObjectType, PublicKey, ReleaseNumber, Sequence, SpecVersion, StreamId,
    Version,
};

/// Who may read what, as the desk has it: replaced as a whole. It names no party.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience {
    /// The streams of the hub. One that is gone takes its releases and entries with it.
    pub streams: Vec<StreamInfo>,
    /// The credentials that count. One that is missing counts no more.
    pub credentials: Vec<Credential>,
}

/// A stream as its readers are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamInfo {
    /// Which.
    pub id: StreamId,
    /// What it is called.
    pub title: String,
    /// What it holds.
    pub description: String,
    /// Whether one organisation reads it: only then may it carry AMBER+STRICT (TLP 2.0).
    pub is_for_one: bool,
}

/// A credential and what it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its hash.
    pub hash: CredentialHash,
    /// The key that its receipts are signed with.
    pub receipt_key: Option<PublicKey>,
    /// Blind look-ups that one slot allows.
    pub budget: u64,
    /// The streams it may read.
    pub streams: Vec<Reading>,
}

/// That a stream may be read, and whether objects may be added and deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Which stream.
    pub stream: StreamId,
    /// Whether TAXII's add and delete are granted.
    pub may_write: bool,
}

/// A stream as one of its readers sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamView {
    /// The stream.
    pub info: StreamInfo,
    /// Whether this reader may add and delete.
    pub may_write: bool,
    /// The last release; 0 when there is none.
    pub head: ReleaseNumber,
    /// The last release's epoch.
    pub epoch: Epoch,
    /// The last release's digest.
    pub digest: Option<Digest>,
    /// The last number given to an entry.
    pub sequence: Sequence,
}

/// An object for a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Its id.
    pub object: ObjectId,
    /// Its version.
    pub version: Version,
    /// Its type.
    pub kind: ObjectType,
    /// Its `spec_version`.
    pub spec_version: SpecVersion,
    /// Its marking.
    pub marking: Marking,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// The object.
    pub json: String,
}

/// An object of a stream, as it is told to a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands: the cursor of the page that ends with it.
    pub sequence: Sequence,
    /// When it came into the stream.
    pub added: Timestamp,
    /// Its id.
    pub object: ObjectId,
    /// Its version.
    pub version: Version,
    /// Its type.
    pub kind: ObjectType,
    /// Its `spec_version`.
    pub spec_version: SpecVersion,
    /// Its marking.
    pub marking: Marking,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// The object, where it was asked for.
    pub json: Option<String>,
}

/// Which versions of an object (TAXII 2.1 section 3.4.1). What is listed is joined by "or"; what is empty is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versions {
    /// The newest of each object.
    pub last: bool,
    /// The oldest of each object.
    pub first: bool,
    /// These.
    pub at: Vec<Version>,
}

impl Versions {
    /// Every version.
    #[must_use]
    pub const fn all() -> Self {
        Self { last: false, first: false, at: Vec::new() }
    }

    /// What TAXII gives to whoever asks for no version.
    #[must_use]
    pub const fn last() -> Self {
        Self { last: true, first: false, at: Vec::new() }
    }

    pub(super) const fn is_all(&self) -> bool {
        !self.last && !self.first && self.at.is_empty()
    }
}

/// What a reader asks for. Fields are joined by "and", the values of one by "or"; what is empty asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only what was added later than this.
    pub added_after: Option<Timestamp>,
    /// Only these objects.
    pub objects: Vec<ObjectId>,
    /// Only these types.
    pub types: Vec<ObjectType>,
    /// Only these versions.
    pub versions: Versions,
    /// Only these versions of the standard.
    pub spec_versions: Vec<SpecVersion>,
}

/// A question for a page of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who asks.
    pub credential: CredentialHash,
    /// Of which stream.
    pub stream: StreamId,
    /// For what.
    pub filter: &'a Filter,
    /// After which number: the cursor.
    pub after: Sequence,
    /// How many at the most; at least 1, and never more than 10,000.
    pub most: u64,
    /// When: what has ended by then is not there.
    pub now: Timestamp,
}

/// Whether objects are read, or only what stands about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// For a manifest: `json` stays empty.
    Manifest,
    /// The objects.
    Objects,
}

/// What became of a wish to spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// It was spent; so much is left in this slot.
    Left(u64),
    /// There is not so much left; nothing was spent.
    Exhausted,
}

/// An entry of the log of the blind tier's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEntry {
    /// Where it stands, from 1.
    pub sequence: Sequence,
    /// The epoch whose key it is.
    pub epoch: Epoch,
    /// The entry as it is hashed.
    pub entry: Vec<u8>,
    /// When it came.
    pub at: Timestamp,
}
