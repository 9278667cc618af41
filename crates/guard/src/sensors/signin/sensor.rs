//! The sensor: pages, and beside them what time does and what the record is told.

use std::{
    future::Future,
    net::SocketAddr,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::Router;
use tokio::{net::TcpListener, time::interval};
use vauban_signin::{SignIn, serve};

use super::{Tools, witness::Witness};
use crate::{FailPolicy, Metrics, Sensor, Stopping, sensor::told_to_stop, tend::Indicators};

/// How often what time does is done.
const MINUTE: Duration = Duration::from_secs(60);
/// How often it is looked whether something happened.
const LOOK: Duration = Duration::from_secs(2);

/// What signing in needs from outside.
pub struct SignInParts {
    /// Signing in itself.
    pub site: SignIn,
    /// Where it is served.
    pub listen: SocketAddr,
    /// More pages behind the same gate.
    pub pages: Router,
    /// Who reaches which tool, which `site` asks.
    pub tools: Tools,
    /// The file of the record.
    pub record: PathBuf,
    /// Opens the indicators.
    pub indicators: Indicators,
    /// What else time does, each minute, beside the threads that serve.
    pub minute: Minute,
}

/// Something that is done each minute.
pub type Minute = Arc<dyn Fn() + Send + Sync>;

/// Signing in, as a sensor: when it does not work, nobody comes in.
pub struct SignInSensor {
    site: SignIn,
    listen: SocketAddr,
    pages: Router,
    witness: Arc<Mutex<Witness>>,
    minute: Minute,
    metrics: Metrics,
}

impl SignInSensor {
    pub(crate) fn new(parts: SignInParts, metrics: Metrics) -> Self {
        let SignInParts { site, listen, pages, record, indicators, minute, .. } = parts;
        let witness = Arc::new(Mutex::new(Witness::new(record, indicators)));
        Self { site, listen, pages, witness, minute, metrics }
    }

    async fn work(&self, mut stopping: Stopping) -> Result<(), String> {
        let listener = TcpListener::bind(self.listen).await.map_err(|error| format!("{}: {error}", self.listen))?;
        tracing::info!(sensor = "signin", origin = self.site.origin(), "people sign in");
        tokio::select! {
            () = serve(listener, &self.site, self.pages.clone(), told_to_stop(&mut stopping)) => {}
            () = self.tend() => {}
        }
        // What happened last is written down before the end.
        self.look().await;
        Ok(())
    }

    async fn tend(&self) {
        let (mut minute, mut look) = (interval(MINUTE), interval(LOOK));
        loop {
            tokio::select! {
                _ = minute.tick() => self.pass().await,
                _ = look.tick() => self.look().await,
            }
        }
    }

    async fn pass(&self) {
        let (site, minute) = (self.site.clone(), Arc::clone(&self.minute));
        let tended = tokio::task::spawn_blocking(move || {
            minute();
            site.tend()
        });
        match tended.await {
            Ok(Ok(Some(warning))) => {
                tracing::warn!(sensor = "signin", warning = warning.text().get(vauban_model::Lang::En), "people")
            }
            Ok(Ok(None)) | Err(_) => {}
            Ok(Err(error)) => tracing::error!(sensor = "signin", %error, "what time does could not be done"),
        }
    }

    async fn look(&self) {
        let (site, witness) = (self.site.clone(), Arc::clone(&self.witness));
        let looked = tokio::task::spawn_blocking(move || {
            let mut witness = witness.lock().unwrap_or_else(PoisonError::into_inner);
            witness.round(site.people(), site.now())
        });
        match looked.await {
            Ok(Ok(events)) => self.metrics.add("vauban_signin_events_total", "written", events as f64),
            Ok(Err(error)) => {
                self.metrics.add("vauban_signin_events_total", "failed", 1.0);
                tracing::error!(sensor = "signin", %error, "what happened could not be written down; it is tried again");
            }
            Err(_) => {}
        }
    }
}

impl Sensor for SignInSensor {
    fn name(&self) -> &'static str {
        "signin"
    }

    fn fail_policy(&self) -> FailPolicy {
        FailPolicy::Closed
    }

    fn run(&self, stopping: Stopping) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(self.work(stopping))
    }
}
