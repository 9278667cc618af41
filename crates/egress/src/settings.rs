//! What may stand in `[network]` of `vauban.toml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// The network that the kernel filters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkTable {
    /// The interfaces to the internet (`eth0`). What arrives by all others comes from inside.
    pub outside: Vec<String>,
    /// The addresses of our own resolver. They can never be blocked.
    pub resolvers: Vec<String>,
    /// The addresses of the gateway. They can never be blocked.
    pub gateways: Vec<String>,
    /// From where the administrators work: addresses or networks. They always reach everything inside, and can never be blocked.
    pub administrators: Vec<String>,
    /// The interfaces by which a compartment's packets arrive, where each has its own: `work = ["eth1"]`. An address of the
    /// compartment that arrives elsewhere is spoofed.
    pub interfaces: BTreeMap<String, Vec<String>>,
    /// Inside interfaces that the policy does not speak of: a bridge of containers, say. What arrives there is left alone.
    pub ignored: Vec<String>,
    /// Which compartment may begin to speak with which other one.
    pub between: Vec<Between>,
    /// What becomes of QUIC (UDP 443) of compartments whose egress is `named`.
    pub quic: Quic,
    /// How long a new plan is on trial, in seconds: unless it is confirmed until then, the kernel goes back to the one before.
    pub confirm_seconds: u32,
}

impl Default for NetworkTable {
    fn default() -> Self {
        Self {
            outside: Vec::new(),
            resolvers: Vec::new(),
            gateways: Vec::new(),
            administrators: Vec::new(),
            interfaces: BTreeMap::new(),
            ignored: Vec::new(),
            between: Vec::new(),
            quic: Quic::Follow,
            confirm_seconds: 60,
        }
    }
}

/// One compartment may begin to speak with another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// The compartment that begins.
    pub from: String,
    /// The compartment that is reached.
    pub to: String,
}

/// What becomes of QUIC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Quic {
    /// It goes where TCP may go: what is opened is an address, whatever is spoken with it.
    #[default]
    Follow,
    /// It is refused, so that browsers fall back to TCP: for whoever inspects TLS elsewhere.
    Refuse,
}
