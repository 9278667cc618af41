//! Microsoft cabinets.

use vauban_intake::{Budget, Problem, archive};

use crate::{Item, Reader, Sink, member::hand_over};

/// The reader of Microsoft cabinets.
pub(crate) struct Cab;

impl Reader for Cab {
    fn name(&self) -> &'static str {
        "cab"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, b"MSCF\0\0\0\0")
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        archive::cab(item.bytes, budget, &mut |member| hand_over(member, sink))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Cab);
    }
}
