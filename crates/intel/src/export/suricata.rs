//! Rules for Suricata 7: names where they are asked for and dialled, addresses wherever they stand, URLs as HTTP shows them.
//!
//! Hashes of files need lists beside the rules, and YARA, Sigma and patterns have no rule: what one rule cannot say is left out. What
//! goes through TLS is seen by its name alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    net::IpAddr,
};

use ipnet::IpNet;
use vauban_model::{HashAlgorithm, Indicator, Observable, ObservableKind, Test};

use crate::value::domain_name;

/// Suricata reads no longer line.
const LONGEST_RULE: usize = 8_000;
/// A message that a person reads in a list of alerts.
const LONGEST_NAME: usize = 100;
/// Sources that one rule names.
const MOST_REFERENCES: usize = 3;
/// Where our numbers begin: no publisher's numbers are there, and a database with signed 32 bits holds them.
const FIRST_SID: u32 = 1_100_000_000;
const SIDS: u128 = 1_000_000_000;

/// What a rule looks at: its protocol and addresses, and its conditions.
struct Rule {
    head: String,
    conditions: String,
}

/// The rules, and how many indicators stand in them.
pub(super) fn write(indicators: &[&Indicator]) -> (String, usize) {
    let mut taken = BTreeSet::new();
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    let mut written = 0;
    for indicator in indicators {
        let mut any = false;
        for rule in indicator.tests.iter().flat_map(rules) {
            let what = format!("{} {}", rule.head, rule.conditions);
            // Two indicators of one value are one alert: the first to name it stands.
            if lines.contains_key(&what) {
                any = true;
                continue;
            }
            let line = line(indicator, &rule, sid(indicator, &what, &mut taken));
            if line.len() <= LONGEST_RULE {
                any = true;
                lines.insert(what, line);
            }
        }
        written += usize::from(any);
    }
    (lines.into_values().collect(), written)
}

fn rules(test: &Test) -> Vec<Rule> {
    match test {
        Test::Network(network) => network.parse().map(|network| vec![address(network)]).unwrap_or_default(),
        Test::Observable(observable) => of_observable(observable),
        Test::Pattern(_) | Test::Yara { .. } | Test::Sigma { .. } => Vec::new(),
    }
}

fn of_observable(observable: &Observable) -> Vec<Rule> {
    let value = &*observable.value;
    match observable.kind {
        ObservableKind::DomainName => domain_name(value).map(|name| domain(&name)).unwrap_or_default(),
        ObservableKind::Ipv4Addr | ObservableKind::Ipv6Addr => {
            value.parse::<IpAddr>().map(|one| vec![address(one.into())]).unwrap_or_default()
        }
        ObservableKind::Url => url(value).into_iter().collect(),
        ObservableKind::Ja3 => vec![rule("tls", format!("ja3.hash; {}", whole(&value.to_ascii_lowercase())))],
        ObservableKind::CertificateFingerprint if HashAlgorithm::of(value) == Some(HashAlgorithm::Sha1) => {
            let digits = value.to_ascii_lowercase();
            let pairs: Vec<&str> = (0..20).filter_map(|at| digits.get(at * 2..at * 2 + 2)).collect();
            vec![rule("tls", format!("tls.cert_fingerprint; {}", whole(&pairs.join(":"))))]
        }
        _ => Vec::new(),
    }
}

fn rule(protocol: &str, conditions: String) -> Rule {
    Rule { head: format!("{protocol} any any -> any any"), conditions }
}

/// A name and all names below it: with a dot before both, evil.com is not notevil.com.
fn domain(name: &str) -> Vec<Rule> {
    let below =
        |case: &str| format!("dotprefix; content:\"{}\"; {case}endswith; fast_pattern;", content(&format!(".{name}")));
    vec![
        rule("dns", format!("dns.query; {}", below("nocase; "))),
        rule("tls", format!("tls.sni; {}", below("nocase; "))),
        // The host of a request is in lower case already, and Suricata refuses to be told so again.
        rule("http", format!("http.host; {}", below(""))),
    ]
}

fn address(network: IpNet) -> Rule {
    let network = network.trunc();
    let is_one = network.prefix_len() == network.max_prefix_len();
    let to = if is_one { network.addr().to_string() } else { network.to_string() };
    Rule { head: format!("ip any any <> {to} any"), conditions: String::new() }
}

/// A URL as a request names it: the host whole, then path and query whole. What stands behind `#` is sent to nobody.
fn url(value: &str) -> Option<Rule> {
    let parsed = url::Url::parse(value).ok()?;
    if !matches!(parsed.scheme(), "http" | "https" | "ws" | "wss") {
        return None;
    }
    let host = parsed.host_str()?.trim_end_matches('.').to_ascii_lowercase();
    let path = match parsed.query() {
        Some(query) => format!("{}?{query}", parsed.path()),
        None => parsed.path().to_owned(),
    };
    // What Suricata decodes or tidies up before it compares is compared as it came.
    let is_plain = !path.contains(['%', '\\', '+']) && !path.contains("//") && !path.contains("/.");
    let buffer = if is_plain { "http.uri" } else { "http.uri.raw" };
    let port = parsed.port().map_or_else(|| "any".to_owned(), |port| port.to_string());
    let conditions = format!("http.host; {} {buffer}; {} fast_pattern;", whole(&host), whole(&path));
    Some(Rule { head: format!("http any any -> any {port}"), conditions })
}

/// The buffer is this and nothing else.
fn whole(text: &str) -> String {
    format!("content:\"{}\"; startswith; endswith;", content(text))
}

/// Bytes that a rule's own marks could be taken for are written in hexadecimal.
fn content(text: &str) -> String {
    let mut out = String::new();
    let mut is_hex = false;
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._/?=&%+~@,!$*".contains(&byte);
        if plain == is_hex {
            out.push('|');
        }
        if plain {
            out.push(char::from(byte));
        } else {
            let space = if is_hex { " " } else { "" };
            let _ = write!(out, "{space}{byte:02x}");
        }
        is_hex = !plain;
    }
    if is_hex {
        out.push('|');
    }
    out
}

fn line(indicator: &Indicator, rule: &Rule, sid: u32) -> String {
    let Rule { head, conditions } = rule;
    let mut options = format!("msg:\"Vauban {}\"; ", message(&indicator.name));
    if !conditions.is_empty() {
        let _ = write!(options, "{conditions} ");
    }
    for reference in indicator.source.references.iter().filter_map(|url| reference(url)).take(MOST_REFERENCES) {
        let _ = write!(options, "reference:url,{reference}; ");
    }
    let _ = write!(options, "metadata:tlp {}, indicator {}", indicator.marking, indicator.id);
    for technique in indicator.techniques.iter().take(MOST_REFERENCES) {
        let _ = write!(options, ", mitre_technique_id {technique}");
    }
    format!("alert {head} ({options}; sid:{sid}; rev:1;)\n")
}

/// A name without what ends a message in a rule.
fn message(name: &str) -> String {
    let harmless = |c: char| match c {
        ';' => ',',
        '"' => '\'',
        '\\' => '/',
        c if c.is_control() => ' ',
        c => c,
    };
    name.chars().take(LONGEST_NAME).map(harmless).collect()
}

/// A source that a rule can name: Suricata writes the scheme before it.
fn reference(url: &str) -> Option<&str> {
    let bare = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/?=&%+~@#".contains(&byte);
    (bare.len() <= 300 && bare.bytes().all(plain)).then_some(bare)
}

/// The same indicator and condition always get the same number. Where two fall on one, the later takes the next that is free.
fn sid(indicator: &Indicator, what: &str, taken: &mut BTreeSet<u32>) -> u32 {
    let id = vauban_model::IndicatorId::derived(indicator.id.as_str(), "suricata", what);
    let digits = id.as_str().bytes().skip("indicator--".len()).filter_map(|byte| char::from(byte).to_digit(16));
    let number = digits.fold(0_u128, |number, digit| number << 4 | u128::from(digit)) % SIDS;
    let mut sid = FIRST_SID + u32::try_from(number).unwrap_or(0);
    while !taken.insert(sid) {
        sid += 1;
    }
    sid
}
