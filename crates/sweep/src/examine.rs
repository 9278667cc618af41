//! One file with everything inside it: the flow of the whole product on one screen.
//!
//! An item's bytes are hashed, named, scanned and handed to the reader of its format; what the reader finds is
//! looked up; what it unpacks is an item again. Every item is settled in the account exactly once, whatever happens
//! to it.

use std::{
    cell::Cell,
    collections::HashMap,
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
};

use vauban_intake::{Budget, Problem};
use vauban_matching::set::Hit;
use vauban_model::{Exposure, Indicator, Location, Observable, ObservableKind, Reason, Sighting, Unread, printable};
use vauban_observe::{
    Child, Context, Finding, Item, Passage, READERS, Reader, Sink, reader_for,
    text::{Candidate, Found, scan},
};

use crate::{
    Account, Hashes,
    hashes::Hasher,
    judge::{reference, severity},
    rules::{BytesScanner, RuleHit, Rules},
    walk::denied,
    whole::Shown,
};

/// All that one file on disk gave.
#[derive(Debug, Default)]
pub struct FileResult {
    /// Every indicator met.
    pub sightings: Vec<Sighting>,
    /// Everything that could not be read.
    pub unread: Vec<Unread>,
    /// Items inside the file.
    pub items: u64,
    /// Of the file and its items, those that were read.
    pub read: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// The file's SHA-256, when it was read.
    pub sha256: Option<String>,
    /// The name of the reader that took the file.
    pub format: &'static str,
}

/// Examines the bytes of one file on disk.
pub fn examine(item: &Item<'_>, budget: &Budget, rules: &Rules<'_>, scanner: &mut dyn BytesScanner) -> FileResult {
    let mut examination = Examination { budget, rules, scanner, account: Account::default(), sightings: Vec::new() };
    let place = Place { depth: 0, how: Vec::new(), context: Context::default() };
    let (sha256, format) = examination.item(item, &place, None);
    let Examination { account, sightings, .. } = examination;
    FileResult {
        sightings,
        items: account.entered().saturating_sub(1),
        read: account.read(),
        unread: account.into_unread(),
        bytes: item.bytes.len() as u64,
        sha256: Some(sha256),
        format,
    }
}

/// Examines a file that is too large to hold in memory, in overlapping pieces: its hash is exact, text in it is found,
/// but no format is unpacked and no rule sees it whole. Anything but plain text is therefore unread, and says so.
pub(crate) fn examine_in_pieces(
    location: &Location,
    name: &str,
    source: impl Read,
    budget: &Budget,
    rules: &Rules<'_>,
    scanner: &mut dyn BytesScanner,
) -> FileResult {
    let mut examination = Examination { budget, rules, scanner, account: Account::default(), sightings: Vec::new() };
    let place = Place { depth: 0, how: Vec::new(), context: Context::default() };
    let nothing = Item { location, name, media_type: "", bytes: &[] };
    let mut view = View::new(&mut examination, &nothing, &place);
    let mut hasher = Hasher::default();
    let mut format = "";
    let outcome = pieces(source, &mut |bytes, fresh, offset| {
        hasher.update(&bytes[fresh..]);
        if offset == 0 {
            let head = Item { location, name, media_type: "", bytes };
            format = reader_for(READERS, &head).map_or("", Reader::name);
        }
        let mut sink = ItemSink { view: &mut view, place: &place };
        sink.passage(Passage { bytes, offset: Some(offset), how: &[], context: Context::default() });
        budget.check_time()
    });
    let hashes = hasher.finish();
    view.own_observables(&hashes, &[]);
    let limit = budget.limits().item_bytes;
    let too_large = || Problem::too_large(format!("over {limit} bytes: searched as text, not unpacked"));
    let (bytes, outcome) = match outcome {
        Ok(bytes) if format == "plain" => (bytes, view.problem.take().map_or(Ok(()), Err)),
        Ok(bytes) => (bytes, Err(view.problem.take().unwrap_or_else(too_large))),
        Err(problem) => (0, Err(problem)),
    };
    examination.account.settle(location, outcome);
    let Examination { account, sightings, .. } = examination;
    FileResult {
        sightings,
        items: account.entered().saturating_sub(1),
        read: account.read(),
        unread: account.into_unread(),
        bytes,
        sha256: Some(hashes.sha256),
        format,
    }
}

type Piece<'p> = dyn FnMut(&[u8], usize, u64) -> Result<(), Problem> + 'p;

/// Cuts a stream into pieces of 32 MiB that end where a line ends, each beginning with the last 64 KiB of the one
/// before. The callback gets the piece, how much of its start was there before, and its offset. Returns the length.
fn pieces(mut source: impl Read, piece: &mut Piece<'_>) -> Result<u64, Problem> {
    const PIECE: u64 = 32 << 20;
    const OVERLAP: usize = 64 << 10;
    let mut buffer: Vec<u8> = Vec::new();
    let mut offset = 0_u64;
    loop {
        let kept = buffer.len();
        source.by_ref().take(PIECE).read_to_end(&mut buffer).map_err(|error| denied(&error))?;
        if buffer.len() == kept {
            return Ok(offset + kept as u64);
        }
        piece(&buffer, kept, offset)?;
        let cut = buffer.len().saturating_sub(OVERLAP);
        // The overlap begins with a whole token, so that no half of a name is read as a name.
        let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
        let cut = buffer[cut..].iter().position(ends).map_or(cut, |at| cut + at);
        buffer.drain(..cut);
        offset += cut as u64;
    }
}

/// What an item inherits from where it lies.
#[derive(Clone)]
struct Place {
    depth: usize,
    how: Vec<&'static str>,
    context: Context,
}

struct Examination<'e> {
    budget: &'e Budget,
    rules: &'e Rules<'e>,
    scanner: &'e mut dyn BytesScanner,
    account: Account,
    sightings: Vec<Sighting>,
}

impl Examination<'_> {
    /// Looks at one item and settles it.
    /// `problem` is what the container already knows to be wrong with it.
    fn item(&mut self, item: &Item<'_>, place: &Place, problem: Option<Problem>) -> (String, &'static str) {
        let mut view = View::new(self, item, place);
        view.problem = problem;
        let (sha256, format) = view.look();
        let problem = view.problem.take();
        self.account.settle(item.location, problem.map_or(Ok(()), Err));
        (sha256, format)
    }
}

/// One item while it is being looked at.
struct View<'v, 'e> {
    examination: &'v mut Examination<'e>,
    item: &'v Item<'v>,
    place: &'v Place,
    /// Sightings of this item by observable and indicator, so that a log with a thousand lines gives one.
    seen: HashMap<(ObservableKind, Box<str>, Box<str>), usize>,
    /// The first thing that went wrong.
    problem: Option<Problem>,
    /// What patterns over several observables may need; empty when there are no such patterns.
    shown: Shown,
}

impl<'v, 'e> View<'v, 'e> {
    fn new(examination: &'v mut Examination<'e>, item: &'v Item<'v>, place: &'v Place) -> Self {
        Self { examination, item, place, seen: HashMap::new(), problem: None, shown: Shown::default() }
    }
}

impl View<'_, '_> {
    fn look(&mut self) -> (String, &'static str) {
        let place = self.place;
        let hashes = Hashes::of(self.item.bytes);
        if let Err(problem) = self.examination.budget.check_depth(place.depth) {
            self.own_observables(&hashes, &place.how);
            self.problem = Some(problem);
            return (hashes.sha256, "");
        }
        self.own_observables(&hashes, &place.how);
        self.scan_bytes(self.item.bytes, &place.how);
        let format = self.read_with_its_reader(self.item, place);
        self.match_patterns(&hashes);
        (hashes.sha256, format)
    }

    /// The item's hashes and its name.
    fn own_observables(&mut self, hashes: &Hashes, how: &[&'static str]) {
        for hash in hashes.iter() {
            self.meet(&Met {
                kind: ObservableKind::FileHash,
                value: hash,
                offset: None,
                how,
                ..Met::plain(self.place.context)
            });
        }
        if !self.item.name.is_empty() {
            let name = self.item.name;
            self.meet(&Met {
                kind: ObservableKind::FileName,
                value: name,
                offset: None,
                how,
                ..Met::plain(self.place.context)
            });
        }
    }

    fn scan_bytes(&mut self, bytes: &[u8], how: &[&'static str]) {
        let mut hits = Vec::new();
        let Examination { scanner, budget, .. } = &mut *self.examination;
        let outcome = scanner.scan(self.item.name, bytes, budget.stop_flag(), &mut hits);
        for hit in hits {
            self.rule_hit(hit, how);
        }
        if let Err(problem) = outcome {
            self.problem.get_or_insert(problem);
        }
    }

    /// Reads the item; a reader that fails costs this item and nothing else.
    fn read_with_its_reader(&mut self, item: &Item<'_>, place: &Place) -> &'static str {
        let Some(reader) = reader_for(READERS, item) else { return "" };
        let budget = self.examination.budget;
        let mut sink = ItemSink { view: self, place };
        let outcome = catch_unwind(AssertUnwindSafe(|| reader.read(item, budget, &mut sink)));
        let problem = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(problem)) => Some(problem),
            Err(_) => Some(Problem::new(Reason::Crashed, format!("the {} reader failed on it", reader.name()))),
        };
        if let Some(problem) = problem {
            self.problem.get_or_insert(problem);
        }
        reader.name()
    }

    /// Looks an observable up and keeps what it meets.
    fn meet(&mut self, met: &Met<'_>) {
        let set = self.examination.rules.set;
        if !set.patterns().is_empty() {
            self.shown.observable(met.kind, met.value);
        }
        let mut hits = Vec::new();
        set.look_up(met.kind, met.value, &mut |hit| hits.push(hit));
        for hit in hits {
            match hit {
                Hit::Indicator { indicator, value, how } => self.sighting(&indicator, value, &how, met),
                Hit::Anchor(pattern) => self.shown.anchor(pattern),
            }
        }
    }

    /// Evaluates the patterns that need more than one observable.
    fn match_patterns(&mut self, hashes: &Hashes) {
        let set = self.examination.rules.set;
        if set.patterns().is_empty() {
            return;
        }
        let Self { item, place, .. } = *self;
        let matching = self.shown.matching(set, item.name, item.bytes.len(), hashes, place.context.at);
        for entry in matching.into_iter().filter_map(|number| set.patterns().get(number)) {
            let met = Met { kind: ObservableKind::Text, value: &entry.pattern, ..Met::plain(place.context) };
            self.sighting(&entry.indicator, entry.pattern.clone(), &["pattern"], &met);
        }
    }

    fn sighting(&mut self, indicator: &Indicator, value: String, how: &[&'static str], met: &Met<'_>) {
        let rules = self.examination.rules;
        if !rules.with_expired && indicator.validity.has_expired(rules.now) {
            return;
        }
        let key = (met.kind, Box::from(met.value), Box::from(indicator.id.as_str()));
        let mut steps: Vec<&'static str> = how.to_vec();
        steps.extend(met.how);
        if let Some(sighting) = self.seen.get(&key).and_then(|index| self.examination.sightings.get_mut(*index)) {
            // The plainest way of seeing it explains it best.
            sighting.occurrences += 1;
            if let Some(exposure) = met.context.exposure
                && exposure > sighting.exposure
            {
                // The same thing seen again where it tells more: a row of a history behind the raw bytes of its file.
                sighting.exposure = exposure;
                sighting.severity = severity(met.kind, &steps, exposure, indicator.confidence);
                sighting.advice = (rules.advice)(met.kind, exposure, sighting.severity);
                sighting.excerpt = met.excerpt();
            }
            sighting.at = sighting.at.or(met.context.at);
            if steps.len() < sighting.how.len() {
                sighting.how = steps.into_iter().map(str::to_owned).collect();
                sighting.offset = met.offset;
                sighting.excerpt = met.excerpt();
            }
            return;
        }
        let exposure = met.context.exposure.unwrap_or(Exposure::Present);
        let severity = severity(met.kind, &steps, exposure, indicator.confidence);
        self.seen.insert(key, self.examination.sightings.len());
        self.examination.sightings.push(Sighting {
            location: self.item.location.clone(),
            offset: met.offset,
            observable: Observable::new(met.kind, met.value),
            indicator: reference(indicator, value),
            how: steps.into_iter().map(str::to_owned).collect(),
            exposure,
            severity,
            techniques: indicator.techniques.clone(),
            advice: (rules.advice)(met.kind, exposure, severity),
            excerpt: met.excerpt(),
            at: met.context.at,
            occurrences: 1,
        });
    }

    fn rule_hit(&mut self, hit: RuleHit, how: &[&'static str]) {
        let rules = self.examination.rules;
        if !rules.with_expired && hit.indicator.validity.has_expired(rules.now) {
            return;
        }
        let key = (ObservableKind::Bytes, Box::from(""), Box::from(hit.indicator.id.as_str()));
        if self.seen.contains_key(&key) {
            return;
        }
        self.seen.insert(key, self.examination.sightings.len());
        let exposure = self.place.context.exposure.unwrap_or(Exposure::Present);
        let at = hit.offset.and_then(|offset| usize::try_from(offset).ok()).unwrap_or(0);
        let bytes = self.item.bytes;
        let end = at.saturating_add(16).min(bytes.len());
        let shown: String =
            bytes.get(at.min(end)..end).unwrap_or_default().iter().map(|b| format!("{b:02x}")).collect();
        self.examination.sightings.push(Sighting {
            location: self.item.location.clone(),
            offset: hit.offset,
            observable: Observable::new(ObservableKind::Bytes, shown),
            techniques: hit.indicator.techniques.clone(),
            advice: (rules.advice)(ObservableKind::Bytes, exposure, hit.severity),
            indicator: reference(&hit.indicator, hit.rule),
            how: how.iter().map(|step| (*step).to_owned()).collect(),
            exposure,
            severity: hit.severity,
            excerpt: excerpt(bytes, at, 8),
            at: self.place.context.at,
            occurrences: 1,
        });
    }
}

/// Takes what a reader finds in an item.
struct ItemSink<'s, 'v, 'e> {
    view: &'s mut View<'v, 'e>,
    place: &'s Place,
}

impl ItemSink<'_, '_, '_> {
    fn steps(&self, how: &[&'static str]) -> Vec<&'static str> {
        self.place.how.iter().chain(how).copied().collect()
    }

    fn inherit(&self, context: Context) -> Context {
        Context {
            exposure: context.exposure.max(self.place.context.exposure),
            at: context.at.or(self.place.context.at),
        }
    }

    fn offset(&self, offset: Option<u64>) -> Option<u64> {
        // Offsets in what a compressor held mean nothing in the file.
        if self.place.how.is_empty() { offset } else { None }
    }
}

impl Sink for ItemSink<'_, '_, '_> {
    fn child(&mut self, child: Child<'_>) {
        let location = self.view.item.location.inside(child.segment);
        let item = Item { location: &location, name: child.name, media_type: child.media_type, bytes: child.bytes };
        let place = Place { depth: self.place.depth + 1, how: Vec::new(), context: self.inherit(child.context) };
        self.view.examination.item(&item, &place, None);
    }

    fn partial_child(&mut self, child: Child<'_>, problem: Problem) {
        let location = self.view.item.location.inside(child.segment);
        let item = Item { location: &location, name: child.name, media_type: child.media_type, bytes: child.bytes };
        let place = Place { depth: self.place.depth + 1, how: Vec::new(), context: self.inherit(child.context) };
        self.view.examination.item(&item, &place, Some(problem));
    }

    fn unread_child(&mut self, segment: &str, name: &str, problem: Problem) {
        let location = self.view.item.location.inside(segment);
        if !name.is_empty() {
            let item = Item { location: &location, name, media_type: "", bytes: &[] };
            let mut view = View::new(self.view.examination, &item, self.place);
            let context = view.place.context;
            view.meet(&Met {
                kind: ObservableKind::FileName,
                value: name,
                offset: None,
                how: &[],
                ..Met::plain(context)
            });
        }
        self.view.examination.account.settle(&location, Err(problem));
    }

    fn passage(&mut self, passage: Passage<'_>) {
        let how = self.steps(passage.how);
        let passage = Passage { how: &how, offset: self.offset(passage.offset), ..passage };
        let context = self.inherit(passage.context);
        let budget = self.view.examination.budget;
        let embedded = Cell::new(0);
        let mut found = PassageFound { sink: self, context, embedded: &embedded };
        let outcome = scan(&passage, budget, &mut found);
        if let Err(problem) = outcome {
            self.view.problem.get_or_insert(problem);
        }
    }

    fn observable(&mut self, finding: Finding<'_>) {
        let how = self.steps(finding.how);
        let context = self.inherit(finding.context);
        let value = &*finding.observable.value;
        self.view.meet(&Met {
            kind: finding.observable.kind,
            value,
            offset: self.offset(finding.offset),
            how: &how,
            context,
            text: finding.excerpt.as_bytes(),
            at: 0,
        });
        if matches!(finding.observable.kind, ObservableKind::Url | ObservableKind::EmailAddr) {
            // The host in it is an observable too.
            self.passage(Passage { bytes: value.as_bytes(), offset: None, how: finding.how, context: finding.context });
        }
    }

    fn recoded(&mut self, how: &'static str, name: &str, bytes: &[u8]) {
        let mut place = Place { depth: self.place.depth + 1, how: self.place.how.clone(), context: self.place.context };
        place.how.push(how);
        if let Err(problem) = self.view.examination.budget.check_depth(place.depth) {
            self.view.problem.get_or_insert(problem);
            return;
        }
        let hashes = Hashes::of(bytes);
        let location = self.view.item.location;
        let item = Item { location, name, media_type: "", bytes };
        for hash in hashes.iter() {
            self.view.meet(&Met {
                kind: ObservableKind::FileHash,
                value: hash,
                offset: None,
                how: &place.how,
                ..Met::plain(place.context)
            });
        }
        self.view.scan_bytes(bytes, &place.how);
        self.view.read_with_its_reader(&item, &place);
    }
}

/// Takes what the text scanner finds in a passage.
struct PassageFound<'f, 's, 'v, 'e> {
    sink: &'f mut ItemSink<'s, 'v, 'e>,
    context: Context,
    embedded: &'f Cell<u32>,
}

impl Found for PassageFound<'_, '_, '_, '_> {
    fn candidate(&mut self, candidate: Candidate<'_>) {
        let Candidate { kind, value, text, at, offset, how } = candidate;
        let mentioned: Vec<&'static str>;
        let how = if matches!(kind, ObservableKind::FileHash | ObservableKind::FileName) {
            mentioned = ["mentioned"].iter().chain(how).copied().collect();
            &mentioned
        } else {
            how
        };
        self.sink.view.meet(&Met { kind, value, offset, how, context: self.context, text, at });
    }

    fn embedded(&mut self, bytes: &[u8], how: &[&'static str], _offset: Option<u64>) {
        let number = self.embedded.get() + 1;
        self.embedded.set(number);
        let segment = format!("{} {number}", how.last().copied().unwrap_or("embedded"));
        self.sink.child(Child { segment: &segment, name: "", media_type: "", bytes, context: self.context });
    }
}

/// An observable on its way to the set.
struct Met<'m> {
    kind: ObservableKind,
    value: &'m str,
    offset: Option<u64>,
    how: &'m [&'static str],
    context: Context,
    /// The text around it, and where it begins there.
    text: &'m [u8],
    at: usize,
}

impl Met<'_> {
    fn plain(context: Context) -> Self {
        Met { kind: ObservableKind::Text, value: "", offset: None, how: &[], context, text: &[], at: 0 }
    }

    fn excerpt(&self) -> Option<String> {
        excerpt(self.text, self.at, self.value.len())
    }
}

/// The words around a place in a text: its line, at most 60 bytes to each side, printable.
fn excerpt(text: &[u8], at: usize, length: usize) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let ends = |byte: &u8| matches!(byte, b'\n' | b'\r' | 0);
    let at = at.min(text.len());
    let before = text[..at].iter().rev().take(60).take_while(|byte| !ends(byte)).count();
    let end = at.saturating_add(length).min(text.len());
    let after = text[end..].iter().take(60).take_while(|byte| !ends(byte)).count();
    let words = String::from_utf8_lossy(&text[at - before..end + after]);
    Some(printable(words.trim_matches(|c: char| c.is_whitespace() || c == '\u{fffd}')))
}
