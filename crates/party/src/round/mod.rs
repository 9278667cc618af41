//! A round at a hub: join, bring up to date, ask blindly when it is time, and write down what was met. Whoever keeps watch calls it every few
//! minutes; by hand it does no harm.

mod met;
mod run;
mod seen;

pub(crate) use met::indicator_of;
pub use run::{Round, RoundError, Rounded};
