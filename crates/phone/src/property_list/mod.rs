//! Property lists, Apple's format for settings: the binary one and the XML one.
//!
//! Read by our own walkers because both forms can be bombs: a small binary list whose arrays share their elements
//! unfolds to billions of values, and a deep one ends the stack of whoever builds or drops it recursively. Values and
//! depth are counted. The old form with braces (OpenStep) is not read: no backup holds one.

mod binary;
mod value;
mod xml;

pub(crate) use value::{Value, parse};
