//! Reading the file, and saying what is wrong with it.

use std::net::SocketAddr;

use vauban_policy::{Egress, Rules};
use vauban_rpz::ServeSettings;

use super::{Config, DnsTable, LeavingPolicy, ReleaseBy};
use crate::sensors::dns::page_address;

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A key that does not exist.
    #[error("line {line}: unknown key {key:?}{}", nearest.as_ref().map(|name| format!("; did you mean {name:?}?")).unwrap_or_default())]
    UnknownKey {
        /// Where, from 1.
        line: usize,
        /// The key.
        key: String,
        /// The known key that is nearest, where one is near.
        nearest: Option<String>,
    },
    /// Anything else.
    #[error("line {line}: {what}")]
    Wrong {
        /// Where, from 1.
        line: usize,
        /// What.
        what: String,
    },
}

/// Reads a configuration.
///
/// # Errors
/// The first thing that is wrong with it, with its line.
pub fn parse(text: &str) -> Result<Config, ConfigError> {
    let config: Config = toml::from_str(text).map_err(|error| explain(text, &error))?;
    organisation(text)?;
    check(text, &config)?;
    Ok(config)
}

/// The keys of `[organisation]`, which its own reader does not check: the same table is also read from files of others.
fn organisation(text: &str) -> Result<(), ConfigError> {
    const KEYS: [&str; 6] = ["domains", "staff", "people", "candidates", "partners", "providers"];
    let whole: toml::Table = toml::from_str(text).map_err(|error| explain(text, &error))?;
    let table = whole.get("organisation").and_then(toml::Value::as_table);
    let Some(key) = table.and_then(|table| table.keys().find(|key| !KEYS.contains(&key.as_str()))) else {
        return Ok(());
    };
    let line = text.lines().position(|line| line.trim_start().starts_with(key.as_str())).map_or(1, |at| at + 1);
    Err(ConfigError::UnknownKey { line, key: key.clone(), nearest: nearest(key, KEYS.into_iter()) })
}

/// The known key that is nearest, where one is near.
fn nearest<'n>(key: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    names
        .filter_map(|name| Some((vauban_lookalike::slips(key, name, 3)?, name)))
        .min()
        .filter(|(slips, name)| *slips * 2 < name.len())
        .map(|(_, name)| name.to_owned())
}

/// What the shape alone does not forbid.
fn check(text: &str, config: &Config) -> Result<(), ConfigError> {
    let wrong = |key: &str, what: &str| {
        let line = text.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |at| at + 1);
        Err(ConfigError::Wrong { line, what: format!("{key}: {what}") })
    };
    if let Err(problems) = Rules::new(config.policy())
        && let Some(problem) = problems.first()
    {
        let what = format!("{} {:?}: {}", problem.key, problem.word, problem.what.en);
        return Err(ConfigError::Wrong { line: problem.line(text).unwrap_or(1), what });
    }
    let is_socket = |text: &str| text.parse::<SocketAddr>().is_ok();
    if let Some(portal) = &config.portal
        && !portal.listen.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback())
    {
        return wrong("listen", "[portal]: an address of this machine alone, with its port (127.0.0.1:9782)");
    }
    if let Some(dns) = &config.dns
        && let Some((key, what)) = names(dns)
    {
        return wrong(key, &what);
    }
    for (compartment, zone) in &config.zone {
        if let Some(what) = given_out(config, compartment, zone) {
            return wrong(&format!("[zone.{compartment}]"), &what);
        }
    }
    let Some(mail) = &config.mail else { return Ok(()) };
    if mail.readers == 0 || mail.readers > 64 {
        return wrong("readers", "from 1 to 64");
    }
    if mail.connections == 0 {
        return wrong("connections", "at least 1");
    }
    if mail.largest_mib == 0 || mail.held_mib < mail.largest_mib {
        return wrong("held_mib", "at least as much as largest_mib, and that at least 1");
    }
    if mail.seconds == 0 {
        return wrong("seconds", "at least 1");
    }
    if !mail.listen.starts_with("unix:/") && !is_socket(&mail.listen) {
        return wrong("listen", "an address with its port (127.0.0.1:9781) or unix:/path");
    }
    let is_word = matches!(mail.resolver.as_str(), "system" | "none");
    if !is_word && !is_socket(&mail.resolver) {
        return wrong("resolver", "an address with its port (127.0.0.1:53), \"system\" or \"none\"");
    }
    if !is_socket(&config.guard.http) {
        return wrong("http", "an address with its port (127.0.0.1:9780)");
    }
    // Mail goes there in clear.
    if !mail.handover.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback()) {
        return wrong("handover", "an address of this machine alone, with its port (127.0.0.1:10026)");
    }
    if !mail.address.is_empty() && mail.address.parse::<lettre::Address>().is_err() {
        return wrong("address", "a mail address (vauban@campagne.example)");
    }
    if mail.languages.is_empty() {
        return wrong("languages", "at least one of \"fr\" and \"en\"");
    }
    if let Some(quarantine) = &mail.quarantine {
        if quarantine.recipients.is_empty() {
            return wrong("recipients", "at least one public key (age1…)");
        }
        for key in &quarantine.recipients {
            if key.parse::<age::x25519::Recipient>().is_err() {
                return wrong("recipients", &format!("{key:?} is no public key of age"));
            }
        }
        if quarantine.release_by == ReleaseBy::Reader && (quarantine.key_file.is_empty() || mail.address.is_empty()) {
            return wrong("release_by", "\"reader\" needs key_file and, in [mail], address");
        }
    }
    if let Some(outgoing) = &mail.outgoing
        && [outgoing.auto_forward, outgoing.own_private_mailbox, outgoing.colleague_private]
            .contains(&LeavingPolicy::Hold)
        && mail.address.is_empty()
    {
        return wrong(
            "[mail.outgoing]",
            "\"hold\" needs, in [mail], address: whoever sent a message is told that it is held",
        );
    }
    if let Some(outgoing) = &mail.outgoing
        && !outgoing.compartment.is_empty()
        && !config.compartment.contains_key(&outgoing.compartment)
    {
        return wrong("compartment", &format!("no compartment is called {:?}", outgoing.compartment));
    }
    if let Some(outgoing) = &mail.outgoing
        && let Some(network) = outgoing.networks.iter().find(|network| network.parse::<ipnet::IpNet>().is_err())
    {
        return wrong("networks", &format!("{network:?} is no network (10.0.0.0/8)"));
    }
    Ok(())
}

/// What is wrong with a zone that is given out.
fn given_out(config: &Config, compartment: &str, zone: &ServeSettings) -> Option<String> {
    if config.dns.is_none() {
        return Some("a zone needs [dns]: it says what the filter of names decides".to_owned());
    }
    let Some(table) = config.compartment.get(compartment) else {
        return Some(format!("no compartment is called {compartment:?}"));
    };
    if zone.listen.is_empty() {
        return Some("listen: where servers fetch it (\"10.20.0.2:5354\")".to_owned());
    }
    if zone.keys.is_empty() && zone.allow.is_empty() {
        return Some("keys or allow: who may take it; nobody may".to_owned());
    }
    (config.network.is_some() && table.egress == Egress::Named).then(|| {
        "its traffic leaves by names that Vauban answers (egress = \"named\"): another resolver opens nothing"
            .to_owned()
    })
}

/// The first key of `[dns]` that is wrong, and what is.
fn names(table: &DnsTable) -> Option<(&'static str, String)> {
    let socket = |text: &String| text.parse::<SocketAddr>().is_err();
    for (key, texts) in [("listen", &table.listen), ("tls", &table.tls), ("https", &table.https)] {
        if let Some(text) = texts.iter().find(|text| socket(text)) {
            return Some((key, format!("{text:?} is no address with its port (10.20.0.1:53)")));
        }
    }
    // An answer to a datagram has to come from the address that was asked.
    let any = table.listen.iter().find(|text| text.parse::<SocketAddr>().is_ok_and(|a| a.ip().is_unspecified()));
    if let Some(text) = any {
        return Some(("listen", format!("{text:?}: name each address of this machine that devices ask")));
    }
    if table.upstream.is_empty() {
        return Some(("[dns]", "upstream: who is asked (\"tls://192.0.2.53#dns.example\")".to_owned()));
    }
    let has_doors = !table.tls.is_empty() || !table.https.is_empty();
    if has_doors && (table.certificate.is_empty() || table.key.is_empty()) {
        return Some(("[dns]", "tls and https need a certificate and its key".to_owned()));
    }
    if table.threads == 0 || table.threads > 64 {
        return Some(("threads", "from 1 to 64".to_owned()));
    }
    if table.waiting == 0 || table.cache_mib == 0 {
        return Some(("[dns]", "waiting and cache_mib: at least 1".to_owned()));
    }
    table
        .block_page
        .iter()
        .find(|text| page_address(text).is_none())
        .map(|text| ("block_page", format!("{text:?} is no address (10.20.0.1)")))
}

fn explain(text: &str, error: &toml::de::Error) -> ConfigError {
    let at = error.span().map_or(0, |span| span.start);
    let line = text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let message = error.message();
    let mut quoted = message.split('`').skip(1).step_by(2);
    if let (true, Some(key)) = (message.starts_with("unknown field"), quoted.next()) {
        return ConfigError::UnknownKey { line, key: key.to_owned(), nearest: nearest(key, quoted) };
    }
    ConfigError::Wrong { line, what: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DEFAULT, MailTable, schema};

    #[test]
    fn the_commented_default_is_the_default() {
        let config = parse(DEFAULT).unwrap();
        assert_eq!(config, Config { mail: Some(MailTable::default()), ..Config::default() });
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let error = parse("[mail]\nlisten = \"127.0.0.1:1\"\non_failur = \"deliver\"\n").unwrap_err();
        assert_eq!(error.to_string(), "line 3: unknown key \"on_failur\"; did you mean \"on_failure\"?");
        assert_eq!(parse("[mial]\n").unwrap_err().to_string(), "line 1: unknown key \"mial\"; did you mean \"mail\"?");
        let error = parse("[organisation]\ndomain = [\"a.example\"]\n").unwrap_err();
        assert_eq!(error.to_string(), "line 2: unknown key \"domain\"; did you mean \"domains\"?");
        let error = parse("[guard]\nsomething_else = 1\n").unwrap_err();
        assert_eq!(error.to_string(), "line 2: unknown key \"something_else\"");
    }

    #[test]
    fn values_are_checked() {
        for (text, line) in [
            ("[mail]\nreaders = 0\n", 2),
            ("[mail]\nreaders = \"two\"\n", 2),
            ("[mail]\nlisten = \"here\"\n", 2),
            ("[mail]\n\non_failure = \"bounce\"\n", 3),
            ("[mail.quarantine]\nrecipients = [\"age1x\"]\n", 2),
            ("[mail]\naddress = \"nobody\"\n", 2),
            ("[mail]\nhandover = \"192.0.2.1:25\"\n", 2),
            ("[mail.outgoing]\n", 1),
            ("[mail.outgoing]\nauto_forward = \"warn\"\nnetworks = [\"home\"]\n", 3),
            ("[mail.outgoing]\nauto_forward = \"never\"\n", 2),
            ("[compartment.work]\n\nnever = [\"anonymizer\"]\n", 3),
            ("[compartment.work]\negres = \"named\"\n", 2),
            ("[dns]\nlisten = [\"0.0.0.0:53\"]\n", 2),
            ("[dns]\n", 1),
            (
                "[compartment.work]\n[zone.work]\nlisten = [\"127.0.0.1:54\"]\nzone = \"rpz.example\"\nallow = [\"10.0.0.0/8\"]\n",
                2,
            ),
            (
                "[dns]\nupstream = [\"udp://192.0.2.1\"]\n[zone.work]\nlisten = [\"127.0.0.1:54\"]\nzone = \"rpz.example\"\n",
                3,
            ),
            ("[zone.work]\nlisten = [\"127.0.0.1:54\"]\nzone = \"rpz.example\"\nkeys = [\"hmac-md5:a:b\"]\n", 4),
            ("[dns]\nupstream = [\"udp://192.0.2.1\"]\ntls = [\"127.0.0.1:853\"]\n", 1),
            ("[[list]]\nname = \"a list\"\nfrom = \"x\"\n", 2),
            ("[portal]\nlisten = \"0.0.0.0:9782\"\n", 2),
            ("[mail\n", 1),
        ] {
            let (ConfigError::Wrong { line: told, .. } | ConfigError::UnknownKey { line: told, .. }) =
                parse(text).unwrap_err();
            assert_eq!(told, line, "{text}");
        }
    }

    #[test]
    fn the_schema_knows_every_key_of_the_default() {
        let schema = schema();
        for key in ["organisation", "http", "listen", "on_failure", "quarantine", "recipients"] {
            assert!(schema.contains(&format!("{key:?}")), "{key}");
        }
    }
}
