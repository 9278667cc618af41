//! Where an examination writes down what it sees, as it sees it.
//!
//! Items nest and each is left exactly once with its outcome; what was written before a reader died stays written.

use vauban_intake::Problem;
use vauban_model::{Location, Reason, Sighting};

use crate::{Account, Observed};

/// Takes what an examination finds, in this process or across a wire.
pub trait Ledger {
    /// An item begins inside the one that is open; the first is the file itself, with its path.
    fn enter(&mut self, segment: &str);

    /// Indicators that the open item met.
    fn sightings(&mut self, sightings: Vec<Sighting>);

    /// All observables that the open item showed.
    fn observed(&mut self, observed: Observed);

    /// The open item is done.
    fn leave(&mut self, outcome: Result<(), Problem>);
}

/// A ledger in memory.
#[derive(Debug, Default)]
pub struct Collected {
    open: Vec<(u64, Location)>,
    account: Account,
    next: u64,
    sightings: Vec<(u64, Sighting)>,
    observed: Vec<(Location, Observed)>,
}

impl Ledger for Collected {
    fn enter(&mut self, segment: &str) {
        let location = self.open.last().map_or_else(|| Location::file(segment), |(_, outer)| outer.inside(segment));
        self.open.push((self.next, location));
        self.next += 1;
    }

    fn sightings(&mut self, sightings: Vec<Sighting>) {
        let number = self.open.last().map_or(0, |(number, _)| *number);
        self.sightings.extend(sightings.into_iter().map(|sighting| (number, sighting)));
    }

    fn observed(&mut self, observed: Observed) {
        if let Some((_, location)) = self.open.last()
            && !observed.is_empty()
        {
            self.observed.push((location.clone(), observed));
        }
    }

    fn leave(&mut self, outcome: Result<(), Problem>) {
        if let Some((_, location)) = self.open.pop() {
            self.account.settle(&location, outcome);
        }
    }
}

impl Collected {
    /// The number of the innermost open item in the order in which items began; the file itself is 0.
    pub(crate) fn innermost(&self) -> Option<u64> {
        self.open.last().map(|(number, _)| *number)
    }

    /// Whether nothing was written in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// Leaves everything that is open: the reader is gone. The innermost item is to blame; the rest of what holds it is
    /// unread with it.
    pub(crate) fn abandon(&mut self, problem: &Problem) {
        let mut outcome = problem.clone();
        while !self.open.is_empty() {
            self.leave(Err(outcome));
            outcome = Problem::new(problem.reason, format!("not read to its end: {}", problem.detail));
        }
    }

    /// What was collected: the sightings in the order in which their items began, and the account.
    pub(crate) fn finish(mut self) -> (Vec<Sighting>, Account, Vec<(Location, Observed)>) {
        self.abandon(&Problem::new(Reason::Crashed, "never finished"));
        // Items inside an item are done before it is; people read from the outside in.
        self.sightings.sort_by_key(|(number, _)| *number);
        let sightings = self.sightings.into_iter().map(|(_, sighting)| sighting).collect();
        (sightings, self.account, self.observed)
    }
}

#[cfg(test)]
mod tests {
    use vauban_model::Unread;

    use super::*;

    #[test]
    fn whoever_dies_in_the_middle_leaves_everything_accounted_for() {
        let mut ledger = Collected::default();
        ledger.enter("box.mbox");
        ledger.enter("message 1");
        ledger.leave(Ok(()));
        ledger.enter("message 2");
        ledger.enter("a.zip");
        assert_eq!(ledger.innermost(), Some(3));
        ledger.abandon(&Problem::new(Reason::Crashed, "gone"));
        let (_, account, _) = ledger.finish();
        assert_eq!((account.entered(), account.read(), account.unread().len()), (4, 1, 3));
        let told: Vec<String> = account
            .into_unread()
            .iter()
            .map(|Unread { location, detail, .. }| format!("{location}: {detail}"))
            .collect();
        assert_eq!(
            told,
            [
                "box.mbox ! message 2 ! a.zip: gone",
                "box.mbox ! message 2: not read to its end: gone",
                "box.mbox: not read to its end: gone"
            ]
        );
    }
}
