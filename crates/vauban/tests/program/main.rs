//! The program as a person runs it, from its arguments to its exit code.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]
#![expect(clippy::print_stdout, reason = "what was skipped or measured is said")]

mod again;
mod hostile;
mod hub;
mod kept;
mod mailboxes;
mod people;
mod phones;
mod runs;
mod stix;
mod sweep;
