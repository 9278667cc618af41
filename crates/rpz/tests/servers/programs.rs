//! The servers, each with the few lines of configuration that docs/rpz.md shows.

use std::{fs, net::SocketAddr};

use crate::{
    process::{Server, folder, free_address},
    questions,
    sample::ZONE,
};

/// The secret of the key, as the servers' configurations want it.
pub(crate) const SECRET: &str = "pmK3MjlI0k9kQ0lWJ0Vv5ntbbZVZ1u0tUJq4wqzF0Zs=";

/// A server answers for the zone when it tells its serial.
fn has_zone(server: &Server) -> bool {
    questions::serial(server.address).is_some()
}

/// BIND with these statements besides its own.
fn bind(address: SocketAddr, options: &str, more: &str, ready: impl Fn(&Server) -> bool) -> Server {
    let folder = folder();
    let (at, port) = (folder.path().display().to_string(), address.port());
    let config = format!(
        "key \"transfer.example\" {{ algorithm hmac-sha256; secret \"{SECRET}\"; }};\n\
         options {{ directory \"{at}\"; pid-file none; session-keyfile \"{at}/session.key\"; listen-on port {port} {{ 127.0.0.1; }}; \
         listen-on-v6 {{ none; }}; notify explicit; dnssec-validation no; tcp-clients 50; {options} }};\n\
         controls {{ }};\n{more}\n"
    );
    fs::write(folder.path().join("named.conf"), config).unwrap();
    let conf = folder.path().join("named.conf").display().to_string();
    Server::start(folder, address, ("named", &["-g", "-n", "1", "-c", &conf]), ready)
}

/// BIND that has the zone in a file.
pub(crate) fn bind_primary(text: &str) -> Server {
    let (folder, address) = (folder(), free_address());
    let (at, port) = (folder.path().display().to_string(), address.port());
    fs::write(folder.path().join("rpz.zone"), text).unwrap();
    let keys: String = ["hmac-sha384", "hmac-sha512"]
        .map(|algorithm| format!("key \"{algorithm}.example\" {{ algorithm {algorithm}; secret \"{SECRET}\"; }};\n"))
        .concat();
    let config = format!(
        "key \"transfer.example\" {{ algorithm hmac-sha256; secret \"{SECRET}\"; }};\n{keys}\
         options {{ directory \"{at}\"; pid-file none; session-keyfile \"{at}/session.key\"; listen-on port {port} {{ 127.0.0.1; }}; \
         listen-on-v6 {{ none; }}; recursion no; notify no; dnssec-validation no; }};\ncontrols {{ }};\n\
         zone \"{ZONE}\" {{ type primary; file \"rpz.zone\"; masterfile-format text; \
         allow-transfer {{ key transfer.example; key hmac-sha384.example; key hmac-sha512.example; }}; \
         allow-update {{ key transfer.example; }}; }};\n"
    );
    fs::write(folder.path().join("named.conf"), config).unwrap();
    let conf = folder.path().join("named.conf").display().to_string();
    Server::start(folder, address, ("named", &["-g", "-n", "1", "-c", &conf]), has_zone)
}

/// BIND that resolves by asking `stub`, with our zone as its policy.
pub(crate) fn bind_resolver(address: SocketAddr, primary: SocketAddr, stub: SocketAddr) -> Server {
    bind(
        address,
        &format!(
            "recursion yes; allow-recursion {{ 127.0.0.1; }}; forward only; forwarders {{ 127.0.0.1 port {}; }}; \
             qname-minimization off; max-cache-size 64m; \
             response-policy {{ zone \"{ZONE}\"; }} qname-wait-recurse no min-update-interval 0;",
            stub.port()
        ),
        &format!(
            "server 127.0.0.1 {{ edns no; }};\n\
             zone \"{ZONE}\" {{ type secondary; primaries {{ 127.0.0.1 port {} key transfer.example; }}; \
             file \"rpz.zone\"; masterfile-format text; request-ixfr yes; allow-query {{ 127.0.0.1; }}; allow-notify {{ 127.0.0.1; }}; }};\n",
            primary.port()
        ),
        // It has the zone before it acts on it, and lets names pass meanwhile.
        |server| server.said("reload done: success") && questions::is_blocked(server.address),
    )
}

/// Unbound that resolves by asking `stub`, with our zone as its policy. Out of its cache it answers what its policy would not let through
/// (docs/rpz.md).
pub(crate) fn unbound_resolver(address: SocketAddr, primary: SocketAddr, stub: SocketAddr, caches: bool) -> Server {
    let folder = folder();
    let at = folder.path().display().to_string();
    let config = format!(
        "server:\n  interface: 127.0.0.1@{port}\n  directory: \"{at}\"\n  chroot: \"\"\n  username: \"\"\n  pidfile: \"{at}/pid\"\n  \
         use-syslog: no\n  logfile: \"\"\n  verbosity: 1\n  do-not-query-localhost: no\n  module-config: \"respip iterator\"\n  \
         local-zone: \"test.\" nodefault\n  num-threads: 1\n  cache-max-ttl: {cache}\n\
         remote-control:\n  control-enable: no\n\
         rpz:\n  name: \"{ZONE}\"\n  primary: 127.0.0.1@{primary}\n  allow-notify: 127.0.0.1\n  zonefile: \"{at}/rpz.zone\"\n\
         forward-zone:\n  name: \".\"\n  forward-addr: 127.0.0.1@{stub}\n",
        port = address.port(),
        primary = primary.port(),
        stub = stub.port(),
        cache = if caches { 86_400 } else { 0 },
    );
    fs::write(folder.path().join("unbound.conf"), config).unwrap();
    let conf = folder.path().join("unbound.conf").display().to_string();
    Server::start(folder, address, ("unbound", &["-d", "-c", &conf]), |server| questions::is_blocked(server.address))
}

/// Knot Resolver that resolves by asking `stub`, with this zone as its policy. What passes would end its rules before the one that asks the stub,
/// so passing is asking here.
pub(crate) fn knot_resolver(address: SocketAddr, text: &str, stub: SocketAddr) -> Server {
    let folder = folder();
    let at = folder.path().display().to_string();
    fs::write(folder.path().join("rpz.zone"), text).unwrap();
    let config = format!(
        "net.listen('127.0.0.1', {port}, {{ kind = 'dns' }})\ntrust_anchors.remove('.')\ncache.open(20 * MB, 'lmdb://{at}/cache')\n\
         policy.PASS = policy.FORWARD('127.0.0.1@{stub}')\n\
         policy.add(policy.rpz(policy.DENY, '{at}/rpz.zone'))\npolicy.add(policy.all(policy.FORWARD('127.0.0.1@{stub}')))\n",
        port = address.port(),
        stub = stub.port()
    );
    fs::write(folder.path().join("kresd.conf"), config).unwrap();
    let conf = folder.path().join("kresd.conf").display().to_string();
    Server::start(folder, address, ("kresd", &["-n", "-c", &conf, &at]), |server| questions::is_blocked(server.address))
}

/// Knot that has the zone in a file, or takes it from `primary`.
pub(crate) fn knot(address: SocketAddr, text: Option<&str>, primary: Option<SocketAddr>) -> Server {
    let folder = folder();
    let at = folder.path().display().to_string();
    if let Some(text) = text {
        fs::write(folder.path().join("rpz.zone"), text).unwrap();
    }
    let remote = primary.map_or(String::new(), |primary| {
        format!(
            "remote:\n  - id: vauban\n    address: 127.0.0.1@{}\n    key: transfer.example\n\
             acl:\n  - id: vauban\n    address: 127.0.0.1\n    action: notify\n",
            primary.port()
        )
    });
    let acl = "acl:\n  - id: transfer\n    key: transfer.example\n    action: transfer\n";
    let acl = if primary.is_some() { acl.replacen("acl:\n", "", 1) } else { acl.to_owned() };
    let of_zone =
        if primary.is_some() { "    master: vauban\n    acl: [vauban, transfer]\n" } else { "    acl: transfer\n" };
    let config = format!(
        "server:\n  listen: 127.0.0.1@{}\n  rundir: \"{at}\"\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n\
         log:\n  - target: stderr\n    any: info\n\
         database:\n  storage: \"{at}\"\n  journal-db-max-size: 64M\n\
         key:\n  - id: transfer.example\n    algorithm: hmac-sha256\n    secret: {SECRET}\n{remote}{acl}\
         template:\n  - id: default\n    storage: \"{at}\"\n    zonefile-load: difference\n    journal-content: changes\n    \
         journal-max-usage: 32M\n\
         zone:\n  - domain: {ZONE}\n    file: rpz.zone\n{of_zone}",
        address.port()
    );
    fs::write(folder.path().join("knot.conf"), config).unwrap();
    let conf = folder.path().join("knot.conf").display().to_string();
    Server::start(folder, address, ("knotd", &["-c", &conf]), has_zone)
}

/// NSD that has the zone in a file, or takes it from `primary`.
pub(crate) fn nsd(address: SocketAddr, text: Option<&str>, primary: Option<SocketAddr>) -> Server {
    let folder = folder();
    let at = folder.path().display().to_string();
    if let Some(text) = text {
        fs::write(folder.path().join("rpz.zone"), text).unwrap();
    }
    let of_zone = primary.map_or(String::new(), |primary| {
        format!("  request-xfr: 127.0.0.1@{} transfer.example\n  allow-notify: 127.0.0.1 NOKEY\n", primary.port())
    });
    let config = format!(
        "server:\n  ip-address: 127.0.0.1@{port}\n  port: {port}\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"{at}\"\n  \
         database: \"\"\n  pidfile: \"{at}/pid\"\n  xfrdfile: \"{at}/xfrd.state\"\n  xfrdir: \"{at}\"\n  zonelistfile: \"{at}/zone.list\"\n  \
         logfile: \"\"\n  server-count: 1\n  verbosity: 1\nremote-control:\n  control-enable: no\n\
         key:\n  name: transfer.example\n  algorithm: hmac-sha256\n  secret: \"{SECRET}\"\n\
         zone:\n  name: {ZONE}\n  zonefile: rpz.zone\n  provide-xfr: 127.0.0.1 transfer.example\n{of_zone}",
        port = address.port()
    );
    fs::write(folder.path().join("nsd.conf"), config).unwrap();
    let conf = folder.path().join("nsd.conf").display().to_string();
    Server::start(folder, address, ("nsd", &["-d", "-c", &conf]), has_zone)
}
