//! Demands on network traffic (section 6.12).

use serde_json::Value;

use super::Constraint;
use crate::{
    fault::{Path, Problem},
    form::Registry,
    judge::{Faults, Subject, cut},
    rules::Check,
};

pub(super) const ALL: &[Constraint] = &[ended, ports, protocols, registered_keys];

/// Traffic that goes on has no end.
fn ended(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if is_traffic(subject) && subject.is_true("is_active") && subject.has("end") {
        faults.must(&subject.at("end"), "6.12", Problem::Excludes("is_active: true"));
    }
}

fn ports(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    for name in ["src_port", "dst_port"] {
        if is_traffic(subject) && !subject.has(name) {
            faults.should(Check::NetworkTrafficPorts, &subject.at(name), "6.12", Problem::Recommended(name));
        }
    }
}

fn protocols(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if !is_traffic(subject) {
        return;
    }
    let path = subject.at("protocols");
    for (index, name) in subject.list("protocols").iter().enumerate() {
        if let Some(name) = name.as_str().filter(|name| !Registry::Protocols.has(name)) {
            faults.should(Check::Protocols, &path.item(index), "6.12", Problem::Registry("protocols", cut(name)));
        }
    }
}

/// Elements of IPFIX, headers of HTTP and options of sockets are registered ones.
fn registered_keys(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if !is_traffic(subject) {
        return;
    }
    let inner = |extension, name| {
        let found = subject.extension(extension).and_then(|extension| extension.get(name));
        (found, subject.at("extensions").property(extension).property(name))
    };
    let ipfix = (subject.object.get("ipfix"), subject.at("ipfix"));
    keys(ipfix, Registry::Ipfix, "ipfix", Check::Ipfix, faults);
    let headers = inner("http-request-ext", "request_header");
    keys(headers, Registry::RequestHeaders, "headers", Check::HttpRequestHeaders, faults);
    keys(inner("socket-ext", "options"), Registry::SocketOptions, "sockets", Check::SocketOptions, faults);
}

fn keys(
    (found, path): (Option<&Value>, Path),
    registry: Registry,
    name: &'static str,
    check: Check,
    faults: &mut Faults<'_>,
) {
    for (key, _) in found.and_then(Value::as_object).into_iter().flatten() {
        if !registry.has(key) {
            faults.should(check, &path.property(key), "6.12", Problem::Registry(name, cut(key)));
        }
    }
}

fn is_traffic(subject: &Subject<'_>) -> bool {
    subject.object_type == "network-traffic"
}
