//! Whether a test names what honest people use, with the reason in both languages.

use std::{collections::HashSet, net::IpAddr, path::Path};

use ipnet::IpNet;
use vauban_model::{Observable, ObservableKind, Test, Text};

use super::{networks, services};
use crate::{classify, value::domain_name};

/// What is known to be benign: the embedded lists, and what a person added.
#[derive(Debug, Default, Clone)]
pub struct Benign {
    names: HashSet<String>,
    networks: Vec<IpNet>,
}

/// A file of benign values that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BenignFileError {
    /// It cannot be opened.
    #[error("cannot read the list of benign values {path}")]
    Unreadable {
        /// Its path.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A line of it names nothing.
    #[error("line {line} of the list of benign values {path} names nothing: {value:?}")]
    Line {
        /// Its path.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What stands there.
        value: String,
    },
}

/// Hashes of nothing: MD5, SHA-1, SHA-256 and SHA-512 of zero bytes, and of one line feed.
const EMPTY: [&str; 7] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    "68b329da9893e34099c7d8ad5cb9c940",
    "adc83b19e793491b1c6ea0fd8b46cd9f32e592fc",
    "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b",
];

impl Benign {
    /// The embedded lists.
    #[must_use]
    pub fn embedded() -> Self {
        Self::default()
    }

    /// Adds the values of a person's own file: one a line, `#` begins a comment. A domain also covers the names below it.
    ///
    /// # Errors
    /// When the file cannot be read or a line names nothing.
    pub fn with_file(mut self, path: &Path) -> Result<Self, BenignFileError> {
        let shown = || path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|source| BenignFileError::Unreadable { path: shown(), source })?;
        for (index, line) in text.lines().enumerate() {
            let value = line.split('#').next().unwrap_or_default().trim();
            if !value.is_empty() && !self.add(value) {
                return Err(BenignFileError::Line { path: shown(), line: index + 1, value: value.to_owned() });
            }
        }
        Ok(self)
    }

    /// Adds one value; says whether it named anything.
    pub fn add(&mut self, value: &str) -> bool {
        let Ok(tests) = classify(value) else { return false };
        for test in tests {
            match &test {
                Test::Network(network) => self.networks.extend(network.parse::<IpNet>().ok()),
                test => {
                    self.names.insert(test.value().to_lowercase());
                }
            }
        }
        true
    }

    /// Why this test does not fire alone; `None` when it does.
    #[must_use]
    pub fn check(&self, test: &Test) -> Option<Text> {
        match test {
            Test::Observable(observable) => self.observable(observable),
            Test::Network(network) => network.parse().ok().and_then(networks::network),
            Test::Pattern(_) | Test::Yara { .. } | Test::Sigma { .. } => None,
        }
    }

    fn observable(&self, observable: &Observable) -> Option<Text> {
        let value = observable.value.trim().trim_end_matches('.').to_lowercase();
        if self.names.contains(&value) {
            return Some(own());
        }
        match observable.kind {
            ObservableKind::DomainName => self.host(&value),
            ObservableKind::Ipv4Addr | ObservableKind::Ipv6Addr => {
                let address: IpAddr = value.parse().ok()?;
                if self.networks.iter().any(|network| network.contains(&address)) {
                    return Some(own());
                }
                networks::address(address)
            }
            ObservableKind::Url => self.url(&value),
            ObservableKind::EmailAddr => {
                let host = value.rsplit('@').next()?;
                self.names.contains(host).then(own)
            }
            ObservableKind::FileHash => EMPTY
                .contains(&value.as_str())
                .then(|| Text::new("empreinte d'un fichier vide", "the hash of an empty file")),
            ObservableKind::FileName => {
                let name = value.rsplit(['/', '\\']).next()?;
                if services::is_system_file(name) {
                    return Some(Text::new(
                        "fichier présent sur tous les ordinateurs",
                        "a file that every computer has",
                    ));
                }
                (name.chars().count() < 4).then(|| {
                    Text::new(
                        "nom de fichier trop court pour désigner une attaque",
                        "a file name too short to tell an attack",
                    )
                })
            }
            _ => None,
        }
    }

    fn host(&self, host: &str) -> Option<Text> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return networks::address(address);
        }
        if self.names.contains(host) {
            return Some(own());
        }
        let mut rest = host;
        while let Some((_, parent)) = rest.split_once('.') {
            if self.names.contains(parent) {
                return Some(own());
            }
            rest = parent;
        }
        let Some(name) = domain_name(host) else {
            return (!host.contains('.')).then(|| {
                Text::new(
                    "nom d'un seul mot, propre à chaque réseau",
                    "a name of a single label, particular to each network",
                )
            });
        };
        if psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix.as_bytes() == name.as_bytes())
        {
            return Some(Text::new(
                "suffixe public, sous lequel chacun peut ouvrir un site",
                "a public suffix, under which anybody can open a site",
            ));
        }
        services::is_service(&name).then(|| {
            Text::new(
                "service très répandu, que d'honnêtes gens utilisent",
                "a widely used service that honest people use",
            )
        })
    }

    /// A page on a widely used service stays an indicator; its front page does not.
    fn url(&self, value: &str) -> Option<Text> {
        let whole = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let parsed = url::Url::parse(&whole).ok()?;
        let host = parsed.host_str()?.trim_matches(['[', ']']);
        // What stands behind `#` is not sent to the server and not compared; what is left is the front page.
        let harmless_query = parsed.query().is_none() || parsed.fragment().is_some();
        let front_page = parsed.path() == "/" && harmless_query;
        let reason = self.host(host)?;
        let private = host.parse::<IpAddr>().is_ok() || reason == own();
        (front_page || private).then_some(reason)
    }
}

fn own() -> Text {
    Text::new("dans votre propre liste de valeurs bénignes", "on your own list of benign values")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(value: &str) -> Option<String> {
        let tests = classify(value)
            .unwrap_or_else(|_| vec![Test::Observable(Observable::new(ObservableKind::DomainName, value))]);
        tests.iter().find_map(|test| Benign::embedded().check(test)).map(|text| text.en)
    }

    #[test]
    fn honest_things_are_set_aside() {
        for value in [
            "co.uk",
            "com.br",
            "google.com",
            "www.google.com",
            "Twitter.com.",
            "8.8.8.8",
            "192.168.1.1",
            "127.0.0.1",
            "255.255.255.255",
            "::1",
            "fe80::1",
            "10.0.0.0/8",
            "0.0.0.0/0",
            "8.8.0.0/16",
            "d41d8cd98f00b204e9800998ecf8427e",
            "http://www.google.com/?gws_rd=ssl#q=x",
            "https://twitter.com/",
            "http://192.168.0.1/x",
            "cmd.exe",
            "intranet",
            "::ffff:10.0.0.1",
        ] {
            assert!(reason(value).is_some(), "{value}");
        }
    }

    #[test]
    fn attacks_are_not() {
        for value in [
            "evil.example",
            "evil.co.uk",
            "google.com.evil.example",
            "twitter.com/JamesScott1990",
            "http://bit.ly/2abc",
            "192.0.2.1",
            "198.51.100.0/24",
            "203.0.113.9",
            "2001:db8::1",
            "1.1.1.4",
            "notgoogle.com",
            "spy@gmail.com",
            "jack998.imgbb.com",
            "implant.exe",
            "d41d8cd98f00b204e9800998ecf8427f",
            "https://accounts-google.example/",
        ] {
            assert_eq!(reason(value), None, "{value}");
        }
    }

    #[test]
    fn a_person_can_add_entries() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("benign.txt");
        std::fs::write(&path, "# ours\nparty.example # site\n198.51.100.0/24\n").unwrap();
        let benign = Benign::embedded().with_file(&path).unwrap();
        for value in ["party.example", "www.party.example", "198.51.100.7", "https://party.example/page"] {
            let tests = classify(value).unwrap();
            assert!(benign.check(&tests[0]).is_some(), "{value}");
        }
        std::fs::write(&path, "not a value\n").unwrap();
        assert!(matches!(Benign::embedded().with_file(&path), Err(BenignFileError::Line { line: 1, .. })));
    }
}
