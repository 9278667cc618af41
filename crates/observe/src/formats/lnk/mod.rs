//! Windows shortcuts: what they start, with which arguments, from where, and the traces of the machine that made
//! them. It does not follow the shortcut and does not interpret the shell's item list, which is scanned as bytes.

mod read;

pub(crate) use read::Lnk;
