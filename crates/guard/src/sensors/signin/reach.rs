//! Which compartment reaches which tool: the policy's word, asked each time somebody is let in.

use std::sync::{Arc, PoisonError, RwLock};

use vauban_policy::{Known, Object, Problem, Rules, Verdict, day};
use vauban_signin::Reach;

use crate::config::Config;

/// The policy as it is now, for tools behind sign-in.
#[derive(Clone)]
pub struct Tools(Arc<RwLock<Arc<Rules>>>);

impl Tools {
    /// By the policy of this configuration.
    ///
    /// # Errors
    /// When the policy contradicts itself.
    pub fn new(config: &Config) -> Result<Self, String> {
        Ok(Self(Arc::new(RwLock::new(rules(config)?))))
    }

    /// By that of another from now on; one that contradicts itself changes nothing.
    pub(crate) fn replace(&self, config: &Config) -> Result<(), String> {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rules(config)?;
        Ok(())
    }

    /// For sign-in to ask: a person's groups are compartments, and one of them that reaches the tool is enough. Whoever is in none is
    /// somebody whom no compartment is known of.
    #[must_use]
    pub fn reach(&self) -> Reach {
        let rules = Arc::clone(&self.0);
        Reach::new(move |groups, host, now| {
            let rules = Arc::clone(&rules.read().unwrap_or_else(PoisonError::into_inner));
            let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
            let may = |group: &str| {
                let place = rules.place_in(None, group);
                let rule = rules.settle(place, Object::Name(name), Known::default(), day(now));
                if rule.verdict() == Verdict::Allow { Ok(()) } else { Err(rules.reason(rule, place)) }
            };
            let all = groups.iter().map(|group| may(group.as_str()));
            // Of several reasons the first group's is told.
            all.reduce(|before, next| before.or_else(|why| next.map_err(|_| why))).unwrap_or_else(|| may(""))
        })
    }
}

fn rules(config: &Config) -> Result<Arc<Rules>, String> {
    Rules::new(config.policy()).map(Arc::new).map_err(|problems| Problem::first(&problems))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;

    use super::*;

    const TEXT: &str = r#"
[tool.wiki]
names = ["wiki.campagne.example"]
[tool.accounts]
names = ["accounts.campagne.example"]
[compartment.work]
never = ["tool:accounts"]
[compartment.finance]
"#;

    fn may(reach: &Reach, groups: &[&str], host: &str) -> bool {
        let groups: BTreeSet<_> = groups.iter().map(|group| group.parse().unwrap()).collect();
        reach.may(&groups, host, Timestamp::UNIX_EPOCH).is_ok()
    }

    #[test]
    fn a_group_reaches_what_its_compartment_reaches() {
        let config: Config = toml::from_str(TEXT).unwrap();
        let tools = Tools::new(&config).unwrap();
        let reach = tools.reach();
        let (wiki, accounts) = ("wiki.campagne.example", "accounts.campagne.example:8443");
        assert!(may(&reach, &["work"], wiki) && !may(&reach, &["work"], accounts));
        assert!(may(&reach, &["finance", "work"], accounts), "one group is enough");
        let mut open = config.clone();
        open.compartment.get_mut("work").unwrap().never.clear();
        tools.replace(&open).unwrap();
        assert!(may(&reach, &["work"], accounts), "a policy that changed counts at once");
    }
}
