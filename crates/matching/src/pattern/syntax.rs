//! The syntax tree of a pattern.

use super::{EvaluationError, Observation, bind};
use vauban_model::Test;

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    pub(super) root: Expression,
}

impl Pattern {
    /// Whether the observations satisfy the pattern.
    ///
    /// # Errors
    /// When a value or constant cannot be compared as the pattern asks (an invalid timestamp or address), or when
    /// too many combinations would have to be tried.
    pub fn matches(&self, observations: &[Observation]) -> Result<bool, EvaluationError> {
        bind::matches(&self.root, observations)
    }

    /// The tests of which any one suffices, when the pattern is no more than such a choice.
    #[must_use]
    pub fn as_alternatives(&self) -> Option<Vec<Test>> {
        super::simplify::alternatives(&self.root)
    }

    /// Tests of which at least one must have been met for the pattern to match; `None` when there are none.
    #[must_use]
    pub fn anchors(&self) -> Option<Vec<Test>> {
        super::simplify::anchors(&self.root)
    }
}

/// An observation expression (section 9.4). Chains of one operator are one node, so that long ones do not nest.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// `[ … ]`
    Observation(Comparison),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    FollowedBy(Vec<Expression>),
    Qualified(Box<Expression>, Qualifier),
    /// Parentheses, kept because qualifiers may be repeated on a group but not on an observation.
    Group(Box<Expression>),
}

/// A qualifier (section 9.5). Times in nanoseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Qualifier {
    StartStop(Constant, Constant),
    /// Seconds, more than zero.
    Within(f64),
    /// At least one.
    Repeats(u64),
}

/// A comparison expression (section 9.3).
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Comparison {
    And(Vec<Comparison>),
    Or(Vec<Comparison>),
    Test(PropertyTest),
}

/// One test of a property.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PropertyTest {
    pub(super) path: ObjectPath,
    pub(super) negated: bool,
    pub(super) operation: Operation,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operation {
    Equal(Constant),
    NotEqual(Constant),
    Less(Constant),
    LessOrEqual(Constant),
    Greater(Constant),
    GreaterOrEqual(Constant),
    In(Vec<Constant>),
    Like(String),
    Matches(String),
    IsSubset(String),
    IsSuperset(String),
    Exists,
}

/// An object path (section 9.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ObjectPath {
    pub(super) object_type: String,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(i64),
    AnyIndex,
}

/// A constant (section 9.2).
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Constant {
    Integer(i64),
    Float(f64),
    Boolean(bool),
    String(String),
    Binary(Vec<u8>),
    /// The text between the quotes; it may name a day that no calendar has.
    Timestamp(String),
}
