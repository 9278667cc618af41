//! `shutdown.log` of iOS: programs that were still running when the phone was switched off, with their paths.

mod read;

pub(super) use read::ShutdownLog;
