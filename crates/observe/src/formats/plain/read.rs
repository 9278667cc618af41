//! Text in any encoding and unknown binary.

use vauban_intake::{Budget, Problem};

use crate::{Context, Item, Passage, Reader, Sink};

/// The reader of last resort.
pub(crate) struct Plain;

impl Reader for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn recognises(&self, _item: &Item<'_>) -> bool {
        true
    }

    fn read(&self, item: &Item<'_>, _budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        sink.passage(Passage { bytes: item.bytes, offset: Some(0), how: &[], context: Context::default() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Plain);
    }
}
