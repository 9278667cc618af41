//! Observation expressions: which observations, in which order and span of time.
//!
//! A binding is a choice of one observation for each `[ … ]` of the pattern. First every `[ … ]` is answered over all
//! observations, once; then bindings are tried one after the other until one satisfies everything. A binding that has
//! already grown beyond its span of time is not continued, so that "five times within a minute" stays cheap over a
//! long log.

use std::{collections::HashSet, ops::ControlFlow};

use jiff::{SignedDuration, Timestamp};

use super::{
    Observation, compare,
    effort::{CANDIDATE, COMBINATION, Effort, KEPT},
    observation::timestamp,
    syntax::{Constant, Expression, Qualifier},
};

/// Why a pattern could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// A value or constant that cannot be compared as the pattern asks.
    #[error("{0}")]
    Value(String),
    /// The work, above all the combinations of observations, is beyond its bound.
    #[error("too many combinations to try")]
    TooComplex,
}

/// Observation expressions that may be joined by AND and FOLLOWEDBY: each takes a few frames of stack.
const MOST_JOINED: usize = 400;

pub(super) fn matches(root: &Expression, observations: &[Observation]) -> Result<bool, EvaluationError> {
    let mut answering = Answering { observations, effort: Effort::default(), spans: Vec::new() };
    let node = answering.node(root)?;
    if !node.is_possible() {
        return Ok(false);
    }
    if node.joined() > MOST_JOINED {
        return Err(EvaluationError::TooComplex);
    }
    let mut search = Search { observations, slots: node.slots(), effort: answering.effort };
    let flow = search.solve(&node, None, &mut |_, _| Ok(ControlFlow::Break(())))?;
    Ok(flow.is_break())
}

/// An expression whose tests are answered.
enum Node {
    /// The observations that hold, by number.
    Holding(Vec<usize>),
    And(Vec<Node>),
    Or(Vec<Node>),
    FollowedBy(Vec<Node>),
    Within(Box<Node>, SignedDuration),
    Repeats(Box<Node>, u64),
}

impl Node {
    /// False when some part that is needed has no observation at all.
    fn is_possible(&self) -> bool {
        match self {
            Self::Holding(numbers) => !numbers.is_empty(),
            Self::And(all) | Self::FollowedBy(all) => all.iter().all(Self::is_possible),
            Self::Or(all) => all.iter().any(Self::is_possible),
            Self::Within(inner, _) | Self::Repeats(inner, _) => inner.is_possible(),
        }
    }

    /// How deep the search for a binding goes.
    fn joined(&self) -> usize {
        match self {
            Self::Holding(_) => 1,
            Self::And(all) | Self::FollowedBy(all) => all.iter().map(Self::joined).sum(),
            Self::Or(all) => all.iter().map(Self::joined).max().unwrap_or(0),
            Self::Within(inner, _) | Self::Repeats(inner, _) => inner.joined(),
        }
    }

    /// How many instances a binding can take: more repetitions of one observation than that are never needed.
    fn slots(&self) -> u64 {
        match self {
            Self::Holding(_) => 1,
            Self::And(all) | Self::FollowedBy(all) => all.iter().fold(0, |sum, one| one.slots().saturating_add(sum)),
            Self::Or(all) => all.iter().map(Self::slots).max().unwrap_or(0),
            Self::Within(inner, _) => inner.slots(),
            Self::Repeats(inner, times) => inner.slots().saturating_mul(*times),
        }
    }
}

/// Answers every `[ … ]` over all observations: a test that cannot be evaluated is an error whatever stands beside it.
struct Answering<'o> {
    observations: &'o [Observation],
    effort: Effort,
    /// The START and STOP of the qualifiers around the expression at hand.
    spans: Vec<(Timestamp, Timestamp)>,
}

impl Answering<'_> {
    fn node(&mut self, expression: &Expression) -> Result<Node, EvaluationError> {
        Ok(match expression {
            Expression::Group(inner) => self.node(inner)?,
            Expression::Observation(comparison) => {
                let mut holding = compare::holding(comparison, self.observations, &mut self.effort)?;
                holding.retain(|number| {
                    let Some(observation) = self.observations.get(*number) else { return false };
                    let inside = |(start, stop): &(Timestamp, Timestamp)| {
                        start < stop && observation.first < *stop && observation.last >= *start
                    };
                    self.spans.iter().all(inside)
                });
                Node::Holding(holding)
            }
            Expression::And(all) => Node::And(self.nodes(all)?),
            Expression::Or(all) => Node::Or(self.nodes(all)?),
            Expression::FollowedBy(all) => Node::FollowedBy(self.nodes(all)?),
            Expression::Qualified(inner, Qualifier::StartStop(start, stop)) => {
                self.spans.push((moment(start)?, moment(stop)?));
                let node = self.node(inner)?;
                self.spans.pop();
                node
            }
            Expression::Qualified(inner, Qualifier::Within(seconds)) => {
                let span = SignedDuration::try_from_secs_f64(*seconds).unwrap_or(SignedDuration::MAX);
                Node::Within(Box::new(self.node(inner)?), span)
            }
            Expression::Qualified(inner, Qualifier::Repeats(times)) => {
                Node::Repeats(Box::new(self.node(inner)?), *times)
            }
        })
    }

    fn nodes(&mut self, all: &[Expression]) -> Result<Vec<Node>, EvaluationError> {
        all.iter().map(|one| self.node(one)).collect()
    }
}

/// One time that an observation happened: its number, and which of its repetitions.
type Instance = (usize, u64);
type Step = Result<ControlFlow<()>, EvaluationError>;
type Continue<'c, 'o> = dyn FnMut(&mut Search<'o>, &[Instance]) -> Step + 'c;

/// How the sides of a join stand to each other.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Any,
    Chronological,
}

struct Search<'o> {
    observations: &'o [Observation],
    slots: u64,
    effort: Effort,
}

impl<'o> Search<'o> {
    /// Calls `each` with every binding of the node that fits in the span, until it breaks.
    fn solve(&mut self, node: &Node, span: Option<SignedDuration>, each: &mut Continue<'_, 'o>) -> Step {
        match node {
            Node::Holding(numbers) => {
                for number in numbers {
                    let repetitions = self.observations.get(*number).map_or(0, |seen| seen.number.min(self.slots));
                    for repetition in 0..repetitions {
                        self.effort.pay(CANDIDATE)?;
                        if each(self, &[(*number, repetition)])?.is_break() {
                            return Ok(ControlFlow::Break(()));
                        }
                    }
                }
                Ok(ControlFlow::Continue(()))
            }
            Node::Or(all) => {
                for one in all.iter().filter(|one| one.is_possible()) {
                    if self.solve(one, span, each)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Ok(ControlFlow::Continue(()))
            }
            Node::And(all) => self.join(all, Order::Any, &[], span, each),
            Node::FollowedBy(all) => self.join(all, Order::Chronological, &[], span, each),
            Node::Within(inner, seconds) => {
                let narrower = span.map_or(*seconds, |span| span.min(*seconds));
                self.solve(inner, Some(narrower), each)
            }
            Node::Repeats(inner, times) => {
                let mut bindings: Vec<(Reach, Vec<Instance>)> = Vec::new();
                let _ = self.solve(inner, span, &mut |search, binding| {
                    search.effort.pay(KEPT)?;
                    search.effort.pay_for(binding.len())?;
                    bindings.push((search.reach(binding), binding.to_vec()));
                    Ok(ControlFlow::Continue(()))
                })?;
                bindings.sort_by_key(|(reach, _)| reach.latest_start);
                self.repeat(&bindings, *times, span, each)
            }
        }
    }

    /// Bindings of all sides with no instance in common, in order where that is asked.
    fn join(
        &mut self,
        all: &[Node],
        order: Order,
        before: &[Instance],
        span: Option<SignedDuration>,
        each: &mut Continue<'_, 'o>,
    ) -> Step {
        let Some((first, rest)) = all.split_first() else { return each(self, before) };
        self.solve(first, span, &mut |search, binding| {
            search.effort.pay_for(before.len().saturating_mul(binding.len()))?;
            let disjoint = binding.iter().all(|instance| !before.contains(instance));
            if !disjoint || (order == Order::Chronological && !search.follows(before, binding)) {
                return Ok(ControlFlow::Continue(()));
            }
            if !search.reach(before).joined(search.reach(binding)).fits(span) {
                return Ok(ControlFlow::Continue(()));
            }
            search.effort.pay(COMBINATION)?;
            let joined: Vec<Instance> = before.iter().chain(binding).copied().collect();
            search.join(rest, order, &joined, span, each)
        })
    }

    /// Every choice of `times` bindings with no instance in common, in the order of the list, which is that of their
    /// latest start. Iterative, since a pattern may ask for thousands of repetitions.
    fn repeat(
        &mut self,
        bindings: &[(Reach, Vec<Instance>)],
        times: u64,
        span: Option<SignedDuration>,
        each: &mut Continue<'_, 'o>,
    ) -> Step {
        let mut used: HashSet<Instance> = HashSet::new();
        let mut chosen: Vec<(usize, Reach)> = Vec::new();
        let mut next = 0;
        loop {
            self.effort.pay(COMBINATION)?;
            let missing = times.saturating_sub(u64::try_from(chosen.len()).unwrap_or(u64::MAX));
            if missing == 0 {
                let taken = chosen.iter().filter_map(|(index, _)| bindings.get(*index));
                let binding: Vec<Instance> = taken.flat_map(|(_, binding)| binding).copied().collect();
                self.effort.pay_for(binding.len())?;
                if each(self, &binding)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            let left = u64::try_from(bindings.len().saturating_sub(next)).unwrap_or(u64::MAX);
            let candidate = bindings
                .get(next)
                .filter(|_| missing > 0 && left >= missing)
                .map(|(reach, binding)| (chosen.last().map_or(*reach, |(_, before)| before.joined(*reach)), binding));
            match candidate {
                Some((reach, binding)) if reach.fits(span) => {
                    self.effort.pay_for(binding.len())?;
                    if binding.iter().all(|instance| !used.contains(instance)) {
                        used.extend(binding);
                        chosen.push((next, reach));
                    }
                    next += 1;
                }
                // What comes behind a binding that starts too late starts later still.
                _ => {
                    let Some((index, _)) = chosen.pop() else { return Ok(ControlFlow::Continue(())) };
                    for instance in bindings.get(index).into_iter().flat_map(|(_, binding)| binding) {
                        used.remove(instance);
                    }
                    next = index + 1;
                }
            }
        }
    }

    /// Whether a moment of each can be chosen so that those of `after` do not lie before those of `before`.
    fn follows(&self, before: &[Instance], after: &[Instance]) -> bool {
        before.is_empty() || self.reach(before).latest_start <= self.reach(after).earliest_end
    }

    fn reach(&self, binding: &[Instance]) -> Reach {
        let seen = binding.iter().filter_map(|(number, _)| self.observations.get(*number));
        let nothing = Reach { latest_start: Timestamp::MIN, earliest_end: Timestamp::MAX };
        seen.fold(nothing, |reach, observation| {
            reach.joined(Reach { latest_start: observation.first, earliest_end: observation.last })
        })
    }
}

/// What of a binding's times decides whether it fits in a span.
#[derive(Clone, Copy)]
struct Reach {
    latest_start: Timestamp,
    earliest_end: Timestamp,
}

impl Reach {
    fn joined(self, other: Self) -> Self {
        Self {
            latest_start: self.latest_start.max(other.latest_start),
            earliest_end: self.earliest_end.min(other.earliest_end),
        }
    }

    /// Whether one moment of each observation can be chosen so that all lie within the span. More observations never
    /// make it fit again.
    fn fits(self, span: Option<SignedDuration>) -> bool {
        span.is_none_or(|span| self.latest_start.duration_since(self.earliest_end) <= span)
    }
}

fn moment(constant: &Constant) -> Result<Timestamp, EvaluationError> {
    match constant {
        Constant::Timestamp(text) => {
            timestamp(text).ok_or_else(|| EvaluationError::Value(format!("{text} is on no calendar")))
        }
        _ => Err(EvaluationError::Value("a span of time without timestamps".into())),
    }
}
