//! Who may reach which tool: not ours to say. Whoever serves the pages brings the policy's word on it, and it is asked each time
//! somebody is let into something that lies behind sign-in.

use std::{collections::BTreeSet, fmt, sync::Arc};

use jiff::Timestamp;
use vauban_model::Text;
use vauban_people::Group;

/// Somebody with these groups, the host of a tool, and the time in; why not, out.
type Rule = dyn Fn(&BTreeSet<Group>, &str, Timestamp) -> Result<(), Text> + Send + Sync;

/// Who may reach which tool.
#[derive(Clone)]
pub struct Reach(Arc<Rule>);

impl Reach {
    /// By a rule.
    pub fn new<Of>(rule: Of) -> Self
    where
        Of: Fn(&BTreeSet<Group>, &str, Timestamp) -> Result<(), Text> + Send + Sync + 'static,
    {
        Self(Arc::new(rule))
    }

    /// Everybody who is signed in reaches everything: where there is no policy.
    #[must_use]
    pub fn everything() -> Self {
        Self::new(|_, _, _| Ok(()))
    }

    /// Whether somebody with these groups may reach a host.
    ///
    /// # Errors
    /// Why not, for the person.
    pub fn may(&self, groups: &BTreeSet<Group>, host: &str, now: Timestamp) -> Result<(), Text> {
        (self.0)(groups, host, now)
    }
}

impl fmt::Debug for Reach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Reach(..)")
    }
}
