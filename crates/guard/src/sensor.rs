//! The seam of the sensors.

use std::{future::Future, pin::Pin};

use tokio::sync::watch;

/// What becomes of traffic when a sensor cannot work: declared, shown, and tested for every sensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailPolicy {
    /// Nothing passes unseen.
    Closed,
    /// Traffic passes, and that it was not looked at is visible.
    Open,
}

/// Told when the process is to end; a sensor finishes what it has begun.
pub type Stopping = watch::Receiver<bool>;

/// Waits until the process is to end.
pub(crate) async fn told_to_stop(stopping: &mut Stopping) {
    drop(stopping.wait_for(|stop| *stop).await);
}

/// A way in that is watched.
///
/// # Contract
/// - It declares its fail policy, and keeps it when it is killed.
/// - A budget that is reached is visible: in the answer, in a metric, in the log.
/// - A restart loses nothing. The same input gives the same verdict. Secrets and contents are never logged.
pub trait Sensor: Send + Sync + 'static {
    /// Its name: `mail`.
    fn name(&self) -> &'static str;

    /// Its fail policy.
    fn fail_policy(&self) -> FailPolicy;

    /// Works until it is told to stop. Whatever else ends it is an error, and it is started again.
    fn run(&self, stopping: Stopping) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>>;
}
