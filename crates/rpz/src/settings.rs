//! What people write about transfers: where a zone comes from, and who may take ours.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{key::TsigKey, name::ZoneName};

/// Why a source of a zone cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Another form.
    #[error("{0:?} is not written axfr://ADDRESS/ZONE, as in axfr://192.0.2.1/rpz.example")]
    Form(String),
    /// A name in place of an address.
    #[error(
        "{0:?} is not an address: the server of a zone is named by its address, because names are what it decides on"
    )]
    Address(String),
    /// No zone.
    #[error("{0:?} is not the name of a zone")]
    Zone(String),
}

/// The port of the DNS.
const PORT: u16 = 53;

/// Where a zone comes from.
#[derive(Clone, Debug)]
pub struct TransferSettings {
    /// The server; no other is ever asked.
    pub server: SocketAddr,
    /// The zone.
    pub zone: ZoneName,
    /// What both ends sign with. Without one, whoever stands in between can write the zone.
    pub key: Option<TsigKey>,
}

impl TransferSettings {
    /// The same, with a key.
    #[must_use]
    pub fn with_key(self, key: Option<TsigKey>) -> Self {
        Self { key, ..self }
    }
}

impl FromStr for TransferSettings {
    type Err = SettingsError;

    /// Reads `axfr://192.0.2.1/rpz.example`, `axfr://[2001:db8::1]:5353/rpz.example`.
    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let form = || SettingsError::Form(text.to_owned());
        let (server, zone) = text.strip_prefix("axfr://").and_then(|rest| rest.split_once('/')).ok_or_else(form)?;
        let server = parse_server(server).ok_or_else(|| SettingsError::Address(server.to_owned()))?;
        let zone = zone.parse().map_err(|_| SettingsError::Zone(zone.to_owned()))?;
        Ok(Self { server, zone, key: None })
    }
}

impl fmt::Display for TransferSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "axfr://{}/{}", self.server, self.zone)
    }
}

fn parse_server(text: &str) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    text.parse().ok().or_else(|| Some(SocketAddr::new(bare.parse().ok()?, PORT))).filter(|server| server.port() != 0)
}

/// Who may take our zone.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServeSettings {
    /// Addresses and ports to listen on, over TCP and UDP.
    pub listen: Vec<SocketAddr>,
    /// The name of the zone, as in `rpz.campagne.example`.
    pub zone: ZoneName,
    /// Whoever signs with one of these keys may take it.
    #[serde(default)]
    pub keys: Vec<TsigKey>,
    /// Networks that may take it unsigned: for Unbound, which has no keys. Everybody else is refused.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub allow: Vec<IpNet>,
    /// Servers that are told when it changes.
    #[serde(default)]
    pub notify: Vec<Secondary>,
}

/// A server that is told when our zone changes.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secondary {
    /// Its address and port.
    pub server: SocketAddr,
    /// What the message is signed with. Without one it is not signed, which most servers accept from an address that they know.
    #[serde(default)]
    pub key: Option<TsigKey>,
}

/// A zone whose server may tell us that it changed.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The zone.
    pub zone: ZoneName,
    /// Where the message comes from.
    pub from: IpAddr,
    /// What it is signed with. With a key, an unsigned message is no message.
    pub key: Option<TsigKey>,
}

impl From<&TransferSettings> for Watched {
    fn from(settings: &TransferSettings) -> Self {
        Self { zone: settings.zone.clone(), from: settings.server.ip(), key: settings.key.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "hmac-sha256:k:pmK3MjlI0k9kQ0lWJ0Vv5ntbbZVZ1u0tUJq4wqzF0Zs=";

    #[test]
    fn sources_are_read() {
        for (text, shown) in [
            ("axfr://192.0.2.1/RPZ.example", "axfr://192.0.2.1:53/rpz.example"),
            ("axfr://192.0.2.1:5353/rpz.example.", "axfr://192.0.2.1:5353/rpz.example"),
            ("axfr://[2001:db8::1]/rpz", "axfr://[2001:db8::1]:53/rpz"),
            ("axfr://[2001:db8::1]:54/rpz", "axfr://[2001:db8::1]:54/rpz"),
        ] {
            assert_eq!(text.parse::<TransferSettings>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_source_is_told() {
        for (text, error) in [
            ("https://192.0.2.1/rpz", SettingsError::Form("https://192.0.2.1/rpz".to_owned())),
            ("axfr://192.0.2.1", SettingsError::Form("axfr://192.0.2.1".to_owned())),
            ("axfr://192.0.2.1/", SettingsError::Zone(String::new())),
            ("axfr://192.0.2.1:0/rpz", SettingsError::Address("192.0.2.1:0".to_owned())),
            ("axfr://ns.example/rpz", SettingsError::Address("ns.example".to_owned())),
        ] {
            assert_eq!(text.parse::<TransferSettings>().unwrap_err(), error);
        }
    }

    #[test]
    fn a_table_is_read_and_shows_no_secret() {
        let text = format!(
            "listen = [\"127.0.0.1:5354\"]\nzone = \"rpz.campagne.example\"\nkeys = [\"{KEY}\"]\nallow = [\"10.20.0.5/32\"]\n\
             notify = [{{ server = \"10.20.0.6:53\" }}, {{ server = \"10.20.0.7:53\", key = \"{KEY}\" }}]\n"
        );
        let settings: ServeSettings = toml::from_str(&text).unwrap();
        assert!(settings.notify[0].key.is_none() && settings.notify[1].key.is_some());
        assert_eq!(settings.notify[1].server, "10.20.0.7:53".parse().unwrap());
        assert!(!format!("{settings:?}").contains("pmK3"));
        assert!(toml::from_str::<ServeSettings>(&text.replace("keys", "key")).is_err());
    }
}
