//! Which names are worth imitating, and whether a host name imitates one of them.
//!
//! Five tricks are told apart, because they prove different things: letters that look alike, a slip of the finger, the
//! same name under another ending, the name with words of service added, and the whole name in front of another's.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use crate::{
    brands::{Brand, Brands},
    distance::slips,
    domain::{chosen_label, in_unicode, is_under, registrable},
    skeleton,
};

/// Whose name it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// The organisation itself.
    Organisation,
    /// One of its partners.
    Partner,
    /// A provider that it uses, by its own word.
    Provider,
    /// A name that attackers borrow everywhere.
    Brand,
}

/// How a name imitates another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trick {
    /// Letters that the eye takes for others (`carnpagne`, `pаypal` with a Cyrillic letter).
    Homoglyph,
    /// The whole name stands in front of another's (`campagne.example.evil.example`).
    Subdomain,
    /// The name with words of service added (`mail-campagne`, `portal-office`).
    Service,
    /// One or two slips away (`campange`).
    Typo,
    /// The same name under another ending (`campagne.example.org` for `campagne.example`).
    OtherEnding,
    /// The name among other words: often honest, seldom by chance.
    Among,
}

/// A likeness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// Whose name is imitated.
    pub owner: Owner,
    /// The name that is imitated: a domain, or a brand.
    pub original: String,
    /// How.
    pub trick: Trick,
}

/// The names that are worth imitating here.
#[derive(Debug)]
pub struct Protected {
    /// Domains with the label that was chosen, folded.
    domains: Vec<Name>,
    /// Words of brands.
    words: Vec<Word>,
    /// What belongs to whom: honest names.
    owned: HashMap<String, Owner>,
    /// Labels that are themselves the word of a brand: `amazon.co.jp` imitates nobody.
    labels: HashSet<String>,
}

#[derive(Debug)]
struct Name {
    owner: Owner,
    domain: String,
    label: String,
    folded: String,
}

#[derive(Debug)]
struct Word {
    owner: Owner,
    brand: String,
    word: String,
    folded: String,
    /// An ordinary word, which needs a word of service beside it to mean the brand.
    ordinary: bool,
}

/// Words that a name is dressed up with to look like a door: they ask for trust, a password or money.
const SERVICE: [&str; 88] = [
    "365",
    "access",
    "acces",
    "account",
    "accounts",
    "admin",
    "alert",
    "alerte",
    "auth",
    "authentication",
    "billing",
    "client",
    "clients",
    "cloud",
    "compte",
    "comptes",
    "confirm",
    "connect",
    "connexion",
    "docs",
    "document",
    "documents",
    "drive",
    "espace",
    "extranet",
    "facture",
    "file",
    "files",
    "fichier",
    "help",
    "helpdesk",
    "id",
    "identity",
    "info",
    "intranet",
    "invoice",
    "live",
    "log",
    "login",
    "mail",
    "mails",
    "mailbox",
    "mfa",
    "my",
    "notice",
    "notify",
    "owa",
    "online",
    "password",
    "pay",
    "payment",
    "portail",
    "portal",
    "reset",
    "sec",
    "secure",
    "secured",
    "securite",
    "security",
    "service",
    "services",
    "share",
    "sign",
    "signin",
    "smtp",
    "sso",
    "support",
    "team",
    "update",
    "validation",
    "verification",
    "verify",
    "vpn",
    "webmail",
    "onedrive",
    "sharepoint",
    "outlook",
    "gmail",
    "google",
    "microsoft",
    "office",
    "office365",
    "teams",
    "zoom",
    "dropbox",
    "icloud",
    "wetransfer",
    "docusign",
];

/// The shortest label in which a slip of the finger still says something.
const SHORTEST_TYPO: usize = 6;

impl Protected {
    /// `own` and `partners` are domains; `providers` are names of brands that the organisation says it uses.
    #[must_use]
    pub fn new(own: &[String], partners: &[String], providers: &[String], brands: &Brands) -> Self {
        let mut protected =
            Self { domains: Vec::new(), words: Vec::new(), owned: HashMap::new(), labels: HashSet::new() };
        for (owner, domains) in [(Owner::Organisation, own), (Owner::Partner, partners)] {
            for domain in domains {
                protected.domain(owner, domain);
            }
        }
        for brand in brands.iter() {
            let used = providers.iter().any(|provider| brand.is_called(provider));
            protected.brand(brand, if used { Owner::Provider } else { Owner::Brand });
        }
        // A provider that no table knows may be given by its domain.
        for domain in providers.iter().filter(|provider| provider.contains('.')) {
            protected.domain(Owner::Provider, domain);
        }
        protected
    }

    /// Who owns this host, if it belongs to one of the protected.
    #[must_use]
    pub fn owner_of(&self, host: &str) -> Option<Owner> {
        let host = host.trim_end_matches('.').to_lowercase();
        let mut rest = host.as_str();
        loop {
            if let Some(owner) = self.owned.get(rest) {
                return Some(*owner);
            }
            rest = rest.split_once('.')?.1;
        }
    }

    /// Whom this host imitates, and how; the plainest trick against the nearest owner. `None` for honest names.
    #[must_use]
    pub fn likeness(&self, host: &str) -> Option<Likeness> {
        if self.owner_of(host).is_some() {
            return None;
        }
        let shown = in_unicode(host.trim_end_matches('.'));
        let label = chosen_label(host)?;
        let label_shown = in_unicode(label);
        let candidate = Candidate::new(&shown, label_shown);
        let found = self.domains.iter().filter_map(|name| {
            let trick = candidate.against_domain(name)?;
            Some(Likeness { owner: name.owner, original: name.domain.clone(), trick })
        });
        // The bare word of a brand under some ending is most often the brand's own.
        let is_brands_own = self.labels.contains(&candidate.label);
        let words = self.words.iter().filter(|_| !is_brands_own).filter_map(|word| {
            let trick = candidate.against_word(word)?;
            Some(Likeness { owner: word.owner, original: word.brand.clone(), trick })
        });
        found.chain(words).min_by_key(|likeness| (likeness.trick, likeness.owner))
    }

    fn domain(&mut self, owner: Owner, domain: &str) {
        let domain = domain.trim().trim_start_matches('@').trim_end_matches('.').to_lowercase();
        if domain.is_empty() {
            return;
        }
        let label = chosen_label(&domain).unwrap_or(&domain).to_owned();
        let folded = skeleton(&in_unicode(&label));
        self.owned.entry(domain.clone()).or_insert(owner);
        self.domains.push(Name { owner, domain, label, folded });
    }

    fn brand(&mut self, brand: &Brand, owner: Owner) {
        for domain in &brand.domains {
            self.owned.entry(domain.clone()).or_insert(owner);
        }
        for (ordinary, words) in [(false, &brand.words), (true, &brand.ordinary)] {
            for word in words {
                let word = word.replace(' ', "");
                self.labels.insert(word.clone());
                let folded = skeleton(&word);
                self.words.push(Word { owner, brand: brand.name.clone(), word, folded, ordinary });
            }
        }
    }
}

/// A host in the forms that are compared.
struct Candidate<'h> {
    /// The whole host as it is shown.
    host: &'h str,
    /// The label that was chosen, as it is shown.
    label: String,
    folded: String,
    /// The words of that label, without digits at their ends; folded.
    tokens: Vec<Token>,
    /// Words of the labels before it.
    before: Vec<Token>,
}

struct Token {
    plain: String,
    folded: String,
}

impl Token {
    fn is_service(&self) -> bool {
        self.plain.is_empty() || SERVICE.contains(&self.plain.as_str())
    }
}

impl<'h> Candidate<'h> {
    fn new(host: &'h str, label: String) -> Self {
        let before =
            registrable(host).and_then(|own| host.get(..host.len().checked_sub(own.len())?)).unwrap_or_default();
        let tokens = tokens(&label);
        Self { host, folded: skeleton(&label), tokens, before: tokens_of_host(before), label }
    }

    fn against_domain(&self, name: &Name) -> Option<Trick> {
        if self.label == name.label {
            return Some(Trick::OtherEnding);
        }
        if name.folded.len() >= 4 && self.folded == name.folded {
            return Some(Trick::Homoglyph);
        }
        if stands_before(self.host, &name.domain) {
            return Some(Trick::Subdomain);
        }
        let carried = self.carries(&name.folded, name.folded.len() >= 8);
        if carried == Some(Trick::Service) {
            return carried;
        }
        let most = match name.folded.len() {
            0..SHORTEST_TYPO => 0,
            SHORTEST_TYPO..10 => 1,
            _ => 2,
        };
        if most == 0 || slips(&self.folded, &name.folded, most).is_none() {
            return carried;
        }
        // A letter of another alphabet that no table folds is still no slip of the finger.
        Some(if self.label.is_ascii() { Trick::Typo } else { Trick::Homoglyph })
    }

    fn against_word(&self, word: &Word) -> Option<Trick> {
        if word.folded.len() < 3 {
            return None;
        }
        if self.label != word.word && self.folded == word.folded && word.folded.len() >= 4 {
            return Some(Trick::Homoglyph);
        }
        if word.ordinary {
            return self.carries(&word.folded, false).filter(|trick| *trick == Trick::Service);
        }
        if let Some(trick) = self.carries(&word.folded, word.folded.len() >= 7) {
            return Some(trick);
        }
        let named_before = self.before.iter().any(|token| token.folded == word.folded);
        if named_before
            && self
                .tokens
                .iter()
                .chain(&self.before)
                .any(|token| !token.plain.is_empty() && token.folded != word.folded && token.is_service())
        {
            return Some(Trick::Subdomain);
        }
        if word.folded.len() >= SHORTEST_TYPO
            && !self.label.is_ascii()
            && slips(&self.folded, &word.folded, 1).is_some()
        {
            return Some(Trick::Homoglyph);
        }
        let same_start = self.folded.as_bytes().first() == word.folded.as_bytes().first();
        (same_start && word.folded.len() >= SHORTEST_TYPO && slips(&self.folded, &word.folded, 1).is_some())
            .then_some(Trick::Typo)
    }

    /// Whether the label carries this name as a run of its words, or, where the name is long, anywhere.
    fn carries(&self, name: &str, anywhere: bool) -> Option<Trick> {
        let name = without_hyphens(name);
        for (start, first) in self.tokens.iter().enumerate() {
            if !name.starts_with(first.folded.as_str()) {
                continue;
            }
            let mut run = String::new();
            for end in start..self.tokens.len() {
                run.push_str(&self.tokens.get(end)?.folded);
                if run.len() > name.len() {
                    break;
                }
                if run == name {
                    let rest: Vec<&Token> = self
                        .tokens
                        .iter()
                        .enumerate()
                        .filter(|(at, _)| *at < start || *at > end)
                        .map(|(_, token)| token)
                        .collect();
                    let dressed = rest.iter().any(|token| token.is_service()) || rest.is_empty();
                    return Some(if dressed { Trick::Service } else { Trick::Among });
                }
            }
        }
        // Without hyphens: `campagnemail`, `mycampagne`.
        let whole = without_hyphens(&self.folded);
        let rest = whole.strip_prefix(&*name).or_else(|| whole.strip_suffix(&*name));
        if name.len() >= 5
            && let Some(rest) = rest
            && SERVICE.iter().any(|service| skeleton(service) == rest.trim_end_matches(|c: char| c.is_ascii_digit()))
        {
            return Some(Trick::Service);
        }
        (anywhere && whole.contains(&*name)).then_some(Trick::Among)
    }
}

/// The text without its hyphens; most have none.
fn without_hyphens(text: &str) -> Cow<'_, str> {
    if text.contains('-') { text.replace('-', "").into() } else { text.into() }
}

/// Whether `domain` stands whole inside `host`, in front of another's name.
fn stands_before(host: &str, domain: &str) -> bool {
    host.match_indices(domain).any(|(at, _)| {
        let begins = at == 0 || host.as_bytes().get(at - 1).is_some_and(|byte| matches!(byte, b'.' | b'-'));
        begins && host.as_bytes().get(at + domain.len()).is_some_and(|byte| matches!(byte, b'.' | b'-'))
    }) && !is_under(host, domain)
}

fn tokens_of_host(host: &str) -> Vec<Token> {
    host.split('.').filter(|label| !label.is_empty()).flat_map(tokens).collect()
}

fn tokens(label: &str) -> Vec<Token> {
    label
        .split(['-', '_'])
        .map(|word| {
            let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
            let bare =
                if is_number && word == "365" { word } else { word.trim_end_matches(|c: char| c.is_ascii_digit()) };
            // `g00gle` keeps its digits: they stand for letters.
            let kept = if bare.is_empty() { word } else { bare };
            Token {
                plain: if is_number && word != "365" { String::new() } else { kept.to_owned() },
                folded: skeleton(kept),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protected(own: &str, providers: &[&str]) -> Protected {
        let providers: Vec<String> = providers.iter().map(|name| (*name).to_owned()).collect();
        Protected::new(&[own.to_owned()], &["imprimeur.example".to_owned()], &providers, &Brands::built_in())
    }

    fn trick(own: &str, host: &str) -> Option<(Owner, Trick)> {
        protected(own, &["Microsoft 365"]).likeness(host).map(|likeness| (likeness.owner, likeness.trick))
    }

    #[test]
    fn the_four_names_of_2017_are_caught() {
        for host in ["onedrive-en-marche.fr", "mail-en-marche.fr"] {
            let (owner, trick) = trick("en-marche.fr", host).expect(host);
            assert_eq!(trick, Trick::Service, "{host}");
            assert!(matches!(owner, Owner::Organisation | Owner::Provider), "{host}");
        }
        for host in ["portal-office.fr", "accounts-office.fr"] {
            assert_eq!(trick("en-marche.fr", host), Some((Owner::Provider, Trick::Service)), "{host}");
        }
    }

    #[test]
    fn each_trick_is_told() {
        let own = "campagne.example";
        for (host, expected) in [
            ("carnpagne.example", Trick::Homoglyph),
            ("xn--cmpagne-3fg.example", Trick::Homoglyph),
            ("mail.carnpagne.example", Trick::Homoglyph),
            ("campange.example", Trick::Typo),
            ("campagnes.example", Trick::Typo),
            ("campagne.test", Trick::OtherEnding),
            ("campagne.example.evil.test", Trick::Subdomain),
            ("mail-campagne.example", Trick::Service),
            ("owa-campagne0.example", Trick::Service),
            ("campagnemail.example", Trick::Service),
            ("campagne-vin.example", Trick::Among),
        ] {
            assert_eq!(trick(own, host), Some((Owner::Organisation, expected)), "{host}");
        }
        assert_eq!(trick(own, "imprirneur.example"), Some((Owner::Partner, Trick::Homoglyph)));
        assert_eq!(
            trick(own, "login.microsoftonline.com.evil.example").map(|(_, trick)| trick),
            Some(Trick::Subdomain)
        );
        assert_eq!(trick(own, "paypa1.example"), Some((Owner::Brand, Trick::Homoglyph)));
        assert_eq!(trick(own, "accounts-gmail0.example"), Some((Owner::Brand, Trick::Service)));
    }

    #[test]
    fn honest_names_imitate_nobody() {
        for host in [
            "campagne.example",
            "webmail.campagne.example",
            "imprimeur.example",
            "login.microsoftonline.com",
            "accounts.google.com",
            "amazon.co.jp",
            "office-tourisme.example",
            "post-office.example",
            "files-notify.example",
            "journal.example",
            "company.example",
            "lists.debian.org",
            "localhost",
            "",
        ] {
            assert_eq!(trick("campagne.example", host), None, "{host}");
        }
    }

    #[test]
    fn any_bytes_are_survived() {
        let protected = protected("en-marche.fr", &[]);
        for host in ["..", "xn--", "xn--\u{fffd}.fr", "-.-", "é.é", &"a-".repeat(200), &"a.".repeat(200)] {
            let _ = protected.likeness(host);
        }
    }
}
