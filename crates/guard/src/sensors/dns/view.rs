//! What a compartment sees of names and addresses, said as entries of a zone: every entry is the policy's own answer, so that
//! a resolver that takes the zone decides as ours does.
//!
//! What is decided about a name is what is decided about the closest name above it that a word, a list or an indicator
//! speaks of. So each of those is asked about twice, for itself and for what is below it, and what its closest one above
//! says already is not said again.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use vauban_egress::networks_where;
use vauban_policy::{Object, Place, Rule, Verdict, day};
use vauban_rpz::{Action, Entry, Trigger};

use super::plan::Plan;

/// A label below a name, for all of them. Nothing speaks of it.
const ANY: &str = "any-label-below-it";

/// What is decided about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// Nothing speaks of it.
    Nothing,
    /// It passes, whatever its addresses are.
    Passes,
    /// It is kept out.
    Blocked,
}

impl Plan {
    /// What a compartment sees, for everybody in it: what is for a person or a device alone is not in it.
    pub(super) fn view(&self, compartment: &str, now: Timestamp) -> impl Iterator<Item = Entry> {
        let place = self.rules.place_in(None, compartment);
        let mut above: Vec<(&str, Said)> = Vec::new();
        let names = self.spoken_of().into_iter().flat_map(move |name| {
            while above.last().is_some_and(|(above, _)| !vauban_lookalike::is_under(name, above)) {
                above.pop();
            }
            let implied = above.last().map_or(Said::Nothing, |(_, said)| *said);
            let own = self.said(place, name, now);
            let below = self.said(place, &format!("{ANY}.{name}"), now);
            let entries = [entry(name, own, implied), entry(&format!("*.{name}"), below, implied)];
            // A zone cannot say nothing below what it says: there, nothing is that it passes.
            let passes = below == Said::Nothing && implied != Said::Nothing;
            above.push((name, if passes { Said::Passes } else { below }));
            entries.into_iter().flatten()
        });
        let networks = self.networks();
        let blocked = networks_where(&networks, |address| self.keeps_out(place, address, now));
        let responses = blocked.into_iter().map(Trigger::ResponseAddress);
        names.chain(responses.map(|trigger| Entry { trigger, action: Action::NxDomain }))
    }

    /// Every name that anything speaks of, each before what is below it.
    fn spoken_of(&self) -> Vec<&str> {
        let listed = self.lists.iter().flat_map(|lists| lists.names());
        let mut names: Vec<&str> = self.rules.names().chain(self.indicators.names()).chain(listed).collect();
        names.sort_unstable_by(|one, other| backwards(one).cmp(backwards(other)));
        names.dedup();
        names
    }

    /// Every network that anything speaks of.
    fn networks(&self) -> Vec<IpNet> {
        let mut networks: Vec<_> = self.rules.destinations().collect();
        networks.extend(self.lists.iter().flat_map(|lists| lists.networks()));
        self.indicators.each_network(&mut |network, _| networks.push(network));
        networks
    }

    fn said(&self, place: Place, name: &str, now: Timestamp) -> Said {
        let found = self.name(name, now);
        match self.rules.settle(place, Object::Name(name), found.known(), day(now)) {
            Rule::Default => Said::Nothing,
            rule if rule.verdict() == Verdict::Block => Said::Blocked,
            _ => Said::Passes,
        }
    }

    fn keeps_out(&self, place: Place, address: IpAddr, now: Timestamp) -> bool {
        let found = self.address(address, now);
        self.rules.settle(place, Object::Address(address), found.known(), day(now)).verdict() == Verdict::Block
    }
}

/// The entry that says it, where what is above does not.
fn entry(name: &str, said: Said, implied: Said) -> Option<Entry> {
    let action = match (said, implied) {
        (Said::Blocked, Said::Nothing | Said::Passes) => Action::NxDomain,
        (Said::Passes, Said::Nothing) | (Said::Passes | Said::Nothing, Said::Blocked) => Action::Passthru,
        (Said::Blocked, Said::Blocked)
        | (Said::Passes | Said::Nothing, Said::Passes)
        | (Said::Nothing, Said::Nothing) => {
            return None;
        }
    };
    Some(Entry::name(name, action))
}

/// The bytes of a name from its end, dots before everything: what is below a name comes right after it.
fn backwards(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().rev().map(|byte| if byte == b'.' { 0 } else { byte })
}
