//! A response policy zone: names and addresses that a resolver answers with "no such name".

use std::{collections::BTreeSet, fmt::Write as _, net::IpAddr};

use ipnet::IpNet;
use jiff::Timestamp;
use vauban_model::{Indicator, ObservableKind, Test};

use crate::value::domain_name;

/// The zone, and how many indicators stand in it.
pub(super) fn write(indicators: &[&Indicator], now: Timestamp) -> (String, usize) {
    let mut records = BTreeSet::new();
    let mut written = 0;
    for indicator in indicators {
        let mut any = false;
        for test in &indicator.tests {
            any |= add(test, &mut records);
        }
        written += usize::from(any);
    }
    // A serial number of a zone has 32 bits; seconds since 1970 fit until 2106.
    let serial = u32::try_from(now.as_second()).unwrap_or(u32::MAX);
    let mut text =
        format!("$TTL 60\n@ IN SOA localhost. root.localhost. {serial} 3600 600 86400 60\n@ IN NS localhost.\n");
    for record in records {
        let _ = writeln!(text, "{record} CNAME .");
    }
    (text, written)
}

fn add(test: &Test, records: &mut BTreeSet<String>) -> bool {
    let trigger = match test {
        Test::Observable(observable) => match observable.kind {
            ObservableKind::DomainName => {
                let Some(name) = domain_name(&observable.value) else { return false };
                records.insert(format!("*.{name}"));
                Some(name)
            }
            ObservableKind::Ipv4Addr | ObservableKind::Ipv6Addr => {
                observable.value.parse::<IpAddr>().ok().map(|address| trigger(IpNet::from(address)))
            }
            _ => None,
        },
        Test::Network(network) => network.parse::<IpNet>().ok().map(trigger),
        Test::Pattern(_) | Test::Yara { .. } | Test::Sigma { .. } => None,
    };
    trigger.is_some_and(|trigger| {
        records.insert(trigger);
        true
    })
}

/// 192.0.2.0/24 is `24.0.2.0.192.rpz-ip`.
fn trigger(network: IpNet) -> String {
    let network = network.trunc();
    let reversed: Vec<String> = match network.addr() {
        IpAddr::V4(four) => four.octets().iter().rev().map(u8::to_string).collect(),
        IpAddr::V6(six) => six.segments().iter().rev().map(|segment| format!("{segment:x}")).collect(),
    };
    format!("{}.{}.rpz-ip", network.prefix_len(), reversed.join("."))
}
