//! The way from a trust anchor down to a zone, delegation by delegation. What was found of each name on it is
//! remembered for as long as its records say.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{
    Anchors, Budget, Fault,
    denial::Proofs,
    rrset::{self, Set},
    signature::{verify, verify_with},
    zone::{Delegation, Key, Zone},
};
use crate::{
    answer::Why,
    upstream::{Upstreams, Via},
    wire::{Message, Name, kind},
};

/// Names that are remembered.
const MOST_LINKS: usize = 16_384;
const LONGEST: u32 = 86_400;
const LONGEST_ABSENCE: u32 = 3_600;
/// What is bogus is looked at again after this many seconds.
const BOGUS: u32 = 10;

/// What a walker is made of.
pub(crate) struct WalkerSettings {
    pub(crate) anchors: Anchors,
    /// Names below which nothing is asked to be signed.
    pub(crate) insecure: Vec<Name>,
    pub(crate) clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

/// Finds out which keys sign the zone of a name.
pub(crate) struct Walker {
    settings: WalkerSettings,
    upstreams: Arc<Upstreams>,
    links: Mutex<HashMap<Name, (Link, Instant)>>,
}

/// What is at a name, seen from the zone above.
#[derive(Clone, Debug)]
enum Link {
    /// A signed zone begins here.
    Zone(Arc<Zone>),
    /// An unsigned zone begins here, or might.
    Unsigned,
    /// No zone begins here.
    Inside,
    /// What is said of it is wrong.
    Bogus(Why),
}

/// What is known of a name.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// It belongs to this zone, which is signed.
    Secure(Arc<Zone>),
    /// It belongs to a part of the tree that is not.
    Insecure,
}

impl Walker {
    pub(crate) fn new(settings: WalkerSettings, upstreams: Arc<Upstreams>) -> Self {
        Self { settings, upstreams, links: Mutex::default() }
    }

    /// Seconds since 1970, as signatures count them.
    pub(crate) fn now(&self) -> u32 {
        let since = (self.settings.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        // Signatures wrap around in 2106, and so does this.
        (since.as_secs() & u64::from(u32::MAX)) as u32
    }

    /// Whether nothing at this name is asked to be signed. An anchor below an exception counts more than it.
    pub(crate) fn excepts(&self, name: &Name) -> bool {
        let depth = self.settings.anchors.above(name).map_or(0, Name::depth);
        self.settings.insecure.iter().any(|exception| name.is_within(exception) && exception.depth() >= depth)
    }

    /// Walks to a name.
    pub(crate) async fn state(&self, name: &Name, budget: &mut Budget, via: Via) -> Result<State, Fault> {
        let Some(anchor) = self.settings.anchors.above(name) else { return Ok(State::Insecure) };
        if self.excepts(name) {
            return Ok(State::Insecure);
        }
        let mut zone = match self.known(anchor, via) {
            Some(Link::Zone(zone)) => zone,
            Some(Link::Bogus(why)) => return Err(why.into()),
            _ => self.anchored(anchor, budget, via).await?,
        };
        for depth in anchor.depth() + 1..=name.depth() {
            let child = name.suffix(depth);
            let link = match self.known(&child, via) {
                Some(link) => link,
                None => self.link(&child, &zone, budget, via).await?,
            };
            match link {
                Link::Zone(below) => zone = below,
                Link::Inside => {}
                Link::Unsigned => return Ok(State::Insecure),
                Link::Bogus(why) => return Err(why.into()),
            }
        }
        Ok(State::Secure(zone))
    }

    /// The zone of a trust anchor.
    async fn anchored(&self, anchor: &Name, budget: &mut Budget, via: Via) -> Result<Arc<Zone>, Fault> {
        let message = self.ask(anchor, kind::DNSKEY, budget, via).await?;
        let trusts = |key: &Key| self.settings.anchors.trusts(anchor, key);
        match keys(&message, anchor, trusts, self.now(), budget) {
            Ok((zone, lifetime)) => {
                self.remember(anchor, &Link::Zone(Arc::clone(&zone)), lifetime.min(LONGEST));
                Ok(zone)
            }
            Err(why) => {
                self.remember(anchor, &Link::Bogus(why), BOGUS);
                Err(why.into())
            }
        }
    }

    /// What is at a name one step below a zone.
    async fn link(&self, child: &Name, zone: &Arc<Zone>, budget: &mut Budget, via: Via) -> Result<Link, Fault> {
        let found = self.look(child, zone, budget, via).await;
        let (link, lifetime) = match found {
            Ok(found) => found,
            Err(Fault::Bogus(why)) => (Link::Bogus(why), BOGUS),
            Err(fault @ Fault::Unreachable(_)) => return Err(fault),
        };
        self.remember(child, &link, lifetime);
        Ok(link)
    }

    async fn look(&self, child: &Name, zone: &Arc<Zone>, budget: &mut Budget, via: Via) -> Result<(Link, u32), Fault> {
        let message = self.ask(child, kind::DS, budget, via).await?;
        let now = self.now();
        if let Some(mut set) = rrset::find(&message.answers, child, kind::DS) {
            if verify(&mut set, zone, now, budget)?.expanded_from.is_some() {
                return Err(Why::Bogus.into());
            }
            let said = set.records.iter().filter_map(|record| Delegation::from_data(&record.data)).collect();
            let delegations = Delegation::strongest(said);
            if delegations.is_empty() {
                return Ok((Link::Unsigned, set.ttl().min(LONGEST_ABSENCE)));
            }
            let message = self.ask(child, kind::DNSKEY, budget, via).await?;
            let vouched = |key: &Key| delegations.iter().any(|delegation| delegation.is_of(child, key));
            let (below, lifetime) = keys(&message, child, vouched, now, budget)?;
            return Ok((Link::Zone(below), lifetime.min(set.ttl()).min(LONGEST)));
        }
        // An alias, or a DNAME above: then no zone begins here.
        let aliases = message.answers.iter().filter(|record| {
            record.kind == kind::CNAME && record.owner == *child
                || record.kind == kind::DNAME && record.owner != *child && child.is_within(&record.owner)
        });
        for record in aliases {
            if let Some(mut set) = rrset::find(&message.answers, &record.owner, record.kind)
                && verify(&mut set, zone, now, budget).is_ok()
            {
                return Ok((Link::Inside, set.ttl().min(LONGEST_ABSENCE)));
            }
        }
        let (sets, fault) = proofs(&message, zone, now, budget)?;
        let lifetime = sets.iter().map(Set::ttl).min().unwrap_or(0).min(LONGEST_ABSENCE);
        match Proofs::new(&zone.name, &sets).delegation(child, budget)? {
            Some(true) => Ok((Link::Unsigned, lifetime)),
            Some(false) => Ok((Link::Inside, lifetime)),
            None => Err(fault.unwrap_or(Why::ProofMissing).into()),
        }
    }

    async fn ask(&self, name: &Name, kind: u16, budget: &mut Budget, via: Via) -> Result<Arc<Message>, Fault> {
        budget.question()?;
        match self.upstreams.ask(name, kind, via).await {
            Ok(reply) => Ok(reply.message),
            Err(error) => Err(Fault::Unreachable(error)),
        }
    }

    fn known(&self, name: &Name, via: Via) -> Option<Link> {
        let links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let (link, until) = links.get(name)?;
        let is_doubted = matches!(link, Link::Bogus(_)) && via.is_second();
        (Instant::now() < *until && !is_doubted).then(|| link.clone())
    }

    fn remember(&self, name: &Name, link: &Link, seconds: u32) {
        let now = Instant::now();
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        if links.len() >= MOST_LINKS {
            links.retain(|_, (_, until)| now < *until);
        }
        if links.len() >= MOST_LINKS {
            links.retain(|_, (link, _)| matches!(link, Link::Zone(_)));
        }
        if links.len() >= MOST_LINKS {
            links.clear();
        }
        let until = now + Duration::from_secs(seconds.max(1).into());
        links.insert(name.clone(), (link.clone(), until));
    }

    /// Forgets what is known of a name and of all below it.
    pub(crate) fn forget(&self, name: &Name) {
        self.links.lock().unwrap_or_else(PoisonError::into_inner).retain(|known, _| !known.is_within(name));
    }
}

/// The keys of a zone, when one that is vouched for signed them.
fn keys(
    message: &Message,
    owner: &Name,
    is_vouched: impl Fn(&Key) -> bool,
    now: u32,
    budget: &mut Budget,
) -> Result<(Arc<Zone>, u32), Why> {
    let mut set = rrset::find(&message.answers, owner, kind::DNSKEY).ok_or(Why::KeyMissing)?;
    let keys: Vec<Key> = set.records.iter().filter_map(Key::parse).collect();
    if !keys.iter().any(&is_vouched) {
        return Err(Why::KeyMissing);
    }
    verify_with(&mut set, owner, is_vouched, &keys, now, budget)?;
    Ok((Arc::new(Zone { name: owner.clone(), keys }), set.ttl()))
}

/// The proofs of absence in a response that the zone signed, and what was wrong with another.
pub(super) fn proofs(
    message: &Message,
    zone: &Zone,
    now: u32,
    budget: &mut Budget,
) -> Result<(Vec<Set>, Option<Why>), Why> {
    let mut good = Vec::new();
    let mut fault = None;
    for mut set in rrset::all(&message.authorities, &[kind::NSEC, kind::NSEC3]) {
        match verify(&mut set, zone, now, budget) {
            // A proof that a wildcard stands for proves nothing.
            Ok(found) if found.expanded_from.is_none() => good.push(set),
            Ok(_) => fault = Some(Why::Bogus),
            // Proofs of other zones come along with aliases.
            Err(Why::SignaturesMissing) => {}
            Err(why) => fault = Some(why),
        }
    }
    Ok((good, fault))
}

impl fmt::Debug for Walker {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Walker").finish_non_exhaustive()
    }
}
