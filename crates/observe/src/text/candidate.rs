//! What the scanner hands over.

use vauban_model::ObservableKind;

/// Something in a text that reads like an observable.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its kind.
    pub kind: ObservableKind,
    /// Its value, refanged.
    pub value: &'a str,
    /// The text it was found in, decoded.
    pub text: &'a [u8],
    /// Where in that text it begins.
    pub at: usize,
    /// Where it, or the encoded stretch that holds it, begins in the item; `None` when the item does not hold it
    /// as it is.
    pub offset: Option<u64>,
    /// The steps needed to reach it, outermost first.
    pub how: &'a [&'static str],
}
