//! Names of widely used services, of publishers of reports, and of files that every system has.

use std::{collections::HashSet, sync::LazyLock};

/// Hosts of widely used services. A URL on one of them stays an indicator; the bare host does not.
const SERVICES: &str = include_str!("services.txt");
/// Hosts of those who publish reports about attacks, and of what they link to.
const PUBLISHERS: &str = include_str!("publishers.txt");
/// Files that every Windows, Linux or macOS system, or widely used program, has.
const FILES: &str = include_str!("files.txt");

/// The host names of widely used services, in lower case, without `www.`.
pub fn services() -> impl Iterator<Item = &'static str> {
    lines(SERVICES)
}

/// The host names of those who publish reports about attacks, and of what they link to, in lower case.
pub fn publishers() -> impl Iterator<Item = &'static str> {
    lines(PUBLISHERS)
}

/// Whether a host name is that of a widely used service: the name itself or its `www.`.
pub(super) fn is_service(host: &str) -> bool {
    static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| lines(SERVICES).collect());
    KNOWN.contains(host.strip_prefix("www.").unwrap_or(host))
}

/// Whether a host belongs to a publisher of reports, at any depth below its name.
pub(crate) fn is_publisher(host: &str) -> bool {
    static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| lines(PUBLISHERS).collect());
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let parents = std::iter::successors(Some(host.as_str()), |name| name.split_once('.').map(|(_, parent)| parent));
    parents.into_iter().any(|name| KNOWN.contains(name))
}

/// Whether every system has a file of this name.
pub(super) fn is_system_file(name: &str) -> bool {
    static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| lines(FILES).collect());
    KNOWN.contains(name.to_lowercase().as_str())
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_lower_case_names_once() {
        for text in [SERVICES, PUBLISHERS, FILES] {
            let mut names: Vec<&str> = lines(text).collect();
            assert!(names.iter().all(|name| *name == name.to_ascii_lowercase()));
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "a name stands twice");
        }
    }

    #[test]
    fn publishers_are_matched_at_label_boundaries() {
        assert!(is_publisher("www.welivesecurity.com"));
        assert!(!is_publisher("notwelivesecurity.com"));
    }
}
