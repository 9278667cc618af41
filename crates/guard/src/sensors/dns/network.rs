//! The kernel's rules, where traffic leaves by names only: what is answered is opened before it is told, and what becomes blocked is
//! cut, connections that stand included.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use ipnet::IpNet;
use jiff::Timestamp;
use vauban_egress::{Blocked, OpenError, Opener, siblings};
use vauban_policy::Subject;

use super::{
    engine::Asker,
    plan::{Judged, Plan},
};

/// Answers that are kept in mind: a connection may stand for long after its answer's time is over.
const MOST: usize = 100_000;
/// For how long a device's other addresses are believed.
const SIBLINGS: Duration = Duration::from_secs(5);
/// Devices whose other addresses are kept in mind.
const MOST_DEVICES: usize = 4096;

/// What was opened, and the way to the kernel.
pub struct Network {
    opener: Opener,
    opened: Mutex<HashMap<(IpAddr, Box<str>), Opened>>,
    siblings: Mutex<HashMap<IpAddr, (Instant, Vec<IpAddr>)>>,
}

/// A name that was answered to a device.
struct Opened {
    asker: Asker,
    chain: Vec<String>,
    addresses: Vec<IpAddr>,
}

impl Network {
    /// Speaks with the kernel; what is protected can never be blocked.
    ///
    /// # Errors
    /// When this process may not.
    pub fn start(protected: Vec<IpNet>) -> Result<Self, OpenError> {
        Ok(Self { opener: Opener::start(protected)?, opened: Mutex::default(), siblings: Mutex::default() })
    }

    /// Opens what a name was answered with to whoever asked; done when the kernel has it.
    pub(super) async fn open(
        &self,
        plan: &Plan,
        asker: &Asker,
        name: &str,
        chain: Vec<String>,
        addresses: Vec<IpAddr>,
        ttl: u32,
    ) -> Result<(), OpenError> {
        if addresses.is_empty() {
            return Ok(());
        }
        let device = self.addresses_of(plan, asker.address);
        self.opener.open(&device, &addresses, Duration::from_secs(u64::from(ttl))).await?;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= MOST {
            // Whoever is forgotten stays open for the lifetime of its answers, and is cut by its addresses alone.
            opened.clear();
        }
        opened.insert((asker.address, name.into()), Opened { asker: asker.clone(), chain, addresses });
        Ok(())
    }

    /// Judges what was opened by another plan, and cuts what it blocks. An address that an allowed name of the same device
    /// has, too, stays open.
    pub(super) async fn judge_again(&self, plan: &Plan, now: Timestamp) {
        for (device, addresses) in self.fallen(plan, now) {
            let device = self.addresses_of(plan, device);
            if let Err(error) = self.opener.cut(&device, &addresses).await {
                tracing::error!(sensor = "dns", %error, "what became blocked cannot be cut");
            }
        }
    }

    /// What every device is to be cut from.
    fn fallen(&self, plan: &Plan, now: Timestamp) -> HashMap<IpAddr, Vec<IpAddr>> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fallen: HashMap<IpAddr, HashSet<IpAddr>> = HashMap::new();
        opened.retain(|(device, name), entry| {
            let Opened { asker, chain, addresses } = entry;
            let passes = plan.judge_answer(asker.place, name, chain, addresses, now) == Judged::Passes;
            if !passes {
                fallen.entry(*device).or_default().extend(addresses.iter().copied());
            }
            passes
        });
        for ((device, _), entry) in opened.iter() {
            if let Some(addresses) = fallen.get_mut(device) {
                for address in &entry.addresses {
                    addresses.remove(address);
                }
            }
        }
        fallen.into_iter().map(|(device, addresses)| (device, addresses.into_iter().collect())).collect()
    }

    /// Blocks these for everybody, and nothing else.
    pub(crate) async fn block_only(&self, what: Vec<Blocked>) {
        match self.opener.block_only(what).await {
            Ok(left) if !left.is_empty() => {
                tracing::warn!(sensor = "dns", left = left.len(), "addresses that can never be blocked were left out");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(sensor = "dns", %error, "addresses cannot be blocked"),
        }
    }

    /// All addresses of a device: those of its link that are in the same compartment, so that none gets what another's is.
    fn addresses_of(&self, plan: &Plan, device: IpAddr) -> Vec<IpAddr> {
        let compartment = |address: IpAddr| {
            plan.rules.compartment_of(Subject { address: Some(address), ..Subject::default() }).map(str::to_owned)
        };
        let own = compartment(device);
        let mut all = self.link_of(device);
        all.retain(|other| *other == device || compartment(*other) == own);
        all
    }

    fn link_of(&self, device: IpAddr) -> Vec<IpAddr> {
        let mut kept = self.siblings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, all)) = kept.get(&device)
            && at.elapsed() < SIBLINGS
        {
            return all.clone();
        }
        if kept.len() >= MOST_DEVICES {
            kept.clear();
        }
        let all = siblings(device);
        kept.insert(device, (Instant::now(), all.clone()));
        all
    }
}
