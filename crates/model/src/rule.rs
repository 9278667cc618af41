//! Rules of others on their way to the engines that evaluate them.

use serde::{Deserialize, Serialize};

/// A rule to compile.
#[derive(Debug, Clone, Copy)]
pub struct RuleSource<'r> {
    /// What it is called: the identifier of a YARA rule, the title of a Sigma rule.
    pub rule: &'r str,
    /// Its text, with all that it needs to stand alone.
    pub text: &'r str,
}

/// A rule that cannot be compiled, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRule {
    /// Its number in the list that was given.
    pub number: usize,
    /// Why, in one line.
    pub reason: String,
}
