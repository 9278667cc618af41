//! Reading a zone file line by line (RFC 1035 section 5, and the triggers of draft-vixie-dnsop-dns-rpz).

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    Document, classify,
    formats::Format,
    reading::{Draft, Place, Reading},
    value::of_kind,
};
use vauban_model::ObservableKind;

/// RPZ zone files.
pub(crate) struct Rpz;

impl Format for Rpz {
    fn name(&self) -> &'static str {
        "rpz"
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        let mut policies = 0;
        let mut others = 0;
        for line in
            document.text().lines().map(|line| without_comment(line).trim()).filter(|line| !line.is_empty()).take(200)
        {
            match record(line) {
                Some((_, "CNAME", target)) if target == "." || target == "*." || target.ends_with('.') => policies += 1,
                Some(_) => {}
                None if line.starts_with('$') || line.contains("SOA") => policies += 1,
                None => others += 1,
            }
        }
        policies > 0 && (document.extension_is(&["rpz", "zone"]) || policies >= others)
    }

    fn read(&self, document: &Document<'_>, out: &mut Reading) {
        let mut origin = String::new();
        let mut open = false;
        for (number, line) in document.lines() {
            let comment = line.split_once(';').map_or("", |(_, comment)| comment.trim());
            let line = without_comment(line);
            if open {
                open = !line.contains(')');
                continue;
            }
            let indented = line.starts_with(char::is_whitespace);
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            if let Some(name) = line.strip_prefix("$ORIGIN") {
                origin = name.trim().trim_end_matches('.').to_ascii_lowercase();
                continue;
            }
            open = line.contains('(') && !line.contains(')');
            let apex = indented || line.starts_with(['@', '$']);
            match record(line) {
                Some((owner, "CNAME" | "A" | "AAAA" | "TXT", target)) if !apex => {
                    read_record(owner, target, &origin, comment, number, document, out);
                }
                Some(_) => {}
                None if apex || open || line.contains("SOA") || line.contains("NS") => {}
                None => out.refuse(document, Place::Line(number), line, "not a record of a zone"),
            }
        }
    }
}

fn read_record(
    owner: &str,
    target: &str,
    origin: &str,
    comment: &str,
    number: u32,
    document: &Document<'_>,
    out: &mut Reading,
) {
    let place = Place::Line(number);
    if target.eq_ignore_ascii_case("rpz-passthru.") {
        out.ignore(document, place, owner, "an allow entry");
        return;
    }
    let lower = owner.to_ascii_lowercase();
    let name = lower.strip_suffix('.').unwrap_or(&lower);
    let name = if origin.is_empty() {
        name
    } else {
        name.strip_suffix(origin).and_then(|name| name.strip_suffix('.')).unwrap_or(name)
    };
    let tests = if let Some(trigger) = name.strip_suffix(".rpz-ip").or_else(|| name.strip_suffix(".rpz-client-ip")) {
        match network(trigger) {
            Some(network) => classify(&network).map_err(|error| error.to_string()),
            None => Err("not an address trigger".to_owned()),
        }
    } else if name.ends_with(".rpz-nsdname") || name.ends_with(".rpz-nsip") {
        out.ignore(document, place, owner, "a name-server trigger");
        return;
    } else {
        of_kind(ObservableKind::DomainName, name).map_err(|error| error.to_string())
    };
    match tests {
        Ok(tests) => {
            out.add(document, Draft { description: comment.to_owned(), line: Some(number), ..Draft::of(tests) })
        }
        Err(reason) => out.refuse(document, place, owner, reason),
    }
}

/// Owner, type and first word of the data.
fn record(line: &str) -> Option<(&str, &str, &str)> {
    let mut words = line.split_whitespace();
    let owner = words.next()?;
    let mut kind = words.next()?;
    while kind.eq_ignore_ascii_case("IN") || kind.bytes().all(|byte| byte.is_ascii_digit()) {
        kind = words.next()?;
    }
    let kind = ["CNAME", "A", "AAAA", "TXT", "NS", "SOA"].into_iter().find(|known| kind.eq_ignore_ascii_case(known))?;
    Some((owner, kind, words.next()?))
}

/// `24.0.2.0.192` is 192.0.2.0/24; `32.zz.db8.2001` is 2001:db8::/32.
fn network(trigger: &str) -> Option<String> {
    let mut labels: Vec<&str> = trigger.split('.').collect();
    let prefix: u8 = labels.first()?.parse().ok()?;
    labels.remove(0);
    labels.reverse();
    if labels.len() == 4 && !labels.contains(&"zz") {
        return Some(format!("{}/{prefix}", labels.join(".").parse::<Ipv4Addr>().ok()?));
    }
    let text = match labels.iter().position(|label| *label == "zz") {
        Some(gap) => format!("{}::{}", labels.get(..gap)?.join(":"), labels.get(gap + 1..)?.join(":")),
        None => labels.join(":"),
    };
    Some(format!("{}/{prefix}", text.parse::<Ipv6Addr>().ok()?))
}

fn without_comment(line: &str) -> &str {
    line.split(';').next().unwrap_or(line)
}
