//! Where links lead, against what they show.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
};

use vauban_lookalike::{in_unicode, owner};

use crate::{
    Code, Facts, Known, Letter,
    letter::{Link, Shown, Target, is_costume, is_invisible},
    places::{hosts_pages_for_anybody, is_freemail, is_rewriter, is_shortener, is_throwaway},
};

pub(super) fn look(letter: &Letter, known: &Known, facts: &mut Facts) {
    let reader = letter.header.reader();
    let mut web = 0_usize;
    let mut to_author = 0_usize;
    let crowd = Crowd::of(letter);
    for link in &letter.links {
        let target = unwrapped(&link.target);
        schemes(&target, facts);
        if !target.is_web() {
            continue;
        }
        // Documents are full of addresses that nobody clicks on.
        web += usize::from(link.place != Shown::Attached);
        to_author += usize::from(letter.is_near_author(&target.host) || known.is_own(&target.host));
        let is_one_of_many = link.place != Shown::Code && crowd.hides(&target);
        address(&target, is_one_of_many, facts);
        if link.place == Shown::Code {
            facts.add(Code::CodeLink, target.shown());
        }
        if is_shortener(&target.host) && !letter.is_of_author(&target.host) {
            facts.add(if is_one_of_many { Code::OneOfManyLinks } else { Code::Shortener }, target.shown());
        } else if hosts_pages_for_anybody(&target) && !letter.is_of_author(&target.host) {
            facts.add(if is_one_of_many { Code::OneOfManyLinks } else { Code::FreeHostingLink }, target.shown());
        } else if is_throwaway(target.domain()) {
            facts.add(Code::ThrowawayEnding, target.shown());
        }
        if link.place != Shown::Form {
            passes_on(letter, &target, known, facts);
        }
        if let Some(is_known) = shows_another(link, &target, letter, known, &crowd) {
            let code = if is_known { Code::LinkTextDiffers } else { Code::LinkTextElsewhere };
            facts.add(code, format!("{} → {}", link.text, target.shown()));
        }
        if !reader.is_empty() && carries(&target, reader) {
            facts.add(Code::ReaderInLink, target.shown());
        }
        sign_in(&target, facts);
    }
    // Who writes from a provider of mail has no site there.
    let has_site =
        letter.header.author().is_some_and(|author| !is_freemail(author.domain()) && !known.is_inside(author.domain()));
    if web > 0 && to_author == 0 && has_site && !letter.header.is_list {
        facts.add(Code::LinksElsewhere, format!("{web}"));
    }
}

/// What a filter on the way put around a link is taken off.
fn unwrapped(target: &Target) -> Target {
    if is_rewriter(&target.host)
        && let Some(inner) = target.carried_elsewhere().next()
    {
        return inner;
    }
    target.clone()
}

/// Addresses that are none of the web's.
fn schemes(target: &Target, facts: &mut Facts) {
    match target.scheme.as_str() {
        "file" | "smb" | "search-ms" | "ms-word" | "ms-excel" | "ms-msdt" | "webcal" if target.scheme != "webcal" => {
            facts.add(Code::FileLink, target.shown());
        }
        "data" if target.path.to_lowercase().starts_with("text/html") || target.path.to_lowercase().contains("svg") => {
            facts.add(Code::DataLink, "data:");
        }
        _ => {}
    }
}

/// Oddities of the address itself.
fn address(target: &Target, is_one_of_many: bool, facts: &mut Facts) {
    if target.is_ip && !is_private(&target.host) || is_numbered(&target.host) {
        facts.add(if is_one_of_many { Code::OneOfManyLinks } else { Code::IpLink }, target.shown());
    }
    if is_in_costume(&target.written) {
        facts.add(Code::DisguisedLink, format!("{} ({})", target.written, target.host));
    }
    if !target.userinfo.is_empty() {
        facts.add(Code::UserinfoLink, format!("{}@{}", target.userinfo, target.host));
    }
    if target.host.split('.').any(|label| label.starts_with("xn--")) {
        facts.add(Code::PunycodeLink, format!("{} ({})", in_unicode(&target.host), target.host));
    }
}

/// Whether a host is written in letters or digits of mathematics and other costumes, or with characters that nobody sees:
/// browsers take them for plain ones, filters do not.
fn is_in_costume(written: &str) -> bool {
    let after = written.split_once("//").map_or(written, |(_, rest)| rest);
    let host = after.split(['/', '?', '#']).next().unwrap_or_default();
    !host.is_ascii() && host.chars().any(|c| is_costume(c) || is_invisible(c))
}

/// Whether a host is named after its number, as machines for rent are (`203-0-113-7.cloud.example`).
fn is_numbered(host: &str) -> bool {
    let label = host.split('.').next().unwrap_or_default();
    let numbers = label.split('-').filter(|number| number.parse::<u8>().is_ok()).count();
    numbers == 4
}

/// Whether an address is one of a local network: those lead nowhere else.
fn is_private(host: &str) -> bool {
    match host.parse() {
        Ok(IpAddr::V4(address)) => address.is_private() || address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        Err(_) => false,
    }
}

/// The sites that a letter links to. Of a newsletter with ten of them and more, one odd link is not what it was written
/// for; of a trap it is.
struct Crowd {
    /// How many sites of different owners there are.
    owners: usize,
    /// The different addresses of each site.
    addresses: HashMap<String, usize>,
}

/// Sites from which on a letter is a collection of links.
const MANY_SITES: usize = 10;
/// Different addresses of one site from which on it counts the clicks of a newsletter.
const COUNTER: usize = 5;

impl Crowd {
    fn of(letter: &Letter) -> Self {
        let mut seen = HashSet::new();
        let mut addresses: HashMap<String, usize> = HashMap::new();
        for link in letter.links.iter().filter(|link| matches!(link.place, Shown::Page | Shown::Plain)) {
            if link.target.is_web() && seen.insert(link.target.written.as_str()) {
                *addresses.entry(owner(&link.target.host)).or_default() += 1;
            }
        }
        Self { owners: addresses.len(), addresses }
    }

    /// Whether this link is one of few among many: three in four lead to other sites.
    fn hides(&self, target: &Target) -> bool {
        let all: usize = self.addresses.values().sum();
        self.owners >= MANY_SITES && self.addresses.get(&owner(&target.host)).is_none_or(|own| own * 4 <= all)
    }

    /// Whether this site counts the clicks of a newsletter: it has an address for each of many links.
    fn counts_clicks(&self, owner: &str) -> bool {
        self.addresses.get(owner).is_some_and(|addresses| *addresses >= COUNTER)
    }
}

/// Links that go through one site to another.
fn passes_on(letter: &Letter, target: &Target, known: &Known, facts: &mut Facts) {
    let Some(inner) = target.carried_elsewhere().next() else { return };
    if letter.is_near_author(&target.host) || letter.is_near_author(&inner.host) || known.is_inside(&inner.host) {
        return;
    }
    let evidence = format!("{} → {}", target.shown(), inner.shown());
    if known.protected().owner_of(&target.host).is_some() {
        facts.add(Code::OpenRedirect, evidence);
    } else {
        facts.add(Code::Redirect, evidence);
    }
}

/// Whether the text over a link is an address of somebody else; and if so, whether of somebody known.
fn shows_another(link: &Link, target: &Target, letter: &Letter, known: &Known, crowd: &Crowd) -> Option<bool> {
    let (shown, is_whole) = address_of(&link.text)?;
    // A paper that bears the name of its site is no address; the name of a known owner is a claim.
    let is_known = known.protected().owner_of(&shown).is_some();
    if !is_whole && !is_known {
        return None;
    }
    let (shown_owner, real) = (owner(&shown), owner(&target.host));
    if shown_owner == real {
        return None;
    }
    // A counter of clicks on the way to what is shown deceives nobody.
    let leads_there = target.carried_elsewhere().any(|inner| owner(&inner.host) == shown_owner)
        || target.rest.to_lowercase().contains(&shown_owner);
    // A sender who shows an address of their own deceives nobody, unless that name is borrowed.
    let is_senders_counter = letter.is_of_author(&shown) && !is_known;
    // Nor does one through which all links of a newsletter go, where the name that is shown is nobody's in particular.
    let is_counter = !is_known && crowd.counts_clicks(&real);
    (!leads_there && !is_senders_counter && !is_counter && !letter.is_of_author(&target.host)).then_some(is_known)
}

/// The host that a text shows, when the text is an address and nothing else; and whether it is written as one.
fn address_of(text: &str) -> Option<(String, bool)> {
    let text = text.trim().trim_matches(['<', '>', '"', '.', ',', ')', '(']);
    if text.contains(char::is_whitespace) || text.contains('@') || text.len() > 300 {
        return None;
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_address = rest.is_some() || text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."));
    let host = rest.unwrap_or(text).split(['/', '?', '#', ':']).next()?.trim_end_matches('.').to_lowercase();
    let is_host = host.contains('.')
        && host.split('.').all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'));
    let ends_as_host = psl::suffix(host.as_bytes()).is_some_and(|end| end.is_known());
    // `facture.zip` is a file, whoever sells that ending.
    let is_file = FILES.iter().any(|ending| host.ends_with(ending)) && !text.contains('/');
    let is_whole = is_address || text.contains('/');
    (is_host && (is_address || ends_as_host && !is_file)).then_some((host, is_whole))
}

/// Endings that files and domains share.
const FILES: [&str; 8] = [".zip", ".mov", ".sh", ".py", ".md", ".pl", ".rs", ".com.txt"];

/// Whether a link carries the reader's address where a page reads it by itself: behind a `#`, in the path, or coded.
/// Newsletters put it in the query, in clear.
fn carries(target: &Target, reader: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(&target.written).decode_utf8_lossy().to_lowercase();
    let (before, fragment) = decoded.split_once('#').unwrap_or((&decoded, ""));
    let path = before.split('?').next().unwrap_or_default();
    if fragment.contains(reader) || path.contains(reader) {
        return true;
    }
    let coded = data_encoding::BASE64.encode(reader.as_bytes());
    let coded = coded.trim_end_matches('=');
    coded.len() > 8 && target.written.contains(coded) || target.rest.contains(coded)
}

/// Pages of providers that give a stranger's program or device access, password or not.
fn sign_in(target: &Target, facts: &mut Facts) {
    let path = target.path.to_lowercase();
    let asks_consent = path.contains("oauth2") && path.contains("authorize")
        || path.contains("/adminconsent")
        || target.host == "accounts.google.com" && path.starts_with("/o/oauth2");
    if asks_consent {
        facts.add(Code::ConsentLink, target.shown());
    }
    let asks_code = path.contains("devicelogin")
        || path.contains("/deviceauth")
        || path.contains("/oauth2/deviceauth")
        || target.host == "microsoft.com" && path == "/link"
        || target.host.ends_with("google.com") && path == "/device";
    if asks_code {
        facts.add(Code::DeviceCode, target.shown());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_an_address_is_told() {
        let told = |text| address_of(text).map(|(host, is_whole)| format!("{host} {is_whole}"));
        assert_eq!(told("https://drive.google.com/file/d/0").as_deref(), Some("drive.google.com true"));
        assert_eq!(told("www.campagne.example").as_deref(), Some("www.campagne.example true"));
        assert_eq!(told("lemonde.fr").as_deref(), Some("lemonde.fr false"));
        for text in ["Click here", "facture.zip", "facture.pdf", "hugo@campagne.example", "v1.2.3", ""] {
            assert_eq!(address_of(text), None, "{text}");
        }
    }

    #[test]
    fn hosts_in_costume_are_told() {
        assert!(is_in_costume("http://\u{1d7dc}.connexion.test/") && is_in_costume("https://pay\u{200b}pal.test"));
        assert!(!is_in_costume("https://élysée.example/\u{1d7dc}") && !is_in_costume("https://connexion.test"));
    }

    #[test]
    fn one_odd_link_of_a_newsletter_is_one_of_many() {
        let link =
            |address: &str| Link { text: String::new(), target: Target::parse(address).unwrap(), place: Shown::Plain };
        let odd = link("https://bit.ly/a");
        let mut letter = Letter { links: vec![odd.clone(), link("https://a.example/")], ..Letter::default() };
        assert!(!Crowd::of(&letter).hides(&odd.target));
        letter.links.extend((0..10).map(|at| link(&format!("https://journal{at}.example/"))));
        assert!(Crowd::of(&letter).hides(&odd.target));
        letter.links.extend((0..5).map(|at| link(&format!("https://bit.ly/b{at}"))));
        let crowd = Crowd::of(&letter);
        assert!(!crowd.hides(&odd.target) && crowd.counts_clicks("bit.ly") && !crowd.counts_clicks("a.example"));
    }

    #[test]
    fn the_readers_address_is_found_in_any_dress() {
        let carries = |address: &str| carries(&Target::parse(address).unwrap(), "claire@campagne.example");
        assert!(carries("https://e.example/claire%40campagne.example"));
        assert!(!carries("https://e.example/?unsubscribe=claire%40campagne.example"));
        assert!(carries("https://e.example/#claire@campagne.example"));
        assert!(carries("https://e.example/#Y2xhaXJlQGNhbXBhZ25lLmV4YW1wbGU="));
        assert!(!carries("https://e.example/#claire"));
    }
}
