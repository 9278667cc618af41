//! A small tree of names: a signed root, domains under it with every kind of chain, and in each of them zones that are
//! signed in every way.

use std::{fmt::Write as _, fs};

use crate::{
    programs::{Program, nsd, unbound},
    zones::{Chain, Signer, Signing, Zone, absolute},
};

const P256: Signing = Signing::Good("ECDSAP256SHA256");

/// Domains below the root.
const TOPS: &[(&str, Signing, Chain)] = &[
    ("nsec", P256, Chain::Nsec),
    ("hashed", P256, Chain::Nsec3(0, "-")),
    ("salted", Signing::Good("RSASHA256"), Chain::Nsec3(5, "aabbccdd")),
    ("opt", P256, Chain::OptOut),
    ("plain", Signing::Unsigned, Chain::Nsec),
];

/// Zones in each of them.
const ZONES: &[(&str, Signing, Chain)] = &[
    ("good", P256, Chain::Nsec),
    ("good3", P256, Chain::Nsec3(0, "-")),
    ("edwards", Signing::Good("ED25519"), Chain::Nsec3(1, "ab")),
    ("rsa", Signing::Good("RSASHA512"), Chain::Nsec),
    ("old", Signing::Good("NSEC3RSASHA1"), Chain::Nsec3(0, "-")),
    ("large", Signing::Good("ECDSAP384SHA384"), Chain::OptOut),
    ("costly", P256, Chain::Nsec3(200, "-")),
    ("unsigned", Signing::Unsigned, Chain::Nsec),
    ("island", Signing::Island, Chain::Nsec),
    ("expired", Signing::Expired, Chain::Nsec),
    ("future", Signing::Future, Chain::Nsec3(0, "-")),
    ("wrong", Signing::WrongKey, Chain::Nsec),
    ("stripped", Signing::Stripped, Chain::Nsec),
    ("tampered", Signing::Tampered, Chain::Nsec),
    ("unsealed", Signing::Unsealed, Chain::Nsec3(0, "-")),
    ("unknown", Signing::Unknown, Chain::Nsec),
];

/// Everything that runs.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) authority: Program,
    /// Recurses, and does not validate.
    pub(crate) upstream: Program,
    pub(crate) zones: Vec<String>,
    /// Every zone that is not a domain below the root.
    pub(crate) leaves: Vec<(String, Signing)>,
    pub(crate) anchor: String,
}

impl World {
    /// Signs and starts it; the upstream server gets these lines.
    pub(crate) fn new(more: &str) -> Self {
        Self::with(more, TOPS, ZONES)
    }

    /// A part of it.
    pub(crate) fn small(more: &str) -> Self {
        Self::with(more, &TOPS[..1], &ZONES[..1])
    }

    fn with(more: &str, tops: &[(&str, Signing, Chain)], zones: &[(&str, Signing, Chain)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer(folder.path());
        let mut files = Vec::new();
        let mut leaves = Vec::new();
        let mut in_root = String::from("host. NS ns.host.\nns.host. A 127.0.0.1\n");
        for &(top, signing, chain) in tops {
            let mut in_top = String::from("www A 192.0.2.1\n*.wild TXT \"any\"\nalias CNAME www.good.nsec.\n");
            for &(zone, signing, chain) in zones {
                let name = format!("{zone}.{top}");
                let mut records = content(&name);
                if matches!(signing, Signing::Good(_)) {
                    records.push_str(&below(&signer, &name, &mut files, &mut leaves));
                }
                let (file, vouched) = signer.sign(&Zone { name: name.clone(), signing, chain, records });
                write!(in_top, "{zone} NS ns.host.\n{vouched}\n").unwrap();
                files.push((absolute(&name), file));
                leaves.push((name, signing));
            }
            // An unsigned zone two labels below: with opt-out, nothing shows the name between.
            let name = format!("far.between.{top}");
            let zone = Zone { name: name.clone(), signing: Signing::Unsigned, chain, records: content(&name) };
            let (file, _) = signer.sign(&zone);
            writeln!(in_top, "far.between NS ns.host.").unwrap();
            files.push((absolute(&name), file));
            leaves.push((name, Signing::Unsigned));
            let (file, vouched) = signer.sign(&Zone { name: top.to_owned(), signing, chain, records: in_top });
            write!(in_root, "{top}. NS ns.host.\n{vouched}\n").unwrap();
            files.push((absolute(top), file));
        }
        let host = Zone {
            name: "host".to_owned(),
            signing: Signing::Unsigned,
            chain: Chain::Nsec,
            records: "ns A 127.0.0.1\n".to_owned(),
        };
        files.push(("host.".to_owned(), signer.sign(&host).0));
        let root = Zone { name: ".".to_owned(), signing: P256, chain: Chain::Nsec, records: in_root };
        let (file, anchor) = signer.sign(&root);
        files.push((".".to_owned(), file));
        fs::write(folder.path().join("anchor"), &anchor).unwrap();
        let authority = nsd(folder.path(), &files);
        let zones: Vec<String> = files.into_iter().map(|(name, _)| name).collect();
        let more = format!("module-config: \"iterator\"\n{more}");
        let upstream = unbound(folder.path(), "upstream", authority.address, &zones, &more);
        Self { authority, upstream, zones, leaves, anchor, folder }
    }

    /// An Unbound that validates.
    pub(crate) fn judge(&self) -> Program {
        let more = format!(
            "module-config: \"validator iterator\"\ntrust-anchor-file: \"{}/anchor\"\n",
            self.folder.path().display()
        );
        unbound(self.folder.path(), "judge", self.authority.address, &self.zones, &more)
    }
}

/// Two zones inside a zone, one of them signed, and what leads to them.
fn below(
    signer: &Signer<'_>,
    name: &str,
    files: &mut Vec<(String, String)>,
    leaves: &mut Vec<(String, Signing)>,
) -> String {
    let mut delegations = String::new();
    for (label, signing) in [("inner", P256), ("open", Signing::Unsigned)] {
        let name = format!("{label}.{name}");
        let records = "www A 192.0.2.7\n*.wild A 192.0.2.8\n".to_owned();
        let (file, vouched) = signer.sign(&Zone { name: name.clone(), signing, chain: Chain::Nsec, records });
        write!(delegations, "{label} NS ns.host.\n{vouched}\n").unwrap();
        files.push((absolute(&name), file));
        leaves.push((name, signing));
    }
    delegations
}

/// What is in each zone: everything that is proven in a way of its own.
fn content(name: &str) -> String {
    let mut text = format!(
        "www A 192.0.2.80\nwww AAAA 2001:db8::80\n@ MX 10 Mail.{name}.\n@ TXT \"{name}\"\nmail A 192.0.2.25\n\
         *.wild A 192.0.2.9\n*.wild TXT \"wild\"\nthere.wild A 192.0.2.10\nlow.there.wild A 192.0.2.11\n\
         deep.er.empty A 192.0.2.12\ncall NAPTR 10 10 \"u\" \"E2U+sip\" \"!^.*$!sip:a@b!\" .\n\
         _sip._udp SRV 0 0 5060 WWW\nsite HTTPS 1 . alpn=h2 ipv4hint=192.0.2.80\nodd TYPE65400 \\# 4 01020304\n\
         many TXT \"{0}\" \"{0}\" \"{0}\" \"{0}\" \"{0}\" \"{0}\" \"{0}\" \"{0}\"\n\
         caa CAA 0 issue \"ca.example\"\nkey TLSA 3 1 1 {1}\n",
        "x".repeat(240),
        "00".repeat(32)
    );
    let targets = [
        ("here", "www"),
        ("nothing", "mail"),
        ("nowhere", "absent"),
        ("wildcard", "x.wild"),
        ("secure", "www.good.nsec."),
        ("hashed", "www.good3.hashed."),
        ("unsigned", "www.unsigned.nsec."),
        ("optout", "www.unsigned.opt."),
        ("broken", "www.expired.nsec."),
        ("gone", "absent.good.nsec."),
        ("gone3", "absent.good3.hashed."),
        ("gone-unsigned", "absent.unsigned.nsec."),
        ("gone-top", "absent.opt."),
        ("wild-secure", "x.wild.good.nsec."),
        ("twice", "to-secure"),
        ("renamed", "www.moved.good.nsec."),
    ];
    for (label, target) in targets {
        writeln!(text, "to-{label} CNAME {target}").unwrap();
    }
    text.push_str("*.wildalias CNAME www.good.nsec.\nmoved DNAME good.opt.\nstray DNAME unsigned.nsec.\n");
    text
}
