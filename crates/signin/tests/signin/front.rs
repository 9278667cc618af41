//! TLS before the server, by a real proxy with the configuration that the documentation has, and certificates of an authority of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use axum::Router;
use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use tempfile::TempDir;
use vauban_people::Rules;
use vauban_signin::Settings;

use crate::{
    proxies::{Proxy, caddy, free, nginx},
    world::World,
};

/// Which proxy.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Nginx,
    Caddy,
}

/// Sign-in over TLS, behind a proxy.
pub(crate) struct Front {
    pub(crate) world: World,
    pub(crate) origin: String,
    pub(crate) folder: TempDir,
    _proxy: Proxy,
}

impl Front {
    /// At this host, which is this machine.
    pub(crate) fn new(kind: Kind, host: &str) -> Self {
        Self::clocked(kind, host, Router::new(), Timestamp::now)
    }

    /// With a clock of its own, and more to ask for.
    pub(crate) fn clocked(kind: Kind, host: &str, more: Router, clock: fn() -> Timestamp) -> Self {
        let (port, folder) = (free(), tempfile::tempdir().unwrap());
        write_certificates(folder.path());
        let origin = format!("https://{host}:{port}");
        let change = |settings: &mut Settings| {
            settings.origin.clone_from(&origin);
            settings.is_behind_proxy = true;
            settings.has_client_certificates = true;
        };
        let world = World::clocked(&Rules::default(), change, |_, _| more, clock);
        let proxy = match kind {
            Kind::Nginx => nginx(folder.path(), &documented("nginx-vauban.conf", folder.path(), &origin, &world), port),
            Kind::Caddy => caddy(folder.path(), &documented("Caddyfile-vauban", folder.path(), &origin, &world), port),
        };
        Self { world, origin, folder, _proxy: proxy }
    }

    /// What curl is answered: the status, and the body.
    pub(crate) fn curl(&self, arguments: &[&str]) -> (u16, String) {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--cacert"]).arg(self.path("ca.pem")).args(["--write-out", "\n%{http_code}"]);
        let said = curl.args(arguments).current_dir(self.folder.path()).output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let (body, status) = said.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// The documentation's configuration with the names of the test.
fn documented(name: &str, folder: &Path, origin: &str, world: &World) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/signin/");
    let text = fs::read_to_string(format!("{path}{name}")).unwrap();
    let at = format!("{}/", folder.display());
    let (host, port) = origin.trim_start_matches("https://").split_once(':').unwrap();
    text.replace("/etc/nginx/", &at)
        .replace("/etc/caddy/", &at)
        .replace("127.0.0.1:9783", &world.address.replace("localhost", "127.0.0.1"))
        .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;"))
        .replace("https://vauban.campagne.example", origin)
        .replace("server_name vauban.campagne.example", &format!("server_name {host}"))
}

/// What the server's is good for: its own name, and those of everybody's relays.
const NAMES: [&str; 4] = ["localhost", "*.campagne.example", "*.xn--cmpagne-2fg.example", "127.0.0.1"];

/// The server's, two of the organisation's computers (`ana`, `bob`), and one of an authority that nobody trusts (`eve`).
fn write_certificates(folder: &Path) {
    let [ours, others] = ["ca", "other"].map(|name| {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.distinguished_name.push(rcgen::DnType::CommonName, name);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap()
    });
    fs::write(folder.join("ca.pem"), ours.pem()).unwrap();
    fs::write(folder.join("organisation.pem"), ours.pem()).unwrap();
    let uses = [ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    for (name, issuer, usage) in [("vauban", &ours, 0), ("ana", &ours, 1), ("bob", &ours, 1), ("eve", &others, 1)] {
        let mut params = CertificateParams::new(NAMES.map(str::to_owned)).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.extended_key_usages = vec![uses[usage].clone()];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, issuer).unwrap();
        fs::write(folder.join(format!("{name}.pem")), certificate.pem()).unwrap();
        fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }
}
