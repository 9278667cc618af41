//! The gate that every entry of every list goes through.

use ipnet::IpNet;
use sha2::{Digest as _, Sha256};
use vauban_intel::Benign;
use vauban_model::{Observable, ObservableKind, Test};

use super::{
    Why,
    protected::{ABOVE_SUFFIXES, Protected, everybodys},
};
use crate::{Action, name};

/// What no list may do. What is set aside weakens nothing else: `evil.github.io` stays although `github.io` does not.
#[derive(Debug, Clone)]
pub struct Gate {
    protected: Protected,
    networks: Vec<IpNet>,
    benign: Benign,
    digest: [u8; 32],
}

/// To be raised when the gate changes in a way that its data does not tell: compiled sets are made again.
const GATE_VERSION: u8 = 1;

impl Gate {
    /// The gate of an organisation: its own names, the names that must always work, and its own networks. What is not a
    /// name is passed over: whoever reads the configuration has told so.
    #[must_use]
    pub fn new(own: &[&str], always: &[&str], networks: &[IpNet]) -> Self {
        let forms = |names: &[&str]| -> Vec<Vec<u8>> { names.iter().filter_map(|name| name::own_form(name)).collect() };
        let (own, always) = (forms(own), forms(always));
        let mut hasher = Sha256::new();
        hasher.update([GATE_VERSION]);
        hasher.update(env!("CARGO_PKG_VERSION"));
        hasher.update(ABOVE_SUFFIXES);
        for (name, _) in everybodys() {
            hasher.update(name);
            hasher.update([0]);
        }
        for names in [&own, &always] {
            hasher.update([1]);
            for name in names {
                hasher.update(name);
                hasher.update([0]);
            }
        }
        for network in networks {
            hasher.update(network.to_string());
            hasher.update([0]);
        }
        Self {
            protected: Protected::new(&own, &always),
            networks: networks.to_vec(),
            benign: Benign::embedded(),
            digest: hasher.finalize().into(),
        }
    }

    /// Why an entry for this name, in its one form, does not count; `None` when it does.
    #[must_use]
    pub fn name(&self, name: &str, action: Action) -> Option<Why> {
        let bytes = name.as_bytes();
        if !bytes.contains(&b'.') {
            return Some(Why::SingleLabel);
        }
        if psl::suffix(bytes).is_some_and(|suffix| suffix.as_bytes().len() == bytes.len()) {
            return Some(Why::PublicSuffix);
        }
        // Letting pass what everybody uses hurts nobody; letting pass a whole suffix would undo the other lists.
        if action == Action::Block { self.protected.check(bytes) } else { None }
    }

    /// Why an entry for this network does not count; `None` when it does.
    #[must_use]
    pub fn network(&self, network: IpNet) -> Option<Why> {
        let own = |own: &IpNet| own.contains(&network) || network.contains(own);
        let host = network.prefix_len() == network.max_prefix_len();
        let test = match network {
            IpNet::V4(four) if host => {
                Test::Observable(Observable::new(ObservableKind::Ipv4Addr, four.addr().to_string()))
            }
            IpNet::V6(six) if host => {
                Test::Observable(Observable::new(ObservableKind::Ipv6Addr, six.addr().to_string()))
            }
            network => Test::Network(network.to_string().into()),
        };
        (self.networks.iter().any(own) || self.benign.check(&test).is_some()).then_some(Why::Network)
    }

    /// A name for exactly this gate.
    pub(crate) const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate::new(
            &["Campagne.example", "bücher.example"],
            &["vote.gouv.example"],
            &["198.51.100.0/24".parse().unwrap()],
        )
    }

    #[test]
    fn what_hurts_is_set_aside_and_what_is_below_stays() {
        let gate = gate();
        for (name, wanted) in [
            ("com", Some(Why::SingleLabel)),
            ("zip", Some(Why::SingleLabel)),
            ("co.uk", Some(Why::PublicSuffix)),
            ("anything.ck", Some(Why::PublicSuffix)),
            ("github.io", Some(Why::PublicSuffix)),
            ("compute.amazonaws.com", Some(Why::AboveSuffix)),
            ("google.com", Some(Why::Service)),
            ("www.google.com", Some(Why::Service)),
            ("windows.net", Some(Why::AboveSuffix)),
            ("welivesecurity.com", Some(Why::Publisher)),
            ("campagne.example", Some(Why::Own)),
            ("mail.campagne.example", Some(Why::Own)),
            ("xn--bcher-kva.example", Some(Why::Own)),
            ("vote.gouv.example", Some(Why::Always)),
            ("a.vote.gouv.example", Some(Why::Always)),
            ("gouv.example", Some(Why::Always)),
            ("evil.github.io", None),
            ("evil.co.uk", None),
            ("evil.blogspot.com", None),
            ("google.com.evil.example", None),
            ("notgoogle.com", None),
            ("notcampagne.example", None),
            ("campagne.example.evil.test", None),
        ] {
            assert_eq!(gate.name(name, Action::Block), wanted, "{name}");
        }
    }

    #[test]
    fn a_list_may_let_pass_what_everybody_uses_but_no_suffix() {
        let gate = gate();
        assert_eq!(gate.name("google.com", Action::Pass), None);
        assert_eq!(gate.name("campagne.example", Action::Pass), None);
        assert_eq!(gate.name("com", Action::Pass), Some(Why::SingleLabel));
        assert_eq!(gate.name("co.uk", Action::Pass), Some(Why::PublicSuffix));
    }

    #[test]
    fn networks_that_everybody_needs_are_set_aside() {
        let gate = gate();
        for network in
            ["0.0.0.0/0", "10.1.0.0/16", "8.8.8.8/32", "8.8.0.0/16", "198.51.100.9/32", "198.51.0.0/16", "::/0"]
        {
            assert_eq!(gate.network(network.parse().unwrap()), Some(Why::Network), "{network}");
        }
        for network in ["203.0.113.0/24", "192.0.2.1/32", "2001:db8::/32"] {
            assert_eq!(gate.network(network.parse().unwrap()), None, "{network}");
        }
    }
}
