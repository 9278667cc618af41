//! Compound files (OLE2): the documents of Word, Excel and PowerPoint before 2007, VBA projects, installers.
//! Every stream is a child, the text of a Word document is put together from its pieces, and the source of VBA
//! macros is unpacked. It decrypts nothing, runs nothing, and reads no compiled p-code: the stream that holds it
//! is a child like any other.

mod encryption;
mod package;
mod read;
mod streams;
mod vba;
mod word;
mod workbook;

pub(crate) use read::Ole;
pub(crate) use streams::{Stream, streams};
