//! The whole sweep: walk, examine on several threads, report in the order of the walk.

use std::{
    collections::BTreeMap,
    mem,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{RecvTimeoutError, sync_channel},
    },
    thread,
    time::Duration,
};

use vauban_examine::{Examiner, Examiners, Task, denied};
use vauban_intake::{Problem, StopFlag};
use vauban_model::{Location, Sighting, Summary, Unread};
use vauban_record::Stat;

use crate::{
    FileResult, Known, Origin,
    file::open,
    unpack::{Piece, Source, Unpack},
    walk::{Met, walk},
};

/// How to sweep.
pub struct Options<'o> {
    /// What to sweep, as the person named it.
    pub starts: Vec<Start<'o>>,
    /// Looks into folders whose files are not what they hold.
    pub unpack: &'o dyn Unpack,
    /// The most bytes that a piece of such a folder may have that is put into memory.
    pub piece_bytes: u64,
    /// How many files to read at a time.
    pub jobs: usize,
    /// What earlier sweeps know; none to read everything again.
    pub known: Option<&'o Known<'o>>,
    /// How long one file may take.
    pub time_limit: Duration,
    /// Ends the sweep early; the report is then partial.
    pub stop: StopFlag,
    /// Time since some fixed moment, for limits and rates.
    pub clock: &'o (dyn Fn() -> Duration + Sync),
}

/// Where a sweep begins.
pub enum Start<'s> {
    /// A file or a folder.
    Path(PathBuf),
    /// What is in no file system.
    Source(&'s dyn Source),
}

/// What a sweep tells while it runs.
#[derive(Debug)]
pub enum Event<'e> {
    /// An indicator met an observable.
    Sighting(&'e Sighting),
    /// Something could not be read.
    Unread(&'e Unread),
    /// A file is done; its sightings and unread items were told before. The second field is its path.
    File(&'e FileResult, &'e str),
    /// How far it got; told several times a second.
    Progress(Progress),
}

/// How far a sweep got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Files done.
    pub files_done: u64,
    /// Files found so far.
    pub files_found: u64,
    /// Whether all files have been found.
    pub all_found: bool,
    /// Bytes of the files done.
    pub bytes_done: u64,
    /// Time since the start.
    pub elapsed: Duration,
}

/// What is to be read.
enum Target {
    File(PathBuf),
    Piece(Piece),
}

impl Target {
    fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Piece(Piece { path, .. }) => path,
        }
    }
}

/// A file that is done: its place in the walk, its path, what it gave.
type Done = (u64, String, FileResult);
/// Results that are handed over together.
const BURST: usize = 128;
/// How far the walk may be ahead of what was told, in files.
const AHEAD: u64 = 50_000;

/// Sweeps, and returns the account. Events come in the order of the walk, on the calling thread.
pub fn run(options: &Options<'_>, examiners: &dyn Examiners, event: &mut dyn FnMut(Event<'_>)) -> Summary {
    let started = (options.clock)();
    let jobs = options.jobs.max(1);
    let (to_workers, tasks) = sync_channel::<(u64, Target)>(jobs * 64);
    let (to_report, results) = sync_channel::<Vec<Done>>(jobs * 64);
    let tasks = Mutex::new(tasks);
    let found = AtomicU64::new(0);
    let reported = AtomicU64::new(0);
    let all_found = AtomicBool::new(false);
    let watches: Vec<Mutex<Option<(Duration, StopFlag)>>> = (0..jobs).map(|_| Mutex::new(None)).collect();
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let from_walk = to_report.clone();
        let (found, reported, all_found) = (&found, &reported, &all_found);
        scope.spawn(move || {
            let mut number = 0;
            // What is known goes by in bursts: waking the reporting thread costs more than the look-up.
            let mut burst = Vec::new();
            let unchanged = |path: &Path, inside: &str, stat: &Stat| {
                let shown = path.to_string_lossy().into_owned();
                options.known.and_then(|known| known.unchanged(&shown, inside, stat)).map(|result| (shown, result))
            };
            walk(&options.starts, options.unpack, &options.stop, &mut |met| {
                let result = match met {
                    Met::File(path, metadata) => {
                        found.fetch_add(1, Ordering::Relaxed);
                        unchanged(&path, "", &Stat::of(&metadata)).ok_or(Target::File(path))
                    }
                    Met::Piece(piece) => {
                        found.fetch_add(1, Ordering::Relaxed);
                        let known = piece.stat.and_then(|stat| unchanged(&piece.path, &piece.inside, &stat));
                        known.ok_or(Target::Piece(piece))
                    }
                    Met::Unread(path, problem) => {
                        let shown = path.to_string_lossy().into_owned();
                        let result = FileResult::unread(&Location::file(&shown), problem);
                        Ok((shown, result))
                    }
                };
                let mut go_on = true;
                match result {
                    Ok((shown, result)) => burst.push((number, shown, result)),
                    Err(target) => {
                        // Whoever waits for the numbers before this one must get them.
                        go_on =
                            from_walk.send(mem::take(&mut burst)).is_ok() && to_workers.send((number, target)).is_ok();
                    }
                }
                if burst.len() >= BURST {
                    go_on &= from_walk.send(mem::take(&mut burst)).is_ok();
                }
                // What is known behind a file that takes its time must not pile up in memory.
                while number.saturating_sub(reported.load(Ordering::Relaxed)) > AHEAD && !options.stop.is_raised() {
                    thread::sleep(Duration::from_millis(5));
                }
                number += 1;
                go_on
            });
            let _ = from_walk.send(burst);
            all_found.store(true, Ordering::Relaxed);
        });
        for watch in &watches {
            let to_report = to_report.clone();
            let tasks = &tasks;
            // Nested containers are read by recursion: room for the deepest the budget allows.
            let _ = thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, move || {
                let mut examiner = examiners.examiner();
                loop {
                    let task = tasks.lock().map(|tasks| tasks.recv());
                    let Ok(Ok((number, target))) = task else { break };
                    let shown = target.path().to_string_lossy().into_owned();
                    let stop = StopFlag::default();
                    if options.stop.is_raised() {
                        stop.raise();
                    }
                    set(watch, Some(((options.clock)(), stop.clone())));
                    let result = match target {
                        Target::File(path) => file(&path, &shown, options, &stop, &mut *examiner),
                        Target::Piece(piece) => self::piece(piece, &shown, options, &stop, &mut *examiner),
                    };
                    set(watch, None);
                    if to_report.send(vec![(number, shown, result)]).is_err() {
                        break;
                    }
                }
            });
        }
        drop(to_report);
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        loop {
            match results.recv_timeout(Duration::from_millis(100)) {
                Ok(done) => waiting.extend(done.into_iter().map(|(number, path, result)| (number, (path, result)))),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            while let Some((path, result)) = waiting.remove(&next) {
                next += 1;
                reported.store(next, Ordering::Relaxed);
                tally.add(&path, &result, event);
            }
            let now = (options.clock)();
            for watch in &watches {
                enforce(watch, now, options);
            }
            event(Event::Progress(Progress {
                files_done: tally.summary.files,
                files_found: found.load(Ordering::Relaxed).max(tally.summary.files),
                all_found: all_found.load(Ordering::Relaxed),
                bytes_done: tally.summary.bytes,
                elapsed: now.saturating_sub(started),
            }));
        }
        for (path, result) in waiting.into_values() {
            tally.add(&path, &result, event);
        }
    });
    let mut summary = tally.summary;
    summary.elapsed_s = (options.clock)().saturating_sub(started).as_secs_f64();
    summary.partial = options.stop.is_raised();
    summary
}

/// Reads one file, unless its content is known.
fn file(path: &Path, shown: &str, options: &Options<'_>, stop: &StopFlag, examiner: &mut dyn Examiner) -> FileResult {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let (file, stat) = match open(path) {
        Ok(opened) => opened,
        Err(error) => return FileResult::unread(&Location::file(shown), denied(&error)),
    };
    if let Some(known) = options.known.and_then(|known| known.same_content(shown, &name, &file, &stat)) {
        return known;
    }
    let Options { time_limit, clock, .. } = *options;
    let task = Task { path: shown, inside: "", name: &name, file: &file, size: stat.size, stop, time_limit, clock };
    FileResult { stat: Some(stat), ..examiner.examine(&task).into() }
}

/// Reads one piece of what a folder holds.
fn piece(piece: Piece, shown: &str, options: &Options<'_>, stop: &StopFlag, examiner: &mut dyn Examiner) -> FileResult {
    let Piece { inside, stat, open: bytes, .. } = piece;
    let location = Location::file(shown);
    let location = if inside.is_empty() { location } else { location.inside(&inside) };
    let opened = bytes(options.piece_bytes).and_then(|(file, doubt)| {
        let size = file.metadata().map_err(|error| denied(&error))?.len();
        Ok((file, size, doubt))
    });
    let (file, size, doubt) = match opened {
        Ok(opened) => opened,
        Err(problem) => return FileResult::unread(&location, problem),
    };
    // A message may lie in two mailboxes, or have been swept as a file.
    if let (true, Some(stat), Some(known)) = (inside.is_empty(), &stat, options.known)
        && let Some(known) = known.same_content(shown, "", &file, stat)
    {
        return known;
    }
    let name = inside.rsplit('/').next().unwrap_or_default();
    let Options { time_limit, clock, .. } = *options;
    let task = Task { path: shown, inside: &inside, name, file: &file, size, stop, time_limit, clock };
    let mut result = FileResult { stat, inside: inside.clone(), ..examiner.examine(&task).into() };
    if let Some(Problem { reason, detail }) = doubt
        && !result.unread.iter().any(|unread| unread.location == location)
    {
        result.read = result.read.saturating_sub(1);
        result.unread.push(Unread { location, reason, detail });
    }
    result
}

fn set(watch: &Mutex<Option<(Duration, StopFlag)>>, value: Option<(Duration, StopFlag)>) {
    if let Ok(mut watch) = watch.lock() {
        *watch = value;
    }
}

/// Raises the flag of a file whose time is up, or of all files when the sweep is to stop.
fn enforce(watch: &Mutex<Option<(Duration, StopFlag)>>, now: Duration, options: &Options<'_>) {
    if let Ok(watch) = watch.lock()
        && let Some((since, stop)) = &*watch
        && (options.stop.is_raised() || now.saturating_sub(*since) > options.time_limit)
    {
        stop.raise();
    }
}

#[derive(Default)]
struct Tally {
    summary: Summary,
}

impl Tally {
    fn add(&mut self, path: &str, result: &FileResult, event: &mut dyn FnMut(Event<'_>)) {
        let Summary { files, items, read, unread, sightings, unchanged, bytes, .. } = &mut self.summary;
        *files += 1;
        *items += result.items;
        *read += result.read;
        *unread += result.unread.len() as u64;
        *sightings += result.sightings.len() as u64;
        match result.origin {
            Origin::Read => *bytes += result.bytes,
            Origin::Unchanged | Origin::Known(_) => *unchanged += 1,
        }
        for sighting in &result.sightings {
            event(Event::Sighting(sighting));
        }
        for unread in &result.unread {
            event(Event::Unread(unread));
        }
        event(Event::File(result, path));
    }
}
