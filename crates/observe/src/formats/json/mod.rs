//! JSON and JSON lines: every string, unescaped, beside its key. It builds no tree, so depth costs nothing, and
//! it judges no validity: a document that is cut or broken is read for all the strings it has.

mod read;
mod strings;

pub(crate) use read::Json;
