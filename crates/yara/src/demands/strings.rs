//! Which strings must occur for a condition to hold.

use yara_x_parser::ast::{BinaryExpr, Expr, ForOf, Of, OfItems, Pattern, PatternSet, Quantifier};

use super::{
    condition::{Scope, integer, union},
    values::{Literal, MOST_SETS},
};
use crate::{
    literals::{of_pattern, worth},
    probe::Probe,
};

/// Sets of literals of each of which one must occur, the best first; none when nothing is demanded.
pub(super) fn literals<'a>(condition: &Expr<'a>, scope: Scope<'_, 'a>) -> Vec<Vec<Literal>> {
    match condition {
        Expr::And(all) => best(all.operands().flat_map(|one| literals(one, scope)).collect()),
        Expr::Or(all) => all.operands().map(|one| literals(one, scope)).reduce(either).unwrap_or_default(),
        Expr::Of(of) => of_literals(of, scope),
        Expr::ForOf(all) => for_literals(all, scope),
        Expr::Ident(named) => {
            scope.rule(named.name).map_or_else(Vec::new, |(condition, scope)| literals(condition, scope))
        }
        // `#a + #b > #c`: more than none of both.
        Expr::Gt(both)
            if let Some(any) = counts(&both.lhs)
                && (counts(&both.rhs).is_some() || integer(&both.rhs) >= Some(0)) =>
        {
            let each =
                any.iter().map(|name| named(name, scope.patterns).map(|one| best(of_pattern(one))).unwrap_or_default());
            each.reduce(either).unwrap_or_default()
        }
        other => needed(other)
            .and_then(|name| named(name, scope.patterns))
            .map(|one| best(of_pattern(one)))
            .unwrap_or_default(),
    }
}

/// Strings of which one must match, where they have probes; none when nothing is demanded.
pub(super) fn probes<'a>(condition: &Expr<'a>, scope: Scope<'_, 'a>) -> Vec<Probe> {
    match condition {
        Expr::And(all) => all.operands().map(|one| probes(one, scope)).reduce(better).unwrap_or_default(),
        Expr::Or(all) => one_of(all.operands().map(|one| probes(one, scope))),
        Expr::Of(of) => {
            let OfItems::PatternSet(set) = &of.items else { return Vec::new() };
            let each = chosen(set, scope.patterns).into_iter().map(|one| Probe::of(one).into_iter().collect());
            match &of.quantifier {
                Quantifier::All { .. } => each.reduce(better).unwrap_or_default(),
                Quantifier::Any { .. } => one_of(each),
                _ => Vec::new(),
            }
        }
        Expr::Ident(named) => {
            scope.rule(named.name).map_or_else(Vec::new, |(condition, scope)| probes(condition, scope))
        }
        other => needed(other).and_then(|name| named(name, scope.patterns)).and_then(Probe::of).into_iter().collect(),
    }
}

/// Either of these two lists must be met: the one that tells more.
pub(super) fn better(one: Vec<Probe>, other: Vec<Probe>) -> Vec<Probe> {
    let worth = |probes: &[Probe]| probes.iter().map(Probe::worth).min();
    if worth(&one) < worth(&other) { other } else { one }
}

/// One of all these is met; none when there are too many, or one of them is not known.
fn one_of(each: impl Iterator<Item = Vec<Probe>>) -> Vec<Probe> {
    const MOST: usize = 4;
    let all = union(each.map(|probes| Some(probes).filter(|probes| !probes.is_empty()))).unwrap_or_default();
    if all.len() <= MOST { all } else { Vec::new() }
}

/// The name, without its sign, of the string without which this does not hold.
fn needed<'e>(condition: &'e Expr<'_>) -> Option<&'e str> {
    match condition {
        Expr::PatternMatch(found) => found.identifier.name.get(1..),
        Expr::Ge(both) | Expr::Eq(both) => {
            integer(&both.rhs).and_then(|least| counted(&both.lhs, least)).or_else(|| placed(both))
        }
        Expr::Lt(both) | Expr::Le(both) | Expr::Gt(both) => placed(both),
        _ => None,
    }
}

/// `@a - @b < 100`, `uint32(@a + 7) == 1`: the place of what is not there is undefined, and so are what stands there and
/// a comparison with it.
fn placed<'e>(both: &'e BinaryExpr<'_>) -> Option<&'e str> {
    fn place<'e>(expression: &'e Expr<'_>) -> Option<&'e str> {
        match expression {
            Expr::PatternOffset(place) | Expr::PatternLength(place) => place.identifier.name.get(1..),
            Expr::Add(all) | Expr::Sub(all) => all.operands().find_map(place),
            Expr::BitwiseAnd(both) | Expr::BitwiseOr(both) | Expr::BitwiseXor(both) => {
                place(&both.lhs).or_else(|| place(&both.rhs))
            }
            Expr::FuncCall(call) if call.object.is_none() && reads_integer(call.identifier.name) => {
                call.args.iter().find_map(place)
            }
            _ => None,
        }
    }
    place(&both.lhs).or_else(|| place(&both.rhs))
}

/// `uint32be` and its kin.
fn reads_integer(name: &str) -> bool {
    let name = name.strip_prefix('u').unwrap_or(name);
    matches!(name.strip_suffix("be").unwrap_or(name), "int8" | "int16" | "int32")
}

fn named<'p, 's>(name: &str, patterns: &'p [Pattern<'s>]) -> Option<&'p Pattern<'s>> {
    patterns.iter().find(|pattern| pattern.identifier().name.get(1..) == Some(name))
}

/// The best of sets that must all be met.
pub(super) fn best(mut sets: Vec<Vec<Literal>>) -> Vec<Vec<Literal>> {
    for set in &mut sets {
        set.sort();
        set.dedup();
    }
    sets.sort_by_key(|set| std::cmp::Reverse(worth(set)));
    sets.dedup();
    sets.truncate(MOST_SETS);
    sets
}

/// What is demanded where one of two conditions holds: one set of either side is met, whichever holds.
fn either(one: Vec<Vec<Literal>>, other: Vec<Vec<Literal>>) -> Vec<Vec<Literal>> {
    let (Some(first), Some(second)) = (one.last(), other.last()) else { return Vec::new() };
    let longer = one.len().max(other.len());
    let pairs =
        (0..longer).map(|at| [one.get(at).unwrap_or(first).as_slice(), other.get(at).unwrap_or(second)].concat());
    best(pairs.collect())
}

/// The strings whose matches are counted together.
fn counts<'e>(expression: &'e Expr<'_>) -> Option<Vec<&'e str>> {
    match expression {
        Expr::PatternCount(count) => count.identifier.name.get(1..).map(|name| vec![name]),
        Expr::Add(all) => all.operands().map(counts).collect::<Option<Vec<_>>>().map(|each| each.concat()),
        _ => None,
    }
}

fn counted<'e>(count: &'e Expr<'_>, least: i64) -> Option<&'e str> {
    match count {
        Expr::PatternCount(count) if least > 0 => count.identifier.name.get(1..),
        _ => None,
    }
}

/// `any of them`, `2 of ($a*)`, `all of them`. Counts that are computed, percentages and `none` demand nothing.
fn of_literals<'a>(of: &Of<'a>, scope: Scope<'_, 'a>) -> Vec<Vec<Literal>> {
    let OfItems::PatternSet(set) = &of.items else { return Vec::new() };
    some_of(&of.quantifier, &chosen(set, scope.patterns))
}

/// `for any of them : ( $ at 0 )`, whose body names the string in question and so needs it.
fn for_literals<'a>(all: &ForOf<'a>, scope: Scope<'_, 'a>) -> Vec<Vec<Literal>> {
    let needs_it =
        |expression: &Expr<'_>| matches!(expression, Expr::PatternMatch(found) if found.identifier.name == "$");
    let needed = match &all.body {
        Expr::And(operands) => operands.operands().any(needs_it),
        body => needs_it(body),
    };
    if !needed {
        return Vec::new();
    }
    some_of(&all.quantifier, &chosen(&all.pattern_set, scope.patterns))
}

fn chosen<'p, 's>(set: &PatternSet<'_>, patterns: &'p [Pattern<'s>]) -> Vec<&'p Pattern<'s>> {
    let is_in = |pattern: &&Pattern<'_>| match set {
        PatternSet::Them { .. } => true,
        PatternSet::Set(items) => items.iter().any(|item| item.matches(pattern.identifier())),
    };
    patterns.iter().filter(is_in).collect()
}

fn some_of(quantifier: &Quantifier<'_>, chosen: &[&Pattern<'_>]) -> Vec<Vec<Literal>> {
    let least = match quantifier {
        Quantifier::All { .. } => Some(chosen.len()),
        Quantifier::Any { .. } => Some(1),
        Quantifier::Expr(count) => integer(count).and_then(|count| usize::try_from(count).ok()),
        Quantifier::None { .. } | Quantifier::Percentage(_) => None,
    };
    // More than there are can never hold: what all of them demand is true as well.
    let Some(least @ 1..) = least.map(|least| least.min(chosen.len())) else { return Vec::new() };
    let mut each: Vec<Vec<Vec<Literal>>> = chosen.iter().map(|pattern| of_pattern(pattern)).collect();
    each.sort_by_key(|sets| std::cmp::Reverse(sets.first().map_or(0, |set| worth(set))));
    // With `least` of them needed, any `least - 1` may be left out, and one of the rest is met: the best ones make the
    // first demand, the next best the second. Whichever it is, all of its own sets are met.
    let rest = chosen.len() - (least - 1);
    let by_set = |number: usize| {
        let windows = each.windows(rest).take(MOST_SETS);
        windows.filter_map(move |window| union(window.iter().map(|sets| sets.get(number).or(sets.last()).cloned())))
    };
    best((0..MOST_SETS).flat_map(by_set).collect())
}
