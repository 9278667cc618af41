//! STIX 2.1 patterning (section 9): the whole grammar, its evaluation over observations, and what of a pattern can
//! be answered by the indicator set.
//!
//! Written here because the one crate that offers it (`rstix` 0.23) answers 20 of the 32 conformance rows of the syntax
//! as they ask: it holds patterns to its own table of types and properties, while those of other publishers carry
//! custom ones that have to match all the same; and it stamps every object with `first_observed` alone, so that
//! REPEATS cannot count `number_observed`.
//!
//! Patterns are hostile: length, depth, regular expressions and all work on combinations are bounded, and reaching a
//! bound is an error, never a hang.
//!
//! Where the reference matcher follows Python rather than the standard, this follows the standard: `0` is not `false`
//! inside a set either (section 9.6.1), and bytes equal text inside a set as they do outside of one.

mod bind;
mod compare;
mod compared;
mod effort;
mod expression;
mod lexer;
mod observation;
mod parse;
mod rows;
mod simplify;
mod syntax;

pub use bind::EvaluationError;
pub use lexer::SyntaxError;
pub use observation::{InvalidObservation, Observation, observations};
pub use parse::{check, parse};
pub use rows::{check_row, match_row};
pub use syntax::Pattern;
