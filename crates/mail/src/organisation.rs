//! Whose mail it is: what the organisation says of itself, so that imitations can be told.

use serde::{Deserialize, Deserializer, Serialize};
use vauban_lookalike::{Brands, Owner, Protected, folded_words, is_same_person};

use crate::places::{is_free_hosting, is_freemail, is_shortener};

/// What an organisation says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its domains; the first is the main one.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Its people: staff and candidates.
    #[serde(default, alias = "people")]
    pub staff: Vec<Person>,
    /// Candidates and other well-known people, where they are listed apart.
    #[serde(default)]
    pub candidates: Vec<Person>,
    /// Those whom it works with.
    #[serde(default)]
    pub partners: Vec<Partner>,
    /// The providers that it uses, by name (`Microsoft 365`) or domain.
    #[serde(default, deserialize_with = "providers")]
    pub providers: Vec<String>,
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "AnyPerson")]
pub struct Person {
    /// The name.
    pub name: String,
    /// Addresses that are honestly theirs, private ones included.
    pub addresses: Vec<String>,
}

/// A partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "AnyPartner")]
pub struct Partner {
    /// The name; empty when only the domain is known.
    pub name: String,
    /// Its domains.
    pub domains: Vec<String>,
    /// People of it whose names may be borrowed.
    pub people: Vec<Person>,
}

/// As people write it: a name, or a table with any of these.
#[derive(Deserialize)]
#[serde(untagged)]
enum AnyPerson {
    Name(String),
    Whole {
        #[serde(default)]
        name: String,
        #[serde(default, alias = "email")]
        address: String,
        #[serde(default)]
        addresses: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AnyPartner {
    Domain(String),
    Whole {
        #[serde(default)]
        name: String,
        #[serde(default)]
        domain: String,
        #[serde(default)]
        domains: Vec<String>,
        #[serde(default, alias = "staff")]
        people: Vec<Person>,
    },
}

/// Providers by name or domain, or as tables with either.
fn providers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let any = Vec::<AnyPartner>::deserialize(deserializer)?;
    let partners = any.into_iter().map(Partner::from);
    Ok(partners
        .flat_map(|partner| std::iter::once(partner.name).chain(partner.domains))
        .filter(|name| !name.is_empty())
        .collect())
}

impl From<AnyPerson> for Person {
    fn from(any: AnyPerson) -> Self {
        match any {
            AnyPerson::Name(name) => Self { name, addresses: Vec::new() },
            AnyPerson::Whole { name, address, mut addresses } => {
                addresses.push(address);
                addresses.retain(|address| !address.is_empty());
                Self { name, addresses: addresses.iter().map(|address| address.to_lowercase()).collect() }
            }
        }
    }
}

impl From<AnyPartner> for Partner {
    fn from(any: AnyPartner) -> Self {
        match any {
            AnyPartner::Domain(domain) => Self { name: String::new(), domains: vec![domain], people: Vec::new() },
            AnyPartner::Whole { name, domain, mut domains, people } => {
                domains.push(domain);
                domains.retain(|domain| !domain.is_empty());
                Self { name, domains, people }
            }
        }
    }
}

/// An organisation, ready to be asked.
#[derive(Debug)]
pub struct Known {
    organisation: Organisation,
    protected: Protected,
    brands: Brands,
    people: Vec<Somebody>,
    partners: Vec<(Vec<String>, usize)>,
}

#[derive(Debug)]
struct Somebody {
    words: Vec<String>,
    name: String,
    addresses: Vec<String>,
    is_own: bool,
}

/// What a partner is called: its name, else the words of its domains, where there are several (`journal-partenaire`).
fn names_of(partner: &Partner) -> impl Iterator<Item = String> {
    let from_domains = partner.domains.iter().filter_map(|domain| {
        let label = domain.split('.').next()?;
        label.contains('-').then(|| label.replace('-', " "))
    });
    let name = Some(partner.name.clone()).filter(|name| !name.is_empty());
    name.into_iter().chain(from_domains)
}

impl Known {
    /// Prepares an organisation.
    #[must_use]
    pub fn new(organisation: Organisation) -> Self {
        let brands = Brands::built_in();
        let partner_domains: Vec<String> =
            organisation.partners.iter().flat_map(|partner| partner.domains.iter().cloned()).collect();
        let protected = Protected::new(&organisation.domains, &partner_domains, &organisation.providers, &brands);
        let own = organisation.staff.iter().chain(&organisation.candidates).map(|person| (person, true));
        let others = organisation.partners.iter().flat_map(|partner| &partner.people).map(|person| (person, false));
        let people = own
            .chain(others)
            .map(|(person, is_own)| Somebody {
                words: folded_words(&person.name),
                name: person.name.clone(),
                addresses: person.addresses.clone(),
                is_own,
            })
            .collect();
        let partners = organisation
            .partners
            .iter()
            .enumerate()
            .flat_map(|(at, partner)| names_of(partner).map(move |name| (folded_words(&name), at)))
            .collect();
        Self { organisation, protected, brands, people, partners }
    }

    /// The names that are worth imitating.
    #[must_use]
    pub const fn protected(&self) -> &Protected {
        &self.protected
    }

    /// Names that attackers borrow everywhere.
    #[must_use]
    pub const fn brands(&self) -> &Brands {
        &self.brands
    }

    /// Whether this host is the organisation's own.
    #[must_use]
    pub fn is_own(&self, host: &str) -> bool {
        self.protected.owner_of(host) == Some(Owner::Organisation)
    }

    /// Whether this host belongs to it or to a partner.
    #[must_use]
    pub fn is_inside(&self, host: &str) -> bool {
        matches!(self.protected.owner_of(host), Some(Owner::Organisation | Owner::Partner))
    }

    /// Whether anybody may have an address or a page at this host: its name tells nothing of who uses it.
    #[must_use]
    pub fn is_everybodys(&self, host: &str) -> bool {
        is_freemail(host) || is_free_hosting(host) || is_shortener(host)
    }

    /// Staff and candidates.
    pub(crate) fn own_people(&self) -> impl Iterator<Item = &Person> {
        self.organisation.staff.iter().chain(&self.organisation.candidates)
    }

    /// Whether this address is honestly somebody's: of the organisation or of a partner.
    #[must_use]
    pub fn is_person(&self, address: &str) -> bool {
        self.people.iter().any(|person| person.addresses.iter().any(|own| own == address))
    }

    /// Whose name it is: the person's name, and whether it is one of the organisation's own people. `None` where the
    /// address is honestly theirs.
    #[must_use]
    pub fn borrowed_name(&self, shown: &str, address: &str) -> Option<(&str, bool)> {
        let words = folded_words(shown);
        if words.is_empty() {
            return None;
        }
        self.people
            .iter()
            .find(|person| is_same_person(&words, &person.words))
            .filter(|person| !person.addresses.iter().any(|own| own == address))
            .map(|person| (person.name.as_str(), person.is_own))
    }

    /// Somebody of the organisation whose address begins like this one (`hugo.bernard@`), which is not theirs.
    #[must_use]
    pub fn borrowed_local(&self, local: &str, address: &str) -> Option<&str> {
        // `info` and `contact` are everybody's.
        if local.len() < 6 || !local.contains(['.', '-', '_']) {
            return None;
        }
        let plain = |local: &str| local.replace(['.', '-', '_'], "");
        self.people
            .iter()
            .filter(|person| !person.addresses.iter().any(|own| own == address))
            .find(|person| {
                person.addresses.iter().any(|own| own.split('@').next().is_some_and(|own| plain(own) == plain(local)))
            })
            .map(|person| person.name.as_str())
    }

    /// The partner that a displayed name claims to be, when the host is not that partner's.
    #[must_use]
    pub fn borrowed_partner(&self, shown: &str, host: &str) -> Option<&str> {
        let words = folded_words(shown);
        let (_, at) = self.partners.iter().find(|(name, _)| {
            !name.is_empty() && name.iter().all(|word| words.contains(word)) && words.len() <= name.len() + 2
        })?;
        let partner = self.organisation.partners.get(*at)?;
        let is_theirs = partner.domains.iter().any(|domain| vauban_lookalike::is_under(host, domain));
        let shown = if partner.name.is_empty() { partner.domains.first()? } else { &partner.name };
        (!is_theirs && !self.is_own(host)).then_some(shown.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let organisation = serde_json::from_str(
            r#"{"domains": ["campagne.example"], "staff": [{"name": "Hugo Bernard", "address": "Hugo.Bernard@campagne.example"}, "Léa Petit"],
                "candidates": [{"name": "Nadia Roux", "addresses": ["nadia@prive.example"]}],
                "partners": ["imprimeur.example", "atelier-graphique.example", {"name": "Journal Partenaire", "domain": "journal.example"}],
                "providers": ["Microsoft 365", {"name": "Google", "domain": "google.com"}], "something": "else"}"#,
        )
        .unwrap();
        Known::new(organisation)
    }

    #[test]
    fn people_are_known_by_name_and_address() {
        let known = known();
        assert_eq!(known.borrowed_name("BERNARD Hugo", "h@gmail.com"), Some(("Hugo Bernard", true)));
        assert_eq!(known.borrowed_name("Hugo Bernard", "hugo.bernard@campagne.example"), None);
        assert_eq!(known.borrowed_name("Lea Petit", "x@y.example"), Some(("Léa Petit", true)));
        assert_eq!(known.borrowed_name("Nadia Roux", "nadia@prive.example"), None);
        assert!(known.is_person("nadia@prive.example") && !known.is_person("nadia@gmail.com"));
        assert_eq!(known.borrowed_local("hugo.bernard", "hugo.bernard@evil.example"), Some("Hugo Bernard"));
        assert_eq!(known.borrowed_local("hugo_bernard", "hugo_bernard@evil.example"), Some("Hugo Bernard"));
        assert_eq!(
            known.borrowed_partner("Journal Partenaire - Rédaction", "evil.example"),
            Some("Journal Partenaire")
        );
        assert_eq!(known.borrowed_partner("Journal Partenaire", "mail.journal.example"), None);
        assert_eq!(known.borrowed_partner("Atelier Graphique", "evil.example"), Some("atelier-graphique.example"));
        assert_eq!(known.organisation.providers, ["Microsoft 365", "Google", "google.com"]);
        assert!(known.is_own("webmail.campagne.example") && known.is_inside("imprimeur.example"));
        assert!(!known.is_own("imprimeur.example"));
    }
}
