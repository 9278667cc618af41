//! What of a pattern the indicator set can answer.

use std::net::IpAddr;

use vauban_model::{HashAlgorithm, Observable, ObservableKind, Test};

use super::syntax::{Comparison, Constant, Expression, ObjectPath, Operation, PropertyTest, Step};

/// The tests of which any one makes the pattern match, if it is no more than that.
pub(super) fn alternatives(expression: &Expression) -> Option<Vec<Test>> {
    // A choice from nothing, `IN ()`, stays a pattern: it matches never, and no tests would say nothing.
    choice(expression).filter(|all| !all.is_empty())
}

fn choice(expression: &Expression) -> Option<Vec<Test>> {
    match expression {
        Expression::Group(inner) => choice(inner),
        Expression::Observation(comparison) => comparison_alternatives(comparison),
        Expression::Or(all) => gather(all.iter().map(choice)),
        Expression::And(_) | Expression::FollowedBy(_) | Expression::Qualified(..) => None,
    }
}

fn comparison_alternatives(comparison: &Comparison) -> Option<Vec<Test>> {
    match comparison {
        Comparison::Test(test) => tests(test),
        Comparison::Or(all) => gather(all.iter().map(comparison_alternatives)),
        Comparison::And(_) => None,
    }
}

/// Tests one of which must be met for the pattern to match.
pub(super) fn anchors(expression: &Expression) -> Option<Vec<Test>> {
    match expression {
        Expression::Group(inner) | Expression::Qualified(inner, _) => anchors(inner),
        Expression::Observation(comparison) => comparison_anchors(comparison),
        Expression::Or(all) => gather(all.iter().map(anchors)),
        Expression::And(all) | Expression::FollowedBy(all) => fewest(all.iter().map(anchors)),
    }
}

fn comparison_anchors(comparison: &Comparison) -> Option<Vec<Test>> {
    match comparison {
        Comparison::Test(test) => tests(test),
        Comparison::Or(all) => gather(all.iter().map(comparison_anchors)),
        Comparison::And(all) => fewest(all.iter().map(comparison_anchors)),
    }
}

/// All of them together, or nothing if one is missing.
fn gather(all: impl Iterator<Item = Option<Vec<Test>>>) -> Option<Vec<Test>> {
    let mut together = Vec::new();
    for one in all {
        together.extend(one?);
    }
    Some(together)
}

/// The shortest list: any side of an AND will do.
fn fewest(all: impl Iterator<Item = Option<Vec<Test>>>) -> Option<Vec<Test>> {
    all.flatten().min_by_key(Vec::len)
}

/// What a single test looks for.
fn tests(test: &PropertyTest) -> Option<Vec<Test>> {
    if test.negated {
        return None;
    }
    match &test.operation {
        Operation::Equal(constant) => Some(vec![one(&test.path, constant)?]),
        Operation::In(constants) => constants.iter().map(|constant| one(&test.path, constant)).collect(),
        Operation::IsSubset(network) if is_address(&test.path) => Some(vec![Test::Network(network.as_str().into())]),
        _ => None,
    }
}

fn is_address(path: &ObjectPath) -> bool {
    matches!(
        (path.object_type.as_str(), path.steps.as_slice()),
        ("ipv4-addr" | "ipv6-addr", [Step::Key(key)]) if key == "value"
    ) || matches!(
        (path.object_type.as_str(), path.steps.as_slice()),
        ("network-traffic", [Step::Key(end), Step::Key(key)]) if key == "value" && (end == "dst_ref" || end == "src_ref")
    )
}

fn one(path: &ObjectPath, constant: &Constant) -> Option<Test> {
    let Constant::String(value) = constant else { return None };
    let observable = |kind| Some(Test::Observable(Observable::new(kind, value.as_str())));
    let keys: Vec<&str> = path
        .steps
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.as_str(),
            Step::Index(_) | Step::AnyIndex => "*",
        })
        .collect();
    match (path.object_type.as_str(), keys.as_slice()) {
        ("domain-name", ["value"]) => observable(ObservableKind::DomainName),
        ("url", ["value"]) => observable(ObservableKind::Url),
        ("email-addr", ["value"]) | ("email-message", ["from_ref" | "sender_ref", "value"]) => {
            observable(ObservableKind::EmailAddr)
        }
        ("ipv4-addr" | "ipv6-addr", ["value"])
        | ("network-traffic", ["dst_ref" | "src_ref", "value"])
        | ("domain-name", ["resolves_to_refs", "*", "value"]) => address(value),
        ("file", ["name"]) => observable(ObservableKind::FileName),
        ("file" | "artifact", ["hashes", _]) => {
            HashAlgorithm::of(value).and_then(|_| observable(ObservableKind::FileHash))
        }
        ("file", ["path"]) => observable(ObservableKind::FilePath),
        // What publishers of indicators for phones write; no object of the standard has these properties.
        ("process", ["name"]) => observable(ObservableKind::ProcessName),
        ("app", ["id"]) => observable(ObservableKind::AppId),
        ("app", ["cert", _]) => observable(ObservableKind::CertificateFingerprint),
        ("configuration-profile", ["id"]) => observable(ObservableKind::ConfigurationProfile),
        ("x509-certificate", ["hashes", _]) => observable(ObservableKind::CertificateFingerprint),
        _ => None,
    }
}

/// An address, a network, or the name of a host.
fn address(value: &str) -> Option<Test> {
    if value.contains('/') {
        return Some(Test::Network(value.into()));
    }
    let kind = match value.parse() {
        Ok(IpAddr::V4(_)) => ObservableKind::Ipv4Addr,
        Ok(IpAddr::V6(_)) => ObservableKind::Ipv6Addr,
        Err(_) => ObservableKind::DomainName,
    };
    Some(Test::Observable(Observable::new(kind, value)))
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn values(tests: Option<Vec<vauban_model::Test>>) -> Option<Vec<String>> {
        tests.map(|all| all.iter().map(|test| test.value().to_owned()).collect())
    }

    #[test]
    fn choices_become_plain_tests() {
        for (pattern, wanted) in [
            ("[domain-name:value = 'evil.com']", Some(vec!["evil.com"])),
            ("[url:value = 'a'] OR ([file:name IN ('b', 'c')])", Some(vec!["a", "b", "c"])),
            ("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", Some(vec!["192.0.2.0/24"])),
            (
                "[file:hashes.'SHA-1' = '0123456789012345678901234567890123456789']",
                Some(vec!["0123456789012345678901234567890123456789"]),
            ),
            ("[domain-name:value = 'a' AND file:size = 3]", None),
            ("[domain-name:value != 'a']", None),
            ("[process:name = 'x'] OR [file:path = '/a/b']", Some(vec!["x", "/a/b"])),
            ("[process:pid = 5]", None),
            ("[url:value IN ()]", None),
        ] {
            let parsed = parse(pattern).unwrap();
            assert_eq!(
                values(parsed.as_alternatives()),
                wanted.map(|all| all.into_iter().map(str::to_owned).collect()),
                "{pattern}"
            );
        }
    }

    #[test]
    fn anchors_are_the_rarest_side() {
        let parsed = parse("[file:name = 'x' AND file:size > 3] FOLLOWEDBY [url:value IN ('a', 'b')]").unwrap();
        assert_eq!(values(parsed.anchors()), Some(vec!["x".into()]));
        assert_eq!(values(parse("[file:size > 3]").unwrap().anchors()), None);
        assert_eq!(values(parse("[file:name = 'x'] OR [file:size > 3]").unwrap().anchors()), None);
    }
}
