//! Keeps it out: one process with a sensor for each way in. Mail and names.
//!
//! The same flow as a sweep, on live traffic, and the verdict is enforced. What reads hostile bytes does so in worker
//! processes; sensors are supervised, and one that ends is started again alone. This crate reads no argument, no
//! environment and no terminal; what is to be looked for, and the clock, are handed in.

mod clock;
pub mod config;
pub mod exceptions;
mod health;
mod kept;
mod metrics;
mod run;
mod sensor;
pub mod sensors;
mod supervise;
mod tend;

pub use metrics::Metrics;
pub use run::{Guard, GuardError, Prepare, run};
pub use sensor::{FailPolicy, Sensor, Stopping};
pub use tend::{Indicators, Lists, MailParts, NamesParts};
