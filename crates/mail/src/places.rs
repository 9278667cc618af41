//! Kinds of places on the web: those that shorten addresses, that give anybody a page, that sell names for a day.
//! Tables that people can read and correct, in `places.toml`.

use std::{collections::HashSet, sync::LazyLock};

use serde::Deserialize;
use vauban_lookalike::is_under;

use crate::letter::Target;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Places {
    shorteners: HashSet<String>,
    hosting: HashSet<String>,
    hosting_pages: Vec<String>,
    freemail: HashSet<String>,
    throwaway_endings: HashSet<String>,
    rewriters: HashSet<String>,
}

static PLACES: LazyLock<Places> =
    LazyLock::new(|| toml::from_str(include_str!("../places.toml")).expect("the file is read by a test"));

/// Whether the host shortens addresses.
#[must_use]
pub(crate) fn is_shortener(host: &str) -> bool {
    PLACES.shorteners.contains(host.strip_prefix("www.").unwrap_or(host))
}

/// Whether anybody gets a name below this host's parent.
#[must_use]
pub(crate) fn is_free_hosting(host: &str) -> bool {
    suffixes(host).skip(1).any(|parent| PLACES.hosting.contains(parent))
}

/// Whether anybody gets a page there: a name of their own, or a path.
#[must_use]
pub(crate) fn hosts_pages_for_anybody(target: &Target) -> bool {
    is_free_hosting(&target.host)
        || PLACES.hosting_pages.iter().any(|place| {
            let (host, path) = place.split_once('/').unwrap_or((place, ""));
            is_under(&target.host, host) && target.path.trim_start_matches('/').starts_with(path)
        })
}

/// Whether anybody gets an address there.
#[must_use]
pub fn is_freemail(host: &str) -> bool {
    PLACES.freemail.contains(host)
}

/// Whether the name is under an ending that is sold for next to nothing; some endings have two labels.
#[must_use]
pub(crate) fn is_throwaway(domain: &str) -> bool {
    let mut endings = suffixes(domain).skip(1).filter(|ending| ending.matches('.').count() <= 1);
    endings.any(|ending| PLACES.throwaway_endings.contains(ending))
}

/// Whether filters of others put their own address around links.
#[must_use]
pub(crate) fn is_rewriter(host: &str) -> bool {
    suffixes(host).any(|parent| PLACES.rewriters.contains(parent))
}

/// The host and all that it lies below.
fn suffixes(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |host| host.split_once('.').map(|(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told() {
        let target = |address: &str| Target::parse(address).unwrap();
        assert!(is_shortener("bit.ly") && is_shortener("www.tinyurl.com") && !is_shortener("bit.ly.evil.example"));
        assert!(is_free_hosting("casino-485f7.firebaseapp.com") && !is_free_hosting("firebaseapp.com"));
        assert!(hosts_pages_for_anybody(&target("https://sites.google.com/view/x")));
        assert!(!hosts_pages_for_anybody(&target("https://www.google.com/maps")));
        assert!(
            is_throwaway("a.click")
                && is_throwaway("mail.a.sa.com")
                && !is_throwaway("sa.example")
                && !is_throwaway("campagne.example")
        );
        assert!(is_freemail("gmail.com") && !is_freemail("campagne.example"));
        assert!(is_rewriter("eur01.safelinks.protection.outlook.com"));
    }
}
