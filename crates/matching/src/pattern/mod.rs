//! STIX 2.1 patterning (section 9): the whole grammar, its evaluation over observations, and what of a pattern can
//! be answered by the indicator set.
//!
//! Written here because the one crate that offers it types patterns against its own object model, while patterns and
//! observations of other publishers carry custom types and properties that have to match all the same. Patterns are
//! hostile: length, depth and the number of combinations tried are bounded, and reaching a bound is an error, never a
//! hang.

mod bind;
mod compare;
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
