//! Observation expressions: which observations, in which order and span of time.
//!
//! A binding is a choice of one observation for each `[ … ]` of the pattern. Bindings are tried one after the other
//! until one satisfies everything; the number of steps is bounded.

use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};

use super::{
    Observation, compare,
    observation::timestamp,
    syntax::{Constant, Expression, Qualifier},
};

/// Why a pattern could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// A value or constant that cannot be compared as the pattern asks.
    #[error("{0}")]
    Value(String),
    /// Too many combinations of observations.
    #[error("too many combinations of observations to try")]
    TooComplex,
}

/// Combinations that are tried before giving up.
const MOST_STEPS: u64 = 2_000_000;

/// One time that an observation happened: its number, and which of its repetitions.
type Instance = (usize, u64);

pub(super) fn matches(root: &Expression, observations: &[Observation]) -> Result<bool, EvaluationError> {
    let slots = slots(root);
    let mut search = Search { observations, slots, steps: 0 };
    let flow = search.solve(root, &mut |_, _| Ok(ControlFlow::Break(())))?;
    Ok(flow.is_break())
}

/// How many instances a binding of the expression can take: more repetitions of an observation than that are never
/// needed.
fn slots(expression: &Expression) -> u64 {
    match expression {
        Expression::Observation(_) => 1,
        Expression::And(all) | Expression::Or(all) | Expression::FollowedBy(all) => {
            all.iter().fold(0, |sum, one| slots(one).saturating_add(sum))
        }
        Expression::Group(inner) | Expression::Qualified(inner, Qualifier::StartStop(..) | Qualifier::Within(_)) => {
            slots(inner)
        }
        Expression::Qualified(inner, Qualifier::Repeats(times)) => slots(inner).saturating_mul(*times),
    }
}

type Step = Result<ControlFlow<()>, EvaluationError>;
type Continue<'c, 'o> = dyn FnMut(&mut Search<'o>, &[Instance]) -> Step + 'c;

struct Search<'o> {
    observations: &'o [Observation],
    slots: u64,
    steps: u64,
}

impl<'o> Search<'o> {
    /// Calls `each` with every binding of the expression until it breaks.
    fn solve(&mut self, expression: &Expression, each: &mut Continue<'_, 'o>) -> Step {
        match expression {
            Expression::Group(inner) => self.solve(inner, each),
            Expression::Observation(comparison) => {
                let mut holding = Vec::new();
                for (number, observation) in self.observations.iter().enumerate() {
                    if compare::holds(comparison, observation)? {
                        holding.push((number, observation.number.min(self.slots)));
                    }
                }
                for (number, repetitions) in holding {
                    for repetition in 0..repetitions {
                        self.step()?;
                        if each(self, &[(number, repetition)])?.is_break() {
                            return Ok(ControlFlow::Break(()));
                        }
                    }
                }
                Ok(ControlFlow::Continue(()))
            }
            Expression::Or(all) => {
                // Every side is evaluated, so that an error on one is not hidden by the other.
                let mut flow = ControlFlow::Continue(());
                for one in all {
                    if flow.is_break() {
                        let _ = self.solve(one, &mut |_, _| Ok(ControlFlow::Break(())))?;
                    } else {
                        flow = self.solve(one, each)?;
                    }
                }
                Ok(flow)
            }
            Expression::And(all) => self.join(all, &[], &mut |_, _, _| true, each),
            Expression::FollowedBy(all) => self.join(
                all,
                &[],
                &mut |search, before, after| {
                    let latest = before.iter().map(|instance| search.first(*instance)).max();
                    let earliest = after.iter().map(|instance| search.last(*instance)).min();
                    latest <= earliest
                },
                each,
            ),
            Expression::Qualified(inner, Qualifier::Repeats(times)) => {
                let mut bindings: Vec<Vec<Instance>> = Vec::new();
                let _ = self.solve(inner, &mut |search, binding| {
                    search.step()?;
                    bindings.push(binding.to_vec());
                    Ok(ControlFlow::Continue(()))
                })?;
                self.repeat(&bindings, *times, &mut Vec::new(), each)
            }
            Expression::Qualified(inner, Qualifier::Within(seconds)) => {
                let span = SignedDuration::try_from_secs_f64(*seconds).unwrap_or(SignedDuration::MAX);
                self.solve(inner, &mut |search, binding| {
                    if search.fits(binding, span) { each(search, binding) } else { Ok(ControlFlow::Continue(())) }
                })
            }
            Expression::Qualified(inner, Qualifier::StartStop(start, stop)) => {
                let (start, stop) = (moment(start)?, moment(stop)?);
                self.solve(inner, &mut |search, binding| {
                    let inside =
                        |instance: &Instance| search.first(*instance) < stop && search.last(*instance) >= start;
                    if start < stop && binding.iter().all(inside) {
                        each(search, binding)
                    } else {
                        Ok(ControlFlow::Continue(()))
                    }
                })
            }
        }
    }

    /// Bindings of all sides with no instance in common, each side fitting behind those before it.
    fn join(
        &mut self,
        all: &[Expression],
        before: &[Instance],
        fits: &mut dyn FnMut(&Self, &[Instance], &[Instance]) -> bool,
        each: &mut Continue<'_, 'o>,
    ) -> Step {
        let Some((first, rest)) = all.split_first() else { return each(self, before) };
        if before.is_empty() {
            // A side that cannot be evaluated is an error even when another has no binding.
            for one in rest {
                let _ = self.solve(one, &mut |_, _| Ok(ControlFlow::Break(())))?;
            }
        }
        self.solve(first, &mut |search, binding| {
            search.step()?;
            let disjoint = binding.iter().all(|instance| !before.contains(instance));
            if !disjoint || (!before.is_empty() && !fits(search, before, binding)) {
                return Ok(ControlFlow::Continue(()));
            }
            let joined: Vec<Instance> = before.iter().chain(binding).copied().collect();
            search.join(rest, &joined, fits, each)
        })
    }

    /// Every choice of `times` bindings with no instance in common, in the order of the list.
    fn repeat(
        &mut self,
        bindings: &[Vec<Instance>],
        times: u64,
        chosen: &mut Vec<Instance>,
        each: &mut Continue<'_, 'o>,
    ) -> Step {
        // Iterative, since a pattern may ask for thousands of repetitions.
        let mut stack: Vec<(usize, usize)> = Vec::new();
        let mut next = 0;
        loop {
            self.step()?;
            let complete = stack.len() as u64 == times;
            let enough = (bindings.len() - next) as u64 >= times - stack.len() as u64;
            if complete && each(self, chosen)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if complete || !enough || next == bindings.len() {
                let Some((index, length)) = stack.pop() else { return Ok(ControlFlow::Continue(())) };
                chosen.truncate(length);
                next = index + 1;
                continue;
            }
            if bindings[next].iter().all(|instance| !chosen.contains(instance)) {
                stack.push((next, chosen.len()));
                chosen.extend_from_slice(&bindings[next]);
            }
            next += 1;
        }
    }

    /// Whether one moment of each observation can be chosen so that all lie within the span.
    fn fits(&self, binding: &[Instance], span: SignedDuration) -> bool {
        let earliest_end = binding.iter().map(|instance| self.last(*instance)).min();
        let latest_start = binding.iter().map(|instance| self.first(*instance)).max();
        match (earliest_end, latest_start) {
            (Some(end), Some(start)) => start.duration_since(end) <= span,
            _ => true,
        }
    }

    fn first(&self, instance: Instance) -> Timestamp {
        self.observations[instance.0].first
    }

    fn last(&self, instance: Instance) -> Timestamp {
        self.observations[instance.0].last
    }

    fn step(&mut self) -> Result<(), EvaluationError> {
        self.steps += 1;
        if self.steps > MOST_STEPS { Err(EvaluationError::TooComplex) } else { Ok(()) }
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
