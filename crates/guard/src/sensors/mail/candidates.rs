//! What of a reported message could be looked for elsewhere, for a person to confirm: nothing that is one's own, and
//! nothing that says who was written to.

use vauban_examine::Observed;
use vauban_lookalike::owner;
use vauban_mail::{Known, Told};
use vauban_matching::canonical::Key;
use vauban_model::{Location, ObservableKind};
use vauban_record::Candidate;

use super::shown::host_of;

/// Candidates of one message.
const MOST: usize = 40;

/// The candidates in one message: its author, where its links lead, and the files that it brings.
pub(super) fn candidates(told: &Told, observed: &[(Location, Observed)], known: &Known) -> Vec<Candidate> {
    let mut all = Vec::new();
    let mut add = |kind: ObservableKind, value: String| {
        if all.len() < MOST && !all.iter().any(|one: &Candidate| one.kind == kind && one.value == value) {
            all.push(Candidate { kind, value });
        }
    };
    // Names of ours, of partners and of those whom everybody uses prove nothing.
    let is_foreign = |host: &str| known.protected().owner_of(host).is_none() && !known.is_everybodys(host);
    if let Some((_, domain)) = told.said.address.rsplit_once('@') {
        if known.protected().owner_of(domain).is_none() {
            add(ObservableKind::EmailAddr, told.said.address.clone());
        }
        if is_foreign(domain) {
            add(ObservableKind::DomainName, owner(domain));
        }
    }
    let below = told.location.segments();
    for (location, observed) in observed.iter().filter(|(location, _)| location.segments().starts_with(below)) {
        let is_file = location.depth() > told.location.depth()
            && observed.iter().any(|kept| kept.kind == ObservableKind::FileName && !kept.mentioned);
        for kept in observed.iter() {
            match kept.kind {
                ObservableKind::Url => {
                    let Some(key) = Key::new(kept.kind, kept.value) else { continue };
                    let Some(host) = host_of(&key).filter(|host| known.protected().owner_of(host).is_none()) else {
                        continue;
                    };
                    // A query often carries the reader's address, or a number that stands for it.
                    let bare = kept.value.split(['?', '#']).next().unwrap_or_default();
                    if is_foreign(&host) {
                        add(ObservableKind::DomainName, host);
                    }
                    add(ObservableKind::Url, bare.to_owned());
                }
                ObservableKind::FileHash if is_file && !kept.mentioned && kept.value.len() == 64 => {
                    add(ObservableKind::FileHash, kept.value.to_owned());
                }
                _ => {}
            }
        }
    }
    all
}
