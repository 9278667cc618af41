//! Which mailboxes are private: what the policy keeps out of the compartment that a server's mail belongs to, by the decision that
//! names and the kernel's rules follow, too.

use jiff::civil::Date;
use vauban_policy::{Known, Object, Rules, Verdict};

use crate::config::OutgoingTable;

/// Whether a domain of mailboxes is private for a sender of this name.
pub(super) fn is_private(table: &OutgoingTable, rules: &Rules, name: &str, domain: &str, today: Date) -> bool {
    if table.private.iter().any(|own| own.eq_ignore_ascii_case(domain)) {
        return true;
    }
    if table.compartment.is_empty() {
        return vauban_mail::is_freemail(domain);
    }
    let place = rules.place_in(rules.person_called(name), &table.compartment);
    rules.settle(place, Object::Name(domain), Known::default(), today).verdict() == Verdict::Block
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vauban_policy::Policy;

    use super::*;

    const POLICY: &str = r#"
        policy = { always = ["partner.example"] }
        compartment = { work = { never = ["personal-mail", "forbidden.example"] }, open = {} }
        person = { hugo = { name = "Hugo Bernard", groups = ["press"] }, alice = { name = "Alice Martin" } }
        tool = { laposte-mail = { kinds = [], names = ["laposte.net"] } }
        exception = [{ who = ["group:press"], to = ["gmail.com"], owner = "Claire", reason = "Tips come there.", until = "2026-12-31" }]
    "#;

    /// The sentences of the policy, written as conditions by hand.
    fn oracle(compartment: &str, name: &str, domain: &str, day: i8) -> bool {
        let under = |above: &str| domain == above || domain.ends_with(&format!(".{above}"));
        if domain.eq_ignore_ascii_case("maison.example") {
            return true;
        }
        if compartment.is_empty() {
            return ["gmail.com", "laposte.net", "gmx.fr", "outlook.com", "proton.me"].contains(&domain);
        }
        let press = name == "Hugo Bernard" && day <= 31 && under("gmail.com");
        let kept = ["gmail.com", "live.com", "gmx.fr", "forbidden.example"].iter().any(|above| under(above));
        compartment == "work" && kept && !press && !under("partner.example")
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

        #[test]
        fn ten_thousand_senders_are_judged_as_the_sentences_say(
            compartment in prop::sample::select(vec!["", "work", "open"]),
            name in prop::sample::select(vec!["", "Hugo Bernard", "Alice Martin", "Somebody Else"]),
            base in prop::sample::select(vec!["gmail.com", "laposte.net", "gmx.fr", "outlook.live.com", "forbidden.example", "partner.example", "maison.example", "campagne.example"]),
            before in prop::sample::select(vec!["", "", "mail.", "not", "a.b."]),
            later in any::<bool>(),
        ) {
            static RULES: std::sync::OnceLock<Rules> = std::sync::OnceLock::new();
            let rules = RULES.get_or_init(|| Rules::new(toml::from_str::<Policy>(POLICY).unwrap()).unwrap());
            let table = OutgoingTable {
                compartment: compartment.to_owned(),
                private: vec!["Maison.example".to_owned()],
                ..OutgoingTable::default()
            };
            let domain = format!("{before}{base}");
            let (today, day) = if later { ("2027-01-01", 32) } else { ("2026-12-31", 31) };
            let found = is_private(&table, rules, name, &domain, today.parse().unwrap());
            prop_assert_eq!(found, oracle(compartment, name, &domain, day), "{} {} {}", compartment, name, domain);
        }
    }
}
