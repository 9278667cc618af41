//! What one file on disk, with everything inside it, may cost.
//!
//! The attack this stops is the bomb: a small file that unpacks to more bytes, entries, levels or seconds
//! than the machine has. A budget is shared by all levels of nesting under one file, so a zip of zips
//! spends from one purse. Reaching it is a visible result, never a silent cut.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use vauban_model::Reason;

use crate::Problem;

/// The limits of a [`Budget`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest single item held in memory, in bytes.
    pub item_bytes: u64,
    /// All bytes unpacked or decoded under one file on disk.
    pub total_bytes: u64,
    /// All entries found under one file on disk, at all levels.
    pub entries: u64,
    /// How many containers deep an item may lie.
    pub depth: usize,
}

impl Limits {
    /// The limits for a file of `size` bytes on disk. A bomb is a small file that becomes a large one; a large file, such
    /// as a mailbox of many gigabytes, may honestly hold more than any number that is fixed beforehand.
    #[must_use]
    pub fn for_file(self, size: u64) -> Self {
        /// What is inside is unpacked, rebuilt and unpacked again.
        const BYTES_PER_BYTE: u64 = 4;
        /// No format of entries spends fewer on one.
        const BYTES_PER_ENTRY: u64 = 64;
        Self {
            total_bytes: self.total_bytes.max(size.saturating_mul(BYTES_PER_BYTE)),
            entries: self.entries.max(size / BYTES_PER_ENTRY),
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { item_bytes: 96 << 20, total_bytes: 4 << 30, entries: 1_000_000, depth: 16 }
    }
}

/// A flag that ends reading early: raised by whoever watches the clock, or by Ctrl-C. Readers poll it in
/// their loops; libraries have no clock of their own.
#[derive(Debug, Clone, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// Asks whoever polls it to stop.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// The flag itself, for engines that poll it on their own.
    #[must_use]
    pub fn as_atomic(&self) -> &AtomicBool {
        &self.0
    }

    /// Whether somebody raised it.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What is left to spend under one file on disk. One thread owns it.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    bytes_left: Cell<u64>,
    entries_left: Cell<u64>,
    stop: StopFlag,
}

impl Budget {
    /// A fresh budget. `stop` ends it early.
    #[must_use]
    pub fn new(limits: Limits, stop: StopFlag) -> Self {
        Self { limits, bytes_left: Cell::new(limits.total_bytes), entries_left: Cell::new(limits.entries), stop }
    }

    /// The limits it began with.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// The flag that ends it early.
    #[must_use]
    pub const fn stop_flag(&self) -> &StopFlag {
        &self.stop
    }

    /// The most bytes the next item may unpack to: the item limit or what is left, whichever is less.
    #[must_use]
    pub fn room(&self) -> u64 {
        self.limits.item_bytes.min(self.bytes_left.get())
    }

    /// Spends `bytes` that were unpacked or decoded.
    ///
    /// # Errors
    /// `too-large` when less than that is left. Nothing is spent then.
    pub fn spend_bytes(&self, bytes: u64) -> Result<(), Problem> {
        match self.bytes_left.get().checked_sub(bytes) {
            Some(left) => {
                self.bytes_left.set(left);
                Ok(())
            }
            None => Err(Problem::too_large(format!(
                "unpacks to more than the {} bytes allowed for one file",
                self.limits.total_bytes
            ))),
        }
    }

    /// Spends one entry of a container.
    ///
    /// # Errors
    /// `too-many` when none is left.
    pub fn spend_entry(&self) -> Result<(), Problem> {
        match self.entries_left.get().checked_sub(1) {
            Some(left) => {
                self.entries_left.set(left);
                Ok(())
            }
            None => {
                Err(Problem::too_many(format!("more than the {} entries allowed for one file", self.limits.entries)))
            }
        }
    }

    /// Fails once the time is up. To be called in every loop over hostile input.
    ///
    /// # Errors
    /// `timeout` when the stop flag was raised.
    pub fn check_time(&self) -> Result<(), Problem> {
        if self.stop.is_raised() { Err(Problem::new(Reason::Timeout, "stopped before the end")) } else { Ok(()) }
    }

    /// Fails when `depth` containers are more than allowed.
    ///
    /// # Errors
    /// `too-deep`.
    pub fn check_depth(&self, depth: usize) -> Result<(), Problem> {
        if depth > self.limits.depth {
            Err(Problem::new(Reason::TooDeep, format!("lies more than {} containers deep", self.limits.depth)))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny() -> Budget {
        let limits = Limits { item_bytes: 10, total_bytes: 15, entries: 2, depth: 3 };
        Budget::new(limits, StopFlag::default())
    }

    #[test]
    fn bytes_run_out_and_say_so() {
        let budget = tiny();
        assert_eq!(budget.room(), 10);
        budget.spend_bytes(10).unwrap();
        assert_eq!(budget.room(), 5);
        assert_eq!(budget.spend_bytes(6).unwrap_err().reason, Reason::TooLarge);
        budget.spend_bytes(5).unwrap();
        assert_eq!(budget.room(), 0);
    }

    #[test]
    fn a_large_file_may_hold_more_and_a_small_one_no_more_than_before() {
        let limits = Limits::default();
        assert_eq!(limits.for_file(1 << 20), limits);
        let large = limits.for_file(50 << 30);
        assert!(large.total_bytes >= 50 << 30 && large.entries > limits.entries);
        assert_eq!((large.item_bytes, large.depth), (limits.item_bytes, limits.depth));
        assert_eq!(limits.for_file(u64::MAX).total_bytes, u64::MAX);
    }

    #[test]
    fn entries_and_depth_run_out() {
        let budget = tiny();
        budget.spend_entry().unwrap();
        budget.spend_entry().unwrap();
        assert_eq!(budget.spend_entry().unwrap_err().reason, Reason::TooMany);
        assert!(budget.check_depth(3).is_ok());
        assert_eq!(budget.check_depth(4).unwrap_err().reason, Reason::TooDeep);
    }

    #[test]
    fn a_raised_flag_stops() {
        let stop = StopFlag::default();
        let budget = Budget::new(Limits::default(), stop.clone());
        assert!(budget.check_time().is_ok());
        stop.raise();
        assert_eq!(budget.check_time().unwrap_err().reason, Reason::Timeout);
    }
}
