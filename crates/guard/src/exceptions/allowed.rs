//! What somebody may except from the pages: what a rule of `never` or a list kept out, for whoever was kept out.

use vauban_policy::{Rules, Subject};
use vauban_record::AskedName;

/// Why there can be no exception here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It was not blocked.
    Passed,
    /// It is known to be bad: that is decided in the configuration alone.
    Indicator,
    /// An outside name that leads inside.
    Rebinding,
    /// A name that looks like one of the organisation's.
    Lookalike,
    /// Whoever asked is in no compartment.
    Nobody,
    /// The policy no longer knows whoever asked.
    Unknown,
}

/// What an exception may say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// For whom: the narrowest first.
    pub who: Vec<String>,
    /// To what: what serves best first.
    pub to: Vec<String>,
}

/// What an exception may say about a name that was asked for.
///
/// # Errors
/// When there can be none.
pub fn choices(rules: &Rules, row: &AskedName) -> Result<Choices, Refused> {
    match (row.verdict.as_str(), row.rule.as_str()) {
        ("block", "rebinding") => return Err(Refused::Rebinding),
        ("block", "lookalike") => return Err(Refused::Lookalike),
        ("block", "nobody") => return Err(Refused::Nobody),
        ("block", rule) if rule.starts_with("indicator/") => return Err(Refused::Indicator),
        ("block", rule) if rule.starts_with("list/") || rule.contains("/never/") => {}
        _ => return Err(Refused::Passed),
    }
    let policy = rules.policy();
    let mut who = Vec::new();
    if let Some(device) = policy.device.get(&row.asker) {
        who.push(format!("device:{}", row.asker));
        if policy.person.contains_key(&device.person) {
            who.push(device.person.clone());
        }
    }
    if policy.compartment.contains_key(&row.compartment) {
        who.push(format!("compartment:{}", row.compartment));
    }
    if who.is_empty() {
        return Err(Refused::Unknown);
    }
    // A tool has many names: whoever excepts one of them has not got the tool.
    let tools = rules.tools_called(&row.name).into_iter().map(|tool| format!("tool:{tool}"));
    let to = if row.rule.contains("/never/") { tools.collect() } else { Vec::new() };
    Ok(Choices { who, to: to.into_iter().chain([row.name.clone()]).collect() })
}

/// Whoever asked, as the policy is asked.
#[must_use]
pub fn asker(rules: &Rules, row: &AskedName) -> vauban_policy::Place {
    let device = Some(row.asker.as_str()).filter(|name| rules.policy().device.contains_key(*name));
    rules.place(Subject { person: None, device, address: row.asker.parse().ok() })
}

#[cfg(test)]
mod tests {
    use vauban_policy::Policy;

    use super::*;

    fn row(asker: &str, name: &str, rule: &str) -> AskedName {
        let at = "2026-11-26T08:00:00Z".parse().unwrap();
        AskedName {
            at,
            until: at,
            compartment: "work".to_owned(),
            asker: asker.to_owned(),
            name: name.to_owned(),
            kind: 1,
            verdict: if rule.is_empty() { "allow" } else { "block" }.to_owned(),
            rule: rule.to_owned(),
            through: String::new(),
            times: 1,
        }
    }

    #[test]
    fn only_what_never_and_lists_keep_out_can_be_excepted() {
        let text = "[compartment.work]\n[person.alice]\n[device]\nlaptop = { person = \"alice\" }\n";
        let rules = Rules::new(toml::from_str::<Policy>(text).unwrap()).unwrap();
        let of = |asker: &str, name: &str, rule: &str| choices(&rules, &row(asker, name, rule));
        let never = of("laptop", "web.whatsapp.com", "work/never/private-messaging").unwrap();
        assert_eq!(never.who, ["device:laptop", "alice", "compartment:work"]);
        assert_eq!(never.to, ["tool:whatsapp", "web.whatsapp.com"]);
        let list = of("10.20.0.5", "ads.example", "list/adverts").unwrap();
        assert_eq!((list.who, list.to), (vec!["compartment:work".to_owned()], vec!["ads.example".to_owned()]));
        for (rule, why) in [
            ("indicator/evil", Refused::Indicator),
            ("indicator/x/never/y", Refused::Indicator),
            ("rebinding", Refused::Rebinding),
            ("lookalike", Refused::Lookalike),
            ("nobody", Refused::Nobody),
            ("", Refused::Passed),
        ] {
            assert_eq!(of("laptop", "evil.example", rule), Err(why), "{rule}");
        }
    }
}
