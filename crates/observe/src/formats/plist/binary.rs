//! The binary form: a table of objects, of which containers name others by number. A list may name one object many
//! times, or itself: visits are counted and depth is bounded.

use encoding_rs::UTF_16BE;
use vauban_intake::{Budget, Problem};

use super::tell::{Leaf, Tell};

pub(super) const MAGIC: &[u8] = b"bplist";
const TRAILER: usize = 32;
/// Objects that are visited: one may stand in many places.
const MOST_VISITS: u64 = 2_000_000;

/// Walks the list from its top object.
pub(super) fn walk(bytes: &[u8], budget: &Budget, tell: &mut Tell<'_>) -> Result<(), Problem> {
    let objects = Objects::of(bytes).ok_or_else(|| Problem::corrupt("the trailer is cut short or wrong"))?;
    let mut walk = Walk { objects, budget, tell, visits: 0 };
    let top = walk.objects.top;
    walk.object(top)
}

struct Objects<'b> {
    bytes: &'b [u8],
    offset_size: usize,
    reference_size: usize,
    count: usize,
    top: usize,
    table: usize,
}

impl<'b> Objects<'b> {
    fn of(bytes: &'b [u8]) -> Option<Self> {
        let trailer = bytes.get(bytes.len().checked_sub(TRAILER)?..)?;
        let number = |at: usize| usize::try_from(big_endian(trailer.get(at..at + 8)?)).ok();
        let objects = Self {
            bytes,
            offset_size: usize::from(*trailer.get(6)?),
            reference_size: usize::from(*trailer.get(7)?),
            count: number(8)?,
            top: number(16)?,
            table: number(24)?,
        };
        let sizes = 1..=8;
        (sizes.contains(&objects.offset_size) && sizes.contains(&objects.reference_size)).then_some(objects)
    }

    /// Where an object begins.
    fn offset(&self, object: usize) -> Option<usize> {
        if object >= self.count {
            return None;
        }
        let at = self.table.checked_add(object.checked_mul(self.offset_size)?)?;
        usize::try_from(big_endian(self.bytes.get(at..at.checked_add(self.offset_size)?)?)).ok()
    }

    /// An object's marker, its count where it has one, and what comes behind both.
    fn head(&self, object: usize) -> Option<(u8, usize, &'b [u8])> {
        let rest = self.bytes.get(self.offset(object)?..)?;
        let (&marker, rest) = rest.split_first()?;
        let low = usize::from(marker & 0x0f);
        let counted = matches!(marker >> 4, 0x4..=0x7 | 0xa..=0xd);
        if !counted || low != 0x0f {
            return Some((marker, low, rest));
        }
        // The count is an integer object of its own.
        let (&size, rest) = rest.split_first()?;
        let length = 1_usize.checked_shl(u32::from(size & 0x0f)).filter(|_| size >> 4 == 1 && size & 0x0f <= 3)?;
        let count = usize::try_from(big_endian(rest.get(..length)?)).ok()?;
        Some((marker, count, rest.get(length..)?))
    }

    fn reference(&self, list: &[u8], index: usize) -> Option<usize> {
        let at = index.checked_mul(self.reference_size)?;
        usize::try_from(big_endian(list.get(at..at.checked_add(self.reference_size)?)?)).ok()
    }
}

struct Walk<'w, 'b, 't> {
    objects: Objects<'b>,
    budget: &'w Budget,
    tell: &'w mut Tell<'t>,
    visits: u64,
}

impl Walk<'_, '_, '_> {
    /// Recursion ends where [`Tell::open`] refuses to go deeper.
    fn object(&mut self, object: usize) -> Result<(), Problem> {
        self.budget.check_time()?;
        self.visits += 1;
        if self.visits > MOST_VISITS {
            return Err(Problem::too_many(format!("more than {MOST_VISITS} objects")));
        }
        let broken = || Problem::corrupt("an object lies outside of the list");
        let (marker, count, body) = self.objects.head(object).ok_or_else(broken)?;
        let leaf = match marker >> 4 {
            0x1 | 0x2 => {
                let length = 1_usize.checked_shl(u32::from(marker & 0x0f)).filter(|length| *length <= 16);
                let bytes = length.and_then(|length| body.get(..length)).ok_or_else(broken)?;
                Leaf::Number(if marker >> 4 == 1 { big_endian(bytes) as f64 } else { real(bytes) })
            }
            0x3 => Leaf::Date(real(body.get(..8).ok_or_else(broken)?)),
            0x4 => Leaf::Data(body.get(..count).ok_or_else(broken)?),
            0x5..=0x7 => {
                let text = self.text(object).ok_or_else(broken)?;
                return self.tell.leaf(Leaf::Text(&text));
            }
            0xa..=0xc => return self.array(body, count),
            0xd => return self.dictionary(body, count),
            _ => Leaf::Other,
        };
        self.tell.leaf(leaf)
    }

    fn array(&mut self, body: &[u8], count: usize) -> Result<(), Problem> {
        self.tell.open()?;
        for index in 0..count {
            let member = self.objects.reference(body, index).ok_or_else(cut)?;
            self.object(member)?;
        }
        self.tell.close();
        Ok(())
    }

    fn dictionary(&mut self, body: &[u8], count: usize) -> Result<(), Problem> {
        self.tell.open()?;
        for index in 0..count {
            let key = self.objects.reference(body, index).and_then(|key| self.text(key)).ok_or_else(cut)?;
            let value = count.checked_add(index).and_then(|at| self.objects.reference(body, at)).ok_or_else(cut)?;
            self.tell.key(&key)?;
            self.object(value)?;
        }
        self.tell.close();
        Ok(())
    }

    /// A string object: ASCII, UTF-16 or UTF-8.
    fn text(&self, object: usize) -> Option<String> {
        let (marker, count, body) = self.objects.head(object)?;
        let longest = usize::try_from(self.budget.room()).unwrap_or(usize::MAX);
        Some(match marker >> 4 {
            0x5 | 0x7 if count <= longest => String::from_utf8_lossy(body.get(..count)?).into_owned(),
            0x6 if count <= longest => {
                let bytes = body.get(..count.checked_mul(2)?)?;
                UTF_16BE.decode_without_bom_handling(bytes).0.into_owned()
            }
            _ => return None,
        })
    }
}

fn cut() -> Problem {
    Problem::corrupt("a container is cut short")
}

fn real(bytes: &[u8]) -> f64 {
    match (bytes.try_into(), bytes.try_into()) {
        (Ok(bytes), _) => f64::from_be_bytes(bytes),
        (_, Ok(bytes)) => f64::from(f32::from_be_bytes(bytes)),
        _ => 0.0,
    }
}

/// A number of up to eight bytes; of a longer one, its last eight.
fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
