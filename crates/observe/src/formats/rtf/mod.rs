//! Rich Text Format: the text as it is seen, the targets of its links and templates, and the objects embedded in
//! it. It draws no picture and knows no font.

mod object;
mod read;

pub(crate) use read::Rtf;
