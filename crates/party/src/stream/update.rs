//! Bringing a stream up to date: what the hub lists, what its manifests say, then only what is needed and would be accepted.

use vauban_release::{
    ChainError, Content, HubId, Moment, Number, SignedManifest, SignerPin, SigningKey, Step, StreamId,
};

use super::{
    Listed, Stream, StreamError, evidence,
    listing::read_manifests,
    receipts,
    stage::{receive, receive_manifest},
};
use crate::{Door, DoorError, door::success};

/// What is known outside of the stream.
pub(crate) struct Context<'c> {
    pub(crate) pin: SignerPin,
    pub(crate) hub: Option<HubId>,
    pub(crate) key: &'c SigningKey,
    pub(crate) moment: Moment,
}

/// What became of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new release is in force.
    Taken(Step),
    /// There is nothing newer.
    Current,
    /// There is nothing newer, and what is there has expired: the hub is silent, or somebody keeps its releases away.
    Stale,
    /// Nothing was released yet.
    Empty,
}

impl Outcome {
    pub(super) fn of(step: Option<Step>) -> Self {
        match step {
            None => Self::Empty,
            Some(Step::Same) => Self::Current,
            Some(step) => Self::Taken(step),
        }
    }
}

/// A stream after an attempt to bring it up to date.
#[derive(Debug)]
pub struct StreamUpdate {
    /// Which one.
    pub stream: StreamId,
    /// Its title, as the hub says it, to be shown; nobody signed it.
    pub title: String,
    /// What it is, as the hub says it.
    pub description: String,
    /// What became of it.
    pub outcome: Result<Outcome, StreamError>,
    /// Receipts that could not be sent yet; they are sent the next time.
    pub receipts: usize,
}

impl Stream {
    pub(crate) fn update(&mut self, door: &dyn Door, listed: &Listed, context: &Context<'_>) -> StreamUpdate {
        let outcome = self.bring(door, listed, context);
        let hub = self.chain().map(|chain| *chain.signer());
        let sent = receipts::send(&self.folder, self.id, door, hub.as_ref());
        let (outcome, receipts) = match (outcome, sent) {
            (outcome, Ok((waiting, _))) => (outcome, waiting),
            (Ok(_), Err(error)) => (Err(error), 0),
            (outcome, Err(_)) => (outcome, 0),
        };
        let _ = receipts::fetch_seen(&self.folder, self.id, door, hub.as_ref());
        let _ = self.clear();
        StreamUpdate {
            stream: self.id,
            title: listed.title.clone(),
            description: listed.description.clone(),
            outcome,
            receipts,
        }
    }

    fn bring(&mut self, door: &dyn Door, listed: &Listed, context: &Context<'_>) -> Result<Outcome, StreamError> {
        if let Some(words) = self.stopped()? {
            return Err(StreamError::Stopped(words));
        }
        let Some(newest) = listed.number else { return self.without_news(door, None, context) };
        let ours = self.chain().and_then(|chain| chain.head()).copied();
        match ours {
            Some(head) if newest == head.number && listed.digest == Some(head.digest) => self.nothing_new(context),
            Some(head) if newest <= head.number => self.without_news(door, Some(newest), context),
            _ => {
                let after = ours.map_or(0, |head| head.number.get());
                let manifests = read_manifests(door, self.id, after, newest)?;
                self.check_run(&manifests)?;
                self.take(door, &manifests, context)
            }
        }
    }

    fn nothing_new(&self, context: &Context<'_>) -> Result<Outcome, StreamError> {
        let is_stale = self.chain().is_some_and(|chain| chain.is_stale(context.moment.now));
        Ok(if is_stale { Outcome::Stale } else { Outcome::Current })
    }

    /// The hub lists less than there is here, or another release of the same number: its own manifest is asked for, as evidence.
    fn without_news(
        &self,
        door: &dyn Door,
        offered: Option<Number>,
        context: &Context<'_>,
    ) -> Result<Outcome, StreamError> {
        let Some(chain) = self.chain() else { return Ok(Outcome::Empty) };
        let reply = success(door.get(&format!("/hub/v1/streams/{}/releases/latest", self.id), None)?)?;
        let theirs = receive_manifest(reply.body)?;
        match (chain.look(&theirs, context.moment), chain.head(), offered) {
            (Err(error), ..) => Err(self.refuse(&theirs, error)),
            (Ok(Step::Same), Some(head), Some(offered)) if offered < head.number => {
                Err(ChainError::RolledBack { ours: head.number, offered }.into())
            }
            (Ok(_), ..) => Err(DoorError::Form("the list and the newest release do not agree".to_owned()).into()),
        }
    }

    /// The manifests that a hub lists in a row follow each other, or two of them are evidence.
    fn check_run(&self, manifests: &[SignedManifest]) -> Result<(), StreamError> {
        for pair in manifests.windows(2) {
            let [one, next] = pair else { continue };
            let (number, after) = (one.manifest().number, next.manifest().number);
            if number.next() != Some(after) {
                let last = Number::new(after.get() - 1).unwrap_or(after);
                return Err(ChainError::Gap { first: number.next().unwrap_or(after), last, reaches: None }.into());
            }
            if next.manifest().before != Some(one.digest()) {
                let error = ChainError::OtherPast(number);
                evidence::keep_both(&self.folder, Some(one), next, &error.words(), &error.to_string())?;
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// Fetches from the last full release on, if the chain would take it; else everything that follows.
    fn take(
        &mut self,
        door: &dyn Door,
        manifests: &[SignedManifest],
        context: &Context<'_>,
    ) -> Result<Outcome, StreamError> {
        let full = manifests.iter().rposition(|signed| signed.manifest().content == Content::Full);
        let starts: Vec<usize> = full.into_iter().chain(std::iter::once(0)).collect();
        let mut refused = None;
        for start in starts {
            match self.fetch(door, &manifests[start..], context) {
                // A history that does not reach back far enough is no reason not to try what follows step by step.
                Err(error @ StreamError::Chain(ChainError::Gap { .. })) if start > 0 => refused = Some(error),
                outcome => return outcome,
            }
        }
        refused.map_or(Ok(Outcome::Empty), Err)
    }

    fn fetch(
        &mut self,
        door: &dyn Door,
        run: &[SignedManifest],
        context: &Context<'_>,
    ) -> Result<Outcome, StreamError> {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return Ok(Outcome::Empty) };
        let chain = self.judge(first.manifest(), context)?;
        match chain.look(first, context.moment) {
            Err(ChainError::Expired(_)) if run.len() > 1 => {}
            Err(error) => return Err(self.refuse(first, error)),
            Ok(_) => {}
        }
        if last.manifest().expires.timestamp() <= context.moment.now {
            return Err(ChainError::Expired(last.manifest().expires).into());
        }
        self.clear()?;
        let mut staged = Vec::with_capacity(run.len());
        for signed in run {
            let number = signed.manifest().number;
            let reply = success(door.get(&format!("/hub/v1/streams/{}/releases/{number}", self.id), None)?)?;
            let folder = self.staging().join(number.to_string());
            staged.push(receive(reply.body, folder, |came| self.is_listed(signed, came))?);
        }
        Ok(Outcome::of(self.settle(staged, context)?))
    }

    /// The release that comes is the one whose manifest was listed.
    fn is_listed(&self, listed: &SignedManifest, came: &SignedManifest) -> Result<(), StreamError> {
        if listed.digest() == came.digest() {
            return Ok(());
        }
        let number = listed.manifest().number;
        if listed.contradicts(came) {
            let error = ChainError::Fork(number);
            evidence::keep_both(&self.folder, Some(listed), came, &error.words(), &error.to_string())?;
            return Err(error.into());
        }
        let is_ours = came.manifest().stream == self.id;
        Err(if is_ours {
            ChainError::RolledBack { ours: number, offered: came.manifest().number }.into()
        } else {
            ChainError::OtherStream.into()
        })
    }

    pub(crate) fn resume(&self, who: &str, now: vauban_release::Time) -> Result<(), StreamError> {
        evidence::resume(&self.folder, who, now)
    }
}
