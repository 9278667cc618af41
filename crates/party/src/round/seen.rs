//! What this organisation saw, in the form in which it is asked about: from the history of sweeps and sensors, and from the names that
//! its filter of names keeps. What honest people use everywhere is not asked about, and compartments that keep nothing are not here.

use std::{collections::BTreeSet, path::Path};

use vauban_intel::Benign;
use vauban_matching::canonical::Key;
use vauban_model::{Observable, ObservableKind, Test};
use vauban_record::{KnownStore, Looked, Names, RecordError};

/// Observables that one round adds at the most.
const MOST: usize = 400_000;
/// Names of the filter that one round looks at.
const MOST_NAMES: u32 = 100_000;

/// In this order they are asked about: what attackers register first, what they make by the thousand last.
const KINDS: [ObservableKind; 8] = [
    ObservableKind::DomainName,
    ObservableKind::EmailAddr,
    ObservableKind::Url,
    ObservableKind::CertificateFingerprint,
    ObservableKind::AppId,
    ObservableKind::Ja4,
    ObservableKind::FileHash,
    ObservableKind::FileName,
];

/// Everything that can be asked about, each once.
#[derive(Default)]
pub(super) struct Seen {
    kinds: [BTreeSet<String>; KINDS.len()],
    size: usize,
}

impl Seen {
    /// Reads both stores, as far as they are there.
    pub(super) fn read(known: &Path, names: &Path) -> Result<Self, RecordError> {
        let (mut seen, benign) = (Self::default(), Benign::embedded());
        if known.exists() {
            KnownStore::read_only(known)?.ask(
                &mut |kind, value| {
                    seen.add(kind, value, &benign);
                    false
                },
                &mut |_| std::ops::ControlFlow::Continue(()),
            )?;
        }
        if let Some(names) = Names::existing(names)? {
            for row in names.look(&Looked { most: MOST_NAMES, ..Looked::default() })? {
                seen.add(ObservableKind::DomainName, row.row.name.trim_end_matches('.'), &benign);
            }
        }
        Ok(seen)
    }

    /// Types and canonical values, in the order of asking.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let both = KINDS.iter().zip(&self.kinds);
        both.flat_map(|(kind, values)| values.iter().map(|value| (kind.as_str(), value.as_str())))
    }

    fn add(&mut self, kind: ObservableKind, value: &str, benign: &Benign) {
        for form in forms(kind, value) {
            let test = Test::Observable(form);
            if let Test::Observable(form) = &test
                && let Some(at) = KINDS.iter().position(|own| *own == form.kind)
                && self.size < MOST
                && benign.check(&test).is_none()
                && let Some(values) = self.kinds.get_mut(at)
                && values.insert(form.value.to_string())
            {
                self.size += 1;
            }
        }
    }
}

/// What would meet an indicator: the thing itself, and the names that it is under. An indicator of `evil.example` is met by
/// `login.evil.example`, by an address there and by a page there.
pub(super) fn forms(kind: ObservableKind, value: &str) -> Vec<Observable> {
    let Some(key) = Key::new(kind, value) else { return Vec::new() };
    let text = key.text().into_owned();
    let host = match key.kind() {
        ObservableKind::DomainName => Some(text.as_str()),
        ObservableKind::EmailAddr => text.rsplit_once('@').map(|(_, host)| host),
        ObservableKind::Url => host_of(&text),
        _ => None,
    };
    let mut forms = Vec::new();
    if key.kind() != ObservableKind::DomainName {
        forms.push(Observable::new(key.kind(), text.as_str()));
    }
    if key.kind() == ObservableKind::Url
        && let Some((without, _)) = text.split_once('?')
    {
        forms.push(Observable::new(ObservableKind::Url, without));
    }
    // An address that is written as a name is an address, and has no parents.
    let is_name = |host: &&str| {
        Key::new(ObservableKind::DomainName, host)
            .is_some_and(|key| key.kind() == ObservableKind::DomainName && key.text() == **host)
    };
    let host = host.filter(is_name);
    let is_suffix = |name: &str| psl::suffix_str(name) == Some(name);
    let parents = host.map(|host| vauban_blind::parents(host, is_suffix)).unwrap_or_default();
    forms.extend(parents.into_iter().map(|name| Observable::new(ObservableKind::DomainName, name)));
    forms
}

/// The host of a URL in canonical form, which has no scheme.
fn host_of(url: &str) -> Option<&str> {
    let host = url.split(['/', '?', '#']).next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    Some(host.split_once(':').map_or(host, |(host, _)| host)).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_about_as_itself_and_as_the_names_that_it_is_under() {
        let of = |kind, value| forms(kind, value).iter().map(|form| form.value.to_string()).collect::<Vec<_>>();
        assert_eq!(
            of(ObservableKind::DomainName, "Login.Evil.Example.CO.UK."),
            ["login.evil.example.co.uk", "evil.example.co.uk", "example.co.uk"]
        );
        assert_eq!(of(ObservableKind::EmailAddr, "A@mail.evil.org"), ["a@mail.evil.org", "mail.evil.org", "evil.org"]);
        let url = of(ObservableKind::Url, "https://www.evil.org:8443/a?b=c");
        assert!(url.contains(&"www.evil.org".to_owned()) && url.contains(&"evil.org".to_owned()), "{url:?}");
        assert!(url.iter().filter(|form| form.contains("/a")).count() == 2, "{url:?}");
        let address = of(ObservableKind::Url, "http://192.0.2.7/a");
        assert!(address.iter().all(|form| form.contains("/a")), "an address is no name: {address:?}");
        assert!(of(ObservableKind::Ipv4Addr, "192.0.2.7").len() == 1 && of(ObservableKind::DomainName, "").is_empty());
    }

    #[test]
    fn what_everybody_uses_is_not_asked_about() {
        let (mut seen, benign) = (Seen::default(), Benign::embedded());
        for name in ["evil.example", "www.google.com"] {
            seen.add(ObservableKind::DomainName, name, &benign);
        }
        seen.add(ObservableKind::Text, "a whole mail", &benign);
        assert_eq!(seen.iter().collect::<Vec<_>>(), [("domain-name", "evil.example")]);
    }
}
