//! Reports in AsciiDoc, Markdown or plain text: every indicator in them, refanged, with the line it stands on.
//!
//! What makes a word an indicator: it is defanged, or it stands by itself in a code span, a listing, a table cell or a list
//! item. Links that a publisher means to be followed become references.

mod headings;
mod links;
mod read;
mod spans;

pub(super) use read::Report;
