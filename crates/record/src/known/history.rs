//! History: every observable of everything that was swept, so that a new indicator can be asked of the past.
//!
//! Rows are gathered, sorted into a segment at each commit, and small segments are merged, so that an observable stands
//! in few places.

use std::{cmp::Reverse, collections::BinaryHeap, ops::ControlFlow};

use vauban_model::{Exposure, Location, ObservableKind};

use super::segment::{ItemRow, MENTIONED, Reader, Seen, Writer, key, unkey};
use crate::RecordError;

/// An observable of the past and where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What kind of thing it is.
    pub kind: ObservableKind,
    /// Its value as it was seen.
    pub value: String,
    /// Everywhere it was seen.
    pub places: Vec<Place>,
}

/// Where an observable was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The number of the content.
    pub content: i64,
    /// The segments of the location inside the file; empty for the file itself.
    pub inside: Vec<Box<str>>,
    /// How far it got.
    pub exposure: Exposure,
    /// When, by the evidence's own account, in seconds since 1970.
    pub at: Option<i64>,
    /// Whether a text mentions it; else the item has it: its own hash, its own name.
    pub mentioned: bool,
}

impl Place {
    /// The location, in the file of this path.
    #[must_use]
    pub fn location(&self, path: &str) -> Location {
        self.inside.iter().fold(Location::file(path), |outer, segment| outer.inside(segment))
    }
}

/// Observables on their way into a segment.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    items: Vec<ItemRow>,
    keys: Vec<u8>,
    rows: Vec<(u32, u32, Seen)>,
}

impl Gathered {
    /// How many bytes it takes, about.
    pub(super) fn size(&self) -> usize {
        self.keys.len() + self.rows.len() * size_of::<(u32, u32, Seen)>()
    }

    /// Adds what one item showed.
    pub(super) fn item<'v>(
        &mut self,
        content: i64,
        inside: &[Box<str>],
        shown: impl Iterator<Item = (ObservableKind, &'v str, Exposure, Option<i64>, bool)>,
    ) {
        let Ok(item) = u32::try_from(self.items.len()) else { return };
        self.items.push(ItemRow { content, inside: inside.to_vec() });
        let mut buffer = Vec::new();
        for (kind, value, exposure, at, mentioned) in shown {
            key(kind as u8, value, &mut buffer);
            let (Ok(start), Ok(length)) = (u32::try_from(self.keys.len()), u32::try_from(buffer.len())) else { return };
            self.keys.extend(&buffer);
            let flags = exposure as u8 | if mentioned { MENTIONED } else { 0 };
            self.rows.push((start, length, Seen { item, flags, at }));
        }
    }

    /// A segment of all that was added; none when that is nothing.
    pub(super) fn segment(mut self) -> Option<(u64, Vec<u8>)> {
        if self.rows.is_empty() {
            return None;
        }
        let keys = &self.keys;
        let key =
            |start: u32, length: u32| keys.get(start as usize..start as usize + length as usize).unwrap_or_default();
        self.rows.sort_unstable_by(|a, b| key(a.0, a.1).cmp(key(b.0, b.1)).then(a.2.cmp(&b.2)));
        let mut writer = Writer::default();
        for item in &self.items {
            writer.item(item);
        }
        let mut seen = Vec::new();
        for same in self.rows.chunk_by(|a, b| key(a.0, a.1) == key(b.0, b.1)) {
            seen.clear();
            seen.extend(same.iter().map(|row| row.2));
            if let Some((start, length, _)) = same.first() {
                writer.observable(key(*start, *length), &seen);
            }
        }
        Some(writer.finish())
    }
}

/// One segment with everything that stands in several.
pub(super) fn merge(segments: &[Vec<u8>]) -> Result<(u64, Vec<u8>), RecordError> {
    let mut readers = segments.iter().map(|bytes| Reader::open(bytes)).collect::<Result<Vec<_>, _>>()?;
    let mut writer = Writer::default();
    let mut first_items = Vec::new();
    for reader in &readers {
        let mut first = None;
        for item in &reader.items {
            let number = writer.item(item);
            first.get_or_insert(number);
        }
        first_items.push(first.unwrap_or(0));
    }
    let mut waiting = BinaryHeap::new();
    for (index, reader) in readers.iter_mut().enumerate() {
        if reader.advance()? {
            waiting.push(Reverse((reader.key.clone(), index)));
        }
    }
    let mut current: Option<(Vec<u8>, Vec<Seen>)> = None;
    while let Some(Reverse((key, index))) = waiting.pop() {
        if current.as_ref().is_none_or(|(last, _)| *last != key) {
            if let Some((key, seen)) = current.take() {
                writer.observable(&key, &seen);
            }
            current = Some((key, Vec::new()));
        }
        let (Some(reader), Some(first), Some((_, seen))) =
            (readers.get_mut(index), first_items.get(index), &mut current)
        else {
            break;
        };
        seen.extend(reader.seen.iter().map(|one| Seen { item: one.item.saturating_add(*first), ..*one }));
        if reader.advance()? {
            waiting.push(Reverse((reader.key.clone(), index)));
        }
    }
    if let Some((key, seen)) = current {
        writer.observable(&key, &seen);
    }
    Ok(writer.finish())
}

/// Calls back with every observable of a segment; `wanted` says whether its places are asked for.
pub(super) fn each(
    bytes: &[u8],
    wanted: &mut dyn FnMut(ObservableKind, &str) -> bool,
    found: &mut dyn FnMut(Observation) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, RecordError> {
    let mut reader = Reader::open(bytes)?;
    while reader.advance()? {
        let Some((kind, value)) = unkey(&reader.key) else { continue };
        let Some(kind) = ObservableKind::from_number(kind) else { continue };
        if !wanted(kind, &value) {
            continue;
        }
        let place = |seen: &Seen| {
            let item = reader.items.get(seen.item as usize)?;
            Some(Place {
                content: item.content,
                inside: item.inside.clone(),
                exposure: Exposure::from_number(seen.flags & 0x0f)?,
                at: seen.at,
                mentioned: seen.flags & MENTIONED != 0,
            })
        };
        let places = reader.seen.iter().filter_map(place).collect();
        if found(Observation { kind, value, places }).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// The contents that a segment speaks of.
pub(super) fn contents(bytes: &[u8]) -> Result<Vec<i64>, RecordError> {
    let mut contents: Vec<i64> = Reader::open(bytes)?.items.iter().map(|item| item.content).collect();
    contents.sort_unstable();
    contents.dedup();
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(content: i64, values: &[&str]) -> Vec<u8> {
        let mut gathered = Gathered::default();
        let shown = |value: &&'static str| (ObservableKind::DomainName, *value, Exposure::Contacted, Some(9), false);
        let values: Vec<&'static str> = values.iter().map(|value| &*Box::leak(Box::<str>::from(*value))).collect();
        gathered.item(content, &["inner".into()], values.iter().map(shown));
        gathered.segment().unwrap().1
    }

    #[test]
    fn merged_segments_say_what_each_of_them_said() {
        let parts = [segment(1, &["b.example", "a.example"]), segment(2, &["c.example", "a.example"])];
        let (count, merged) = merge(&parts).unwrap();
        assert_eq!(count, 3);
        let mut told = Vec::new();
        let outcome = each(&merged, &mut |_, value| value != "b.example", &mut |observation| {
            told.push((observation.value, observation.places.iter().map(|place| place.content).collect::<Vec<_>>()));
            ControlFlow::Continue(())
        });
        assert!(outcome.is_ok());
        assert_eq!(told, [("a.example".to_owned(), vec![1, 2]), ("c.example".to_owned(), vec![2])]);
        assert_eq!(contents(&merged).unwrap(), [1, 2]);
    }
}
