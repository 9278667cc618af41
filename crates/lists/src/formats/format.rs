//! What a format is.

use crate::reading::Rows;

/// One way of writing lists.
pub(crate) trait Format: Sync {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// Whether a line, trimmed, not empty and no comment, looks like one of this format.
    fn recognises(&self, line: &[u8]) -> bool;

    /// What reads a list from its first line to its last.
    fn reader(&self) -> Box<dyn Lines>;

    /// Whether what a list lets pass holds against its own narrower entries, too.
    fn passes_win(&self) -> bool {
        false
    }
}

/// A list that is being read, line by line.
pub(crate) trait Lines {
    /// Takes a line without its end.
    fn line(&mut self, line: &[u8], rows: &mut Rows<'_>);
}

/// A format whose lines do not depend on each other: the function is all of it.
impl<F: FnMut(&[u8], &mut Rows<'_>)> Lines for F {
    fn line(&mut self, line: &[u8], rows: &mut Rows<'_>) {
        self(line, rows);
    }
}

/// What stands before a comment, without blanks around it. A comment begins the line or follows a blank, so that
/// `example.org##.banner` is not taken for a name with a comment.
pub(super) fn before_comment(line: &[u8], mark: u8) -> &[u8] {
    let begins = |at: usize| at == 0 || line.get(at - 1).is_some_and(u8::is_ascii_whitespace);
    let end = memchr::memchr_iter(mark, line).find(|at| begins(*at)).unwrap_or(line.len());
    line.get(..end).unwrap_or(line).trim_ascii()
}

/// The words of a line.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}
