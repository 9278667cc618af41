//! The parts of a host name that people own.

use psl::{List, Psl as _};

/// What somebody registered: the public suffix and one label (`login.campagne.co.uk` → `campagne.co.uk`). `None` for
/// suffixes themselves and for names without a dot.
#[must_use]
pub fn registrable(host: &str) -> Option<&str> {
    let host = host.trim_end_matches('.');
    let domain = List.domain(host.as_bytes())?;
    let start = host.len().checked_sub(domain.as_bytes().len())?;
    host.get(start..).filter(|domain| domain.contains('.'))
}

/// Who answers for a host: what was registered of it, in lower case; the host itself where nothing can be registered.
#[must_use]
pub fn owner(host: &str) -> String {
    registrable(host).unwrap_or(host).to_lowercase()
}

/// Whether `host` is `domain` or lies below it.
#[must_use]
pub fn is_under(host: &str, domain: &str) -> bool {
    let host = host.trim_end_matches('.');
    host.len() >= domain.len()
        && host.get(host.len() - domain.len()..).is_some_and(|end| end.eq_ignore_ascii_case(domain))
        && (host.len() == domain.len() || host.as_bytes().get(host.len() - domain.len() - 1) == Some(&b'.'))
}

/// The host as people see it: `xn--` labels as letters.
#[must_use]
pub fn in_unicode(host: &str) -> String {
    if host.split('.').any(|label| label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"))) {
        idna::domain_to_unicode(host).0
    } else {
        host.to_lowercase()
    }
}

/// The label that somebody chose: the first of what they registered.
pub(crate) fn chosen_label(host: &str) -> Option<&str> {
    registrable(host)?.split('.').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owned_is_told() {
        assert_eq!(registrable("login.campagne.co.uk"), Some("campagne.co.uk"));
        assert_eq!(registrable("mail.campagne.example."), Some("campagne.example"));
        assert_eq!(registrable("a.github.io"), Some("a.github.io"));
        assert_eq!(registrable("co.uk"), None);
        assert_eq!(registrable("localhost"), None);
        assert_eq!(chosen_label("login.campagne.co.uk"), Some("campagne"));
    }

    #[test]
    fn below_is_not_beside() {
        assert!(is_under("login.evil.example", "evil.example"));
        assert!(is_under("EVIL.example", "evil.example"));
        assert!(!is_under("notevil.example", "evil.example"));
        assert!(!is_under("evil.example.com", "evil.example"));
    }
}
