//! Reading a log line by line.

use vauban_intake::{Budget, Problem};
use vauban_model::Exposure;

use super::line::moment;
use crate::{Context, Item, Passage, Reader, Sink};

/// Access logs.
pub(crate) struct Log;

/// Lines that decide whether it is a log, and the bytes they may take.
const SAMPLE: usize = 20;
const SAMPLE_BYTES: usize = 64 << 10;

impl Reader for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        let head = &item.bytes[..item.bytes.len().min(SAMPLE_BYTES)];
        let (mut lines, mut shaped) = (0_usize, 0_usize);
        for line in
            head.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#")).take(SAMPLE)
        {
            lines += 1;
            shaped += usize::from(moment(line).is_some());
        }
        shaped > 0 && shaped * 2 > lines
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let mut at = 0_usize;
        for (number, line) in item.bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if number % 1024 == 0 {
                budget.check_time()?;
            }
            let context = match moment(line) {
                Some(at) => Context { exposure: Some(Exposure::Contacted), at: Some(at) },
                None => Context::default(),
            };
            sink.passage(Passage { bytes: line, offset: u64::try_from(at).ok(), how: &[], context });
            at += line.len();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_fixtures, read};

    #[test]
    fn fixtures_read_as_expected() {
        check_fixtures(&Log);
    }

    #[test]
    fn a_line_of_another_shape_is_read_without_a_claim() {
        let text = b"192.0.2.1 - - [10/Apr/2017:13:55:36 +0200] \"GET / HTTP/1.0\" 200 1\nsee evil.example\n";
        let (result, transcript) = read(&Log, "access.log", text);
        assert!(result.is_ok());
        assert_eq!(transcript.passages.len(), 2);
        assert!(transcript.text.contains("Contacted") && transcript.text.matches("exposure: None").count() == 1);
    }
}
