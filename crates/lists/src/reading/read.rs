//! One list from its bytes to its entries.

use super::{Refusal, Report, Rows, Target, Trouble, decode::decode, rows::Nowhere};
use crate::{Gate, Limits, formats};

/// Reads a list for what it holds, and keeps nothing of it.
///
/// # Errors
/// When it cannot be taken as a list at all.
pub fn inspect(bytes: &[u8], gate: &Gate, limits: Limits) -> Result<Report, Refusal> {
    read(bytes, gate, limits, &mut Nowhere).map(|(report, _)| report)
}

/// Reads a list into `target`. Says what it holds, and whether what it lets pass wins against its own narrower entries.
/// After an error, the target holds a part of it.
pub(crate) fn read(
    bytes: &[u8],
    gate: &Gate,
    limits: Limits,
    target: &mut dyn Target,
) -> Result<(Report, bool), Refusal> {
    if bytes.len() > limits.bytes {
        return Err(Refusal::TooLarge { limit: limits.bytes as u64 });
    }
    let text = decode(bytes)?;
    if text.trim_ascii().is_empty() {
        return Err(Refusal::Empty);
    }
    let format = formats::detect(&text).ok_or_else(|| unknown(&text))?;
    let mut reader = format.reader();
    let mut rows = Rows::new(gate, limits, target);
    format.name().clone_into(&mut rows.report.format);
    for line in lines(&text) {
        rows.report.lines += 1;
        if line.len() > limits.line {
            rows.bad(line, Trouble::TooLong);
            continue;
        }
        reader.line(line, &mut rows);
        if rows.is_full {
            return Err(Refusal::TooMany { limit: limits.entries });
        }
    }
    let report = rows.report;
    Ok((report, format.passes_win()))
}

/// A list of comments only holds nothing; of other lines nobody knows what they are.
fn unknown(text: &[u8]) -> Refusal {
    let is_comment = |line: &[u8]| matches!(line.trim_ascii(), [] | [b'#' | b'!' | b';', ..]);
    if lines(text).all(is_comment) { Refusal::Empty } else { Refusal::UnknownFormat }
}

/// The lines without their ends.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let all = rest.filter(|all| !all.is_empty())?;
        let (line, after) = match memchr::memchr(b'\n', all) {
            Some(end) => (all.get(..end)?, all.get(end + 1..)),
            None => (all, None),
        };
        rest = after;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}
