//! Outlook's messages ([MS-OXMSG]): a compound file of MAPI properties. Text of every property, the body in each
//! of its forms, attachments, and messages attached to messages. Named properties keep their numbers; S/MIME
//! inside is handed over as it is attached.

mod codepage;
mod encapsulated;
mod properties;
mod read;
mod rebuild;

pub(in crate::formats) use properties::{FIXED, SUBSTANCE};
pub(crate) use read::Msg;
