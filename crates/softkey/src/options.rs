//! The options, as a browser reads them.

use serde::Deserialize;

use crate::key::NoKey;

#[derive(Deserialize)]
pub(crate) struct Creation {
    pub(crate) rp: RelyingParty,
    pub(crate) user: User,
    pub(crate) challenge: String,
    #[serde(default, rename = "excludeCredentials")]
    pub(crate) excluded: Vec<Descriptor>,
}

#[derive(Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "rpId")]
    pub(crate) host: String,
    pub(crate) challenge: String,
    #[serde(default, rename = "allowCredentials")]
    pub(crate) allowed: Vec<Descriptor>,
}

#[derive(Deserialize)]
pub(crate) struct RelyingParty {
    pub(crate) id: String,
}

#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
}

#[derive(Deserialize)]
pub(crate) struct Descriptor {
    pub(crate) id: String,
}

/// A browser signs on a page for the page's host and its parents. It knows which of those are public suffixes; this one does not.
pub(crate) fn is_host_of(host: &str, origin: &str) -> Result<(), NoKey> {
    let page = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    let page = page.split([':', '/']).next().unwrap_or_default();
    let is_parent = page.strip_suffix(host).is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('.'));
    if is_parent { Ok(()) } else { Err(NoKey::OtherHost) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_its_host_and_the_parents() {
        assert_eq!(is_host_of("id.example", "https://id.example:8443"), Ok(()));
        assert_eq!(is_host_of("example", "https://id.example"), Ok(()));
        assert_eq!(is_host_of("id.example", "https://evil.example"), Err(NoKey::OtherHost));
        assert_eq!(is_host_of("id.example", "https://evil-id.example"), Err(NoKey::OtherHost));
    }
}
