//! The pages.

mod enrol;
mod mine;
mod parts;
mod request;
mod sign_in;

pub(crate) use enrol::enrol;
pub(crate) use mine::{end_session, mine, remove_key, sign_out};
pub(crate) use request::{request, requests, veto};
pub(crate) use sign_in::{script, sign_in};
