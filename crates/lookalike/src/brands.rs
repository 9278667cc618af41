//! Names that attackers borrow: a table that people can read and correct, [`brands.toml`](../brands.toml).

use serde::Deserialize;

use crate::{folded_words, is_under, skeleton};

/// A name that attackers borrow, and what is honestly its.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// How people call it.
    pub name: String,
    /// Words that mean it and nothing else, in lower case.
    #[serde(default)]
    pub words: Vec<String>,
    /// Ordinary words that mean it among words of service (`office`, `orange`).
    #[serde(default)]
    pub ordinary: Vec<String>,
    /// Its domains.
    pub domains: Vec<String>,
}

/// The table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brands {
    brand: Vec<Brand>,
    /// Each word of each brand in pieces as the eye takes them, the number of the brand, and whether it is ordinary.
    #[serde(skip)]
    spoken: Vec<(Vec<String>, usize, bool)>,
}

impl Brand {
    /// Whether somebody means this brand by this name (`Microsoft 365`, `microsoft`, `outlook.com`).
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.trim().to_lowercase();
        let bare: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
        self.name.to_lowercase() == name
            || self.domains.contains(&name)
            || self.words.iter().chain(&self.ordinary).any(|word| {
                let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
                bare == word || (word.len() >= 5 && bare.starts_with(&word))
            })
    }

    /// Whether this host is honestly the brand's: one of its domains, or its word under any ending.
    #[must_use]
    pub fn owns(&self, host: &str) -> bool {
        let host = host.to_lowercase();
        self.domains.iter().any(|domain| is_under(&host, domain))
            || crate::domain::chosen_label(&host).is_some_and(|label| {
                self.words.iter().chain(&self.ordinary).any(|word| word.replace(' ', "") == label.replace('-', ""))
            })
    }
}

impl Brands {
    /// The table in the program.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn built_in() -> Self {
        let mut brands: Self = toml::from_str(include_str!("../brands.toml")).expect("the table is read by a test");
        for (at, brand) in brands.brand.iter().enumerate() {
            for (ordinary, words) in [(false, &brand.words), (true, &brand.ordinary)] {
                let pieces = words.iter().map(|word| word.split(' ').map(skeleton).collect());
                brands.spoken.extend(pieces.map(|pieces| (pieces, at, ordinary)));
            }
        }
        brands
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Brand> {
        self.brand.iter()
    }

    /// The brand that a sender's displayed name claims to be. Ordinary words count where nothing else is said but words of
    /// service.
    #[must_use]
    pub fn claimed_by(&self, shown: &str) -> Option<&Brand> {
        let words = folded_words(shown);
        if words.is_empty() || words.len() > 9 {
            return None;
        }
        let run = pieces_of(shown);
        self.spoken
            .iter()
            .filter(|(pieces, _, ordinary)| says(&run, pieces) && (!ordinary || rest_is_service(&run, pieces)))
            .map(|(_, at, _)| *at)
            .min()
            .and_then(|at| self.brand.get(at))
    }

    /// The brand whose name a text begins with, as a sign of copyright is followed. Ordinary words count only where nothing
    /// but a firm's ending follows them.
    #[must_use]
    pub fn leading(&self, text: &str) -> Option<&Brand> {
        let run = pieces_of(text);
        self.first(|pieces, ordinary| {
            let joined = || run.split_first().filter(|(first, _)| **first == pieces.concat()).map(|(_, rest)| rest);
            let rest = run.strip_prefix(pieces).or_else(joined);
            rest.is_some_and(|rest| !ordinary || rest.first().is_none_or(|next| FIRM.contains(&next.as_str())))
        })
    }

    /// The brand whose name a text ends with, as stands before `team`. Ordinary words do not count.
    #[must_use]
    pub fn trailing(&self, text: &str) -> Option<&Brand> {
        let run = pieces_of(text);
        self.first(|pieces, ordinary| {
            !ordinary && (run.ends_with(pieces) || run.last().is_some_and(|last| *last == pieces.concat()))
        })
    }

    /// The first brand one of whose words passes.
    fn first(&self, passes: impl Fn(&[String], bool) -> bool) -> Option<&Brand> {
        let found = self.spoken.iter().filter(|(pieces, _, ordinary)| passes(pieces, *ordinary));
        found.map(|(_, at, _)| *at).min().and_then(|at| self.brand.get(at))
    }
}

/// What follows the name of a firm, folded.
const FIRM: [&str; 15] = [
    "lnc",
    "ltd",
    "llc",
    "llp",
    "sa",
    "sas",
    "se",
    "ag",
    "gmbh",
    "plc",
    "corp",
    "corporatlon",
    "company",
    "all",
    "tous",
];

fn pieces_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(skeleton).collect()
}

/// Whether these pieces stand in `run`, one after the other, or as one word.
fn says(run: &[String], pieces: &[String]) -> bool {
    run.windows(pieces.len()).any(|window| window == pieces) || pieces.len() > 1 && run.contains(&pieces.concat())
}

fn rest_is_service(run: &[String], pieces: &[String]) -> bool {
    run.iter().all(|word| pieces.contains(word) || SPEAKING.iter().any(|service| skeleton(service) == *word))
}

/// What a department calls itself.
const SPEAKING: [&str; 42] = [
    "account",
    "accounts",
    "alert",
    "alerts",
    "alerte",
    "assistance",
    "bank",
    "banque",
    "billing",
    "client",
    "clients",
    "center",
    "centre",
    "compte",
    "customer",
    "delivery",
    "equipe",
    "équipe",
    "facturation",
    "info",
    "infos",
    "livraison",
    "mail",
    "notification",
    "notifications",
    "online",
    "online",
    "rewards",
    "sécurité",
    "securite",
    "security",
    "service",
    "services",
    "support",
    "team",
    "the",
    "update",
    "votre",
    "your",
    "id",
    "help",
    "365",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let brands = Brands::built_in();
        assert!(brands.iter().count() > 60);
        for brand in brands.iter() {
            assert!(!brand.domains.is_empty() && brand.words.len() + brand.ordinary.len() > 0, "{}", brand.name);
            for text in brand.words.iter().chain(&brand.ordinary).chain(&brand.domains) {
                assert_eq!(*text, text.to_lowercase(), "{}", brand.name);
            }
            for domain in &brand.domains {
                assert!(domain.contains('.') && !domain.contains('/'), "{domain}");
            }
        }
    }

    #[test]
    fn who_signs_is_told() {
        let brands = Brands::built_in();
        let name = |brand: Option<&Brand>| brand.map(|brand| brand.name.clone());
        assert_eq!(name(brands.leading("orange")).as_deref(), Some("Orange"));
        assert_eq!(name(brands.leading("ledger inc. all rights")).as_deref(), Some("Ledger"));
        assert_eq!(name(brands.leading("Microsoft Corporation")).as_deref(), Some("Microsoft"));
        assert_eq!(name(brands.trailing("yours, the PayPal")).as_deref(), Some("PayPal"));
        for text in ["orange county democrats", "the microsoft", "campagne", ""] {
            assert_eq!(name(brands.leading(text)), None, "{text}");
        }
        for text in ["the orange", "paypal and the", ""] {
            assert_eq!(name(brands.trailing(text)), None, "{text}");
        }
    }

    #[test]
    fn who_a_sender_claims_to_be_is_told() {
        let brands = Brands::built_in();
        for (shown, brand) in [
            ("Google", "Google"),
            ("The Gmail Team", "Google"),
            ("PayPal Service", "PayPal"),
            ("PаyPаl", "PayPal"),
            ("Microsoft account team", "Microsoft"),
            ("Office 365", "Microsoft"),
            ("Orange Service Client", "Orange"),
            ("La Banque Postale", "La Banque Postale"),
        ] {
            assert_eq!(brands.claimed_by(shown).map(|brand| brand.name.as_str()), Some(brand), "{shown}");
        }
        for shown in
            ["Hugo Bernard", "Orange County Democrats", "The Apple Farm", "Free Software Foundation", "Chase Utley", ""]
        {
            assert_eq!(brands.claimed_by(shown).map(|brand| brand.name.as_str()), None, "{shown}");
        }
        let google = brands.iter().find(|brand| brand.name == "Google").unwrap();
        assert!(
            google.owns("accounts.google.com")
                && google.owns("google.co.uk")
                && !google.owns("accounts-gmail0.example")
        );
        assert!(brands.iter().find(|brand| brand.name == "Microsoft").unwrap().is_called("Microsoft 365"));
    }
}
