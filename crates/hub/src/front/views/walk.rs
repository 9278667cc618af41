//! All that a credential may see of a stream now, page by page: the question itself decides what that is.

use jiff::Timestamp;

use crate::{
    front::{Front, problem::Problem},
    store::{Asked, CredentialHash, Detail, Entry, Filter, ObjectType, Sequence, StreamView, Versions},
};

/// Entries on a page where objects are read, and where they are not.
const PAGE: u64 = 1_000;
const WIDE_PAGE: u64 = 10_000;

/// Who looks at which stream, and when.
#[derive(Clone, Copy)]
pub(super) struct Looking<'f> {
    pub(super) front: &'f Front,
    pub(super) credential: CredentialHash,
    pub(super) view: &'f StreamView,
    pub(super) now: Timestamp,
}

/// What of the stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    /// Only these types; all when there are none.
    pub(super) types: &'static [&'static str],
    /// Only what was added after.
    pub(super) after: Option<Timestamp>,
}

/// The entries of a part, the newest version of each object, in the stream's order.
pub(super) struct Walk<'f> {
    looking: Looking<'f>,
    filter: Filter,
    detail: Detail,
    last: Option<Sequence>,
}

impl<'f> Looking<'f> {
    pub(super) fn walk(self, part: &Part, detail: Detail) -> Walk<'f> {
        let types = part.types.iter().filter_map(|kind| ObjectType::new(kind)).collect();
        let filter = Filter { types, added_after: part.after, versions: Versions::last(), ..Filter::default() };
        Walk { looking: self, filter, detail, last: Some(Sequence(0)) }
    }
}

impl Walk<'_> {
    /// The next page; nothing when there is no more.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Entry>>, Problem> {
        let Some(after) = self.last else { return Ok(None) };
        let Looking { front, credential, view, now } = self.looking;
        let most = if self.detail == Detail::Objects { PAGE } else { WIDE_PAGE };
        let asked = Asked { credential, stream: view.info.id, filter: &self.filter, after, most, now };
        let page = front.store.page(asked, self.detail).await?.ok_or(Problem::Stream)?;
        self.last = page.entries.last().filter(|_| page.more).map(|entry| entry.sequence);
        Ok(Some(page.entries))
    }
}
