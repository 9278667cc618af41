//! The desk in the browser: what waits, decisions, audiences, releases that two people stand for, and who did what.
//!
//! Served by the desk's own machine, on its own address, with its own link and session. The pages decide nothing: every form is one
//! step of `hub::desk::Desk`, the same that the commands take, under the name of whoever came in by the link.

mod approve;
mod audience;
mod audit;
mod beginning;
mod decide;
mod draft;
mod drafts;
mod enrol;
mod form;
mod import;
mod kept;
mod list;
mod object;
mod preview;
mod publish;
mod seat;
mod shown;
mod words;

pub use seat::{Pages, router, serve};
