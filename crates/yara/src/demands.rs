//! What a rule's condition demands of the bytes, read from its syntax tree.
//!
//! Three kinds of demands: first bytes (`uint16(0) == 0x5a4d`, `$magic at 0`, fields that only a PE or ELF file has),
//! the size, and literals of which at least one must occur (`any of them`, `$a and $b`). Everything here errs on one
//! side: a demand is kept only when the condition cannot hold without it, and `not`, counts and loops demand nothing.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use yara_x_parser::ast::{
    BinaryExpr, Expr, ForIn, ForOf, FuncCall, Iterable, MatchAnchor, NAryExpr, Of, OfItems, Pattern, PatternSet,
    Quantifier, Rule,
};

use crate::literals::{of_pattern, start_of, worth};

/// Sets of literals that are kept of one rule. A second one spares most evaluations that a common first one asks for.
pub(crate) const MOST_SETS: usize = 2;
/// Alternatives that are kept apart: with more of them, what they have in common has to do.
const MOST_ALTERNATIVES: usize = 8;
/// How many bytes a literal has at least: shorter ones occur everywhere.
pub(crate) const WINDOW: usize = 4;

/// What must be true of bytes for a rule, or one alternative of its condition, to match them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(crate) struct Demands {
    pub(crate) bounds: Bounds,
    /// Of each of these sets one literal occurs; empty when the rule does not say.
    pub(crate) sets: Vec<Vec<Literal>>,
}

/// What a rule demands that can be seen without reading the bytes: how they begin, and how many they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bounds {
    /// The bytes begin with one of these; empty when the rule does not say.
    pub(crate) prefixes: Vec<Vec<u8>>,
    /// The smallest and the largest size.
    pub(crate) smallest: u64,
    pub(crate) largest: u64,
}

/// A literal that occurs as it is written, or in any case of its ASCII letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Literal {
    pub(crate) bytes: Vec<u8>,
    pub(crate) exact: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { prefixes: Vec::new(), smallest: 0, largest: u64::MAX }
    }
}

impl Bounds {
    /// Whether these bytes are within the bounds.
    pub(crate) fn admit(&self, bytes: &[u8]) -> bool {
        (self.smallest..=self.largest).contains(&(bytes.len() as u64))
            && (self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| bytes.starts_with(prefix)))
    }

    /// Whether bytes can be within the bounds that begin with these, zeros after their end, and whose size is one of
    /// `sizes`.
    #[must_use]
    pub fn could_admit(&self, head: [u8; 4], sizes: &RangeInclusive<u64>) -> bool {
        let begins = |prefix: &Vec<u8>| prefix.iter().zip(&head).all(|(wanted, there)| wanted == there);
        *sizes.start() <= self.largest
            && *sizes.end() >= self.smallest
            && (self.prefixes.is_empty() || self.prefixes.iter().any(begins))
    }
}

impl Literal {
    /// Whether bytes of the same length are this literal.
    pub(crate) fn is(&self, bytes: &[u8]) -> bool {
        if self.exact { self.bytes == bytes } else { self.bytes.eq_ignore_ascii_case(bytes) }
    }
}

impl Demands {
    /// What is demanded where both hold.
    fn and(&self, other: &Self) -> Self {
        let (one, two) = (&self.bounds, &other.bounds);
        let shortest = |bounds: &Bounds| bounds.prefixes.iter().map(Vec::len).min();
        let prefixes = if shortest(one) < shortest(two) { &two.prefixes } else { &one.prefixes };
        Self {
            bounds: Bounds {
                prefixes: prefixes.clone(),
                smallest: one.smallest.max(two.smallest),
                largest: one.largest.min(two.largest),
            },
            sets: best(self.sets.iter().chain(&other.sets).cloned().collect()),
        }
    }
}

/// What a rule demands: one of these, wholly.
pub(crate) fn demands(rule: &Rule<'_>) -> Vec<Demands> {
    let mut all = alternatives(&rule.condition, rule.patterns.as_deref().unwrap_or_default());
    all.sort();
    all.dedup();
    all
}

/// One `or` splits a condition into what can be seen of each side: a program with that fingerprint of its imports, or
/// anything with three of these strings.
fn alternatives(condition: &Expr<'_>, patterns: &[Pattern<'_>]) -> Vec<Demands> {
    match condition {
        Expr::Or(all) => {
            let each: Vec<Demands> = all.operands().flat_map(|one| alternatives(one, patterns)).collect();
            if each.len() <= MOST_ALTERNATIVES { each } else { vec![as_one(condition, patterns)] }
        }
        Expr::And(all) => all.operands().fold(vec![Demands::default()], |together, one| {
            let mut next = alternatives(one, patterns);
            if together.len() * next.len() > MOST_ALTERNATIVES {
                next = vec![as_one(one, patterns)];
            }
            together.iter().flat_map(|before| next.iter().map(|after| before.and(after))).collect()
        }),
        _ => vec![as_one(condition, patterns)],
    }
}

/// What holds whichever alternative does.
fn as_one(condition: &Expr<'_>, patterns: &[Pattern<'_>]) -> Demands {
    let mut prefixes = prefixes(condition, patterns).unwrap_or_default();
    prefixes.sort();
    prefixes.dedup();
    let (smallest, largest) = sizes(condition);
    Demands { bounds: Bounds { prefixes, smallest, largest }, sets: literals(condition, patterns) }
}

fn prefixes(condition: &Expr<'_>, patterns: &[Pattern<'_>]) -> Option<Vec<Vec<u8>>> {
    match condition {
        Expr::And(all) => {
            all.operands().filter_map(|one| prefixes(one, patterns)).max_by_key(|set| set.iter().map(Vec::len).min())
        }
        Expr::Or(all) => union(all.operands().map(|one| prefixes(one, patterns))),
        Expr::Eq(both) => integer_at_start(&both.lhs, &both.rhs)
            .or_else(|| integer_at_start(&both.rhs, &both.lhs))
            .or_else(|| module_compared(both)),
        Expr::Lt(both)
        | Expr::Gt(both)
        | Expr::Le(both)
        | Expr::Ge(both)
        | Expr::Contains(both)
        | Expr::IContains(both)
        | Expr::StartsWith(both)
        | Expr::EndsWith(both)
        | Expr::IEquals(both)
        | Expr::Matches(both) => module_compared(both),
        Expr::FuncCall(_) | Expr::FieldAccess(_) => module_truth(condition),
        Expr::ForIn(all) => module_loop(all),
        Expr::PatternMatch(found) => match &found.anchor {
            Some(MatchAnchor::At(at)) if integer(&at.expr) == Some(0) => {
                start_of(patterns.iter().find(|pattern| pattern.identifier().name == found.identifier.name)?)
            }
            _ => None,
        },
        _ => None,
    }
}

fn union<T>(all: impl Iterator<Item = Option<Vec<T>>>) -> Option<Vec<T>> {
    let mut together = Vec::new();
    for one in all {
        together.extend(one?);
    }
    Some(together)
}

/// `uint32be(0) == 0x504b0304` and its kin.
fn integer_at_start(call: &Expr<'_>, value: &Expr<'_>) -> Option<Vec<Vec<u8>>> {
    let Expr::FuncCall(call) = call else { return None };
    let [argument] = call.args.as_slice() else { return None };
    if call.object.is_some() || integer(argument)? != 0 {
        return None;
    }
    let value = integer(value)?;
    let little = |length: usize| value.to_le_bytes().get(..length).map(<[u8]>::to_vec);
    let fits = |bits: u32| (0..1_i64 << bits).contains(&value);
    let bytes = match call.identifier.name {
        "uint8" | "uint8be" if fits(8) => little(1),
        "uint16" if fits(16) => little(2),
        "uint16be" if fits(16) => little(2).map(reversed),
        "uint32" if fits(32) => little(4),
        "uint32be" if fits(32) => little(4).map(reversed),
        _ => None,
    }?;
    Some(vec![bytes])
}

fn reversed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.reverse();
    bytes
}

/// A comparison is undefined, which counts as false, when one side is.
fn module_compared(both: &BinaryExpr<'_>) -> Option<Vec<Vec<u8>>> {
    module_value(&both.lhs, UNDEFINED).or_else(|| module_value(&both.rhs, UNDEFINED))
}

/// `for any section in pe.sections : ( ... )`: there are none in what is no PE file. `for all` holds over none.
fn module_loop(all: &ForIn<'_>) -> Option<Vec<Vec<u8>>> {
    match (&all.quantifier, &all.iterable) {
        (Quantifier::Any { .. }, Iterable::Expr(expression)) => module_value(expression, UNDEFINED),
        (Quantifier::Any { .. }, Iterable::Range(range)) => {
            module_value(&range.upper_bound, UNDEFINED).or_else(|| match &range.upper_bound {
                Expr::Sub(all) => module_value(all.first(), UNDEFINED),
                _ => None,
            })
        }
        _ => None,
    }
}

/// Values of `pe` that are undefined in what does not begin like a PE file.
const UNDEFINED: &[&str] = &[
    "imphash",
    "number_of_sections",
    "number_of_signatures",
    "number_of_resources",
    "sections",
    "signatures",
    "resources",
    "version_info",
    "timestamp",
    "entry_point",
    "entry_point_raw",
    "machine",
    "characteristics",
    "subsystem",
    "pdb_path",
    "dll_name",
];
/// Values of `pe` that are undefined, false or 0 there: `pe.imports("x") == 0` holds in a letter, `pe.imports("x")` does
/// not.
const FALSE: &[&str] = &["exports", "imports", "is_dll", "is_32bit", "is_64bit", "is_pe"];

fn module_truth(expression: &Expr<'_>) -> Option<Vec<Vec<u8>>> {
    module_value(expression, UNDEFINED).or_else(|| module_value(expression, FALSE))
}

fn module_value(expression: &Expr<'_>, of_pe: &[&str]) -> Option<Vec<Vec<u8>>> {
    let mz = || Some(vec![b"MZ".to_vec()]);
    match expression {
        // `pe.sections[0].name`: a field of what was looked up.
        Expr::FieldAccess(fields) if matches!(fields.first(), Expr::Lookup(_)) => module_value(fields.first(), of_pe),
        Expr::FieldAccess(fields) => match field(fields)? {
            ("pe", name) if of_pe.contains(&name) => mz(),
            ("elf", "type" | "machine" | "sections" | "segments" | "entry_point") => Some(vec![b"\x7fELF".to_vec()]),
            _ => None,
        },
        Expr::FuncCall(call) => match called(call)? {
            ("pe", name) if of_pe.contains(&name) => mz(),
            _ => None,
        },
        Expr::Lookup(lookup) => module_value(&lookup.primary, of_pe),
        _ => None,
    }
}

fn field<'e>(fields: &'e NAryExpr<'_>) -> Option<(&'e str, &'e str)> {
    match fields.as_slice() {
        [first, second, ..] => Some((name(first)?, name(second)?)),
        _ => None,
    }
}

fn called<'e>(call: &'e FuncCall<'_>) -> Option<(&'e str, &'e str)> {
    Some((name(call.object.as_ref()?)?, call.identifier.name))
}

fn name<'e>(expression: &'e Expr<'_>) -> Option<&'e str> {
    match expression {
        Expr::Ident(ident) => Some(ident.name),
        Expr::Lookup(lookup) => name(&lookup.primary),
        _ => None,
    }
}

fn integer(expression: &Expr<'_>) -> Option<i64> {
    match expression {
        Expr::LiteralInteger(literal) if !literal.is_unsigned => Some(literal.value),
        _ => None,
    }
}

/// The smallest and the largest size with which the condition can hold.
fn sizes(condition: &Expr<'_>) -> (u64, u64) {
    const ANY: (u64, u64) = (0, u64::MAX);
    let limit = |both: &BinaryExpr<'_>| match (&both.lhs, &both.rhs) {
        (Expr::Filesize { .. }, value) => Some((true, u64::try_from(integer(value)?).ok()?)),
        (value, Expr::Filesize { .. }) => Some((false, u64::try_from(integer(value)?).ok()?)),
        _ => None,
    };
    match condition {
        Expr::And(all) => all.operands().map(sizes).fold(ANY, |a, b| (a.0.max(b.0), a.1.min(b.1))),
        Expr::Or(all) => all.operands().map(sizes).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or(ANY),
        // An impossible bound stays a bound: nothing is smaller than no bytes, and both ends admit one size too many.
        Expr::Lt(both) | Expr::Le(both) => match limit(both) {
            Some((true, value)) => (0, value),
            Some((false, value)) => (value, u64::MAX),
            None => ANY,
        },
        Expr::Gt(both) | Expr::Ge(both) => match limit(both) {
            Some((true, value)) => (value, u64::MAX),
            Some((false, value)) => (0, value),
            None => ANY,
        },
        Expr::Eq(both) => limit(both).map_or(ANY, |(_, value)| (value, value)),
        _ => ANY,
    }
}

/// Sets of literals of each of which one must occur, the best first; none when nothing is demanded.
fn literals(condition: &Expr<'_>, patterns: &[Pattern<'_>]) -> Vec<Vec<Literal>> {
    match condition {
        Expr::And(all) => best(all.operands().flat_map(|one| literals(one, patterns)).collect()),
        Expr::Or(all) => all.operands().map(|one| literals(one, patterns)).reduce(either).unwrap_or_default(),
        Expr::Of(of) => of_literals(of, patterns),
        Expr::ForOf(all) => for_literals(all, patterns),
        other => {
            needed(other).and_then(|name| named(name, patterns)).map(|one| best(of_pattern(one))).unwrap_or_default()
        }
    }
}

/// The name, without its sign, of the string without which this does not hold.
fn needed<'e>(condition: &'e Expr<'_>) -> Option<&'e str> {
    match condition {
        Expr::PatternMatch(found) => found.identifier.name.get(1..),
        // `#a > 3`, `#a > #b` or `#a > #b + #c`: with no match it is 0, which is more than nothing.
        Expr::Gt(both) => match &both.rhs {
            Expr::PatternCount(_) => counted(&both.lhs, 1),
            Expr::Add(all) if all.operands().all(|one| matches!(one, Expr::PatternCount(_))) => counted(&both.lhs, 1),
            least => integer(least).and_then(|least| counted(&both.lhs, least.checked_add(1)?)),
        }
        .or_else(|| placed(both)),
        Expr::Ge(both) | Expr::Eq(both) => {
            integer(&both.rhs).and_then(|least| counted(&both.lhs, least)).or_else(|| placed(both))
        }
        Expr::Lt(both) | Expr::Le(both) => placed(both),
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
fn best(mut sets: Vec<Vec<Literal>>) -> Vec<Vec<Literal>> {
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

fn counted<'e>(count: &'e Expr<'_>, least: i64) -> Option<&'e str> {
    match count {
        Expr::PatternCount(count) if least > 0 => count.identifier.name.get(1..),
        _ => None,
    }
}

/// `any of them`, `2 of ($a*)`, `all of them`. Counts that are computed, percentages and `none` demand nothing.
fn of_literals(of: &Of<'_>, patterns: &[Pattern<'_>]) -> Vec<Vec<Literal>> {
    let OfItems::PatternSet(set) = &of.items else { return Vec::new() };
    some_of(&of.quantifier, &chosen(set, patterns))
}

/// `for any of them : ( $ at 0 )`, whose body names the string in question and so needs it.
fn for_literals(all: &ForOf<'_>, patterns: &[Pattern<'_>]) -> Vec<Vec<Literal>> {
    let needs_it =
        |expression: &Expr<'_>| matches!(expression, Expr::PatternMatch(found) if found.identifier.name == "$");
    let needed = match &all.body {
        Expr::And(operands) => operands.operands().any(needs_it),
        body => needs_it(body),
    };
    if !needed {
        return Vec::new();
    }
    some_of(&all.quantifier, &chosen(&all.pattern_set, patterns))
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
    let mut each: Vec<Option<Vec<Literal>>> =
        chosen.iter().map(|pattern| of_pattern(pattern).into_iter().next()).collect();
    each.sort_by_key(|set| std::cmp::Reverse(set.as_ref().map_or(0, |set| worth(set))));
    // With `least` of them needed, any `least - 1` may be left out, and one of the rest is met: the best ones make the
    // first demand, the next best the second.
    let rest = chosen.len() - (least - 1);
    best(each.windows(rest).take(MOST_SETS).filter_map(|window| union(window.iter().cloned())).collect())
}

#[cfg(test)]
mod tests {
    use yara_x_parser::ast::AST;

    use super::*;

    /// What is demanded whichever alternative holds.
    fn demanded(ast: &AST<'_>) -> Demands {
        let rule = ast.rules().next().unwrap();
        as_one(&rule.condition, rule.patterns.as_deref().unwrap_or_default())
    }

    #[test]
    fn bounds_tell_what_could_be_within_them() {
        let bounds = Bounds { prefixes: vec![b"MZ".to_vec(), b"\x7fELF\x02".to_vec()], smallest: 100, largest: 200 };
        assert!(bounds.could_admit(*b"MZ\x90\0", &(128..=255)));
        assert!(bounds.could_admit(*b"\x7fELF", &(64..=127)));
        assert!(!bounds.could_admit(*b"\x7fELG", &(64..=127)));
        assert!(!bounds.could_admit(*b"M\0\0\0", &(128..=255)));
        assert!(!bounds.could_admit(*b"MZ\x90\0", &(32..=63)) && !bounds.could_admit(*b"MZ\x90\0", &(256..=511)));
        assert!(Bounds::default().could_admit([0; 4], &(0..=0)));
    }

    #[test]
    fn each_side_of_an_or_demands_its_own() {
        let strings = "$a = \"alpha-one\" $b = \"bravo-two\" $d = \"xy\"";
        let of = |condition: &str| {
            let text = format!("import \"pe\" rule r {{ strings: {strings} condition: {condition} }}");
            let ast = AST::from(text.as_str());
            assert!(ast.errors().is_empty(), "{text}");
            let told = |one: &Demands| {
                let literals = one.sets.iter().flatten().map(|one| String::from_utf8_lossy(&one.bytes).into_owned());
                (!one.bounds.prefixes.is_empty(), one.bounds.largest, literals.collect::<Vec<_>>())
            };
            demands(ast.rules().next().unwrap()).iter().map(told).collect::<Vec<_>>()
        };
        let (alpha, bravo) = (|| "alpha-one".to_owned(), || "bravo-two".to_owned());
        assert_eq!(
            of("uint16(0) == 0x5a4d and filesize < 9 and (pe.imphash() == \"x\" or $a) or all of ($a, $b)"),
            [(false, u64::MAX, vec![alpha(), bravo()]), (true, 9, vec![]), (true, 9, vec![alpha()]),]
        );
        assert_eq!(of("$a or filesize < 7"), [(false, 7, vec![]), (false, u64::MAX, vec![alpha()])]);
        assert_eq!(of("($a or $b) and not $d").len(), 2);
        assert_eq!(of("$a or $d"), [(false, u64::MAX, vec![]), (false, u64::MAX, vec![alpha()])], "$d is too short");
        let many = vec!["$a"; 9].join(" or ");
        assert_eq!(of(&many).len(), 1);
        let product = of(&format!("({0}) and ({0}) and ({0}) and ({0})", "$a or $b"));
        assert!(product.len() <= MOST_ALTERNATIVES, "what is too many is one: {product:?}");
    }

    fn of(strings: &str, condition: &str) -> (Vec<Vec<u8>>, Vec<String>) {
        let strings = if strings.is_empty() { String::new() } else { format!("strings: {strings}") };
        let text = format!("rule r {{ {strings} condition: {condition} }}");
        let ast = AST::from(text.as_str());
        assert!(ast.errors().is_empty(), "{text}");
        let demands = demanded(&ast);
        let text = |literal: &Literal| String::from_utf8_lossy(&literal.bytes).into_owned();
        (demands.bounds.prefixes, demands.sets.first().into_iter().flatten().map(text).collect())
    }

    #[test]
    fn first_bytes() {
        let mz = vec![b"MZ".to_vec()];
        assert_eq!(of("", "uint16(0) == 0x5A4D").0, mz);
        assert_eq!(of("", "0x4D5A == uint16be(0) and filesize < 5MB").0, mz);
        assert_eq!(
            of("", "uint32be(0) == 0x504b0304 or uint16(0) == 0x5a4d").0,
            vec![b"MZ".to_vec(), b"PK\x03\x04".to_vec()]
        );
        assert_eq!(of("$m = { 25 50 44 46 ?? } $x = \"abcdefg\"", "$m at 0 and $x").0, vec![b"%PDF".to_vec()]);
        for nothing in
            ["not uint16(0) == 0x5A4D", "uint16(2) == 0x5A4D", "uint16(0) == 0x5A4D or filesize > 3", "uint16(0) != 1"]
        {
            assert!(of("", nothing).0.is_empty(), "{nothing}");
        }
        assert!(of("$m = \"MZ\" nocase", "$m at 0").0.is_empty());
    }

    #[test]
    fn modules_that_need_a_kind_of_file() {
        let of = |condition: &str| {
            let text = format!("import \"pe\" import \"elf\" rule r {{ condition: {condition} }}");
            let ast = AST::from(text.as_str());
            assert!(ast.errors().is_empty(), "{text}");
            demanded(&ast).bounds.prefixes
        };
        for condition in [
            "pe.is_pe",
            "pe.imphash() == \"x\" and filesize < 3",
            "pe.sections[0].name == \".x\"",
            "pe.version_info[\"a\"] contains \"b\"",
            "for any s in pe.sections : ( s.name == \"x\" )",
            "for any i in (0..pe.number_of_sections - 1) : ( pe.sections[i].name == \"x\" )",
            "pe.imports(\"a.dll\", \"f\")",
        ] {
            assert_eq!(of(condition), [b"MZ"], "{condition}");
        }
        assert_eq!(of("elf.type == elf.ET_EXEC"), [b"\x7fELF"]);
        for condition in [
            "pe.imports(\"a.dll\") == 0",
            "not pe.is_pe",
            "pe.is_pe == 0",
            "pe.MACHINE_I386 == 0x14c",
            "elf.ET_EXEC == 2",
            "for all s in pe.sections : ( s.name == \"x\" )",
            "for none s in pe.sections : ( s.name == \"x\" )",
            "not defined pe.timestamp",
            "pe.is_pe or filesize > 3",
        ] {
            assert!(of(condition).is_empty(), "{condition}");
        }
    }

    #[test]
    fn sizes_that_can_hold() {
        let of = |condition: &str| {
            let text = format!("rule r {{ condition: {condition} }}");
            let ast = AST::from(text.as_str());
            let bounds = demanded(&ast).bounds;
            (bounds.smallest, bounds.largest)
        };
        assert_eq!(of("filesize < 5KB and filesize > 10"), (10, 5120));
        assert_eq!(of("100 > filesize or 50 <= filesize and filesize < 300"), (0, 300));
        assert_eq!(of("filesize == 7 and true"), (7, 7));
        for condition in ["not filesize < 3", "filesize < 3 or true", "filesize > -1", "filesize + 1 < 3"] {
            assert_eq!(of(condition), (0, u64::MAX), "{condition}");
        }
    }

    #[test]
    fn literals_that_must_occur() {
        let strings = "$a = \"alpha-one\" $b = \"bravo-two\" wide $c = /r[ab]gex/ $d = \"xy\" $x = \"xored-text\" xor";
        assert_eq!(of(strings, "$a and $c").1, ["alpha-one"]);
        assert_eq!(of(strings, "$a or $b").1.len(), 2);
        assert_eq!(of(strings, "2 of ($a, $d, $b)").1.len(), 2, "the short one may be the one that is left out");
        assert_eq!(of(strings, "all of them").1.len(), 1);
        for nothing in [
            "$a or $d",
            "not $a and not $b",
            "any of ($a, $d)",
            "$d",
            "not $a",
            "#a >= 0",
            "#a < 3",
            "1 of ($a, $d)",
            "none of ($a)",
            "for any of ($a) : ( @ > 3 )",
            "0 of ($a)",
        ] {
            assert!(of(strings, &format!("{nothing} and (filesize > 0 or any of them)")).1.is_empty(), "{nothing}");
        }
        assert_eq!(of(strings, "$x").1.len(), 256);
        assert_eq!(of("$b = \"evil.example\" base64 base64wide", "$b").1.len(), 6);
        assert!(
            of(
                "$b = \"evil.example\" base64(\"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_\")",
                "$b"
            )
            .1
            .is_empty()
        );
        for needs_both in
            ["@a[1] < @b[1] + 50", "@b - @a < 7", "#a > #b", "#a > #b + #d", "#a == 2", "uint32be(@a + 7) == 1"]
        {
            assert_eq!(of(strings, needs_both).1.len(), 1, "{needs_both}");
        }
        assert_eq!(of("$h = { 01 02 [2-4] 11 22 33 44 55 ?? 66 }", "$h").1, ["\u{11}\"3DU"]);
        assert_eq!(of("$h = { ( 31 32 33 34 | 35 36 37 38 ) }", "$h").1, ["1234", "5678"]);
        assert!(of("$h = { ( 31 32 33 34 | 35 36 ) }", "$h").1.is_empty());
        assert_eq!(of("$r = /[a-z]+(first|second)?last-word{2,}/i", "$r").1, ["last-wor"]);
        assert_eq!(
            of("$r = /gate\\.php|panel\\.php/ wide", "$r").1,
            ["g\0a\0t\0e\0.\0p\0h\0p\0", "p\0a\0n\0e\0l\0.\0p\0h\0p\0"]
        );
        for nothing in ["/(gate\\.php)?/", "/gate\\.php|x/", "/[0-9]{9}/", "/abc/"] {
            assert!(of(&format!("$r = {nothing}"), "$r").1.is_empty(), "{nothing}");
        }
    }
}
