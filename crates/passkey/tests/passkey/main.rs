//! Passkeys from outside: what honest keys do, and every lie that a key, a page or a thief can tell.
#![expect(clippy::unwrap_used, reason = "tests")]

mod algorithms;
mod approvals;
mod ceremonies;
mod damage;
mod doors;
mod enrolments;
mod models;
mod page;
mod sign_ins;
mod statements;
mod support;
mod vectors;
