//! The filter of names as a sensor: its doors, and what it is made of.

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{net::TcpListener, runtime::Handle, task::JoinSet};

use super::{
    doors::{Certificates, Door, Doors},
    engine::Engine,
    outlets::Outlets,
    page,
    plan::Plan,
    udp,
};
use crate::{FailPolicy, Sensor, Stopping, config::DnsTable, sensor::told_to_stop};

/// The filter of names.
pub struct DnsSensor {
    engine: Arc<Engine>,
    certificates: Certificates,
    outlets: Outlets,
    table: DnsTable,
}

impl DnsSensor {
    /// A filter that listens where its table says.
    ///
    /// # Errors
    /// When the certificate of its doors cannot be used.
    pub fn new(engine: Engine, outlets: Outlets) -> Result<Self, String> {
        let table = engine.plan().table.clone();
        let certificates = Certificates::default();
        certificates.load(&table, engine.plan().asks_for_certificates())?;
        Ok(Self { engine: Arc::new(engine), certificates, outlets, table })
    }

    /// From now on names are judged by this plan, and doors show the certificate that lies there now.
    ///
    /// # Errors
    /// When the certificate cannot be used; the one before stays, and the plan counts.
    pub async fn replace(&self, plan: Plan) -> Result<(), String> {
        let (table, are_asked) = (plan.table.clone(), plan.asks_for_certificates());
        // What becomes blocked is cut before anybody is told so, and looked at again for what was opened meanwhile.
        if let Some(network) = &self.engine.network {
            network.judge_again(&self.engine, &plan, (self.engine.now)()).await;
        }
        self.engine.replace(plan);
        self.judge_again().await;
        self.certificates.load(&table, are_asked)
    }

    /// Gives out what compartments see now. It may take its time.
    pub fn publish(&self) {
        self.outlets.publish(&self.engine.plan(), (self.engine.now)());
    }

    /// What was decided for askers is looked at again: devices came or went.
    pub async fn forget_askers(&self) {
        self.engine.forget_askers();
        self.judge_again().await;
    }

    /// What is open is looked at again, and what may not be open any more is cut.
    pub async fn judge_again(&self) {
        if let Some(network) = &self.engine.network {
            network.judge_again(&self.engine, &self.engine.plan(), (self.engine.now)()).await;
        }
    }

    /// What devices are known by, to be replaced when one comes or goes.
    #[must_use]
    pub fn devices(&self) -> super::Devices {
        self.engine.devices.clone()
    }

    async fn listen(&self, mut stopping: Stopping) -> Result<(), String> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        for address in addresses(&self.table.listen)? {
            for _ in 0..self.table.threads.max(1) {
                let socket = Arc::new(udp::bind(address).map_err(|error| told(address, &error))?);
                let (engine, stop, runtime) = (Arc::clone(&self.engine), Arc::clone(&stop), Handle::current());
                tasks.spawn_blocking(move || udp::serve(&engine, &socket, &runtime, &stop));
            }
        }
        let doors = Doors::new(Arc::clone(&self.engine), self.certificates.clone());
        let kinds = [(&self.table.listen, Door::Tcp), (&self.table.tls, Door::Tls), (&self.table.https, Door::Https)];
        for (texts, door) in kinds {
            for address in addresses(texts)? {
                let listener = TcpListener::bind(address).await.map_err(|error| told(address, &error))?;
                tasks.spawn(doors.clone().open(listener, door, stopping.clone()));
            }
        }
        for address in &self.table.block_page {
            let address: SocketAddr = page::address(address).ok_or_else(|| format!("{address}: no address"))?;
            let listener = TcpListener::bind(address).await.map_err(|error| told(address, &error))?;
            tasks.spawn(page::serve(listener, Arc::clone(&self.engine), stopping.clone()));
        }
        for zone in self.outlets.listen().await? {
            let mut stopping = stopping.clone();
            tasks.spawn(async move { zone.serve(told_to_stop(&mut stopping)).await });
        }
        tracing::info!(sensor = "dns", listen = ?self.table.listen, "the filter of names listens");
        let ended = tokio::select! {
            () = told_to_stop(&mut stopping) => None,
            ended = tasks.join_next() => Some(ended),
        };
        stop.store(true, Ordering::Relaxed);
        while tasks.join_next().await.is_some() {}
        match ended {
            None => Ok(()),
            Some(_) => Err("a door closed by itself".to_owned()),
        }
    }
}

impl Sensor for DnsSensor {
    fn name(&self) -> &'static str {
        "dns"
    }

    /// Without it no name is answered, and where traffic leaves by names only, nothing leaves.
    fn fail_policy(&self) -> FailPolicy {
        FailPolicy::Closed
    }

    fn run(&self, stopping: Stopping) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(self.listen(stopping))
    }
}

fn addresses(texts: &[String]) -> Result<Vec<SocketAddr>, String> {
    texts.iter().map(|text| text.parse().map_err(|_| format!("{text}: no address with a port"))).collect()
}

fn told(address: SocketAddr, error: &std::io::Error) -> String {
    format!("{address}: {error}")
}
