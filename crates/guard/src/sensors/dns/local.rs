//! Names that are answered here and never asked for elsewhere: those that mean this machine or nobody, and those by which
//! programs find out whether they may go past the filter.

use std::net::IpAddr;

use vauban_protocol::dns::{How, Query, Reply, kind, rcode};

use super::plan::Plan;

/// How long such answers may be remembered, in seconds.
const LIFETIME: u32 = 600;

/// Names that nobody above can know (RFC 6761, RFC 6762, RFC 7686).
const NOWHERE: [&str; 4] = ["invalid", "local", "onion", "test"];
/// Where private addresses point back to (RFC 6303).
const REVERSE: [&str; 8] = [
    "10.in-addr.arpa",
    "127.in-addr.arpa",
    "168.192.in-addr.arpa",
    "254.169.in-addr.arpa",
    "0.in-addr.arpa",
    "d.f.ip6.arpa",
    "8.e.f.ip6.arpa",
    "c.f.ip6.arpa",
];
/// Programs that ask for these use encrypted resolvers of their own unless they are told that the names do not exist: Firefox,
/// and the private relay of Apple.
const CANARIES: [&str; 3] = ["use-application-dns.net", "mask.icloud.com", "mask-h2.icloud.com"];

/// What a name is answered with here; none for names that are looked for elsewhere.
pub(super) enum Local {
    /// It is this machine.
    Here,
    /// There is no such name.
    Nowhere,
    /// There is nothing of this type.
    Nothing,
    /// A question for everything gets next to nothing (RFC 8482).
    Everything,
}

/// Whether a question is answered here.
pub(super) fn local(query: &Query<'_>, plan: &Plan, is_named: bool) -> Option<Local> {
    let name = &query.name;
    if query.kind == kind::ANY {
        return Some(Local::Everything);
    }
    if name.is_under("localhost") {
        return Some(Local::Here);
    }
    let is_nowhere = NOWHERE.iter().any(|above| name.is_under(above));
    if is_nowhere && !plan.is_internal(name.text()) {
        return Some(Local::Nowhere);
    }
    if name.is_under("arpa") {
        // The resolver is who was asked: it designates nobody else (RFC 9462).
        if name.is_under("resolver.arpa") {
            return Some(Local::Nothing);
        }
        if (REVERSE.iter().any(|above| name.is_under(above)) || is_172(name.text())) && !plan.is_internal(name.text()) {
            return Some(Local::Nowhere);
        }
    }
    (is_named && CANARIES.iter().any(|canary| name.is_under(canary))).then_some(Local::Nowhere)
}

/// Whether a reverse name belongs to 172.16.0.0/12.
fn is_172(name: &str) -> bool {
    let rest = name.strip_suffix(".172.in-addr.arpa");
    let label = rest.map(|rest| rest.rsplit('.').next().unwrap_or(rest));
    label.and_then(|label| label.parse::<u8>().ok()).is_some_and(|number| (16..32).contains(&number))
}

/// Writes such an answer.
pub(super) fn write<'o>(query: &Query<'_>, local: &Local, out: &'o mut Vec<u8>) -> Reply<'o> {
    const HERE: [IpAddr; 2] = [IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)];
    let code = if matches!(local, Local::Nowhere) { rcode::NX_DOMAIN } else { rcode::NO_ERROR };
    let mut reply = Reply::new(query, code, out);
    match local {
        Local::Here => reply.keep_out(query, How::At(&HERE), LIFETIME),
        Local::Nowhere => reply.keep_out(query, How::NoSuchName, LIFETIME),
        Local::Nothing => reply.keep_out(query, How::NoData, LIFETIME),
        Local::Everything => reply.everything(LIFETIME),
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reverse_names_of_private_networks() {
        assert!(is_172("1.2.16.172.in-addr.arpa") && is_172("31.172.in-addr.arpa"));
        assert!(!is_172("1.2.32.172.in-addr.arpa") && !is_172("16.172.in-addr.arpa.example"));
    }
}
