//! Reading a hosts file (hosts(5)).

use std::net::IpAddr;

use vauban_model::ObservableKind;

use crate::{
    Document,
    formats::Format,
    reading::{Draft, Place, Reading},
    value::of_kind,
};

/// Hosts files.
pub(crate) struct Hosts;

/// The names that every hosts file holds for the machine itself.
const OWN_NAMES: [&str; 10] = [
    "localhost",
    "localhost.localdomain",
    "local",
    "broadcasthost",
    "ip6-localhost",
    "ip6-loopback",
    "ip6-localnet",
    "ip6-mcastprefix",
    "ip6-allnodes",
    "ip6-allrouters",
];

impl Format for Hosts {
    fn name(&self) -> &'static str {
        "hosts"
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        let (mut entries, mut others) = (0_usize, 0_usize);
        for line in document.text().lines().map(content).filter(|line| !line.is_empty()).take(200) {
            if entry(line).is_some() { entries += 1 } else { others += 1 }
        }
        entries > 0 && entries > others.saturating_mul(4)
    }

    fn read(&self, document: &Document<'_>, out: &mut Reading) {
        for (number, line) in document.lines() {
            let comment = line.split_once('#').map_or("", |(_, comment)| comment.trim());
            let line = content(line);
            if line.is_empty() {
                continue;
            }
            let Some((_, names)) = entry(line) else {
                out.refuse(document, Place::Line(number), line, "not an entry of a hosts file");
                continue;
            };
            for name in names.split_whitespace() {
                if OWN_NAMES.contains(&name.to_ascii_lowercase().as_str()) || name.parse::<IpAddr>().is_ok() {
                    out.ignore(document, Place::Line(number), name, "the machine's own name");
                    continue;
                }
                match of_kind(ObservableKind::DomainName, name) {
                    Ok(tests) => out.add(
                        document,
                        Draft { description: comment.to_owned(), line: Some(number), ..Draft::of(tests) },
                    ),
                    Err(error) => out.refuse(document, Place::Line(number), name, error.to_string()),
                }
            }
        }
    }
}

fn content(line: &str) -> &str {
    line.split('#').next().unwrap_or(line).trim()
}

/// An address that leads nowhere, and the names behind it.
fn entry(line: &str) -> Option<(IpAddr, &str)> {
    let (address, names) = line.split_once(char::is_whitespace)?;
    let address: IpAddr = address.split('%').next()?.parse().ok()?;
    let nowhere = address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || matches!(address, IpAddr::V4(four) if four.is_broadcast())
        || matches!(address, IpAddr::V6(six) if six.is_unicast_link_local());
    (nowhere && !names.trim().is_empty()).then_some((address, names.trim()))
}
