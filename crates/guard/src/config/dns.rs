//! What may stand in `[dns]`.

use schemars::JsonSchema;
use serde::Deserialize;

/// The filter of names.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DnsTable {
    /// Where devices ask (UDP and TCP): each address of this machine that they ask, with its port.
    pub listen: Vec<String>,
    /// Where devices ask over TLS (DoT): `0.0.0.0:853`.
    pub tls: Vec<String>,
    /// Where devices ask over HTTPS (DoH, at `/dns-query`): `0.0.0.0:443`.
    pub https: Vec<String>,
    /// The certificate with its chain (PEM), for both; for `name`, and for `*.name` where devices have names of their own.
    pub certificate: String,
    /// Its private key (PEM).
    pub key: String,
    /// The resolver's own name; each device has one of its own below it.
    pub name: String,
    /// Who is asked: `tls://ADDRESS#NAME`, `https://ADDRESS/dns-query#NAME`, `udp://ADDRESS`, `tcp://ADDRESS`, with a port where
    /// it is not the usual one.
    pub upstream: Vec<String>,
    /// The authorities (PEM) that upstream certificates are checked with; empty for those of Mozilla.
    pub upstream_ca: String,
    /// Whether signatures are checked (DNSSEC).
    pub validate: bool,
    /// The keys of the root (as DS or DNSKEY records); empty for those of IANA.
    pub trust_anchor: String,
    /// Domains that are not signed though their parents say so: a network's own.
    pub unsigned: Vec<String>,
    /// Domains that may lead to addresses inside: the organisation's own. Any other name that does is kept out (rebinding).
    pub internal: Vec<String>,
    /// How much is remembered, in MiB.
    pub cache_mib: usize,
    /// How many threads answer from memory.
    pub threads: usize,
    /// How many questions wait for an answer from above at a time.
    pub waiting: usize,
    /// The addresses of this machine that a blocked name leads to, where a page says why (port 80); empty to answer that
    /// there is no such name.
    pub block_page: Vec<String>,
    /// What becomes of names that look like the organisation's or its providers'.
    pub lookalikes: Lookalikes,
}

impl Default for DnsTable {
    fn default() -> Self {
        Self {
            listen: vec!["127.0.0.1:53".to_owned()],
            tls: Vec::new(),
            https: Vec::new(),
            certificate: String::new(),
            key: String::new(),
            name: String::new(),
            upstream: Vec::new(),
            upstream_ca: String::new(),
            validate: true,
            trust_anchor: String::new(),
            unsigned: Vec::new(),
            internal: Vec::new(),
            cache_mib: 32,
            threads: 1,
            waiting: 2000,
            block_page: Vec::new(),
            lookalikes: Lookalikes::Note,
        }
    }
}

/// What becomes of names that look like the organisation's or its providers'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lookalikes {
    /// They are answered, and noted.
    Note,
    /// They are kept out, unless the policy lets them pass.
    Block,
}
