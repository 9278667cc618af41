//! The distinct observables of one item: what history keeps, and what spares the indicator set a second look-up.

use std::collections::HashMap;

use jiff::Timestamp;
use twox_hash::XxHash3_64;
use vauban_model::{Exposure, ObservableKind};

/// Observables that are kept of one item. One with more is not wholly in history, and says so.
const MOST: usize = 500_000;
/// Bytes of their values, likewise.
const MOST_TEXT: usize = 32 << 20;
/// The longest value that is kept.
const LONGEST: usize = 2048;

/// The distinct observables of one item, in the order in which they were first seen.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    rows: Vec<Row>,
    text: String,
    seen: HashMap<u64, u32, Ready>,
    cut: bool,
}

/// One observable.
#[derive(Debug, Clone, Copy)]
struct Row {
    kind: ObservableKind,
    exposure: Exposure,
    at: Option<Timestamp>,
    start: u32,
    length: u16,
    mentioned: bool,
    /// Whether the indicator set knows anything of it.
    met: bool,
}

/// An observable as it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept<'o> {
    /// What kind of thing it is.
    pub kind: ObservableKind,
    /// Its value.
    pub value: &'o str,
    /// The furthest it got in this item.
    pub exposure: Exposure,
    /// When, by the evidence's own account.
    pub at: Option<Timestamp>,
    /// Whether a text mentions it; else the item has it: its own hash, its own name.
    pub mentioned: bool,
}

/// The bit beside the number of the exposure.
const MENTIONED: u8 = 0x80;

impl Observed {
    /// Adds an observable. Tells what is known of it: `Some(false)` when it was seen before and met nothing, so that it
    /// need not be looked up again.
    pub(crate) fn add(&mut self, new: Kept<'_>) -> (Option<usize>, Option<bool>) {
        let Kept { kind, value, exposure, at, mentioned } = new;
        let seed = u64::from(kind as u8) | u64::from(mentioned) << 8;
        let hash = XxHash3_64::oneshot_with_seed(seed, value.as_bytes());
        if let Some(index) = self.seen.get(&hash) {
            let index = *index as usize;
            let Some(row) = self.rows.get_mut(index) else { return (None, None) };
            row.exposure = row.exposure.max(exposure);
            row.at = row.at.or(at);
            return (Some(index), Some(row.met));
        }
        let length = u16::try_from(value.len()).ok().filter(|_| value.len() <= LONGEST);
        let (Some(length), Ok(start)) = (length, u32::try_from(self.text.len())) else {
            self.cut = true;
            return (None, None);
        };
        if self.rows.len() >= MOST || self.text.len() >= MOST_TEXT {
            self.cut = true;
            return (None, None);
        }
        let index = self.rows.len();
        self.text.push_str(value);
        self.rows.push(Row { kind, exposure, at, start, length, mentioned, met: false });
        self.seen.insert(hash, u32::try_from(index).unwrap_or(u32::MAX));
        (Some(index), None)
    }

    /// Notes that the observable at `index` met something.
    pub(crate) fn note_met(&mut self, index: Option<usize>) {
        if let Some(row) = index.and_then(|index| self.rows.get_mut(index)) {
            row.met = true;
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && !self.cut
    }

    /// Whether there were more than can be kept.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Kept<'_>> {
        self.rows.iter().map(|row| {
            let start = row.start as usize;
            Kept {
                kind: row.kind,
                value: self.text.get(start..start + usize::from(row.length)).unwrap_or_default(),
                exposure: row.exposure,
                at: row.at,
                mentioned: row.mentioned,
            }
        })
    }

    /// As bytes for a wire.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.text.len() + self.rows.len() * 13);
        bytes.push(u8::from(self.cut));
        for kept in self.iter() {
            bytes.push(kept.kind as u8);
            bytes.push(kept.exposure as u8 | if kept.mentioned { MENTIONED } else { 0 });
            bytes.extend(kept.at.map_or(i64::MIN, Timestamp::as_second).to_le_bytes());
            bytes.extend(u16::try_from(kept.value.len()).unwrap_or(0).to_le_bytes());
            bytes.extend(kept.value.as_bytes());
        }
        bytes
    }

    /// From bytes of a wire; none when they are not what [`to_bytes`](Self::to_bytes) makes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (cut, mut rest) = bytes.split_first()?;
        let mut observed = Self { cut: *cut != 0, ..Self::default() };
        while let Some((head, after)) = rest.split_first_chunk::<12>() {
            let [kind, exposure, at @ .., low, high] = *head;
            let length = u16::from_le_bytes([low, high]);
            let (value, after) = after.split_at_checked(usize::from(length))?;
            let value = std::str::from_utf8(value).ok()?;
            let at = i64::from_le_bytes(at);
            let start = u32::try_from(observed.text.len()).ok()?;
            observed.rows.push(Row {
                kind: ObservableKind::from_number(kind)?,
                exposure: Exposure::from_number(exposure & !MENTIONED)?,
                mentioned: exposure & MENTIONED != 0,
                at: if at == i64::MIN { None } else { Timestamp::from_second(at).ok() },
                start,
                length,
                met: false,
            });
            observed.text.push_str(value);
            rest = after;
        }
        rest.is_empty().then_some(observed)
    }
}

/// The keys are hashes already.
#[derive(Debug, Clone, Copy, Default)]
struct Ready(u64);

impl std::hash::BuildHasher for Ready {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl std::hash::Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(value: &str, exposure: Exposure, at: Option<Timestamp>) -> Kept<'_> {
        Kept { kind: ObservableKind::DomainName, value, exposure, at, mentioned: false }
    }

    #[test]
    fn an_observable_is_kept_once_with_the_furthest_it_got() {
        let mut observed = Observed::default();
        let at = Timestamp::from_second(1_480_000_000).ok();
        assert_eq!(observed.add(domain("evil.example", Exposure::Present, None)), (Some(0), None));
        assert_eq!(observed.add(domain("evil.example", Exposure::Contacted, at)), (Some(0), Some(false)));
        observed.note_met(Some(0));
        assert_eq!(observed.add(domain("evil.example", Exposure::Present, None)), (Some(0), Some(true)));
        observed.add(Kept {
            kind: ObservableKind::Url,
            mentioned: true,
            ..domain("evil.example", Exposure::Present, None)
        });
        let back = Observed::from_bytes(&observed.to_bytes()).unwrap();
        let kept: Vec<Kept<'_>> = back.iter().collect();
        assert_eq!(kept, observed.iter().collect::<Vec<_>>());
        assert_eq!(kept.len(), 2);
        assert_eq!((kept[0].exposure, kept[0].at), (Exposure::Contacted, at));
    }

    #[test]
    fn bytes_of_a_hostile_worker_are_refused() {
        let mut observed = Observed::default();
        observed.add(domain("evil.example", Exposure::Present, None));
        let bytes = observed.to_bytes();
        for at in 1..bytes.len() {
            let _ = Observed::from_bytes(&bytes[..at]);
            let mut changed = bytes.clone();
            changed[at] ^= 0xff;
            let _ = Observed::from_bytes(&changed);
        }
        assert!(Observed::from_bytes(&bytes[..bytes.len() - 1]).is_none());
        assert!(Observed::from_bytes(&[]).is_none());
    }

    #[test]
    fn what_is_too_long_or_too_much_is_said_to_be_cut() {
        let mut observed = Observed::default();
        observed.add(domain(&"x".repeat(LONGEST + 1), Exposure::Present, None));
        assert!(observed.is_cut() && !observed.is_empty());
    }
}
