//! A stick as a desk sees it: the front is told on it, and answers on it, one visit later.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use uuid::Uuid;
use vauban_intel::whole;
use vauban_release::{Digest, HubId, OrderError, SignedOrder, SigningKey, StreamId};

use super::{
    StickError, StickKeys,
    acts::{self, Act, Named},
    answer::{Answer, LARGEST_SEALED},
    folder::{Folder, read},
    orders::{LONGEST, Orders},
    publication,
    seal::{open, seal, sealed_most},
};
use crate::{
    desk::{DeskError, FrontSide, Rest, Step},
    front::FrontSecret,
    store::{
        self, Audience, JoinedParty, KeyEntry, OrderNumber, Publication, Receipt, ReleaseNumber, Submission, ToldCounts,
    },
};

/// What a desk gives orders with.
pub(crate) struct Giving {
    pub(crate) hub: HubId,
    pub(crate) key: SigningKey,
    pub(crate) secret: FrontSecret,
    pub(crate) keys: StickKeys,
    pub(crate) orders: Orders,
}

/// A stick at the desk. What the front is to do is gathered, and becomes one order at the end.
pub(crate) struct Stick {
    giving: Giving,
    stick: PathBuf,
    now: Timestamp,
    acts: Vec<Act>,
    files: Vec<(Digest, Vec<u8>)>,
    answer: Option<Answer>,
}

impl Stick {
    pub(crate) fn new(giving: Giving, stick: &Path, now: Timestamp) -> Result<Self, StickError> {
        if !stick.is_dir() {
            return Err(StickError::NoStick(stick.to_owned()));
        }
        Ok(Self { giving, stick: stick.to_owned(), now, acts: Vec::new(), files: Vec::new(), answer: None })
    }

    /// What the front answered, without what later orders already said of it: a stick may be read twice, and an old one again.
    fn answer(&mut self) -> Result<&mut Answer, StickError> {
        if self.answer.is_none() {
            self.answer = Some(self.read_answer()?);
        }
        self.answer.as_mut().ok_or(StickError::NoAnswer)
    }

    fn read_answer(&self) -> Result<Answer, StickError> {
        let Giving { hub, secret, keys, orders, .. } = &self.giving;
        let path = Folder::from_front(&self.stick)?.answer();
        let sealed = read(&path, LARGEST_SEALED)?.ok_or(StickError::NoAnswer)?;
        let mut answer = Answer::read(&sealed, *hub, secret, &keys.from_front)?;
        if let Some(last) = answer.last {
            let own = orders.get(last.number)?.ok_or(StickError::OldDesk(last.number.0))?;
            if own.digest().bytes() != &last.digest.0 {
                return Err(StickError::Fork(last.number.0));
            }
        }
        let (mut taken, mut signed, mut told) = (HashSet::new(), HashSet::new(), HashSet::new());
        for order in orders.after(done(&answer))? {
            let acts = orders.acts(&order)?;
            taken.extend(acts.iter().filter_map(Act::taken));
            signed.extend(acts.iter().filter_map(Act::receipt));
            told.extend(acts.iter().filter_map(Act::counts));
        }
        answer.submissions.retain(|sent| !taken.contains(&sent.id));
        answer.receipts.retain(|receipt| !signed.contains(&(receipt.stream, receipt.number, receipt.key)));
        answer.counts.retain(|counts| !told.contains(&counts.key()));
        Ok(answer)
    }

    fn add(&mut self, new: &Publication) -> Result<(), StickError> {
        let files = publication::files(new).map_err(|error| StickError::Seal(error.to_string()))?;
        let mut named = Vec::new();
        for (name, bytes) in files {
            let digest = Digest::of(&bytes);
            named.push(Named { name, digest, length: bytes.len() as u64 });
            self.files.push((digest, bytes));
        }
        let (stream, number) = (StreamId::new(new.stream.0), new.number.0);
        self.acts.push(Act::Publish { stream, number, files: named });
        Ok(())
    }

    /// Gives the order, and writes what the front has not done yet.
    fn give(&mut self) -> Result<Rest, StickError> {
        let _lock = self.giving.orders.lock()?;
        let (known, more) = match self.answer() {
            Ok(answer) => (Some(done(answer)), answer.more),
            // What cannot be read is no reason to tell the front nothing; that this desk is an old one is.
            Err(StickError::NoAnswer | StickError::Answer) => (None, false),
            Err(error) => return Err(error),
        };
        let folder = Folder::to_front(&self.stick)?;
        self.check(&folder)?;
        let orders = &self.giving.orders;
        let done = known.map_or_else(|| orders.done(), Ok)?;
        self.append(done)?;
        let waiting = orders.after(done)?;
        let mut kept = Vec::new();
        for order in &waiting {
            kept.extend(self.put(&folder, order)?);
        }
        folder.keep_only(&kept)?;
        orders.set_done(done)?;
        Ok(Rest { orders: waiting.len(), more })
    }

    /// Orders on the stick are ours, or rubbish that is written over.
    fn check(&self, folder: &Folder) -> Result<(), StickError> {
        for number in folder.orders()? {
            let text = read(&folder.order(number), LONGEST)?.unwrap_or_default();
            let Ok(there) = SignedOrder::from_text(&String::from_utf8_lossy(&text)) else { continue };
            match there.verify(&self.giving.key.public(), self.giving.hub) {
                Ok(()) if self.giving.orders.get(number)?.is_none_or(|own| own != there) => {
                    return Err(StickError::OldDesk(number.0));
                }
                Err(error @ OrderError::OtherHub) => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// The order of what was gathered. Whoever was killed gives it again, and it is the same one as long as the front did not do it.
    fn append(&self, done: OrderNumber) -> Result<(), StickError> {
        if self.acts.is_empty() {
            return Ok(());
        }
        let Giving { hub, key, orders, .. } = &self.giving;
        let acts = acts::write(&self.acts).map_err(|error| StickError::Seal(error.to_string()))?;
        let last = orders.last()?;
        let is_last = |last: &SignedOrder| last.order().acts == Digest::of(&acts) && last.order().number.get() > done.0;
        if last.as_ref().is_some_and(is_last) {
            return Ok(());
        }
        let order = SignedOrder::sign(*hub, last.as_ref(), &acts, key, self.now.into())?;
        orders.append(&order, &acts, &self.files)
    }

    /// Writes an order on the stick: itself last, so that one that is there is whole. The files that belong to it.
    fn put(&self, folder: &Folder, order: &SignedOrder) -> Result<Vec<PathBuf>, StickError> {
        let orders = &self.giving.orders;
        let (acts, mut kept) = (orders.acts(order)?, Vec::new());
        let mut files = orders.files(&acts)?;
        files.push((order.order().acts, orders.kept(&order.order().acts)?));
        for (digest, bytes) in files {
            let path = folder.sealed(&digest);
            self.put_sealed(&path, &bytes)?;
            kept.push(path);
        }
        let path = folder.order(OrderNumber(order.order().number.get()));
        whole::write(&path, order.to_text().as_bytes()).map_err(|error| StickError::File(path.clone(), error))?;
        kept.push(path);
        Ok(kept)
    }

    fn put_sealed(&self, path: &Path, bytes: &[u8]) -> Result<(), StickError> {
        let key = &self.giving.keys.to_front;
        let most = sealed_most(bytes.len() as u64);
        // Reading is quicker than writing, and wears no stick.
        let there = fs::metadata(path).is_ok_and(|found| found.len() <= most).then(|| read(path, most)).transpose()?;
        let is_there = there.flatten().and_then(|sealed| open(&sealed, key, bytes.len() as u64));
        if is_there.is_some_and(|there| there == bytes) {
            return Ok(());
        }
        let sealed = seal(bytes, &key.to_public())?;
        whole::write(path, &sealed).map_err(|error| StickError::File(path.to_owned(), error))
    }
}

/// The last order that an answer says was done.
fn done(answer: &Answer) -> OrderNumber {
    answer.last.map_or(OrderNumber(0), |last| last.number)
}

/// A step that is over when it is asked for.
fn at_once<'a, T: Send + 'a>(result: Result<T, StickError>) -> Step<'a, T> {
    Box::pin(std::future::ready(result.map_err(DeskError::from)))
}

impl FrontSide for Stick {
    fn append_key<'a>(&'a mut self, new: &'a KeyEntry) -> Step<'a, ()> {
        self.acts.push(Act::key(new));
        at_once(Ok(()))
    }

    fn set_audience<'a>(&'a mut self, audience: &'a Audience) -> Step<'a, ()> {
        self.acts.push(Act::audience(audience));
        at_once(Ok(()))
    }

    fn publish<'a>(&'a mut self, new: &'a Publication, _: Timestamp) -> Step<'a, ()> {
        at_once(self.add(new))
    }

    fn joined_parties(&mut self) -> Step<'_, Vec<JoinedParty>> {
        at_once(self.answer().map(|answer| answer.joined.clone()))
    }

    fn receipts(&mut self, stream: store::StreamId, after: ReleaseNumber) -> Step<'_, Vec<Receipt>> {
        let asked = |receipt: &&Receipt| receipt.stream == stream && receipt.number > after;
        at_once(self.answer().map(|answer| answer.receipts.iter().filter(asked).cloned().collect()))
    }

    fn countersign<'a>(&'a mut self, receipt: &'a Receipt, seen: &'a [u8]) -> Step<'a, ()> {
        self.acts.push(Act::countersign(receipt, seen));
        at_once(Ok(()))
    }

    fn waiting(&mut self, most: u64) -> Step<'_, Vec<Submission>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        at_once(self.answer().map(|answer| answer.submissions.iter().take(most).cloned().collect()))
    }

    fn taken<'a>(&'a mut self, id: Uuid, status: &'a str) -> Step<'a, ()> {
        self.acts.push(Act::Taken { id: id.to_string(), status: status.to_owned() });
        at_once(self.answer().map(|answer| answer.submissions.retain(|sent| sent.id != id)))
    }

    fn waiting_counts(&mut self, most: u64) -> Step<'_, Vec<ToldCounts>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        at_once(self.answer().map(|answer| answer.counts.iter().take(most).cloned().collect()))
    }

    fn counts_taken<'a>(&'a mut self, told: &'a ToldCounts) -> Step<'a, ()> {
        self.acts.push(Act::counts_taken(told));
        at_once(self.answer().map(|answer| answer.counts.retain(|counts| counts.key() != told.key())))
    }

    fn finish(mut self: Box<Self>) -> Step<'static, Rest> {
        at_once(self.give())
    }
}
