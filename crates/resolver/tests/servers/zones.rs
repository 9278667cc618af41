//! Zones, signed in every way that is right or wrong by the tools of BIND.

use std::{fmt::Write as _, fs, path::Path, process::Command};

/// How a zone is signed, and what its parent says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    /// Signed and vouched for, with this algorithm.
    Good(&'static str),
    /// Not signed, and its parent says so.
    Unsigned,
    /// Signed, and its parent does not know.
    Island,
    /// Signatures that ended days ago.
    Expired,
    /// Signatures that begin in some days.
    Future,
    /// The parent vouches for another key.
    WrongKey,
    /// The parent vouches for a key, and nothing is signed.
    Stripped,
    /// A record was changed after it was signed.
    Tampered,
    /// The signatures of one name are gone.
    Unsealed,
    /// The parent vouches for a key of an algorithm that nobody knows.
    Unknown,
}

/// How absence is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chain {
    Nsec,
    /// With so many iterations, and this salt.
    Nsec3(u16, &'static str),
    OptOut,
}

impl Chain {
    fn options(self) -> Vec<String> {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        match self {
            Self::Nsec => Vec::new(),
            Self::Nsec3(iterations, salt) => texts(&["-3", salt, "-H", &iterations.to_string()]),
            Self::OptOut => texts(&["-3", "-", "-H", "0", "-A"]),
        }
    }
}

/// A zone before it is signed.
pub(crate) struct Zone {
    pub(crate) name: String,
    pub(crate) signing: Signing,
    pub(crate) chain: Chain,
    pub(crate) records: String,
}

/// Makes keys and signs. What it made is in its folder.
pub(crate) struct Signer<'a>(pub(crate) &'a Path);

impl Signer<'_> {
    /// Writes the zone, and says which file it is in and which DS records its parent has.
    pub(crate) fn sign(&self, zone: &Zone) -> (String, String) {
        let stem = if zone.name == "." { "root".to_owned() } else { zone.name.clone() };
        let (plain, signed) = (format!("{stem}.plain"), format!("{stem}.zone"));
        let text = format!(
            "$ORIGIN {0}\n$TTL 300\n@ 300 IN SOA ns.host. admin.host. 1 3600 900 604800 120\n@ NS ns.host.\n{1}",
            absolute(&zone.name),
            zone.records
        );
        if matches!(zone.signing, Signing::Unsigned | Signing::Stripped) {
            fs::write(self.0.join(&signed), text).unwrap();
            let vouched = match zone.signing {
                Signing::Stripped => self.delegation(&self.key(&zone.name, "ECDSAP256SHA256")),
                _ => String::new(),
            };
            return (signed, vouched);
        }
        let algorithm = match zone.signing {
            Signing::Good(algorithm) => algorithm,
            _ => "ECDSAP256SHA256",
        };
        let key = self.key(&zone.name, algorithm);
        let included = fs::read_to_string(self.0.join(format!("{key}.key"))).unwrap();
        fs::write(self.0.join(&plain), format!("{text}\n{included}")).unwrap();
        let (start, end) = match zone.signing {
            Signing::Expired => ("now-2592000", "now-864000"),
            Signing::Future => ("now+864000", "now+2592000"),
            _ => ("now-86400", "now+1728000"),
        };
        if let Chain::Nsec3(iterations @ 151.., _) = zone.chain {
            // BIND's own tool refuses.
            let iterations = iterations.to_string();
            let arguments = ["-n", "-t", &iterations, "-o", &absolute(&zone.name), "-f", &signed, &plain, &key];
            self.run("ldns-signzone", &arguments.map(str::to_owned));
            return (signed, self.delegation(&key));
        }
        let mut arguments: Vec<String> =
            ["-P", "-z", "-O", "full", "-N", "keep", "-s", start, "-e", end].map(str::to_owned).into();
        arguments.extend(zone.chain.options());
        arguments.extend(["-o", &absolute(&zone.name), "-f", &signed, &plain, &key].map(str::to_owned));
        self.run("dnssec-signzone", &arguments);
        self.damage(zone, &signed);
        let vouched = match zone.signing {
            Signing::Island => String::new(),
            Signing::WrongKey => self.delegation(&self.key(&zone.name, algorithm)),
            Signing::Unknown => format!("{} 300 IN DS 4711 200 2 {}", absolute(&zone.name), "00".repeat(32)),
            _ => self.delegation(&key),
        };
        (signed, vouched)
    }

    /// The lines of the zone that are changed after signing.
    fn damage(&self, zone: &Zone, file: &str) {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let www = format!("www.{}", absolute(&zone.name));
        let kept: String = match zone.signing {
            Signing::Tampered => text.replace("192.0.2.80", "192.0.2.66"),
            Signing::Unsealed => text
                .lines()
                .filter(|line| !(line.starts_with(&www) && line.contains("RRSIG\tA ")))
                .fold(String::new(), |mut kept, line| {
                    writeln!(kept, "{line}").unwrap();
                    kept
                }),
            _ => return,
        };
        assert_ne!(text, kept, "nothing was damaged in {file}: {text}");
        fs::write(path, kept).unwrap();
    }

    fn key(&self, zone: &str, algorithm: &str) -> String {
        let mut arguments = vec!["-q", "-a", algorithm, "-f", "KSK"];
        if algorithm.contains("RSA") {
            arguments.extend(["-b", "2048"]);
        }
        let name = absolute(zone);
        arguments.push(&name);
        let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
        self.run("dnssec-keygen", &arguments).trim().to_owned()
    }

    pub(crate) fn delegation(&self, key: &str) -> String {
        self.run("dnssec-dsfromkey", &["-2".to_owned(), format!("{key}.key")])
    }

    fn run(&self, program: &str, arguments: &[String]) -> String {
        let output = Command::new(program).args(arguments).current_dir(self.0).output().unwrap();
        assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A name with its final point.
pub(crate) fn absolute(name: &str) -> String {
    if name.ends_with('.') { name.to_owned() } else { format!("{name}.") }
}
