//! What may stand in `vauban.toml` about compartments: it reads like sentences.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Kind, Problem};

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Policy {
    /// What holds for all compartments.
    #[serde(default)]
    pub policy: Settings,
    /// The compartments by name.
    #[serde(default)]
    pub compartment: BTreeMap<String, Compartment>,
    /// The people by name.
    #[serde(default)]
    pub person: BTreeMap<String, Person>,
    /// The devices by name.
    #[serde(default)]
    pub device: BTreeMap<String, Device>,
    /// Tools of the organisation's own, or other words about those that everybody knows.
    #[serde(default)]
    pub tool: BTreeMap<String, Tool>,
    /// Lists of names that others keep.
    #[serde(default)]
    pub list: Vec<List>,
    /// Exceptions, each with its owner, its reason and its end.
    #[serde(default)]
    pub exception: Vec<Exception>,
    /// What must come out: `vauban policy test` asks each.
    #[serde(default)]
    pub expect: Vec<Expect>,
}

impl Policy {
    /// What would be wrong with this policy if it had this exception, too; nothing where it fits.
    #[must_use]
    pub fn problems_with(&self, exception: &Exception) -> Vec<Problem> {
        crate::check::check_exception(self, exception)
    }
}

/// What holds for all compartments.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The compartment of whoever is in none: unknown devices are guests. Empty: they reach nothing.
    pub otherwise: String,
    /// What can never be blocked, whatever a list says: names (with all below them), addresses and networks.
    pub always: Vec<String>,
}

/// Who, where and what.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Compartment {
    /// Its networks: who comes from there is in it.
    pub networks: Vec<String>,
    /// What is kept out of it: kinds of tools (`private-messaging`), names (with all below them), addresses and networks.
    pub never: Vec<String>,
    /// The lists that hold here, by their names; without this line, all of them.
    pub lists: Option<Vec<String>>,
    /// How its traffic leaves.
    pub egress: Egress,
    /// What is written down of it.
    pub logging: Logging,
    /// For how many days.
    pub keep_days: u16,
}

/// How traffic leaves a compartment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Egress {
    /// Anywhere.
    #[default]
    Direct,
    /// Only to what our own resolver just answered.
    Named,
}

/// What is written down of a compartment's traffic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Logging {
    /// Nothing: its names touch no disk, no log and no metric.
    #[default]
    None,
    /// What was blocked.
    Blocked,
    /// All of it.
    All,
}

/// Somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    /// The name, as people say it.
    pub name: String,
    /// Groups that exceptions may name.
    pub groups: Vec<String>,
    /// The compartment on a device that is in none.
    pub compartment: String,
}

/// A device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Device {
    /// Whose it is.
    pub person: String,
    /// Its compartment; empty for that of its network, or its person.
    pub compartment: String,
    /// The addresses it always has.
    pub addresses: Vec<String>,
    /// Its WireGuard public key.
    pub wireguard: String,
    /// The SHA-256 of its client certificate, in hexadecimal.
    pub certificate: String,
    /// Its own name of the resolver, by which it is known wherever it is.
    pub dns_name: String,
}

/// A tool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tool {
    /// What it is.
    pub kinds: Vec<Kind>,
    /// Its names, with all below them.
    pub names: Vec<String>,
    /// Its addresses and networks, where they tell it.
    pub addresses: Vec<String>,
}

/// A list of names that others keep.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// What it is called in rules: `list/malware`.
    pub name: String,
    /// Where it comes from: a file, `https://…`, or a zone of a server (`axfr://192.0.2.1:53/rpz.example`).
    pub from: String,
    /// The key that a zone is fetched with: `hmac-sha256:NAME:BASE64`.
    #[serde(default)]
    pub key: String,
    /// How often it is fetched again.
    #[serde(default = "six")]
    pub every_hours: u16,
}

const fn six() -> u16 {
    6
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// For whom: `alice`, `group:press`, `device:alice-laptop`, `compartment:work`.
    pub who: Vec<String>,
    /// To what: kinds, tools (`tool:whatsapp`), names, addresses and networks.
    pub to: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, as `2026-12-31`.
    #[schemars(with = "String")]
    #[serde(deserialize_with = "day")]
    pub until: Date,
    /// Whether it holds against indicators, too: what is known to be bad.
    #[serde(default)]
    pub despite_indicators: bool,
}

/// What must come out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Whose question it is; empty for nobody known.
    #[serde(default)]
    pub who: String,
    /// On which device.
    #[serde(default)]
    pub device: String,
    /// From which address.
    #[serde(default)]
    pub from: String,
    /// To what: a name or an address.
    pub to: String,
    /// `allow` or `block`.
    pub verdict: String,
}

/// A day, written as TOML writes one or as a text.
fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => text,
        toml::Value::Datetime(day) => day.to_string(),
        _ => return Err(serde::de::Error::custom("no day (2026-12-31)")),
    };
    text.parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is no day (2026-12-31)")))
}
