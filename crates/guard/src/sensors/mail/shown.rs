//! What stood in a message, in the canonical forms in which the past is asked for it.

use vauban_examine::Observed;
use vauban_lookalike::registrable;
use vauban_matching::canonical::Key;
use vauban_model::{Location, ObservableKind};
use vauban_record::Candidate;

/// Forms of one message that are kept.
const MOST: usize = 2000;

/// Everything that an indicator could be asked of: each observable, and the names above each host.
pub(super) fn shown(observed: &[(Location, Observed)]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for (_, observed) in observed {
        for kept in observed.iter() {
            // Words of names and texts tell nothing that could be asked later, and would be read by trying.
            if !is_asked(kept.kind) || all.len() >= MOST {
                continue;
            }
            let Some(key) = Key::new(kept.kind, kept.value) else { continue };
            if let Some(host) = host_of(&key) {
                all.extend(names_of(&host).filter_map(|name| form(ObservableKind::DomainName, name)));
            }
            all.push(bytes(&key));
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// The form in which the past is asked for a value; none when it is not a value of its kind, or of a kind that is not kept.
#[must_use]
pub fn asked_for(candidate: &Candidate) -> Option<Vec<u8>> {
    is_asked(candidate.kind).then(|| form(candidate.kind, &candidate.value))?
}

const fn is_asked(kind: ObservableKind) -> bool {
    matches!(
        kind,
        ObservableKind::DomainName
            | ObservableKind::Url
            | ObservableKind::Ipv4Addr
            | ObservableKind::Ipv6Addr
            | ObservableKind::EmailAddr
            | ObservableKind::FileHash
    )
}

fn form(kind: ObservableKind, value: &str) -> Option<Vec<u8>> {
    Key::new(kind, value).map(|key| bytes(&key))
}

fn bytes(key: &Key) -> Vec<u8> {
    let mut bytes = vec![key.kind() as u8];
    bytes.extend(key.bytes());
    bytes
}

/// The host in a canonical form.
pub(super) fn host_of(key: &Key) -> Option<String> {
    let text = key.text();
    let host = match key.kind() {
        ObservableKind::DomainName => &*text,
        ObservableKind::EmailAddr => text.rsplit_once('@')?.1,
        ObservableKind::Url => {
            let rest = text.split_once("://").map_or(&*text, |(_, rest)| rest);
            rest.split(['/', '?', ':', '#']).next()?
        }
        _ => return None,
    };
    Some(host.to_owned())
}

/// A host and the names above it, down to the one that somebody registered.
fn names_of(host: &str) -> impl Iterator<Item = &str> {
    let last = registrable(host).map_or(host.len(), str::len);
    std::iter::successors(Some(host), |name| name.split_once('.').map(|(_, above)| above))
        .take_while(move |name| name.len() >= last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_by_the_names_above_them() {
        let names = |host: &'static str| names_of(host).collect::<Vec<_>>();
        assert_eq!(names("a.login.evil.example"), ["a.login.evil.example", "login.evil.example", "evil.example"]);
        assert_eq!(names("evil.co.uk"), ["evil.co.uk"]);
        let ask = |kind, value: &str| asked_for(&Candidate { kind, value: value.to_owned() });
        assert_eq!(ask(ObservableKind::DomainName, "EVIL.example."), form(ObservableKind::DomainName, "evil.example"));
        assert_eq!(ask(ObservableKind::Text, "secret words"), None);
        let host = |kind, value: &str| host_of(&Key::new(kind, value).unwrap());
        assert_eq!(
            host(ObservableKind::Url, "https://login.evil.example:8443/a?b").as_deref(),
            Some("login.evil.example")
        );
        assert_eq!(host(ObservableKind::EmailAddr, "a@evil.example").as_deref(), Some("evil.example"));
    }
}
