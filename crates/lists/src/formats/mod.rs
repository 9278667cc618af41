//! The formats that lists come in: each line becomes entries, or is counted as what it is.

mod adblock;
mod detect;
mod dnsmasq;
mod format;
mod hosts;
mod plain;
mod rpz;
mod triggers;
mod unbound;

pub(crate) use detect::detect;
pub(crate) use format::Format;

/// Every format, the most particular first: where two know as many lines, the first is taken.
const FORMATS: &[&dyn Format] =
    &[&rpz::Rpz, &unbound::Unbound, &dnsmasq::Dnsmasq, &adblock::Adblock, &hosts::Hosts, &plain::Plain];
