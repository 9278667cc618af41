//! Tells a report from a backup.

use vauban_intake::{Budget, Problem};

use super::{backup, report};
use crate::{Item, Reader, Sink};

/// Reads reports, lists and backups of Android phones.
pub(in crate::formats) struct Android;

impl Reader for Android {
    fn name(&self) -> &'static str {
        "android"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, backup::MAGIC) || report::recognises(item.bytes)
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        if item.has_magic(0, backup::MAGIC) {
            backup::read(item.bytes, budget, sink)
        } else {
            report::read(item.bytes, budget, sink)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_fixtures;

    #[test]
    fn fixtures_read_as_expected() {
        check_fixtures(&Android);
    }
}
