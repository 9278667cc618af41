//! Registries of the IANA and of ISO 3166-1, as lists of names beside the code.

use std::{collections::HashSet, sync::LazyLock};

/// A registry of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Registry {
    /// Media types; upper and lower case are one.
    MediaTypes,
    /// Character sets by their preferred MIME name, else by their name; upper and lower case are one.
    CharacterSets,
    /// Services and transports, and the protocols that the standard's own examples name.
    Protocols,
    /// Elements of IPFIX, which keep their case.
    Ipfix,
    /// Options of sockets.
    SocketOptions,
    /// Headers of HTTP requests; upper and lower case are one.
    RequestHeaders,
    /// Primary language subtags, in lower case.
    Languages,
    /// Countries, alpha-2; upper and lower case are one.
    Countries,
}

type Names = LazyLock<HashSet<&'static str>>;

static MEDIA_TYPES: Names = LazyLock::new(|| names(include_str!("../registries/media_types.txt")));
static CHARACTER_SETS: Names = LazyLock::new(|| names(include_str!("../registries/character_sets.txt")));
static PROTOCOLS: Names = LazyLock::new(|| names(include_str!("../registries/protocols.txt")));
static IPFIX: Names = LazyLock::new(|| names(include_str!("../registries/ipfix_elements.txt")));
static SOCKET_OPTIONS: Names = LazyLock::new(|| names(include_str!("../registries/socket_options.txt")));
static REQUEST_HEADERS: Names = LazyLock::new(|| names(include_str!("../registries/http_request_headers.txt")));
static LANGUAGES: Names = LazyLock::new(|| names(include_str!("../registries/languages.txt")));
static COUNTRIES: Names = LazyLock::new(|| names(include_str!("../registries/countries.txt")));

fn names(text: &'static str) -> HashSet<&'static str> {
    text.lines().filter(|line| !line.is_empty()).collect()
}

impl Registry {
    pub(crate) fn has(self, name: &str) -> bool {
        let lower = || name.to_ascii_lowercase();
        match self {
            Self::MediaTypes => MEDIA_TYPES.contains(lower().as_str()),
            Self::CharacterSets => CHARACTER_SETS.contains(lower().as_str()),
            Self::Protocols => PROTOCOLS.contains(lower().as_str()),
            Self::Ipfix => IPFIX.contains(name),
            Self::SocketOptions => SOCKET_OPTIONS.contains(name),
            Self::RequestHeaders => REQUEST_HEADERS.contains(lower().as_str()),
            Self::Languages => LANGUAGES.contains(name),
            Self::Countries => COUNTRIES.contains(name.to_ascii_uppercase().as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_names_are_found() {
        assert!(Registry::MediaTypes.has("text/plain") && !Registry::MediaTypes.has("bla"));
        assert!(Registry::CharacterSets.has("US-ASCII") && !Registry::CharacterSets.has("bla.bla.bla"));
        assert!(Registry::Protocols.has("https") && !Registry::Protocols.has("foo_bar"));
        assert!(Registry::Ipfix.has("octetDeltaCount") && !Registry::Ipfix.has("octetdeltacount"));
        assert!(Registry::SocketOptions.has("SO_ACCEPTCONN") && !Registry::SocketOptions.has("SO_TEST"));
        assert!(Registry::RequestHeaders.has("User-Agent") && !Registry::RequestHeaders.has("x-foobar"));
        assert!(Registry::Countries.has("fr") && !Registry::Countries.has("XX"));
    }
}
