//! One file with everything inside it: the flow of the whole product on one screen.
//!
//! An item's bytes are hashed, named, scanned and handed to the reader of its format; what the reader finds is
//! looked up; what it unpacks is an item again. Every item is entered in the ledger and left exactly once, whatever
//! happens to it.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use jiff::Timestamp;
use vauban_intake::{Budget, Problem};
use vauban_matching::set::Hit;
use vauban_model::{Exposure, Indicator, Observable, ObservableKind, Reason, Severity, Sighting};
use vauban_observe::{Context, Item, LogEvent, READERS, reader_for};

use crate::{
    Hashes, Ledger, Observed, Onlooker, Scanned,
    hashes::Wanted,
    judge::{reference, severity},
    met::{Met, event_excerpt, excerpt},
    observed::Kept,
    rules::{EventHit, RuleHit, RuleScanner, Rules},
    sink::ItemSink,
    whole::Shown,
};

/// What is known of a file when it was examined, beside what stands in the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// Its SHA-256.
    pub sha256: Option<String>,
    /// The name of the reader that took it; empty for none.
    pub format: String,
    /// When the first of the indicators that it met expires: its findings are the same until then.
    pub until: Option<Timestamp>,
    /// What rules saw of it.
    pub scanned: Scanned,
    /// What an onlooker said of it.
    pub told: Vec<u8>,
}

/// What an examination works with.
pub struct Bench<'b> {
    /// What one file may cost.
    pub budget: &'b Budget,
    /// What to look for.
    pub rules: &'b Rules<'b>,
    /// Evaluates rules over raw bytes.
    pub scanner: &'b mut dyn RuleScanner,
    /// Where findings are written.
    pub ledger: &'b mut dyn Ledger,
    /// Who else looks on.
    pub onlooker: Option<&'b mut (dyn Onlooker + Send + 'static)>,
    /// Items not to be read, by the order in which they begin: a reader died of each of them before.
    pub skip: &'b [u64],
}

/// Examines the bytes of one file on disk.
pub fn examine(item: &Item<'_>, bench: Bench<'_>) -> Examined {
    let mut examination = Examination::new(bench);
    let (sha256, format) = examination.item(item, &Place::default(), None);
    examination.finish(Some(sha256), format)
}

/// What an item inherits from where it lies.
#[derive(Clone, Default)]
pub(crate) struct Place {
    pub(crate) depth: usize,
    pub(crate) how: Vec<&'static str>,
    pub(crate) context: Context,
}

pub(crate) struct Examination<'e> {
    pub(crate) bench: Bench<'e>,
    entered: u64,
    until: Option<Timestamp>,
    scanned: Scanned,
}

impl<'e> Examination<'e> {
    pub(crate) fn new(bench: Bench<'e>) -> Self {
        Self { bench, entered: 0, until: None, scanned: Scanned::default() }
    }

    pub(crate) fn finish(self, sha256: Option<String>, format: &str) -> Examined {
        let told = self.bench.onlooker.map(Onlooker::finish).unwrap_or_default();
        Examined { sha256, format: format.to_owned(), until: self.until, scanned: self.scanned, told }
    }

    /// Which hashes anything asks for: indicators, patterns, history.
    pub(crate) fn wanted(&self) -> Wanted {
        let Rules { set, remember, .. } = self.bench.rules;
        let all = *remember || !set.patterns().is_empty();
        Wanted { md5: all || set.asks_for_hashes_of(16), sha1: all || set.asks_for_hashes_of(20) }
    }

    /// Begins an item. Whether it may be read.
    pub(crate) fn enter(&mut self, segment: &str) -> bool {
        let number = self.entered;
        self.entered += 1;
        self.bench.ledger.enter(segment);
        !self.bench.skip.contains(&number)
    }

    /// Looks at one item and settles it. `problem` is what the container already knows to be wrong with it.
    pub(crate) fn item(&mut self, item: &Item<'_>, place: &Place, problem: Option<Problem>) -> (String, &'static str) {
        if !self.enter(item.location.last()) {
            self.bench.ledger.leave(Err(Problem::new(Reason::Crashed, "a reader died of it")));
            return (String::new(), "");
        }
        let mut view = View::new(self, item, place);
        view.problem = problem;
        let told = view.look();
        view.settle();
        told
    }
}

/// One item while it is being looked at.
pub(crate) struct View<'v, 'e> {
    pub(crate) examination: &'v mut Examination<'e>,
    pub(crate) item: &'v Item<'v>,
    pub(crate) place: &'v Place,
    sightings: Vec<Sighting>,
    /// Sightings of this item by observable and indicator, so that a log with a thousand lines gives one.
    seen: HashMap<(ObservableKind, Box<str>, Box<str>), usize>,
    observed: Observed,
    /// The reader that took it.
    format: &'static str,
    /// The first thing that went wrong.
    pub(crate) problem: Option<Problem>,
    /// Files pasted into its text so far.
    pub(crate) embedded: u32,
    /// What patterns over several observables may need; empty when there are no such patterns.
    shown: Shown,
}

impl<'v, 'e> View<'v, 'e> {
    pub(crate) fn new(examination: &'v mut Examination<'e>, item: &'v Item<'v>, place: &'v Place) -> Self {
        Self {
            examination,
            item,
            place,
            sightings: Vec::new(),
            seen: HashMap::new(),
            observed: Observed::default(),
            format: "",
            problem: None,
            embedded: 0,
            shown: Shown::default(),
        }
    }
}

impl View<'_, '_> {
    fn look(&mut self) -> (String, &'static str) {
        let place = self.place;
        let hashes = Hashes::of(self.item.bytes, self.examination.wanted());
        self.own_observables(&hashes);
        if let Err(problem) = self.examination.bench.budget.check_depth(place.depth) {
            self.problem = Some(problem);
            return (hashes.sha256, "");
        }
        self.scan_bytes(self.item.bytes, &place.how);
        let format = self.read_with_its_reader(self.item, place);
        self.format = format;
        self.match_patterns(&hashes);
        (hashes.sha256, format)
    }

    /// Writes everything down and leaves the item.
    pub(crate) fn settle(mut self) {
        let Bench { onlooker, budget, .. } = &mut self.examination.bench;
        if let Some(onlooker) = onlooker {
            onlooker.item(self.item, self.format, self.problem.as_ref(), self.place.depth, budget);
        }
        let ledger = &mut *self.examination.bench.ledger;
        if !self.sightings.is_empty() {
            ledger.sightings(self.sightings);
        }
        if self.examination.bench.rules.remember {
            ledger.observed(self.observed);
        }
        ledger.leave(self.problem.take().map_or(Ok(()), Err));
    }

    /// The item's hashes and its name.
    pub(crate) fn own_observables(&mut self, hashes: &Hashes) {
        let place = self.place;
        self.hashes(hashes, &place.how);
        if !self.item.name.is_empty() {
            self.meet(&Met::plain(ObservableKind::FileName, self.item.name, &place.how, place.context));
        }
    }

    pub(crate) fn hashes(&mut self, hashes: &Hashes, how: &[&'static str]) {
        for hash in hashes.iter() {
            self.meet(&Met::plain(ObservableKind::FileHash, hash, how, self.place.context));
        }
    }

    pub(crate) fn scan_bytes(&mut self, bytes: &[u8], how: &[&'static str]) {
        let mut hits = Vec::new();
        self.examination.scanned.bytes(bytes);
        let Bench { scanner, budget, .. } = &mut self.examination.bench;
        let outcome = scanner.scan(self.item.name, bytes, budget.stop_flag(), &mut hits);
        for hit in hits {
            self.rule_hit(hit, bytes, how);
        }
        if let Err(problem) = outcome {
            self.problem.get_or_insert(problem);
        }
    }

    /// Reads the item; a reader that fails costs this item and nothing else.
    pub(crate) fn read_with_its_reader(&mut self, item: &Item<'_>, place: &Place) -> &'static str {
        let Some(reader) = reader_for(READERS, item) else { return "" };
        let budget = self.examination.bench.budget;
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
    pub(crate) fn meet(&mut self, met: &Met<'_>) {
        let Rules { set, remember, .. } = *self.examination.bench.rules;
        if !set.patterns().is_empty() {
            self.shown.observable(met.kind, met.value);
        } else if !remember && !set.asks_for(met.kind) {
            return;
        }
        let (index, known) = self.observed.add(Kept {
            kind: met.kind,
            value: met.value,
            exposure: met.context.exposure.unwrap_or(Exposure::Present),
            at: met.context.at,
            mentioned: met.how.first() == Some(&"mentioned"),
        });
        if known == Some(false) {
            return;
        }
        let mut hits = Vec::new();
        set.look_up(met.kind, met.value, &mut |hit| hits.push(hit));
        if !hits.is_empty() {
            self.observed.note_met(index);
        }
        for hit in hits {
            match hit {
                Hit::Indicator { indicator, value, how } => self.sighting(&indicator, value, &how, met),
                Hit::Anchor(pattern) => self.shown.anchor(pattern),
            }
        }
    }

    /// Evaluates the patterns that need more than one observable.
    fn match_patterns(&mut self, hashes: &Hashes) {
        let set = self.examination.bench.rules.set;
        if set.patterns().is_empty() {
            return;
        }
        let Self { item, place, .. } = *self;
        let matching = self.shown.matching(set, item.name, item.bytes.len(), hashes, place.context.at);
        for entry in matching.into_iter().filter_map(|number| set.patterns().get(number)) {
            let met = Met::plain(ObservableKind::Text, &entry.pattern, &[], place.context);
            self.sighting(&entry.indicator, entry.pattern.clone(), &["pattern"], &met);
        }
    }

    /// Whether the indicator counts now; notes until when it does.
    fn counts(&mut self, indicator: &Indicator) -> bool {
        let rules = self.examination.bench.rules;
        if rules.with_expired {
            return true;
        }
        if indicator.validity.has_expired(rules.now) {
            return false;
        }
        let ends = [self.examination.until, indicator.validity.until];
        self.examination.until = ends.into_iter().flatten().min();
        true
    }

    fn sighting(&mut self, indicator: &Indicator, value: String, how: &[&'static str], met: &Met<'_>) {
        if !self.counts(indicator) {
            return;
        }
        let rules = self.examination.bench.rules;
        let key = (met.kind, Box::from(met.value), Box::from(indicator.id.as_str()));
        let mut steps: Vec<&'static str> = how.to_vec();
        steps.extend(met.how);
        if let Some(sighting) = self.seen.get(&key).and_then(|index| self.sightings.get_mut(*index)) {
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
            // The plainest way of seeing it explains it best.
            if steps.len() < sighting.how.len() {
                sighting.how = owned(steps);
                sighting.offset = met.offset;
                sighting.excerpt = met.excerpt();
            }
            return;
        }
        let exposure = met.context.exposure.unwrap_or(Exposure::Present);
        let severity = severity(met.kind, &steps, exposure, indicator.confidence);
        self.seen.insert(key, self.sightings.len());
        self.sightings.push(Sighting {
            location: self.item.location.clone(),
            offset: met.offset,
            observable: Observable::new(met.kind, met.value),
            indicator: reference(indicator, value),
            how: owned(steps),
            exposure,
            severity,
            techniques: indicator.techniques.clone(),
            advice: (rules.advice)(met.kind, exposure, severity),
            excerpt: met.excerpt(),
            at: met.context.at,
            occurrences: 1,
        });
    }

    /// Evaluates rules over an event of the item's log.
    pub(crate) fn event(&mut self, event: &LogEvent<'_>, how: &[&'static str]) {
        let mut hits = Vec::new();
        self.examination.scanned.event();
        self.examination.bench.scanner.event(event, &mut hits);
        for hit in hits {
            self.event_hit(hit, event, how);
        }
    }

    /// Any number of events of one log meet the same rule: the first explains them all.
    fn event_hit(&mut self, hit: EventHit, event: &LogEvent<'_>, how: &[&'static str]) {
        if !self.counts(&hit.indicator) {
            return;
        }
        let EventHit { indicator, rule, severity, fields } = hit;
        if let Some(sighting) = self.by_rule(ObservableKind::Event, &indicator) {
            sighting.occurrences += 1;
            return;
        }
        let judged = Judged {
            observable: Observable::new(ObservableKind::Event, format!("{} {}", event.provider, event.id)),
            offset: None,
            how,
            context: event.context,
            excerpt: event_excerpt(event, &fields),
        };
        self.rule_sighting(&indicator, rule, severity, judged);
    }

    /// `bytes` are those that the rule saw: the item's own, or what a compressor held.
    fn rule_hit(&mut self, hit: RuleHit, bytes: &[u8], how: &[&'static str]) {
        let RuleHit { indicator, rule, offset, severity } = hit;
        if !self.counts(&indicator) || self.by_rule(ObservableKind::Bytes, &indicator).is_some() {
            return;
        }
        let at = offset.and_then(|offset| usize::try_from(offset).ok()).unwrap_or(0);
        let matched = bytes.get(at..).unwrap_or_default();
        let shown = matched.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>();
        let judged = Judged {
            observable: Observable::new(ObservableKind::Bytes, shown),
            // An offset in what a compressor held means nothing in the file.
            offset: offset.filter(|_| how.is_empty()),
            how,
            context: self.place.context,
            excerpt: excerpt(bytes, at, 8),
        };
        self.rule_sighting(&indicator, rule, severity, judged);
    }

    /// The sighting of this item by this indicator's rule, if there is one already.
    fn by_rule(&mut self, kind: ObservableKind, indicator: &Indicator) -> Option<&mut Sighting> {
        let index = self.seen.get(&rule_key(kind, indicator))?;
        self.sightings.get_mut(*index)
    }

    fn rule_sighting(&mut self, indicator: &Indicator, rule: String, severity: Severity, judged: Judged<'_>) {
        let Judged { observable, offset, how, context, excerpt } = judged;
        let exposure = context.exposure.unwrap_or(Exposure::Present);
        self.seen.insert(rule_key(observable.kind, indicator), self.sightings.len());
        self.sightings.push(Sighting {
            location: self.item.location.clone(),
            offset,
            techniques: indicator.techniques.clone(),
            advice: (self.examination.bench.rules.advice)(observable.kind, exposure, severity),
            observable,
            indicator: reference(indicator, rule),
            how: owned(how.to_vec()),
            exposure,
            severity,
            excerpt,
            at: context.at,
            occurrences: 1,
        });
    }
}

/// What a rule judged.
struct Judged<'j> {
    observable: Observable,
    offset: Option<u64>,
    how: &'j [&'static str],
    context: Context,
    excerpt: Option<String>,
}

/// A rule is met once in an item, whatever it was that met it.
fn rule_key(kind: ObservableKind, indicator: &Indicator) -> (ObservableKind, Box<str>, Box<str>) {
    (kind, Box::from(""), Box::from(indicator.id.as_str()))
}

fn owned(steps: Vec<&'static str>) -> Vec<String> {
    steps.into_iter().map(str::to_owned).collect()
}
