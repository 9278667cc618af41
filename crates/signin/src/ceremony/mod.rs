//! The ceremonies, each as a question and an answer. One file for each.

mod add_account;
mod add_key;
mod answer;
mod approve;
mod break_glass;
mod enrol;
mod fresh;
mod give_link;
mod glass_key;
mod sign_in;
mod steps;

pub(crate) use add_account::AddAccount;
pub(crate) use add_key::AddKey;
pub(crate) use answer::{ANEW, CHOOSE, LONGEST, Sent, key_id};
pub(crate) use approve::Approve;
pub(crate) use break_glass::{BreakGlass, for_break_glass};
pub(crate) use enrol::{Enrol, attestation, invited, who};
pub(crate) use fresh::Fresh;
pub(crate) use give_link::GiveLink;
pub(crate) use glass_key::GlassKey;
pub(crate) use sign_in::Enter;
pub(crate) use steps::{answer, ask, starts, told};
