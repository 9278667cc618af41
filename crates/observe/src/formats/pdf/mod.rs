//! PDF documents: the text of every page as it is seen, every string and link, scripts, embedded files and the
//! decompressed streams, of all revisions that the file holds. It trusts no cross-reference table: objects are
//! found by looking for them. It renders nothing, decrypts nothing, runs no script and reads no text in pictures;
//! pictures are handed on, so that codes in them can be found.

mod bitmap;
mod document;
mod filter;
mod font;
mod object;
mod read;
mod text;

pub(crate) use read::Pdf;
