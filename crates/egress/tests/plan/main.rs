//! The plan: what it refuses, and that the rules in it do what the policy says, asked of an interpreter and of an oracle that were
//! written apart from it.

mod agree;
mod interpreter;
mod refused;
