//! Files that are too large to hold in memory.
//!
//! A reader that can read a stream gets one. Any other file is searched as text in overlapping pieces: its hash is
//! exact and text in it is found, but no format is unpacked and no rule sees it whole; anything but plain text is
//! therefore unread, and says so.

use std::{
    cell::RefCell,
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
};

use vauban_intake::Problem;
use vauban_model::{Location, Reason};
use vauban_observe::{Context, Item, Passage, READERS, Sink as _, reader_for};

use crate::{
    Bench, Examined,
    examine::{Examination, Place, View},
    hashes::Hasher,
    refused::denied,
    sink::ItemSink,
};

/// The first bytes of a file, by which its format is told.
const HEAD: u64 = 64 << 10;

/// Examines a file that is not held in memory.
pub(crate) fn examine_in_pieces(location: &Location, name: &str, mut source: impl Read, bench: Bench<'_>) -> Examined {
    let mut examination = Examination::new(bench);
    let wanted = examination.wanted();
    let place = Place::default();
    let nothing = Item { location, name, media_type: "", bytes: &[] };
    examination.enter(location.last());
    let mut head = Vec::new();
    let read = source.by_ref().take(HEAD).read_to_end(&mut head);
    let budget = examination.bench.budget;
    let mut view = View::new(&mut examination, &nothing, &place);
    let reader = reader_for(READERS, &Item { bytes: &head, ..nothing });
    let format = reader.map_or("", |reader| reader.name());
    let hasher = RefCell::new(Hasher::new(wanted));
    let mut source = Hashing { source: head.as_slice().chain(source), hasher: &hasher };
    let streamed = reader.filter(|reader| reader.reads_streams()).map(|reader| {
        let mut sink = ItemSink { view: &mut view, place: &place };
        let head = Item { bytes: &head, ..nothing };
        catch_unwind(AssertUnwindSafe(|| reader.read_stream(&head, &mut source, budget, &mut sink))).unwrap_or_else(
            |_| Err(Problem::new(Reason::Crashed, format!("the {} reader failed on it", reader.name()))),
        )
    });
    let outcome = match streamed {
        Some(outcome) => outcome,
        None => pieces(&mut source, &mut |bytes, offset| {
            let mut sink = ItemSink { view: &mut view, place: &place };
            sink.passage(Passage { bytes, offset: Some(offset), how: &[], context: Context::default() });
            budget.check_time()
        })
        .and_then(|()| match format {
            "plain" => Ok(()),
            _ => Err(Problem::too_large("needs more memory than a reader may have: searched as text, not unpacked")),
        }),
    };
    let outcome = read.map_err(|error| denied(&error)).and(outcome);
    // Whatever its reader left, the hash is of the whole; without time for that, there is none.
    let in_time = budget.check_time().is_ok();
    let drained = in_time && drain(&mut source).is_ok();
    let hashes = drained.then(|| hasher.into_inner().finish());
    if let Some(hashes) = &hashes {
        view.own_observables(hashes);
    }
    if let Err(problem) = outcome {
        view.problem.get_or_insert(problem);
    }
    view.settle();
    examination.finish(hashes.map(|hashes| hashes.sha256), format)
}

/// Hashes whatever is read through it.
struct Hashing<'h, R> {
    source: R,
    hasher: &'h RefCell<Hasher>,
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.hasher.borrow_mut().update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn drain(source: &mut impl Read) -> Result<(), Problem> {
    io::copy(source, &mut io::sink()).map(drop).map_err(|error| denied(&error))
}

type Piece<'p> = dyn FnMut(&[u8], u64) -> Result<(), Problem> + 'p;

/// Cuts a stream into pieces of 32 MiB that end where a line ends, each beginning with the last 64 KiB of the one
/// before. The callback gets the piece and its offset.
fn pieces(source: &mut impl Read, piece: &mut Piece<'_>) -> Result<(), Problem> {
    const PIECE: u64 = 32 << 20;
    const OVERLAP: usize = 64 << 10;
    let mut buffer: Vec<u8> = Vec::new();
    let mut offset = 0_u64;
    loop {
        let kept = buffer.len();
        source.by_ref().take(PIECE).read_to_end(&mut buffer).map_err(|error| denied(&error))?;
        if buffer.len() == kept {
            return Ok(());
        }
        piece(&buffer, offset)?;
        let cut = buffer.len().saturating_sub(OVERLAP);
        // The overlap begins with a whole token, so that no half of a name is read as a name.
        let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
        let cut = buffer[cut..].iter().position(ends).map_or(cut, |at| cut + at);
        buffer.drain(..cut);
        offset += cut as u64;
    }
}
