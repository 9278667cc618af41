//! What hubs gave, for whoever matches it: read without a lock, while another process may bring it up to date.

use std::path::Path;

use vauban_release::StreamId;

use crate::{Current, StreamError, files, party::STREAMS};

/// The folder of all hubs in a state directory.
pub(crate) const HUBS: &str = "hub";

/// The newest release of a stream of a hub.
#[derive(Debug)]
pub struct Received {
    /// The hub's name here.
    pub hub: String,
    /// The stream.
    pub stream: StreamId,
    /// What was accepted last.
    pub current: Current,
}

/// The names of the hubs of a state directory, sorted.
///
/// # Errors
/// When the directory cannot be read.
pub fn hubs(state: &Path) -> std::io::Result<Vec<String>> {
    files::names(&state.join(HUBS))
}

/// What was accepted of every stream of every hub; one that cannot be read is an error by itself and hides no other.
///
/// # Errors
/// When the state directory cannot be read.
pub fn received(state: &Path) -> std::io::Result<Vec<Result<Received, StreamError>>> {
    let mut all = Vec::new();
    for hub in hubs(state)? {
        let streams = state.join(HUBS).join(&hub).join(STREAMS);
        for name in files::names(&streams)? {
            let Ok(stream) = name.parse() else { continue };
            match Current::read(&streams.join(&name)) {
                Ok(None) => {}
                Ok(Some(current)) => all.push(Ok(Received { hub: hub.clone(), stream, current })),
                Err(error) => all.push(Err(error)),
            }
        }
    }
    Ok(all)
}
