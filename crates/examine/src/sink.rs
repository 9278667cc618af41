//! Takes what a reader finds in an item: observables are looked up at once, children are items again.

use vauban_intake::Problem;
use vauban_model::ObservableKind;
use vauban_observe::{
    Child, Context, Finding, Item, LogEvent, Message, Passage, Sink,
    text::{Candidate, Found, scan},
};

use crate::{
    Bench, Hashes,
    examine::{Place, View},
    met::Met,
};

/// Takes what a reader finds in an item.
pub(crate) struct ItemSink<'s, 'v, 'e> {
    pub(crate) view: &'s mut View<'v, 'e>,
    pub(crate) place: &'s Place,
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

    fn item(&mut self, child: Child<'_>, problem: Option<Problem>) {
        let location = self.view.item.location.inside(child.segment);
        let item = Item { location: &location, name: child.name, media_type: child.media_type, bytes: child.bytes };
        let place = Place { depth: self.place.depth + 1, how: Vec::new(), context: self.inherit(child.context) };
        self.view.examination.item(&item, &place, problem);
    }
}

impl Sink for ItemSink<'_, '_, '_> {
    fn child(&mut self, child: Child<'_>) {
        self.item(child, None);
    }

    fn partial_child(&mut self, child: Child<'_>, problem: Problem) {
        self.item(child, Some(problem));
    }

    fn unread_child(&mut self, segment: &str, name: &str, problem: Problem) {
        let location = self.view.item.location.inside(segment);
        let item = Item { location: &location, name, media_type: "", bytes: &[] };
        self.view.examination.enter(segment);
        let place = Place { depth: self.place.depth + 1, ..self.place.clone() };
        let mut view = View::new(self.view.examination, &item, &place);
        if !name.is_empty() {
            view.meet(&Met::plain(ObservableKind::FileName, name, &[], self.place.context));
        }
        view.problem = Some(problem);
        view.settle();
    }

    fn passage(&mut self, passage: Passage<'_>) {
        let how = self.steps(passage.how);
        let passage = Passage { how: &how, offset: self.offset(passage.offset), ..passage };
        let context = self.inherit(passage.context);
        let budget = self.view.examination.bench.budget;
        let mut found = PassageFound { sink: self, context };
        let outcome = scan(&passage, budget, &mut found);
        if let Err(problem) = outcome {
            self.view.problem.get_or_insert(problem);
        }
    }

    fn observable(&mut self, finding: Finding<'_>) {
        if let Some(onlooker) = &mut self.view.examination.bench.onlooker {
            onlooker.observable(&finding.observable);
        }
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

    fn event(&mut self, event: LogEvent<'_>) {
        let context = self.inherit(event.context);
        self.view.event(&LogEvent { context, ..event }, &self.place.how);
    }

    fn message(&mut self, message: &Message<'_>) {
        // Only of the item itself: what a compressor held is another thing.
        if self.place.how.is_empty()
            && let Bench { onlooker: Some(onlooker), budget, .. } = &mut self.view.examination.bench
        {
            onlooker.message(message, budget);
        }
    }

    fn recoded(&mut self, how: &'static str, name: &str, bytes: &[u8]) {
        let mut place = Place { depth: self.place.depth + 1, how: self.place.how.clone(), context: self.place.context };
        place.how.push(how);
        if let Err(problem) = self.view.examination.bench.budget.check_depth(place.depth) {
            self.view.problem.get_or_insert(problem);
            return;
        }
        let location = self.view.item.location;
        let item = Item { location, name, media_type: "", bytes };
        let hashes = Hashes::of(bytes, self.view.examination.wanted());
        self.view.hashes(&hashes, &place.how);
        self.view.scan_bytes(bytes, &place.how);
        self.view.read_with_its_reader(&item, &place);
    }
}

/// Takes what the text scanner finds in a passage.
struct PassageFound<'f, 's, 'v, 'e> {
    sink: &'f mut ItemSink<'s, 'v, 'e>,
    context: Context,
}

impl Found for PassageFound<'_, '_, '_, '_> {
    fn candidate(&mut self, candidate: Candidate<'_>) {
        let Candidate { kind, value, text, at, offset, how } = candidate;
        let mentioned: Vec<&'static str>;
        let how = match kind {
            ObservableKind::FileHash | ObservableKind::FileName if how.is_empty() => &["mentioned"],
            ObservableKind::FileHash | ObservableKind::FileName => {
                mentioned = ["mentioned"].iter().chain(how).copied().collect();
                &*mentioned
            }
            _ => how,
        };
        self.sink.view.meet(&Met { kind, value, offset, how, context: self.context, text, at });
    }

    fn embedded(&mut self, bytes: &[u8], how: &[&'static str], _offset: Option<u64>) {
        self.sink.view.embedded += 1;
        let segment = format!("{} {}", how.last().copied().unwrap_or("embedded"), self.sink.view.embedded);
        self.sink.child(Child { segment: &segment, name: "", media_type: "", bytes, context: self.context });
    }
}
