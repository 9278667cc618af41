//! What a sensor needs besides traffic: what it judges with loaded again when something changed, time passing, people told.

mod lists;
mod mail;
mod names;
mod zones;

pub use lists::Lists;
pub use mail::MailParts;
pub(crate) use mail::MailTender;
pub(crate) use names::NamesTender;
pub use names::{Indicators, NamesParts};
