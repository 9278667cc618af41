//! The other programs that the slow lane speaks with: found, or installed where that is allowed, or named with what is
//! not tested without them. It removes nothing and changes no configuration of the system.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::packages::install;
use crate::say;

/// A program of a Debian package, and what is not tested without it.
struct Peer {
    program: &'static str,
    package: &'static str,
    untested: &'static str,
}

const PEERS: &[Peer] = &[
    Peer { program: "yara", package: "yara", untested: "the starter rules with the yara of the distribution" },
    Peer { program: "python3", package: "python3-venv", untested: "the comparison with libyara" },
    Peer {
        program: "strace",
        package: "strace",
        untested: "that a sweep opens, writes and dials nothing it should not",
    },
    Peer { program: "dovecot", package: "dovecot-imapd", untested: "sweeping a mailbox on a server" },
    Peer { program: "openssl", package: "openssl", untested: "sweeping a mailbox on a server" },
    Peer { program: "postfix", package: "postfix", untested: "the filter beside a mail server" },
    Peer { program: "swaks", package: "swaks", untested: "signing in to send mail" },
    Peer { program: "gpg", package: "gnupg", untested: "mail that is encrypted to its reader" },
    Peer { program: "apache2", package: "libapache2-mod-auth-openidc", untested: "signing in to a page of Apache" },
    Peer { program: "chromium", package: "chromium", untested: "the pages in a browser" },
    Peer {
        program: "unbound",
        package: "unbound",
        untested: "proofs of origin with real records, policy zones in Unbound",
    },
    Peer { program: "named", package: "bind9", untested: "policy zones from and to BIND" },
    Peer { program: "nsupdate", package: "bind9-dnsutils", untested: "policy zones from BIND that change" },
    Peer { program: "named-checkzone", package: "bind9-utils", untested: "policy zones as text" },
    Peer { program: "nsd", package: "nsd", untested: "policy zones from and to NSD" },
    Peer { program: "knotd", package: "knot", untested: "policy zones from and to Knot" },
    Peer { program: "kdig", package: "knot-dnsutils", untested: "the encrypted doors of the filter of names" },
    Peer { program: "curl", package: "curl", untested: "the encrypted doors of the filter of names" },
    Peer { program: "sqlite3", package: "sqlite3", untested: "that names are forgotten in time" },
    Peer { program: "pg_ctlcluster", package: "postgresql", untested: "the hub's stores on PostgreSQL" },
    Peer { program: "kresd", package: "knot-resolver", untested: "policy zones in Knot Resolver" },
    Peer { program: "nft", package: "nftables", untested: "what the kernel lets out of a compartment" },
    Peer { program: "tcpdump", package: "tcpdump", untested: "what the kernel lets out of a compartment" },
    Peer { program: "ip", package: "iproute2", untested: "what the kernel lets out of a compartment" },
    Peer { program: "wireguard-go", package: "wireguard-go", untested: "devices that are known by a key of WireGuard" },
    Peer { program: "wg", package: "wireguard-tools", untested: "devices that are known by a key of WireGuard" },
    Peer { program: "dnssec-signzone", package: "bind9-utils", untested: "validation with real servers" },
    Peer { program: "ldns-signzone", package: "ldnsutils", untested: "validation with real servers" },
    Peer { program: "faketime", package: "faketime", untested: "a party's day with an agency's hub" },
    Peer { program: "minisign", package: "minisign", untested: "releases signed and checked by hand" },
    Peer { program: "jq", package: "jq", untested: "a release on a stick checked by hand" },
    Peer { program: "suricata", package: "suricata", untested: "exported rules with Suricata" },
    Peer { program: "nginx", package: "nginx", untested: "a tool behind nginx that asks who may come in" },
    Peer { program: "certutil", package: "libnss3-tools", untested: "sessions that Chromium binds to its device" },
    Peer { program: "caddy", package: "caddy", untested: "a tool behind Caddy that asks who may come in" },
    Peer { program: "7z", package: "p7zip-full", untested: "indicators planted in 7z archives" },
];

/// What Python needs from its package index, and what is not tested without it.
const PYTHON: &[(&str, &str, &str)] = &[
    ("yara", "yara-python", "the comparison with libyara"),
    ("pypff", "libpff-python", "the comparison with libpff"),
    ("pymispwarninglists", "pymispwarninglists", "that nothing blocks what everybody visits"),
    ("taxii2client", "taxii2-client==2.3.0", "the TAXII server with somebody else's client"),
    ("schemathesis", "schemathesis==4.32.5", "that the hub answers as its description says"),
    ("pymisp", "pymisp==2.5.34.4", "MISP's own library with the hub's feed"),
    ("authlib", "authlib==1.9.10", "signing in to a tool by Authlib"),
    ("misp_stix_converter", "misp-stix==2026.10.12", "MISP's own converter with the hub's bundles"),
];
/// A package of npm with mailboxes that Outlook wrote, and where they are in it.
const MAILBOXES: (&str, &str) = ("pst-extractor@1.12.0", "package/example/testdata");

/// What drives the browser, what tells whether everybody can use a page, and what tests speak with besides.
const BROWSER: &[(&str, &str)] = &[
    ("playwright-core", "1.64.1"),
    ("axe-core", "4.14.1"),
    ("openid-client", "6.9.0"),
    ("oidc-provider", "9.13.3"),
    ("otpauth", "9.5.2"),
];

/// What was prepared.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// The interpreter that has its packages.
    pub(super) python: Option<PathBuf>,
    /// A folder of mailboxes that Outlook wrote.
    pub(super) mailboxes: Option<PathBuf>,
    /// A folder with what drives the browser.
    pub(super) browser: Option<PathBuf>,
}

/// Installs what is missing, and says what cannot be.
pub(super) fn prepare(root: &Path) -> Prepared {
    let folder = root.join("target/slow-lane");
    let missing: Vec<&Peer> = PEERS.iter().filter(|peer| !is_installed(peer.program)).collect();
    if !missing.is_empty()
        && let Err(reason) = install(&missing.iter().map(|peer| peer.package).collect::<Vec<_>>(), &folder)
    {
        for Peer { program, package, untested } in missing.into_iter().filter(|peer| !is_installed(peer.program)) {
            say::line(&format!("skipped: {untested}, because {program} (Debian package {package}) {reason}"));
        }
    }
    Prepared { python: python(&folder), mailboxes: mailboxes(&folder), browser: browser(&folder.join("browser")) }
}

/// Whether a program of this name is on the path.
pub(super) fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| File::open(folder.join(program)).is_ok())
}

/// Whether the command can be run and ends well. Its output is not shown.
pub(super) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// An interpreter with its packages: the one on the path when it has them, else one in a folder of its own.
fn python(folder: &Path) -> Option<PathBuf> {
    let has = |python: &Path, module: &str| succeeds(Command::new(python).args(["-c", &format!("import {module}")]));
    let has_all = |python: &Path| PYTHON.iter().all(|(module, ..)| has(python, module));
    let (plain, own) = (PathBuf::from("python3"), folder.join("bin/python3"));
    if let Some(python) = [&plain, &own].into_iter().find(|python| has_all(python)) {
        return Some(python.clone());
    }
    let made = is_installed("python3") && succeeds(Command::new("python3").args(["-m", "venv"]).arg(folder));
    for (module, package, untested) in PYTHON.iter().filter(|(module, ..)| !has(&own, module)) {
        say::line(&format!("installing {package}"));
        let installed = made && succeeds(Command::new(&own).args(["-m", "pip", "install", "--quiet", package]));
        if !installed || !has(&own, module) {
            say::line(&format!("skipped: {untested}, because {package} could not be installed with pip"));
        }
    }
    own.is_file().then_some(own)
}

/// Mailboxes of others, fetched to be read here and never kept in the repository.
fn mailboxes(folder: &Path) -> Option<PathBuf> {
    let (package, inside) = MAILBOXES;
    let found = folder.join(inside);
    if !found.is_dir() {
        say::line(&format!("fetching {package}"));
        let packed = folder.join("mailboxes.tgz");
        let fetched = fs::create_dir_all(folder).is_ok()
            && Command::new("npm").args(["pack", "--silent", package]).current_dir(folder).output().is_ok_and(
                |output| {
                    let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
                    output.status.success() && fs::rename(folder.join(name), &packed).is_ok()
                },
            );
        if !fetched || !succeeds(Command::new("tar").arg("xzf").arg(&packed).arg("-C").arg(folder)) {
            say::line(&format!(
                "skipped: mailboxes that Outlook wrote, because {package} could not be fetched with npm"
            ));
        }
    }
    found.is_dir().then_some(found)
}

/// What drives the browser, from the index of npm, never kept in the repository.
fn browser(folder: &Path) -> Option<PathBuf> {
    let has = |name: &str| folder.join("node_modules").join(name).join("package.json").is_file();
    if !BROWSER.iter().all(|(name, _)| has(name)) {
        say::line("fetching what drives the browser");
        let names = BROWSER.iter().map(|(name, version)| format!("{name}@{version}"));
        let fetched = fs::create_dir_all(folder).is_ok()
            && succeeds(
                Command::new("npm")
                    .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
                    .arg(folder)
                    .args(names),
            );
        if !fetched {
            say::line(
                "skipped: the pages in a browser, because playwright-core and axe-core could not be fetched with npm",
            );
            return None;
        }
    }
    (is_installed("chromium") && is_installed("node")).then(|| folder.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_only_when_it_is_there() {
        assert!(is_installed("sh"));
        assert!(!is_installed("a-program-that-nobody-has"));
    }

    #[test]
    fn failure_and_absence_are_no_success() {
        assert!(succeeds(&mut Command::new("true")));
        assert!(!succeeds(&mut Command::new("false")));
        assert!(!succeeds(&mut Command::new("a-program-that-nobody-has")));
    }
}
