//! Reads event logs chunk by chunk (the crate `evtx` understands them): one that is damaged costs itself.

use std::io::Cursor;

use evtx::{EvtxParser, ParserSettings};
use vauban_intake::{Budget, Problem};

use super::event::Event;
use crate::{Item, Reader, Sink};

/// Reads Windows event logs.
pub(in crate::formats) struct Evtx;

impl Reader for Evtx {
    fn name(&self) -> &'static str {
        "evtx"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, b"ElfFile\0")
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let settings = std::sync::Arc::new(ParserSettings::new().num_threads(1).separate_json_attributes(false));
        let mut parser = EvtxParser::from_read_seek(Cursor::new(item.bytes))
            .map_err(|_| Problem::corrupt("the header of the event log"))?
            .with_configuration(ParserSettings::new().num_threads(1));
        let (mut bad_chunks, mut bad_events) = (0_u64, 0_u64);
        for chunk in parser.chunks() {
            budget.check_time()?;
            budget.spend_entry()?;
            let Ok(mut chunk) = chunk else {
                bad_chunks += 1;
                continue;
            };
            let Ok(mut chunk) = chunk.parse(settings.clone()) else {
                bad_chunks += 1;
                continue;
            };
            for record in chunk.iter() {
                budget.check_time()?;
                let Ok(record) = record else {
                    bad_events += 1;
                    continue;
                };
                let at = jiff::Timestamp::from_second(record.timestamp.as_second()).ok();
                match record.into_json_value() {
                    Ok(record) => {
                        budget.spend_entry()?;
                        Event::of(&record.data).tell(at, sink);
                    }
                    Err(_) => bad_events += 1,
                }
            }
        }
        match (bad_chunks, bad_events) {
            (0, 0) => Ok(()),
            (chunks, events) => {
                Err(Problem::corrupt(format!("{chunks} chunks and {events} events of the log could not be read")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Evtx);
    }
}
