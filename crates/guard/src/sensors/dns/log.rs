//! What is written down of questions, as far as the policy of their compartment wants it. A compartment that keeps nothing
//! never comes further than the first line of each function here.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use vauban_model::Indicator;
use vauban_policy::Logging;
use vauban_protocol::dns::Query;
use vauban_record::{AskedName, Names};

use super::{
    engine::Asker,
    plan::{Judged, Plan},
};
use crate::Metrics;

/// Rows that wait to be written.
const WAITING: usize = 16_384;
/// How often rows are written, and how often old ones are forgotten.
const WRITE: Duration = Duration::from_millis(500);
const FORGET: Duration = Duration::from_secs(600);

/// Where rows go.
#[derive(Clone)]
pub(super) struct Log {
    send: SyncSender<AskedName>,
    metrics: Metrics,
}

impl Log {
    /// Starts the thread that writes.
    pub(super) fn start(path: PathBuf, metrics: Metrics, now: fn() -> Timestamp) -> std::io::Result<Self> {
        let (send, receive) = sync_channel(WAITING);
        let counted = metrics.clone();
        std::thread::Builder::new().name("names".to_owned()).spawn(move || write(&path, &receive, &counted, now))?;
        Ok(Self { send, metrics })
    }

    /// Somebody was kept out.
    pub(super) fn blocked(
        &self,
        plan: &Plan,
        asker: &Asker,
        query: &Query<'_>,
        judged: &Judged,
        rule: &str,
        now: Timestamp,
    ) {
        if plan.logging(asker.place) < Logging::Blocked {
            return;
        }
        let through = match judged {
            Judged::Blocked { through: Some(through), .. } => through.clone(),
            Judged::Rebinds(address) => address.to_string(),
            _ => String::new(),
        };
        self.send(plan, asker, query, ("block", rule, through), now);
    }

    /// Somebody was answered.
    pub(super) fn passed(&self, plan: &Plan, asker: &Asker, query: &Query<'_>, now: Timestamp) {
        if plan.logging(asker.place) < Logging::All {
            return;
        }
        self.send(plan, asker, query, ("allow", "", String::new()), now);
    }

    /// Somebody met an indicator that its askers may not know of: the record's keeper learns of it, they do not.
    pub(super) fn secret(&self, plan: &Plan, asker: &Asker, query: &Query<'_>, met: &Indicator, now: Timestamp) {
        if plan.logging(asker.place) < Logging::Blocked {
            return;
        }
        self.send(plan, asker, query, ("note", met.id.as_str(), String::new()), now);
    }

    /// Something was strange.
    pub(super) fn noted(&self, plan: &Plan, asker: &Asker, query: &Query<'_>, rule: &str, why: String, now: Timestamp) {
        if plan.logging(asker.place) < Logging::Blocked {
            return;
        }
        self.send(plan, asker, query, ("note", rule, why), now);
    }

    fn send(
        &self,
        plan: &Plan,
        asker: &Asker,
        query: &Query<'_>,
        (verdict, rule, through): (&str, &str, String),
        now: Timestamp,
    ) {
        let compartment = plan.rules.compartment_name(asker.place).unwrap_or_default();
        let days = plan.rules.compartment(compartment).map_or(0, |compartment| compartment.keep_days);
        let kept = SignedDuration::from_hours(24 * i64::from(days.max(1)));
        let row = AskedName {
            at: now,
            until: now.saturating_add(kept).unwrap_or(now),
            compartment: compartment.to_owned(),
            asker: plan.rules.device_name(asker.place).map_or_else(|| asker.address.to_string(), str::to_owned),
            name: query.name.text().to_owned(),
            kind: query.kind,
            verdict: verdict.to_owned(),
            rule: rule.to_owned(),
            through,
            times: 1,
        };
        // A flood of questions is not held up by the disk, and what is not written down is counted.
        if self.send.try_send(row).is_err() {
            self.metrics.add("vauban_dns_unlogged_total", "", 1.0);
        }
    }
}

/// Writes rows until nobody can send any more. The same question within one moment is one row.
fn write(path: &Path, receive: &Receiver<AskedName>, metrics: &Metrics, now: fn() -> Timestamp) {
    let mut store: Option<Names> = None;
    let mut forgotten: Option<Instant> = None;
    loop {
        let ended = pause(receive);
        let mut rows: Vec<AskedName> = Vec::new();
        let mut places: HashMap<(Arc<str>, Arc<str>, String), usize> = HashMap::new();
        for row in ended.0.into_iter().chain(receive.try_iter().take(WAITING)) {
            let key = (row.asker.as_str().into(), row.name.as_str().into(), row.rule.clone());
            match places.get(&key) {
                Some(at) => rows[*at].times = rows[*at].times.saturating_add(1),
                None => {
                    places.insert(key, rows.len());
                    rows.push(row);
                }
            }
        }
        if store.is_none() && !rows.is_empty() {
            store = Names::open(path).map_err(|error| told(&error)).ok();
        }
        if let Some(names) = &mut store {
            if !rows.is_empty()
                && let Err(error) = names.add(&rows)
            {
                told(&error);
                metrics.add("vauban_dns_unlogged_total", "", rows.len() as f64);
            }
            if forgotten.is_none_or(|last| last.elapsed() > FORGET) {
                forgotten = Some(Instant::now());
                if let Err(error) = names.forget(now()) {
                    told(&error);
                }
            }
        }
        if ended.1 {
            return;
        }
    }
}

/// Waits for a moment; a first row that came, and whether nobody can send any more.
fn pause(receive: &Receiver<AskedName>) -> (Option<AskedName>, bool) {
    match receive.recv_timeout(WRITE) {
        Ok(row) => {
            std::thread::sleep(WRITE);
            (Some(row), false)
        }
        Err(RecvTimeoutError::Timeout) => (None, false),
        Err(RecvTimeoutError::Disconnected) => (None, true),
    }
}

fn told(error: &vauban_record::RecordError) {
    tracing::error!(sensor = "dns", %error, "what was asked cannot be written down");
}
