//! A stick at the front: what the desk ordered is done, and what waits for the desk is put on it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use vauban_intel::whole;
use vauban_release::{Digest, HubId, SignedOrder};

use super::{
    StickError, StickRole,
    acts::{self, Act, Named},
    answer::Answer,
    folder::{Folder, read},
    orders::LONGEST,
    publication::publication,
    seal::{open, sealed_most},
};
use crate::{
    front::FrontSecret,
    store::{self, Doing, FrontStore, OrderMark, OrderNumber, StoreError, Submission},
};

/// The most bytes of one file of a release.
const LARGEST_FILE: u64 = 512 << 20;
/// The most bytes of what parties sent that go on a stick at once; one thing more may be begun.
const LARGEST_SENT: u64 = 64 << 20;
/// The most things that parties sent, and receipts, that go on a stick at once.
const MOST: u64 = 10_000;

/// A front that a stick is brought to.
pub struct Exchange<'f> {
    /// Its database.
    pub store: &'f FrontStore,
    /// Which hub's it is.
    pub hub: HubId,
    /// What it was told of sticks.
    pub role: &'f StickRole,
    /// The secret of all fronts of the hub.
    pub secret: &'f FrontSecret,
    /// The time.
    pub now: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// Orders that were done now.
    pub done: u64,
    /// The last order that was done, now or before.
    pub last: Option<OrderNumber>,
    /// Parties that joined, receipts, and what parties sent: so many are on the stick.
    pub waiting: (usize, usize, usize),
    /// Whether more waits than is on the stick.
    pub more: bool,
}

/// An order of the stick, and where it lies.
struct Found {
    order: SignedOrder,
    path: PathBuf,
}

impl Found {
    fn mark(&self) -> OrderMark {
        let number = OrderNumber(self.order.order().number.get());
        OrderMark { number, digest: store::Digest(*self.order.digest().bytes()) }
    }
}

impl Exchange<'_> {
    /// Does what stands in `to-front`, in its order and each once, then writes what waits into `from-front`. All orders are checked before
    /// the first is done. Killed at any point it is done again, and nothing happens twice.
    ///
    /// # Errors
    /// See [`StickError`]. Orders before the one that failed were done whole.
    pub async fn exchange(&self, stick: &Path) -> Result<Exchanged, StickError> {
        let to_front = Folder::to_front(stick)?;
        let orders = self.due(self.orders(&to_front)?).await?;
        for found in &orders {
            for act in self.acts(&to_front, found)? {
                for file in act.files() {
                    self.file(&to_front, file)?;
                }
            }
        }
        let mut done = 0;
        for found in &orders {
            done += u64::from(self.obey(&to_front, found).await?);
        }
        self.store.empty_log().await?;
        let answer = self.answer().await?;
        let sealed = answer.write(self.hub, self.secret, &self.role.from_front)?;
        let path = Folder::from_front(stick)?.answer();
        whole::write(&path, &sealed).map_err(|error| StickError::File(path.clone(), error))?;
        Ok(Exchanged {
            done,
            last: answer.last.map(|last| last.number),
            waiting: (answer.joined.len(), answer.receipts.len(), answer.submissions.len() + answer.counts.len()),
            more: answer.more,
        })
    }

    /// The orders on the stick, each of this hub's desk.
    fn orders(&self, folder: &Folder) -> Result<Vec<Found>, StickError> {
        let mut orders = Vec::new();
        for number in folder.orders()? {
            let path = folder.order(number);
            let text = read(&path, LONGEST)?.ok_or_else(|| StickError::Missing(path.clone()))?;
            let order = SignedOrder::from_text(&String::from_utf8_lossy(&text))?;
            order.verify(&self.role.desk, self.hub)?;
            if order.order().number.get() != number.0 {
                return Err(StickError::Changed(path));
            }
            orders.push(Found { order, path });
        }
        Ok(orders)
    }

    /// Those that were not done yet: each follows the one before it, and the first the last that was done.
    async fn due(&self, orders: Vec<Found>) -> Result<Vec<Found>, StickError> {
        let last = self.store.last_order().await?;
        let done = last.map_or(OrderNumber(0), |last| last.number);
        if let Some(newest) = orders.last().map(|found| found.mark().number).filter(|newest| *newest < done) {
            return Err(StickError::Old { newest: newest.0, done: done.0 });
        }
        let number = vauban_release::Number::new(done.0).ok();
        let mut before = number.zip(last).map(|(number, last)| (number, Digest::from_bytes(last.digest.0)));
        let mut due = Vec::new();
        for found in orders {
            let mark = found.mark();
            if mark.number <= done {
                if self.store.done_order(mark.number).await? != Some(mark.digest) {
                    return Err(StickError::Fork(mark.number.0));
                }
                continue;
            }
            found.order.follows(before)?;
            before = Some((found.order.order().number, found.order.digest()));
            due.push(found);
        }
        Ok(due)
    }

    fn acts(&self, folder: &Folder, found: &Found) -> Result<Vec<Act>, StickError> {
        let order = found.order.order();
        if order.length > acts::LARGEST {
            return Err(StickError::TooLarge(found.path.clone()));
        }
        let bytes = self.opened(folder, &order.acts, order.length)?;
        acts::read(&bytes).ok_or(StickError::Unknown(order.number.get()))
    }

    fn file(&self, folder: &Folder, file: &Named) -> Result<Vec<u8>, StickError> {
        if file.length > LARGEST_FILE {
            return Err(StickError::TooLarge(folder.sealed(&file.digest)));
        }
        self.opened(folder, &file.digest, file.length)
    }

    /// A sealed file whose digest is the one that was signed.
    fn opened(&self, folder: &Folder, digest: &Digest, length: u64) -> Result<Vec<u8>, StickError> {
        let path = folder.sealed(digest);
        let sealed = read(&path, sealed_most(length))?.ok_or_else(|| StickError::Missing(path.clone()))?;
        let bytes = open(&sealed, &self.role.to_front, length).filter(|bytes| Digest::of(bytes) == *digest);
        bytes.ok_or(StickError::Changed(path))
    }

    /// Does an order, whole or not at all; whether it was done now.
    async fn obey(&self, folder: &Folder, found: &Found) -> Result<bool, StickError> {
        let Some(mut doing) = self.store.begin_order(found.mark(), self.now).await? else { return Ok(false) };
        for act in self.acts(folder, found)? {
            self.act(folder, found, &mut doing, &act).await?;
        }
        doing.commit().await?;
        Ok(true)
    }

    async fn act(&self, folder: &Folder, found: &Found, doing: &mut Doing, act: &Act) -> Result<(), StickError> {
        let unknown = || StickError::Unknown(found.mark().number.0);
        match act {
            Act::Key { sequence, epoch, entry } => {
                doing.append_key(&acts::key_entry(*sequence, *epoch, entry, self.now)).await?;
            }
            Act::Audience { streams, credentials } => {
                doing.set_audience(&acts::audience(streams, credentials).ok_or_else(unknown)?).await?;
            }
            Act::Publish { files, .. } => {
                let mut read = BTreeMap::new();
                for file in files {
                    read.insert(file.name.clone(), self.file(folder, file)?);
                }
                doing.publish(&publication(self.hub, read).ok_or_else(unknown)?).await?;
            }
            Act::Countersign { seen, .. } => {
                doing.countersign(act.receipt().ok_or_else(unknown)?, &seen.0).await?;
            }
            Act::CountsTaken { .. } => doing.counts_taken(act.counts().ok_or_else(unknown)?).await?,
            Act::Taken { status, .. } => doing.taken(act.taken().ok_or_else(unknown)?, status).await?,
        }
        Ok(())
    }

    /// What waits for the desk, the oldest first, as far as it is put on one stick.
    async fn answer(&self) -> Result<Answer, StoreError> {
        let receipts = self.store.all_receipts(MOST).await?;
        let (submissions, is_all) = self.sent().await?;
        let counts = self.store.waiting_counts(MOST).await?;
        Ok(Answer {
            last: self.store.last_order().await?,
            more: !is_all || receipts.len() as u64 == MOST || counts.len() as u64 == MOST,
            joined: self.store.joined_parties().await?,
            receipts,
            submissions,
            counts,
        })
    }

    async fn sent(&self) -> Result<(Vec<Submission>, bool), StoreError> {
        let (mut sent, mut length) = (Vec::new(), 0);
        let waiting = self.store.waiting_lengths(MOST).await?;
        for (id, bytes) in &waiting {
            if length >= LARGEST_SENT {
                return Ok((sent, false));
            }
            length += bytes;
            sent.extend(self.store.waiting_one(*id).await?);
        }
        Ok((sent, (waiting.len() as u64) < MOST))
    }
}
