//! The pages of administrators: everybody, one person, what may be done about them, and what happened. They ask; the store decides.

mod administrator;
mod audit;
mod change;
mod deeds;
mod fields;
mod glass;
mod invite;
mod leave;
mod list;
mod one;

pub(crate) use audit::audit;
pub(crate) use change::{
    ask_role, end_all, end_session, recover, remove_account, remove_key, resume, set_end, set_groups, suspend,
};
pub(crate) use glass::{ask_glass_keys, glass_keys, glass_keys_again};
pub(crate) use invite::{form as invitation, invite};
pub(crate) use leave::{before as before_leaving, leave};
pub(crate) use list::list;
pub(crate) use one::person;
