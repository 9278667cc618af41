//! The filter of names as it runs: a guard, somebody above it who can be scripted, and askers in every compartment.

mod answers;
mod client;
mod doors;
mod given;
mod hostile;
mod oracle;
mod privacy;
mod rooms;
mod swaps;
mod upstream;
mod world;
