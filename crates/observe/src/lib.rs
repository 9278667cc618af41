//! From bytes to observables and children: one reader per format, and one text scanner they all feed.
//!
//! Readers are pure: bytes in, calls on a [`Sink`] out. They open no file, make no connection, know no
//! indicator, and never decide what an observable means. A new format is one new folder under `formats/`
//! and one line in [`READERS`].

mod conversation;
mod digest;
mod epoch;
mod formats;
mod item;
mod member;
mod path;
mod reader;
#[cfg(test)]
mod testing;
pub mod text;

pub use formats::{READERS, check_mail_bounds, html_text, html_tokens};
pub use item::Item;
pub use mail_parser::Message;
pub use reader::{Child, Context, Finding, LogEvent, Passage, Reader, Sink, reader_for};
