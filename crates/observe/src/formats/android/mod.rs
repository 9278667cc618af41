//! What is taken from an Android phone over its cable: bug reports and their parts (services, packages, processes,
//! logs), lists of packages, and backups. Services are read for the applications and programs that they name; the rest
//! of a report is text.

mod backup;
mod read;
mod report;

pub(super) use read::Android;
