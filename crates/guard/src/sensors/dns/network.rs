//! The kernel's rules, where traffic leaves by names only: what is answered is opened before it is told, and what becomes blocked is
//! cut, connections that stand included.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use ipnet::IpNet;
use jiff::Timestamp;
use vauban_egress::{Blocked, OpenError, Opener, siblings};

use super::{
    engine::{Asker, Engine},
    opened::{Answered, Cut, Opened},
    plan::{Judged, Plan},
};

/// For how long a device's other addresses are believed.
const SIBLINGS: Duration = Duration::from_secs(5);
/// Devices whose other addresses are kept in mind.
const MOST_DEVICES: usize = 4096;

/// What was opened, and the way to the kernel.
pub struct Network {
    opener: Opener,
    opened: Mutex<Opened>,
    siblings: Mutex<HashMap<IpAddr, (Instant, Vec<IpAddr>)>>,
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
        asker: &Asker,
        plan: &Plan,
        name: &str,
        chain: Vec<String>,
        addresses: Vec<IpAddr>,
        ttl: u32,
    ) -> Result<(), OpenError> {
        if addresses.is_empty() {
            return Ok(());
        }
        let mut device = self.addresses_of(asker.address);
        // What one compartment may reach is not opened to another one that shares its link.
        device.retain(|own| *own == asker.address || plan.is_in_the_same(asker.place, *own));
        let (ttl, now) = (Duration::from_secs(u64::from(ttl)), Instant::now());
        let answer = Answered {
            asker: asker.clone(),
            device: device.iter().copied().collect(),
            chain,
            addresses: addresses.iter().copied().collect(),
            given: now,
            until: now + Opener::lifetime(ttl),
        };
        // First, so that whoever judges again meanwhile finds it.
        let forgotten = self.opened.lock().unwrap_or_else(PoisonError::into_inner).keep(name, answer, now);
        self.cut(forgotten).await;
        self.opener.open(&device, &addresses, ttl).await
    }

    /// Judges what was opened by another plan, and cuts what it blocks. An address that an allowed name of the same device
    /// has, too, stays open.
    pub(super) async fn judge_again(&self, engine: &Engine, plan: &Plan, at: Timestamp) {
        let passes = |name: &str, answer: &Answered| {
            let addresses: Vec<IpAddr> = answer.addresses.iter().copied().collect();
            engine.again(&answer.asker, plan).is_some_and(|asker| {
                plan.judge_answer(asker.place, name, &answer.chain, &addresses, at) == Judged::Passes
            })
        };
        let fallen = self.opened.lock().unwrap_or_else(PoisonError::into_inner).fallen(passes, Instant::now());
        self.cut(fallen).await;
    }

    async fn cut(&self, what: Vec<Cut>) {
        for (device, addresses) in what {
            let device: Vec<IpAddr> = device.into_iter().collect();
            let addresses: Vec<IpAddr> = addresses.into_iter().collect();
            if let Err(error) = self.opener.cut(&device, &addresses).await {
                tracing::error!(sensor = "dns", %error, "what may not be open any more cannot be cut");
            }
        }
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

    fn addresses_of(&self, device: IpAddr) -> Vec<IpAddr> {
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
