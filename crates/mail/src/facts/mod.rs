//! Where facts come from: one file a family, each a pure function of the letter and of what the organisation says of
//! itself.

mod attachments;
mod claims;
mod domains;
mod freemail;
mod gather;
mod identity;
mod links;
mod mass;
mod money;
mod page;
mod thread;
mod words;

pub use gather::facts;
