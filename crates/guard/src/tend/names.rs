//! The filter of names, tended: loaded again when indicators, lists or devices change, lists fetched when they are due.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{Timestamp, civil::Date};
use tokio::task::JoinHandle;
use vauban_egress::Blocked;
use vauban_intel::store::Fetch;
use vauban_lists::NameSet;
use vauban_lookalike::{Brands, Protected};
use vauban_matching::set::IndicatorSet;
use vauban_policy::{Problem, Rules, day};
use vauban_rpz::ServeSettings;

use super::{lists::Lists, zones::surroundings};
use crate::{
    Metrics,
    config::{Config, DnsTable},
    sensors::{
        dns::{DeviceStore, DnsSensor, Network, Outlets, Page, Parts, Plan, is_secret, page_address, start},
        mail::Random,
    },
};

/// The indicators as they are now.
pub type Indicators = Arc<dyn Fn() -> Result<IndicatorSet, String> + Send + Sync>;

/// What the filter of names is told from outside.
pub struct NamesParts {
    /// Opens the indicators.
    pub indicators: Indicators,
    /// The state directory: lists, names of devices.
    pub state: PathBuf,
    /// The file of names that were asked for.
    pub log: PathBuf,
    /// Gets lists.
    pub fetch: Arc<dyn Fetch + Send + Sync>,
    /// Shows why a name is blocked.
    pub page: Page,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// Randomness.
    pub random: Random,
    /// A secret of this process, so that nobody can choose names that fall together.
    pub seed: [u64; 2],
}

/// How often it is looked whether a list is due.
const DUE: Duration = Duration::from_secs(20);

/// The filter of names, tended.
pub(crate) struct NamesTender {
    parts: NamesParts,
    config: Config,
    before: DnsTable,
    pub(crate) sensor: Arc<DnsSensor>,
    lists: Lists,
    /// Lists that are being fetched.
    fetching: Option<JoinHandle<bool>>,
    /// When it was last looked whether a list is due; none when that is to be done at once.
    looked: Option<Instant>,
    /// The day on which exceptions were last looked at.
    day: Date,
    /// What devices were known by when it was last looked.
    devices: DeviceStore,
    set: Option<Arc<NameSet>>,
    network: Option<Arc<Network>>,
    zones: Zones,
}

/// Zones that are given out, and whether what is in them has to be looked at again.
struct Zones {
    settings: BTreeMap<String, ServeSettings>,
    are_old: bool,
    publishing: Option<JoinHandle<()>>,
}

impl NamesTender {
    /// Prepares everything that the filter begins with. Lists that never came do not keep it from beginning.
    pub(crate) async fn new(
        parts: NamesParts,
        config: &Config,
        table: &DnsTable,
        metrics: &Metrics,
    ) -> Result<Self, String> {
        let outlets = Outlets::new(&config.zone, &parts.state, &surroundings(parts.now, parts.random));
        let zones = Zones { settings: config.zone.clone(), are_old: true, publishing: None };
        let lists = Lists::new(&parts.state, Arc::clone(&parts.fetch), parts.now, parts.random, metrics.clone());
        let set = fresh(&lists, config).await.unwrap_or_else(|error| {
            tracing::error!(error, "the lists cannot be compiled; none of them blocks anything");
            None
        });
        let plan = plan(&parts, config, set.clone()).await?;
        let indicators = Arc::clone(&plan.indicators);
        let devices = DeviceStore::open(&parts.state);
        let network = network(config, &plan.rules, parts.now)?;
        let given = Parts {
            log: parts.log.clone(),
            network: network.clone(),
            outlets,
            page: Arc::clone(&parts.page),
            metrics: metrics.clone(),
            now: parts.now,
            seed: parts.seed,
        };
        let sensor = Arc::new(start(plan, given)?);
        sensor.devices().replace(devices.known());
        if let Some(network) = &network {
            network.block_only(blocked(&indicators, (parts.now)())).await;
        }
        let day = day((parts.now)());
        Ok(Self {
            network,
            parts,
            config: config.clone(),
            before: table.clone(),
            sensor,
            lists,
            fetching: None,
            looked: None,
            day,
            devices,
            set,
            zones,
        })
    }

    /// Whether what names are judged with was loaded again.
    pub(crate) async fn reload(&mut self, config: &Config) -> bool {
        let Some(table) = &config.dns else {
            tracing::error!(
                "the configuration has no [dns] any more; the one before stays until the process is started again"
            );
            return false;
        };
        let doors = |table: &DnsTable| {
            let DnsTable { listen, tls, https, upstream, threads, waiting, cache_mib, block_page, .. } = table.clone();
            (listen, tls, https, upstream, (threads, waiting, cache_mib, block_page))
        };
        if doors(table) != doors(&self.before) {
            tracing::warn!("doors, servers and sizes of [dns] change when the process is started again");
        }
        if config.zone != self.zones.settings {
            tracing::warn!("who may take a zone, and where, changes when the process is started again");
        }
        self.take_lists(config).await;
        self.config = config.clone();
        // Whoever asks for this has just changed something.
        self.looked = None;
        self.replace().await
    }

    /// Takes the lists as they are now; when they cannot be compiled, those before stay.
    async fn take_lists(&mut self, config: &Config) {
        match fresh(&self.lists, config).await {
            Ok(set) => self.set = set,
            Err(error) => tracing::error!(error, "the lists cannot be compiled; those before stay"),
        }
    }

    async fn replace(&mut self) -> bool {
        let replaced = match plan(&self.parts, &self.config, self.set.clone()).await {
            Ok(plan) => self.take(plan).await,
            Err(error) => Err(error),
        };
        match replaced {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(error, "the filter of names cannot be loaded again; what was before stays");
                false
            }
        }
    }

    /// From now on names and addresses are judged by this plan.
    async fn take(&mut self, plan: Plan) -> Result<(), String> {
        let indicators = Arc::clone(&plan.indicators);
        let replaced = self.sensor.replace(plan).await;
        if let Some(network) = &self.network {
            network.block_only(blocked(&indicators, (self.parts.now)())).await;
        }
        self.zones.are_old = true;
        replaced
    }

    /// Gives out zones anew, one time after the other: what changes meanwhile is in the next.
    fn publish(&mut self) {
        let is_busy = self.zones.publishing.as_ref().is_some_and(|publishing| !publishing.is_finished());
        if self.zones.are_old && !is_busy && !self.zones.settings.is_empty() {
            self.zones.are_old = false;
            let sensor = Arc::clone(&self.sensor);
            self.zones.publishing = Some(tokio::task::spawn_blocking(move || sensor.publish()));
        }
    }

    /// Looks whether devices or lists changed.
    pub(crate) async fn look(&mut self) {
        if self.devices.changed() {
            self.sensor.devices().replace(self.devices.known());
            self.sensor.forget_askers().await;
        }
        // Exceptions end with their day, and so do the connections that they let through.
        let day = day((self.parts.now)());
        if day != self.day {
            self.day = day;
            self.sensor.judge_again().await;
            self.zones.are_old = true;
        }
        self.publish();
        if self.fetching.as_ref().is_some_and(JoinHandle::is_finished)
            && let Some(fetching) = self.fetching.take()
            && fetching.await.unwrap_or(false)
        {
            let config = self.config.clone();
            self.take_lists(&config).await;
            self.replace().await;
        }
        if self.fetching.is_none() && self.looked.is_none_or(|looked| looked.elapsed() > DUE) {
            self.looked = Some(Instant::now());
            let (lists, config) = (self.lists.clone(), self.config.clone());
            self.fetching = Some(tokio::task::spawn_blocking(move || lists.fetch_due(&config)));
        }
    }
}

/// All lists in one set, files as they are now; none where there are none.
async fn fresh(lists: &Lists, config: &Config) -> Result<Option<Arc<NameSet>>, String> {
    let (lists, config) = (lists.clone(), config.clone());
    let fresh = tokio::task::spawn_blocking(move || lists.fresh(&config).map_err(|error| error.to_string()));
    fresh.await.unwrap_or_else(|error| Err(error.to_string()))
}

async fn plan(parts: &NamesParts, config: &Config, lists: Option<Arc<NameSet>>) -> Result<Plan, String> {
    let mut table = config.dns.clone().ok_or("no [dns]")?;
    let rules = Rules::new(config.policy()).map_err(|_| "the policy is wrong: `vauban policy check` says where")?;
    let indicators = Arc::clone(&parts.indicators);
    let indicators = tokio::task::spawn_blocking(move || indicators()).await.map_err(|error| error.to_string())??;
    let organisation = &config.organisation;
    let partners: Vec<String> =
        organisation.partners.iter().flat_map(|partner| partner.domains.iter().cloned()).collect();
    let protected = Protected::new(&organisation.domains, &partners, &organisation.providers, &Brands::built_in());
    let page = table.block_page.iter().filter_map(|text| Some(page_address(text)?.ip())).collect();
    table.internal.extend(organisation.domains.iter().cloned());
    Ok(Plan { rules, indicators: Arc::new(indicators), lists, protected: Arc::new(protected), table, page })
}

/// The kernel's rules, where the configuration speaks of them.
fn network(config: &Config, rules: &Rules, now: fn() -> Timestamp) -> Result<Option<Arc<Network>>, String> {
    let Some(table) = &config.network else { return Ok(None) };
    let plan = vauban_egress::Plan::new(rules, table, None, now()).map_err(|problems| Problem::first(&problems))?;
    let network = Network::start(plan.protected().to_vec()).map_err(|error| error.to_string())?;
    Ok(Some(Arc::new(network)))
}

/// What is blocked for everybody, by its address. What may be told to nobody but its recipient (TLP:RED) is left out: whoever is
/// blocked would learn of it.
fn blocked(indicators: &IndicatorSet, now: Timestamp) -> Vec<Blocked> {
    let lifetime = |until: Option<Timestamp>| match until {
        None => Some(None),
        Some(until) => Duration::try_from(until.duration_since(now)).ok().filter(|left| !left.is_zero()).map(Some),
    };
    let mut blocked = Vec::new();
    indicators.each_network(&mut |network, indicator| {
        if !is_secret(indicator.marking)
            && let Some(lifetime) = lifetime(indicator.validity.until)
        {
            blocked.push(Blocked { network, lifetime });
        }
    });
    blocked
}
