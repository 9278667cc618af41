//! Finding out in one cheap pass which groups of rules have to be evaluated on some bytes.
//!
//! Every literal is looked for by its rarest four bytes: a rolling window over the bytes is tested against a bit map
//! that fits the processor's cache, and only the rare window that passes is compared with the literals behind it. This
//! is several times as fast as the engine's own automaton, and knows nothing of rules beyond their demands.

use std::collections::BTreeMap;

use crate::{
    demands::{Bounds, Demands, Literal, WINDOW},
    probe::Prober,
};

/// Which groups of rules can match bytes.
#[derive(Debug)]
pub(crate) struct Filter {
    /// What rules demand of the first bytes and the size, each once.
    bounds: Vec<Bounds>,
    /// Groups with a rule that demands no literal, with that rule's bounds.
    without: Vec<(u32, u32)>,
    /// Groups with a rule that demands only what has to be probed for, with that rule's bounds.
    probed: Vec<(u32, u32, Vec<Prober>)>,
    /// Two bits in one word for each four bytes, in lower case: both are set only for few windows that are not wanted.
    map: Vec<u64>,
    /// For each hash, where its entries begin; sorted by hash.
    entries: Vec<Entry>,
    /// First entry of each hash.
    heads: Vec<u32>,
    literals: Vec<Literal>,
    wishes: Vec<Wish>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    /// Where in the literal the four bytes begin.
    at: u32,
    literal: u32,
    wish: u32,
    /// The bit of the set of its wish that the literal is of.
    set: u8,
}

/// What one rule of a group, or an alternative of it, demands.
#[derive(Debug, Clone, Copy)]
struct Wish {
    group: u32,
    bounds: u32,
    /// A bit for each of its sets of literals.
    sets: u8,
}

/// 2^16 bits are 8 KiB, the part of the first-level cache that the window's test may take; the bits of a large set
/// need more than that to stay rare.
const FEWEST_BITS: u32 = 16;
const MOST_BITS: u32 = 20;
/// Bytes that are made lower case at a time.
const BLOCK: usize = 4 << 10;
/// Bits of four bytes that may be anything: 256 forms of them.
const MOST_OPEN: u32 = 8;

impl Filter {
    /// A filter for groups of rules with these demands, of which one has to be met.
    pub(crate) fn new<'d>(groups: impl Iterator<Item = impl Iterator<Item = &'d Demands>>) -> Self {
        let mut bounds = BTreeMap::new();
        let mut literals = BTreeMap::new();
        let (mut without, mut probed, mut wanted, mut wishes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (group, members) in groups.enumerate() {
            for demands in members {
                let bounds = number(&mut bounds, &demands.bounds);
                if demands.sets.is_empty() && !demands.probes.is_empty() {
                    probed.push((small(group), bounds, demands.probes.iter().map(Prober::new).collect()));
                    continue;
                }
                if demands.sets.is_empty() {
                    without.push((small(group), bounds));
                    continue;
                }
                let wish = small(wishes.len());
                let mut sets = 0;
                for (set, literal) in
                    demands.sets.iter().enumerate().flat_map(|(at, set)| set.iter().map(move |one| (1_u8 << at, one)))
                {
                    sets |= set;
                    wanted.push((number(&mut literals, literal), wish, set));
                }
                wishes.push(Wish { group: small(group), bounds, sets });
            }
        }
        let literals = in_order(literals);
        without.sort_unstable();
        without.dedup();
        wanted.sort_unstable();
        wanted.dedup();
        let anchors: Vec<(usize, Vec<u32>)> = literals
            .iter()
            .map(|literal: &Literal| anchor(&literal.bytes, &literal.mask).expect("a literal has an anchor"))
            .collect();
        let windows = wanted.iter().map(|(literal, ..)| anchors[*literal as usize].1.len()).sum::<usize>();
        let bits = (windows.max(1).ilog2() + 6).clamp(FEWEST_BITS, MOST_BITS);
        let mut entries: Vec<(u32, Entry)> = wanted
            .into_iter()
            .flat_map(|(literal, wish, set)| {
                let (at, windows) = &anchors[literal as usize];
                windows.iter().map(move |window| {
                    let hash = hash(*window);
                    (hash, Entry { hash: hash >> (32 - bits), at: small(*at), literal, wish, set })
                })
            })
            .collect();
        entries.sort_by_key(|(_, entry)| entry.hash);
        let mut map = vec![0_u64; 1 << (bits - 6)];
        let mut heads = vec![u32::MAX; 1 << bits];
        for (index, (hash, entry)) in entries.iter().enumerate().rev() {
            map[(entry.hash >> 6) as usize] |= two_bits(*hash, 32 - bits);
            heads[entry.hash as usize] = small(index);
        }
        let entries = entries.into_iter().map(|(_, entry)| entry).collect();
        Self { bounds: in_order(bounds), without, probed, map, entries, heads, literals, wishes }
    }

    /// Marks the groups that have to be evaluated on these bytes. `marked` has one place for each group.
    pub(crate) fn mark(&self, bytes: &[u8], marked: &mut [bool]) {
        let open: Vec<bool> = self.bounds.iter().map(|bounds| bounds.admit(bytes)).collect();
        for (group, bounds) in &self.without {
            if open[*bounds as usize] {
                marked[*group as usize] = true;
            }
        }
        for (group, bounds, probers) in &self.probed {
            if open[*bounds as usize] && !marked[*group as usize] {
                marked[*group as usize] = probers.iter().any(|prober| prober.may_match(bytes));
            }
        }
        if self.entries.is_empty() {
            return;
        }
        // The size of the map is known to the compiler in each: shifts by what is not take three times as long.
        match self.map.len().ilog2() + 6 {
            16 => self.search::<16>(bytes, &open, marked),
            17 => self.search::<17>(bytes, &open, marked),
            18 => self.search::<18>(bytes, &open, marked),
            19 => self.search::<19>(bytes, &open, marked),
            _ => self.search::<MOST_BITS>(bytes, &open, marked),
        }
    }

    /// Looks for the literals with a map of 2^`BITS` bits.
    fn search<const BITS: u32>(&self, bytes: &[u8], open: &[bool], marked: &mut [bool]) {
        let mut met = vec![0; self.wishes.len()];
        let map = self.map.as_slice();
        // In lower case, block by block, each behind the end of the one before it.
        let mut lower = [0; WINDOW - 1 + BLOCK];
        for (number, block) in bytes.chunks(BLOCK).enumerate() {
            let (_, room) = lower.split_at_mut(WINDOW - 1);
            room.iter_mut().zip(block).for_each(|(lower, byte)| *lower = byte.to_ascii_lowercase());
            for (index, window) in lower[..WINDOW - 1 + block.len()].array_windows::<WINDOW>().enumerate() {
                let hash = hash(u32::from_be_bytes(*window));
                let place = hash >> (32 - BITS);
                let Some(word) = map.get((place >> 6) as usize) else { continue };
                // Most windows end at the first of their two bits. The first windows hold zeros that are not there: what
                // they find is compared below and refused.
                if word.wrapping_shr(place) & 1 == 1 && word & two_bits(hash, 32 - BITS) == two_bits(hash, 32 - BITS) {
                    let start = (number * BLOCK + index + 1).saturating_sub(WINDOW);
                    self.look_closer(bytes, start, place, open, &mut met, marked);
                }
            }
            lower.copy_within(block.len()..block.len() + WINDOW - 1, 0);
        }
    }

    #[inline(never)]
    fn look_closer(&self, bytes: &[u8], start: usize, hash: u32, open: &[bool], met: &mut [u8], marked: &mut [bool]) {
        let first = self.heads[hash as usize] as usize;
        for entry in self.entries.iter().skip(first).take_while(|entry| entry.hash == hash) {
            let Wish { group, bounds, sets } = self.wishes[entry.wish as usize];
            let met = &mut met[entry.wish as usize];
            if marked[group as usize] || *met & entry.set != 0 || !open[bounds as usize] {
                continue;
            }
            let literal = &self.literals[entry.literal as usize];
            let stands = start
                .checked_sub(entry.at as usize)
                .and_then(|begin| bytes.get(begin..begin + literal.bytes.len()))
                .is_some_and(|here| literal.is(here));
            if stands {
                *met |= entry.set;
                marked[group as usize] = *met == sets;
            }
        }
    }
}

fn hash(window: u32) -> u32 {
    window.wrapping_mul(0x9e37_79b1)
}

/// The bits of a window in its word, one of them from the part of the hash that is not its place.
fn two_bits(hash: u32, shift: u32) -> u64 {
    1 << (hash >> shift & 63) | 1 << (hash >> (shift - 6) & 63)
}

/// The four bytes of a literal that stand in the fewest files, in lower case and in each form that they may have, and
/// where. None when there are too many forms, or too few bytes.
pub(crate) fn anchor(bytes: &[u8], mask: &[u8]) -> Option<(usize, Vec<u32>)> {
    let bits = |at: usize| mask.get(at).copied().unwrap_or(u8::MAX);
    let mut best: Option<(u32, usize, &[u8; WINDOW])> = None;
    for (at, window) in bytes.array_windows::<WINDOW>().enumerate() {
        let masks: [u8; WINDOW] = std::array::from_fn(|index| bits(at + index));
        if masks.iter().map(|mask| mask.count_zeros()).sum::<u32>() > MOST_OPEN {
            continue;
        }
        let mut worth = 0;
        for (index, byte) in window.iter().enumerate().filter(|(index, _)| masks[*index] == u8::MAX) {
            let mut before = window[..index].iter().zip(&masks).filter(|(_, mask)| **mask == u8::MAX);
            worth += rarity(*byte) + u32::from(!before.any(|(other, _)| other.eq_ignore_ascii_case(byte)));
        }
        if best.is_none_or(|(most, ..)| worth >= most) {
            best = Some((worth, at, window));
        }
    }
    let (_, at, window) = best?;
    if mask.is_empty() {
        let whole = window.iter().fold(0, |whole, byte| whole << 8 | u32::from(byte.to_ascii_lowercase()));
        return Some((at, vec![whole]));
    }
    let mut forms = vec![0_u32];
    for (index, byte) in window.iter().enumerate() {
        let mask = bits(at + index);
        let each = (0..=u8::MAX).filter(|free| free & mask == 0).map(|free| (byte | free).to_ascii_lowercase());
        forms = forms.iter().flat_map(|before| each.clone().map(move |byte| before << 8 | u32::from(byte))).collect();
    }
    forms.sort_unstable();
    forms.dedup();
    Some((at, forms))
}

/// How rare a byte is in texts and programs, roughly.
pub(crate) fn rarity(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        0 | 0xff | b' ' => 0,
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 2,
        b'j' | b'k' | b'q' | b'x' | b'z' | b'v' | b'w' => 5,
        b'a'..=b'z' | b'0' | b'1' => 3,
        b'2'..=b'9' | b'.' | b'/' | b'-' | b'_' | b'"' | b'=' | b'\n' => 3,
        // Small numbers, and what most instructions begin with.
        1..=4 | 8 | 0x0f | 0x10 | b'$' | 0x83 | 0x85 | 0x89 | 0x8b | 0x8d | 0xc0 | 0xc7 | 0xe8 => 3,
        _ => 6,
    }
}

fn number<T: Ord + Clone>(all: &mut BTreeMap<T, u32>, one: &T) -> u32 {
    if let Some(number) = all.get(one) {
        return *number;
    }
    let number = small(all.len());
    all.insert(one.clone(), number);
    number
}

fn in_order<T>(all: BTreeMap<T, u32>) -> Vec<T> {
    let mut all: Vec<(u32, T)> = all.into_iter().map(|(one, number)| (number, one)).collect();
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, one)| one).collect()
}

fn small(number: usize) -> u32 {
    u32::try_from(number).expect("rules, their literals and their lengths are far fewer than 2^32")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demands(literal_words: &str, exact: bool, prefix: &str) -> Demands {
        let prefixes = if prefix.is_empty() { vec![] } else { vec![prefix.as_bytes().to_vec()] };
        let literal = |word: &str| vec![Literal { bytes: word.as_bytes().to_vec(), mask: Vec::new(), exact }];
        let sets = literal_words.split('&').filter(|word| !word.is_empty()).map(literal).collect();
        Demands { bounds: Bounds { prefixes, smallest: 0, largest: 50 }, sets, probes: Vec::new() }
    }

    #[test]
    fn marks_what_can_match_and_nothing_else() {
        let groups = [
            vec![demands("needle", true, "")],
            vec![demands("NEEDLE", false, "MZ"), demands("tail", true, "")],
            vec![demands("", true, "MZ")],
            vec![demands("first&second", true, "")],
        ];
        let filter = Filter::new(groups.iter().map(|group| group.iter()));
        let mark = |bytes: &[u8]| {
            let mut marked = [false; 4];
            filter.mark(bytes, &mut marked);
            marked
        };
        assert_eq!(mark(b"needle"), [true, false, false, false], "at both ends");
        assert_eq!(mark(b"Needle"), [false; 4], "exact case");
        assert_eq!(mark(b"MZ neeDLe"), [false, true, true, false]);
        assert_eq!(mark(b"in the tail"), [false, true, false, false]);
        assert_eq!(mark(b"needl"), [false; 4]);
        assert_eq!(mark(b""), [false; 4]);
        assert!(mark(b"first and second")[3]);
        assert_eq!((mark(b"first and first")[3], mark(b"second")[3]), (false, false));
        assert_eq!(mark(&[b"needle".as_slice(), &[0; 50]].concat()), [false; 4], "too large");
    }

    #[test]
    fn a_literal_that_begins_with_zeros_is_found_at_the_very_start() {
        let literal = Literal { bytes: b"\0\0\0\x01\0".to_vec(), mask: Vec::new(), exact: true };
        let demands = Demands { bounds: Bounds::default(), sets: vec![vec![literal]], probes: Vec::new() };
        let filter = Filter::new([[&demands].into_iter()].into_iter());
        for (bytes, expected) in [
            (b"\0\0\0\x01\0".as_slice(), true),
            (b"\x01\0\0", false),
            (b"x\0\0\0\x01\0y", true),
            (b"\0\0\x01\0", false),
        ] {
            let mut marked = [false];
            filter.mark(bytes, &mut marked);
            assert_eq!(marked[0], expected, "{bytes:?}");
        }
    }
}
