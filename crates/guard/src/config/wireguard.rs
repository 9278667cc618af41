//! Devices by their keys of WireGuard: the kernel lets a packet out of the tunnel only from an address that belongs to the key
//! that it came with, so the address says who it is.

use std::{collections::BTreeMap, io};

use data_encoding::BASE64;
use ipnet::IpNet;
use vauban_policy::Device;

use super::Config;

/// Which networks each key may come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peers(BTreeMap<String, Vec<String>>);

impl Peers {
    /// The device with the addresses of its key.
    pub(super) fn placed(&self, device: &Device) -> Device {
        let own = self.0.get(&device.wireguard).cloned().unwrap_or_default();
        let addresses = device.addresses.iter().cloned().chain(own).collect();
        Device { addresses, ..device.clone() }
    }

    /// Adds what `wg show INTERFACE allowed-ips` printed: a key and its networks on each line; before them the interface, where
    /// all were asked for.
    fn add(&mut self, text: &str) -> Result<(), String> {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut words = line.split_whitespace().skip_while(|word| !is_key(word));
            let key = words.next().ok_or_else(|| format!("{line:?} holds no key of a peer"))?;
            for word in words.filter(|word| *word != "(none)") {
                let network: IpNet = word.parse().map_err(|_| format!("{word:?} is no network"))?;
                if network.prefix_len() == 0 {
                    return Err(format!("the peer {key} may have every address: nobody can be told from it"));
                }
                self.0.entry(key.to_owned()).or_default().push(network.to_string());
            }
        }
        Ok(())
    }
}

/// Whether this is a key of Curve25519 as WireGuard writes it.
fn is_key(word: &str) -> bool {
    BASE64.decode(word.as_bytes()).is_ok_and(|bytes| bytes.len() == 32)
}

/// The configuration with the addresses of WireGuard's peers, from the files that it names.
///
/// # Errors
/// A file that cannot be used, or a device whose key no peer has: it would be taken for a stranger.
pub fn with_peers(mut config: Config, read: impl Fn(&str) -> io::Result<String>) -> Result<Config, String> {
    let mut peers = Peers::default();
    for file in &config.guard.wireguard {
        let text = read(file).map_err(|error| format!("{file}: {error}"))?;
        peers.add(&text).map_err(|error| format!("{file}: {error}"))?;
    }
    let is_strange = |device: &Device| !device.wireguard.is_empty() && !peers.0.contains_key(&device.wireguard);
    if let Some((name, device)) = config.device.iter().find(|(_, device)| is_strange(device)) {
        let files = config.guard.wireguard.join(", ");
        let where_ = if files.is_empty() { "no file that [guard] names as wireguard".to_owned() } else { files };
        return Err(format!("device.{name}.wireguard: {:?} is the key of no peer in {where_}", device.wireguard));
    }
    config.peers = peers;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    const KEY: &str = "ZmFrZS1rZXktb2YtYS1wZWVyLW9mLXdpcmVndWFyZCE=";

    fn read(text: &str, lines: &str) -> Result<Config, String> {
        let config = parse(text).unwrap();
        with_peers(
            config,
            |file| if file == "peers" { Ok(lines.to_owned()) } else { Err(io::ErrorKind::NotFound.into()) },
        )
    }

    #[test]
    fn a_key_gives_its_device_its_addresses() {
        let text = format!(
            "[guard]\nwireguard = [\"peers\"]\n[compartment.work]\n[device]\nlaptop = {{ compartment = \"work\", wireguard = \"{KEY}\" }}\n"
        );
        for lines in
            [format!("{KEY}\t10.99.0.2/32 fd99::2/128\n"), format!("# all\nwg0\t{KEY}\t10.99.0.2/32 fd99::2/128\n\n")]
        {
            let config = read(&text, &lines).unwrap();
            assert_eq!(config.policy().device["laptop"].addresses, ["10.99.0.2/32", "fd99::2/128"]);
        }
        for (lines, why) in [
            (format!("{KEY}\t0.0.0.0/0\n"), "every address"),
            (format!("{KEY}\tevery\n"), "no network"),
            ("wg0 10.99.0.2/32\n".to_owned(), "no key"),
            (String::new(), "no peer"),
        ] {
            let error = read(&text, &lines).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        assert!(read(&text.replace("peers", "other"), "").unwrap_err().starts_with("other: "));
        assert!(read(&text.replace("[\"peers\"]", "[]"), "").unwrap_err().contains("no peer"));
    }
}
