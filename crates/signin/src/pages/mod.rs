//! The pages.

mod accounts;
mod code;
mod enrol;
mod glass;
mod link;
mod mine;
mod named;
mod onward;
mod parts;
pub(crate) mod people;
mod refused;
mod request;
mod room;
mod sign_in;
mod words;

pub(crate) use accounts::remove_account;
pub(crate) use enrol::enrol;
pub(crate) use glass::glass;
pub(crate) use link::link;
pub(crate) use mine::{end_session, mine, remove_key, sign_out};
pub(crate) use onward::{onward, onward_in, waiting};
use parts::page;
pub(crate) use parts::plain;
pub(crate) use refused::turned_away;
pub(crate) use request::{Asked, request, requests, veto};
pub(crate) use sign_in::{script, sign_in};
