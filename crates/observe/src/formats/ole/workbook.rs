//! The shared strings of an Excel 97-2003 workbook ([MS-XLS] sections 2.4.265 and 2.5.293): the text of its cells.
//! Numbers, formulas and charts are left to the scan of the raw stream.

use vauban_intake::{Budget, Problem};

use super::{encryption::workbook_encrypted, streams::Stream};

/// All shared strings, one a line; `None` when it is no workbook, has none, or is encrypted.
pub(super) fn text(streams: &[Stream], budget: &Budget) -> Result<Option<String>, Problem> {
    let Some(workbook) = streams.iter().find(|stream| stream.path == "Workbook") else { return Ok(None) };
    if workbook_encrypted(&workbook.bytes) {
        return Ok(None);
    }
    let Some(mut table) = SharedStrings::of(&workbook.bytes, budget)? else { return Ok(None) };
    let mut text = String::new();
    while let Some(characters) = table.next_string() {
        budget.check_time()?;
        // Every unit read was a byte or two of the stream, so the text cannot outgrow it.
        text.extend(char::decode_utf16(characters).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
        text.push('\n');
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// The table's record and those that continue it, read as one.
struct SharedStrings<'a> {
    parts: Vec<&'a [u8]>,
    part: usize,
    at: usize,
}

impl<'a> SharedStrings<'a> {
    fn of(workbook: &'a [u8], budget: &Budget) -> Result<Option<Self>, Problem> {
        const TABLE: u16 = 0xfc;
        const CONTINUE: u16 = 0x3c;
        let mut parts: Vec<&[u8]> = Vec::new();
        let mut at = 0_usize;
        while let Some(&[kind_low, kind_high, size_low, size_high]) = workbook.get(at..at.saturating_add(4)) {
            budget.check_time()?;
            let start = at.saturating_add(4);
            at = start.saturating_add(usize::from(u16::from_le_bytes([size_low, size_high])));
            let body = workbook.get(start..at.min(workbook.len())).unwrap_or_default();
            match u16::from_le_bytes([kind_low, kind_high]) {
                // Two counts stand before the strings. They are not needed, and a lie in them does no harm.
                TABLE if parts.is_empty() => parts.push(body.get(8..).unwrap_or_default()),
                CONTINUE if !parts.is_empty() => parts.push(body),
                _ if !parts.is_empty() => break,
                _ => {}
            }
        }
        Ok((!parts.is_empty()).then_some(Self { parts, part: 0, at: 0 }))
    }

    /// The units of the next string; `None` at the end.
    fn next_string(&mut self) -> Option<Vec<u16>> {
        let count = self.word()?;
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { usize::from(self.word()?).saturating_mul(4) } else { 0 };
        let extra = if flags & 4 != 0 {
            let (low, high) = (self.word()?, self.word()?);
            usize::try_from(u32::from(low) | u32::from(high) << 16).unwrap_or(usize::MAX)
        } else {
            0
        };
        let mut wide = flags & 1 != 0;
        let mut units = Vec::new();
        for _ in 0..count {
            if self.at_end_of_part() {
                self.part = self.part.saturating_add(1);
                self.at = 0;
                // Where a string is broken, it states anew how wide its characters are.
                match self.byte() {
                    Some(flags) => wide = flags & 1 != 0,
                    None => return Some(units),
                }
            }
            let unit = if wide { self.word() } else { self.byte().map(u16::from) };
            match unit {
                Some(unit) => units.push(unit),
                None => return Some(units),
            }
        }
        self.skip(runs.saturating_add(extra));
        Some(units)
    }

    fn at_end_of_part(&self) -> bool {
        self.parts.get(self.part).is_none_or(|part| self.at >= part.len())
    }

    fn byte(&mut self) -> Option<u8> {
        while self.parts.get(self.part)?.len() <= self.at {
            self.part = self.part.saturating_add(1);
            self.at = 0;
        }
        let byte = self.parts.get(self.part)?.get(self.at).copied();
        self.at = self.at.saturating_add(1);
        byte
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut count: usize) {
        while let Some(part) = self.parts.get(self.part) {
            let left = part.len().saturating_sub(self.at);
            if count < left {
                self.at = self.at.saturating_add(count);
                return;
            }
            count = count.saturating_sub(left);
            self.part = self.part.saturating_add(1);
            self.at = 0;
        }
    }
}
