//! What a host and its workers say to each other. A host trusts nothing that a worker says: it may have been taken over
//! by what it read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vauban_intake::{Limits, Problem};
use vauban_knowledge::Left;
use vauban_model::{Reason, Sighting};
use vauban_workers::Replies;

use crate::{Examined, Ledger, Observed, Scanned, ledger::Collected};

/// What the template needs besides the files of the knowledge.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) key: [u8; 32],
    pub(super) item_bytes: u64,
    pub(super) total_bytes: u64,
    pub(super) entries: u64,
    pub(super) depth: usize,
    pub(super) memory: u64,
    pub(super) now: Timestamp,
    pub(super) with_expired: bool,
    pub(super) remember: bool,
    pub(super) onlooker: Option<Vec<u8>>,
}

impl Setup {
    pub(super) fn limits(&self) -> Limits {
        Limits { item_bytes: self.item_bytes, total_bytes: self.total_bytes, entries: self.entries, depth: self.depth }
    }
}

/// What the template says when it is ready.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Ready {
    /// Rules that could not be compiled: place, value and reason of each.
    pub(super) refused: Vec<Left>,
    /// Whether a rule asks for the name of the file.
    pub(super) rules_ask_for_names: bool,
}

/// One file to examine; its descriptor comes beside it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) path: String,
    /// What the piece is called inside it; empty for the file as it is.
    pub(super) inside: String,
    pub(super) name: String,
    pub(super) size: u64,
    /// Seconds until its reader is asked to end.
    pub(super) seconds: u64,
    /// The most bytes one item may have, unpacked.
    pub(super) item_bytes: u64,
    /// Items not to be read.
    pub(super) skip: Vec<u64>,
    /// Whether to say of each item that it begins before it is read.
    pub(super) careful: bool,
    /// Whether the file is not to be held as a whole.
    pub(super) in_pieces: bool,
}

const ENTER: u8 = 1;
const SIGHTINGS: u8 = 2;
const OBSERVED: u8 = 3;
const READ: u8 = 4;
const UNREAD: u8 = 5;
const EXAMINED: u8 = 6;
const TOLD: u8 = 7;

/// What an onlooker said goes in frames of this length.
const TOLD_BYTES: usize = 1 << 20;

/// The ledger in a worker.
pub(super) struct Sender {
    pub(super) replies: Replies,
    pub(super) careful: bool,
}

impl Sender {
    pub(super) fn examined(&self, examined: &Examined) {
        for some in examined.told.chunks(TOLD_BYTES) {
            self.replies.reply(TOLD, some);
        }
        self.json(EXAMINED, &(&examined.sha256, &examined.format, examined.until, examined.scanned.to_bytes()));
    }

    fn json(&self, tag: u8, value: &impl Serialize) {
        self.replies.reply(tag, &serde_json::to_vec(value).unwrap_or_default());
    }
}

impl Ledger for Sender {
    fn enter(&mut self, segment: &str) {
        self.replies.reply(ENTER, segment.as_bytes());
        if self.careful {
            self.replies.flush();
        }
    }

    fn sightings(&mut self, sightings: Vec<Sighting>) {
        for some in sightings.chunks(200) {
            self.json(SIGHTINGS, &some);
        }
    }

    fn observed(&mut self, observed: Observed) {
        if !observed.is_empty() {
            self.replies.reply(OBSERVED, &observed.to_bytes());
        }
    }

    fn leave(&mut self, outcome: Result<(), Problem>) {
        match outcome {
            Ok(()) => self.replies.reply(READ, &[]),
            Err(Problem { reason, detail }) => self.json(UNREAD, &(reason, detail)),
        }
    }
}

/// Writes what a worker says into a ledger here. None when it is not what workers say.
pub(super) fn receive(
    tag: u8,
    payload: &[u8],
    collected: &mut Collected,
    examined: &mut Option<Examined>,
    told: &mut Vec<u8>,
) -> Option<()> {
    match tag {
        ENTER => collected.enter(std::str::from_utf8(payload).ok()?),
        // An answer begins with an item.
        _ if collected.is_empty() => return None,
        SIGHTINGS => collected.sightings(serde_json::from_slice(payload).ok()?),
        OBSERVED => collected.observed(Observed::from_bytes(payload)?),
        READ => collected.leave(Ok(())),
        UNREAD => {
            let (reason, detail): (Reason, String) = serde_json::from_slice(payload).ok()?;
            collected.leave(Err(Problem::new(reason, detail)));
        }
        TOLD => told.extend_from_slice(payload),
        EXAMINED => {
            let (sha256, format, until, scanned): (_, _, _, Vec<u8>) = serde_json::from_slice(payload).ok()?;
            let scanned = Scanned::from_bytes(&scanned)?;
            *examined = Some(Examined { sha256, format, until, scanned, told: std::mem::take(told) });
        }
        _ => return None,
    }
    Some(())
}
