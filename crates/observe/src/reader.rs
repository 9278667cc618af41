//! The seam between the pipeline and the formats.

use std::io;

use jiff::Timestamp;
use mail_parser::Message;
use serde_json::Value;
use vauban_intake::{Budget, Problem};
use vauban_model::{Exposure, Observable};

use crate::Item;

/// Reads one format.
///
/// # Contract
/// - `read` never panics and never loops without calling [`Budget::check_time`].
/// - It hands over everything it understood before it returns an error: an error means "the rest of this item
///   is unread", and becomes the item's one unread entry.
/// - A member that cannot be opened is announced with [`Sink::unread_child`], and reading goes on.
pub trait Reader: Sync {
    /// The name of the format and of its folder under `formats/`.
    fn name(&self) -> &'static str;

    /// Whether the item is of this format, told from its bytes first and its name second. Cheap: it is asked
    /// of every item. The first reader in [`READERS`](crate::READERS) that says yes gets it.
    fn recognises(&self, item: &Item<'_>) -> bool;

    /// Reads the item into the sink.
    ///
    /// # Errors
    /// Why the item, or the rest of it, could not be read.
    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem>;

    /// Whether [`read_stream`](Self::read_stream) can be used: the format needs only one look from its start to its end.
    fn reads_streams(&self) -> bool {
        false
    }

    /// Reads a file that is too large to hold in memory. `head` is the file with its first bytes only; `source` begins at
    /// its start.
    ///
    /// # Errors
    /// Why the file, or the rest of it, could not be read.
    fn read_stream(
        &self,
        _head: &Item<'_>,
        _source: &mut dyn io::Read,
        _budget: &Budget,
        _sink: &mut dyn Sink,
    ) -> Result<(), Problem> {
        Err(Problem::unsupported("this format is not read as a stream"))
    }
}

/// Takes what a reader finds. The pipeline's sink recurses into children at once, so that only one chain of
/// nesting is in memory at a time.
pub trait Sink {
    /// Something inside that is an item of its own: a member, an attachment, a message, a macro module.
    /// The sink accounts for it, reads it, and reports its problems; nothing comes back.
    fn child(&mut self, child: Child<'_>);

    /// Something inside that is known to be there and cannot be opened (an encrypted member, say). It is
    /// accounted for as an item that was not read.
    fn unread_child(&mut self, segment: &str, name: &str, problem: Problem);

    /// A child of which only the first bytes could be had: they are read, and that the rest is missing is
    /// accounted for.
    fn partial_child(&mut self, child: Child<'_>, problem: Problem) {
        self.child(child);
        self.unread_child(child.segment, "", problem);
    }

    /// A passage of the item's text to look for observables in. Bytes are UTF-8 or any superset of ASCII.
    fn passage(&mut self, passage: Passage<'_>);

    /// An observable that the format states outright (a hyperlink's target, a hash in a manifest).
    fn observable(&mut self, finding: Finding<'_>);

    /// An event of a log, whole, for rules that judge single events.
    fn event(&mut self, event: LogEvent<'_>);

    /// The item is a message from its first byte on, and this is how it was parsed: for whoever asks other questions of it
    /// and need not parse it again. Told when everything in it was handed over.
    fn message(&mut self, _message: &Message<'_>) {}

    /// The same item in another coding (what a compressor held): read with the item's own location, with
    /// `how` (`gzip`) added to whatever is seen in it. Hashes and YARA run on it too.
    fn recoded(&mut self, how: &'static str, name: &str, bytes: &[u8]);
}

/// An item inside an item.
#[derive(Debug, Clone, Copy)]
pub struct Child<'a> {
    /// Its segment of the location (`message 17`, `word/document.xml`, `VBA/Module1`).
    pub segment: &'a str,
    /// Its own file name without folders; empty when it has none. It is itself an observable.
    pub name: &'a str,
    /// The media type its container claims; empty when none.
    pub media_type: &'a str,
    /// Its bytes, unpacked and decoded.
    pub bytes: &'a [u8],
    /// What being here says of everything inside it.
    pub context: Context,
}

/// What the place says of what is seen there. It is inherited inwards; an inner statement wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Context {
    /// How far it got; `None` where the place says nothing.
    pub exposure: Option<Exposure>,
    /// When, by the evidence's own account.
    pub at: Option<Timestamp>,
}

/// A stretch of text of an item.
#[derive(Debug, Clone, Copy)]
pub struct Passage<'a> {
    /// The text: UTF-8, or bytes in any superset of ASCII.
    pub bytes: &'a [u8],
    /// Where it begins in the item's bytes, when the text stands there as it is; `None` when it was decoded,
    /// so that offsets in it mean nothing outside.
    pub offset: Option<u64>,
    /// The steps that were needed to reach it, outermost first (`quoted-printable`, `utf-16`).
    pub how: &'a [&'static str],
    /// What the place says of it.
    pub context: Context,
}

/// An observable that a format states outright.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    /// What was seen.
    pub observable: Observable,
    /// Where in the item's bytes, if it stands there.
    pub offset: Option<u64>,
    /// The steps that were needed to reach it, outermost first.
    pub how: &'a [&'static str],
    /// What the place says of it.
    pub context: Context,
    /// The words around it, for the report; empty when there are none.
    pub excerpt: &'a str,
}

/// An event of a log.
#[derive(Debug, Clone, Copy)]
pub struct LogEvent<'a> {
    /// The system whose log it is, in Sigma's words (`windows`).
    pub product: &'a str,
    /// The log that it stands in (`Microsoft-Windows-Sysmon/Operational`).
    pub channel: &'a str,
    /// The program that wrote it (`Microsoft-Windows-Sysmon`).
    pub provider: &'a str,
    /// Its number, which tells its kind.
    pub id: u64,
    /// Its fields under the names that rules for this log use, without nesting: an object.
    pub fields: &'a Value,
    /// What the place says of it.
    pub context: Context,
}

/// The reader of this item: the first of `readers` that recognises it.
#[must_use]
pub fn reader_for<'r>(readers: &[&'r dyn Reader], item: &Item<'_>) -> Option<&'r dyn Reader> {
    readers.iter().copied().find(|reader| reader.recognises(item))
}
