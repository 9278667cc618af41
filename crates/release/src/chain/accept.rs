//! Judges a release against what is remembered.

use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};

use super::{Chain, ChainError, Head};
use crate::{
    Content, Number, Time,
    change::leads_from,
    manifest::{Manifest, SignedManifest},
    wire::Whole,
};

/// What time it is, and how wrong clocks may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Now, by one's own clock.
    pub now: Timestamp,
    /// How far ahead another's clock may be.
    pub tolerance: SignedDuration,
}

impl Moment {
    /// Now, and clocks may be ten minutes apart.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self { now, tolerance: SignedDuration::from_mins(10) }
    }

    /// Whether something of that time cannot have been made yet.
    pub(crate) fn is_before(&self, time: Time) -> bool {
        time.timestamp() > self.now.saturating_add(self.tolerance).unwrap_or(Timestamp::MAX)
    }
}

/// What accepting a release means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is the newest one that is known: nothing changes.
    Same,
    /// The first of this stream: it is full.
    First,
    /// The one after the newest.
    Next(Content),
    /// A full one whose history leads from the newest that is known, over those that were missed.
    Bridged {
        /// How many were missed.
        missed: u64,
    },
}

impl Chain {
    /// Judges a release by its manifest alone, to spare fetching parts that would be refused. A bridge over missed releases is
    /// believed here and checked in [`Self::accept`].
    ///
    /// # Errors
    /// See [`ChainError`].
    pub fn look(&self, signed: &SignedManifest, moment: Moment) -> Result<Step, ChainError> {
        let step = self.place(signed)?;
        self.check_times(signed.manifest(), moment)?;
        self.check_expiry(signed.manifest(), moment)?;
        Ok(step)
    }

    /// Accepts a release, and remembers it as the newest.
    ///
    /// # Errors
    /// See [`ChainError`]; then nothing is remembered.
    pub fn accept(&mut self, whole: &Whole, moment: Moment) -> Result<Step, ChainError> {
        let (after, step) = self.after(whole, moment)?;
        after.check_expiry(whole.signed().manifest(), moment)?;
        *self = after;
        Ok(step)
    }

    /// Accepts releases that follow each other, all or none. Only the last must not have expired: whoever was away for a while catches
    /// up over releases whose time is past.
    ///
    /// # Errors
    /// The place of the first that is refused, and why; then nothing is remembered.
    pub fn accept_all(&mut self, run: &[Whole], moment: Moment) -> Result<Vec<Step>, (usize, ChainError)> {
        let mut after = self.clone();
        let mut steps = Vec::with_capacity(run.len());
        for (at, whole) in run.iter().enumerate() {
            let step;
            (after, step) = after.after(whole, moment).map_err(|error| (at, error))?;
            steps.push(step);
        }
        if let Some((last, whole)) = run.iter().enumerate().next_back() {
            after.check_expiry(whole.signed().manifest(), moment).map_err(|error| (last, error))?;
        }
        *self = after;
        Ok(steps)
    }

    /// What would be remembered after this release.
    fn after(&self, whole: &Whole, moment: Moment) -> Result<(Self, Step), ChainError> {
        let signed = whole.signed();
        let manifest = signed.manifest();
        let step = self.place(signed)?;
        if let (Step::Bridged { .. }, Some(head)) = (step, self.head) {
            check_bridge(whole, &head)?;
        }
        self.check_times(manifest, moment)?;
        let Manifest { number, epoch, time, expires, .. } = *manifest;
        let mut after = self.clone();
        after.head = Some(Head { number, epoch, digest: signed.digest(), time, expires });
        after.signer = manifest.signer;
        if let Some(log) = whole.key_log() {
            // A stream may lose its blind tier and get it back; what was said of keys in between still counts.
            if self.log.is_some_and(|remembered| !log.continues(&remembered)) {
                return Err(ChainError::Log);
            }
            after.log = Some(log.head());
        }
        Ok((after, step))
    }

    /// Where it stands in the stream, and whether it may.
    fn place(&self, signed: &SignedManifest) -> Result<Step, ChainError> {
        let manifest = signed.manifest();
        if manifest.hub != self.hub {
            return Err(ChainError::OtherHub);
        }
        if manifest.stream != self.stream {
            return Err(ChainError::OtherStream);
        }
        if !leads_from(&self.signer, manifest) {
            return Err(ChainError::Signer { ours: Box::new(self.signer), theirs: Box::new(manifest.signer) });
        }
        let Some(head) = &self.head else {
            return if manifest.content == Content::Full { Ok(Step::First) } else { Err(ChainError::NotFull) };
        };
        match number(head, signed)? {
            ControlFlow::Break(()) => Ok(Step::Same),
            ControlFlow::Continue(0) => Ok(Step::Next(manifest.content)),
            ControlFlow::Continue(missed) => Ok(Step::Bridged { missed }),
        }
    }

    fn check_times(&self, manifest: &Manifest, moment: Moment) -> Result<(), ChainError> {
        if moment.is_before(manifest.time) {
            return Err(ChainError::Future { made: manifest.time, now: moment.now.into() });
        }
        match &self.head {
            Some(head) if manifest.time < head.time => Err(ChainError::TimeBack),
            Some(head) if manifest.epoch < head.epoch => Err(ChainError::EpochBack),
            _ => Ok(()),
        }
    }

    fn check_expiry(&self, manifest: &Manifest, moment: Moment) -> Result<(), ChainError> {
        let is_over = manifest.expires <= Time::from(moment.now);
        if is_over { Err(ChainError::Expired(manifest.expires)) } else { Ok(()) }
    }
}

/// The same one, or how many lie between the newest and this one.
fn number(head: &Head, signed: &SignedManifest) -> Result<ControlFlow<(), u64>, ChainError> {
    let manifest = signed.manifest();
    let offered = manifest.number;
    if offered < head.number {
        return Err(ChainError::RolledBack { ours: head.number, offered });
    }
    if offered == head.number {
        let is_same = signed.digest() == head.digest;
        return if is_same { Ok(ControlFlow::Break(())) } else { Err(ChainError::Fork(offered)) };
    }
    let missed = offered.get() - head.number.get() - 1;
    if missed == 0 && manifest.before != Some(head.digest) {
        return Err(ChainError::OtherPast(head.number));
    }
    if missed > 0 && manifest.part(crate::PartName::History).is_none() {
        return Err(gap(head, offered, None));
    }
    Ok(ControlFlow::Continue(missed))
}

/// The history must contain our newest, not another of its number.
fn check_bridge(whole: &Whole, head: &Head) -> Result<(), ChainError> {
    let offered = whole.signed().manifest().number;
    match whole.past(head.number) {
        None => Err(gap(head, offered, whole.reaches_back_to())),
        Some(past) if past.digest == head.digest => Ok(()),
        Some(_) => Err(ChainError::OtherPast(head.number)),
    }
}

fn gap(head: &Head, offered: Number, reaches: Option<Number>) -> ChainError {
    let first = head.number.next().unwrap_or(offered);
    let last = Number::new(offered.get() - 1).unwrap_or(first);
    ChainError::Gap { first, last, reaches }
}
