//! The rules, each with its refusal, on a file as the program has it.
#![expect(clippy::unwrap_used, reason = "a test says what it expects in the shortest way")]

mod accounts;
mod both;
mod calls;
mod challenges;
mod clock;
mod dump;
mod events;
mod floods;
mod founding;
mod glass;
mod keys;
mod kill;
mod leaving;
mod made;
mod model;
mod passes;
mod races;
mod random;
mod recovery;
mod requests;
mod retention;
mod roll;
mod sessions;
