//! The subcommands, one file each.

pub(crate) mod config;
pub(crate) mod device;
pub(crate) mod guard;
pub(crate) mod hub;
pub(crate) mod intel;
pub(crate) mod list;
pub(crate) mod mail;
mod network;
pub(crate) mod pattern;
pub(crate) mod people;
pub(crate) mod policy;
pub(crate) mod portal;
mod readers;
pub(crate) mod record;
pub(crate) mod show;
pub(crate) mod stix;
pub(crate) mod sweep;
pub(crate) mod worker;
