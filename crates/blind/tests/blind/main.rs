//! A desk, a signer, parties and thieves.

mod hostile;
mod leaks;
mod protocol;
mod steps;
