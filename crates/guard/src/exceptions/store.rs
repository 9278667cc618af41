//! The file of exceptions, and how they come into a policy.

use std::{fs::File, io, path::Path};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use vauban_policy::Exception;

use crate::{config::Config, kept::Kept};

/// An exception that was made in the pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Its short name.
    pub id: String,
    /// For whom: `device:laptop-alice`, `alice`, `group:press`, `compartment:work`.
    pub who: String,
    /// To what: a name, a tool or a kind of tool.
    pub to: String,
    /// Who answers for it: whoever made it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Date,
    /// When it was made.
    pub made: Timestamp,
}

impl Made {
    /// As the policy has them. Against what is known to be bad none of these holds.
    #[must_use]
    pub fn exception(&self) -> Exception {
        Exception {
            who: vec![self.who.clone()],
            to: vec![self.to.clone()],
            owner: self.owner.clone(),
            reason: self.reason.clone(),
            until: self.until,
            despite_indicators: false,
        }
    }
}

/// The exceptions in a state directory.
#[derive(Debug, Clone)]
pub struct Exceptions(Kept<Made>);

impl Exceptions {
    /// The file in a state directory; there need not be one yet.
    #[must_use]
    pub fn open(state: &Path) -> Self {
        Self(Kept::at(state.join("exceptions.json")))
    }

    /// All of them, in the order in which they were made.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn all(&self) -> io::Result<Vec<Made>> {
        self.0.all()
    }

    /// Words that are other ones when the file is.
    pub(crate) fn mark(&self) -> String {
        self.0.mark()
    }

    pub(super) fn write(&self, all: &[Made]) -> io::Result<()> {
        self.0.write(all)
    }

    /// Keeps everybody else from changing the file, until the lock is dropped.
    pub(super) fn lock(&self) -> io::Result<File> {
        self.0.lock()
    }
}

/// A configuration with the exceptions that its state keeps. One that speaks of somebody whom the configuration no longer
/// knows is left out: it holds for nobody, and must not keep the policy from being loaded.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn with_exceptions(mut config: Config, state: &Path) -> io::Result<Config> {
    config.made.clear();
    let policy = config.policy();
    let mut all = Exceptions::open(state).all()?;
    all.retain(|made| policy.problems_with(&made.exception()).is_empty());
    config.made = all;
    Ok(config)
}
