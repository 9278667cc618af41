//! The rules in force: which recommendations are looked at, and whether breaking one is a refusal.

use std::collections::BTreeSet;

use super::Check;
use crate::fault::{Fault, Requirement};

/// A version of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecVersion {
    /// STIX 2.0 (OASIS, 2017): read, and judged by what both versions share.
    V20,
    /// STIX 2.1 (OASIS, 2021).
    V21,
}

/// The rules in force. [`Rules::default`] looks at every recommendation and refuses for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    checks: BTreeSet<Check>,
    prefix: Prefix,
    /// Whether a broken recommendation is a refusal.
    pub strict: bool,
    /// Whether even that is a refusal which everybody tolerates.
    pub pedantic: bool,
    /// Whether the requirements of the interoperability profile are looked at: one TLP marking at most, and everything made
    /// by an identity of the same bundle.
    pub interop: bool,
    /// The version that everything has to be of; each object's own when none is said.
    pub version: Option<SpecVersion>,
}

/// How custom names have to begin, where extensions are not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefix {
    Unasked,
    Lax,
    Strict,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            checks: Check::named("all").into_iter().collect(),
            prefix: Prefix::Unasked,
            strict: false,
            pedantic: false,
            interop: false,
            version: None,
        }
    }
}

impl Rules {
    /// Leaves these checks alone. Without [`Check::ExtensionsUse`], custom names have to begin as the older standard had it
    /// (section 11), unless those checks are left alone too.
    #[must_use]
    pub fn without(mut self, rest: impl IntoIterator<Item = Check>) -> Self {
        let rest: BTreeSet<Check> = rest.into_iter().collect();
        self.checks.retain(|check| !rest.contains(check));
        if rest.contains(&Check::ExtensionsUse) {
            self.prefix = match (rest.contains(&Check::CustomPrefix), rest.contains(&Check::CustomPrefixLax)) {
                (false, _) => Prefix::Strict,
                (true, false) => Prefix::Lax,
                (true, true) => Prefix::Unasked,
            };
        }
        self
    }

    /// Looks at these checks as well.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = Check>) -> Self {
        for check in more {
            match check {
                Check::CustomPrefix => self.prefix = Prefix::Strict,
                Check::CustomPrefixLax if self.prefix == Prefix::Unasked => self.prefix = Prefix::Lax,
                Check::CustomPrefixLax => {}
                other => {
                    self.checks.insert(other);
                }
            }
        }
        self
    }

    /// Looks at these checks and at no other.
    #[must_use]
    pub fn only(mut self, checks: impl IntoIterator<Item = Check>) -> Self {
        self.checks.clear();
        self.prefix = Prefix::Unasked;
        self.with(checks)
    }

    /// Whether a check is looked at.
    #[must_use]
    pub fn asks(&self, check: Check) -> bool {
        match check {
            Check::CustomPrefix => self.prefix == Prefix::Strict,
            Check::CustomPrefixLax => self.prefix == Prefix::Lax,
            other => self.checks.contains(&other),
        }
    }

    /// Whether an object with this fault is refused.
    #[must_use]
    pub fn refuses(&self, fault: &Fault) -> bool {
        match fault.requirement {
            Requirement::Must => true,
            Requirement::Tolerated => self.pedantic,
            Requirement::Should(_) => self.strict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_asked_for_where_extensions_are_not() {
        assert!(!Rules::default().asks(Check::CustomPrefix));
        let older = Rules::default().without([Check::ExtensionsUse]);
        assert!(older.asks(Check::CustomPrefix) && !older.asks(Check::CustomPrefixLax));
        let lax = Rules::default().without([Check::ExtensionsUse, Check::CustomPrefix]);
        assert!(!lax.asks(Check::CustomPrefix) && lax.asks(Check::CustomPrefixLax));
        let none = Rules::default().without([Check::ExtensionsUse, Check::CustomPrefix, Check::CustomPrefixLax]);
        assert!(!none.asks(Check::CustomPrefix) && !none.asks(Check::CustomPrefixLax));
        assert!(!Rules::default().without([Check::CustomPrefix]).asks(Check::CustomPrefixLax));
    }

    #[test]
    fn only_leaves_the_rest_alone() {
        let rules = Rules::default().only([Check::ToolTypes]);
        assert!(rules.asks(Check::ToolTypes) && !rules.asks(Check::Region));
        assert!(rules.with([Check::Region]).asks(Check::Region));
    }
}
