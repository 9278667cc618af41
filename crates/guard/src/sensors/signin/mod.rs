//! Signing in, watched: the pages are `vauban_signin`'s; here they are served, the policy says who reaches which tool, and everything
//! that happens is written into the record and compared with what is known of attackers.

mod reach;
mod sensor;
mod witness;

pub use reach::Tools;
pub use sensor::{Minute, SignInParts, SignInSensor};
