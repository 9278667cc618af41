//! Clients are listed before the line that tells when: they are kept until it comes.

use jiff::Timestamp;
use memchr::memmem;
use vauban_intake::{Budget, Problem};
use vauban_model::{Exposure, Observable, ObservableKind};

use crate::{Context, Finding, Item, Passage, Reader, Sink, member::file_name, path};

/// Reads the log.
pub(in crate::formats) struct ShutdownLog;

const CLIENT: &[u8] = b"remaining client pid:";
/// How far the file is looked at for its first client.
const OPENING: usize = 64 << 10;
/// Clients of one shutdown that are kept for its time; real logs have tens.
const MOST_WAITING: usize = 10_000;

impl Reader for ShutdownLog {
    fn name(&self) -> &'static str {
        "shutdown_log"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        let opening = item.bytes.get(..OPENING.min(item.bytes.len())).unwrap_or_default();
        memmem::find(opening, CLIENT).is_some_and(|at| {
            let start = opening.get(..at).and_then(|before| memchr::memrchr(b'\n', before)).map_or(0, |end| end + 1);
            opening.get(start..at).is_some_and(|before| before.iter().all(u8::is_ascii_whitespace))
        })
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        sink.passage(Passage { bytes: item.bytes, offset: Some(0), how: &[], context: Context::default() });
        let mut waiting: Vec<(u64, &str)> = Vec::new();
        let mut offset = 0_u64;
        for line in item.bytes.split_inclusive(|byte| *byte == b'\n') {
            budget.check_time()?;
            let here = offset;
            offset += line.len() as u64;
            let Ok(line) = std::str::from_utf8(line) else { continue };
            if let Some(path) = client(line) {
                // The log repeats those that stay every few seconds.
                if !waiting.iter().rev().take(256).any(|(_, other)| *other == path) {
                    waiting.push((here, path));
                }
            }
            let at = moment(line);
            if at.is_some() || waiting.len() >= MOST_WAITING {
                tell(&mut waiting, at, sink);
            }
        }
        tell(&mut waiting, None, sink);
        Ok(())
    }
}

/// `remaining client pid: 63 (/usr/libexec/nesessionmanager)`
fn client(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("remaining client pid:")?;
    let (_, path) = rest.split_once('(')?;
    let (path, _) = path.rsplit_once(')')?;
    (!path.is_empty()).then_some(path)
}

/// `SIGTERM: [1578307200] All clients have exited`
fn moment(line: &str) -> Option<Timestamp> {
    let (_, rest) = line.split_once("SIGTERM: [")?;
    let (seconds, _) = rest.split_once(']')?;
    Timestamp::from_second(seconds.parse().ok()?).ok()
}

fn tell(waiting: &mut Vec<(u64, &str)>, at: Option<Timestamp>, sink: &mut dyn Sink) {
    let context = Context { exposure: Some(Exposure::Executed), at };
    for (offset, program) in waiting.drain(..) {
        let process = Observable::new(ObservableKind::ProcessName, file_name(program));
        for observable in [process].into_iter().chain(path::stated(program)) {
            sink.observable(Finding { observable, offset: Some(offset), how: &[], context, excerpt: program });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_fixtures, read};

    #[test]
    fn fixtures_read_as_expected() {
        check_fixtures(&ShutdownLog);
    }

    #[test]
    fn clients_without_a_time_ran_all_the_same() {
        let (result, transcript) =
            read(&ShutdownLog, "shutdown.log", b"\tremaining client pid: 5 (/private/var/x (1)/y)\n");
        assert!(result.is_ok());
        assert_eq!(transcript.observables, ["y", "/private/var/x (1)/y", "y"]);
        assert!(transcript.text.contains("exposure: Some(Executed), at: None"));
    }
}
