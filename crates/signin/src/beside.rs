//! Work beside the server's own threads, since it reads and writes the store and verifies signatures; and the wait before a failure of it is told.

use std::{net::IpAddr, time::Duration};

use axum::response::Response;
use vauban_people::{Attempt, PersonId};

use crate::{SignIn, failed::Failed};

/// Does something beside the server's own threads.
pub(crate) async fn beside<T, F>(site: SignIn, work: F) -> Result<T, Failed>
where
    T: Send + 'static,
    F: FnOnce(&SignIn) -> T + Send + 'static,
{
    tokio::task::spawn_blocking(move || work(&site)).await.map_err(|_| Failed::Lost)
}

/// Counts an attempt that failed, and tells the script of it the later the more there were.
pub(crate) async fn refuse(site: SignIn, failed: Failed, whose: (Option<PersonId>, Option<IpAddr>)) -> Response {
    waited(site, failed, whose).await.response()
}

/// Counts an attempt that failed, and waits the longer the more there were. Where too many wait already, that is told at once.
pub(crate) async fn waited(site: SignIn, failed: Failed, whose: (Option<PersonId>, Option<IpAddr>)) -> Failed {
    let counted = beside(site.clone(), move |site| (slowed(site, &failed, whose), failed));
    let (wait, failed) = counted.await.unwrap_or_else(|lost| (Duration::ZERO, lost));
    if wait.is_zero() {
        return failed;
    }
    let (_, address) = whose;
    let Some(_place) = site.lobby().enter(address) else { return Failed::Crowded(wait) };
    tokio::time::sleep(wait).await;
    failed
}

/// How long to wait before a failure is told. What `people` refused it counted itself.
fn slowed(site: &SignIn, failed: &Failed, (person, address): (Option<PersonId>, Option<IpAddr>)) -> Duration {
    let now = site.now();
    let wait = match failed {
        Failed::Key(_) | Failed::Device(_) | Failed::Answered(_) | Failed::Unreadable => {
            site.people().refused(&Attempt { person, address, why: failed.code() }, now)
        }
        _ => site.people().slowdown(person, address, now),
    };
    wait.unwrap_or_default()
}
