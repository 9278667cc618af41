//! `vauban.toml`: one commented file. An unknown key is an error that names the nearest known one.

mod dns;
mod parse;
mod shape;
mod signin;
mod text;
mod wireguard;

pub use dns::{DnsTable, Lookalikes};
pub use parse::{ConfigError, parse};
pub use shape::{
    Banner, Config, GuardTable, Language, LeavingPolicy, MailTable, OnFailure, OnUnusable, OpenPgpTable, OutgoingTable,
    PortalTable, QuarantineTable, ReleaseBy,
};
pub use signin::{ElsewhereTable, SignInTable};
pub use text::{DEFAULT, schema};
pub use wireguard::{Peers, with_peers};
