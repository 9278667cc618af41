//! A whole condition: its alternatives, and what may be named in it.

use yara_x_parser::ast::{BinaryExpr, Expr, Pattern, Rule};

use super::{
    beginning::prefixes,
    strings::{literals, probes},
    values::{Bounds, Demands},
};

/// Alternatives that are kept apart: with more of them, what they have in common has to do.
const MOST_ALTERNATIVES: usize = 8;

/// What a condition may name.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'a> {
    pub(super) patterns: &'s [Pattern<'a>],
    /// The rules before it.
    rules: &'s [&'s Rule<'a>],
}

impl<'s, 'a> Scope<'s, 'a> {
    /// The rule that a name stands for, and what its condition may name.
    pub(super) fn rule(&self, name: &str) -> Option<(&'s Expr<'a>, Self)> {
        let at = self.rules.iter().rposition(|rule| rule.identifier.name == name)?;
        let (before, rule) = (self.rules.get(..at)?, self.rules.get(at)?);
        Some((&rule.condition, Self { patterns: rule.patterns.as_deref().unwrap_or_default(), rules: before }))
    }
}

/// What a rule demands that stands behind these: one of the results, wholly.
pub(crate) fn demands<'a>(rule: &Rule<'a>, before: &[&Rule<'a>]) -> Vec<Demands> {
    let scope = Scope { patterns: rule.patterns.as_deref().unwrap_or_default(), rules: before };
    let mut all = alternatives(&rule.condition, scope);
    all.sort();
    all.dedup();
    all
}

/// One `or` splits a condition into what can be seen of each side: a program with that fingerprint of its imports, or
/// anything with three of these strings.
fn alternatives<'a>(condition: &Expr<'a>, scope: Scope<'_, 'a>) -> Vec<Demands> {
    match condition {
        Expr::Or(all) => {
            let each: Vec<Demands> = all.operands().flat_map(|one| alternatives(one, scope)).collect();
            if each.len() <= MOST_ALTERNATIVES { each } else { vec![as_one(condition, scope)] }
        }
        Expr::And(all) => all.operands().fold(vec![Demands::default()], |together, one| {
            let mut next = alternatives(one, scope);
            if together.len() * next.len() > MOST_ALTERNATIVES {
                next = vec![as_one(one, scope)];
            }
            together.iter().flat_map(|before| next.iter().map(|after| before.and(after))).collect()
        }),
        Expr::Ident(named) if let Some((condition, scope)) = scope.rule(named.name) => alternatives(condition, scope),
        _ => vec![as_one(condition, scope)],
    }
}

/// What holds whichever alternative does.
fn as_one<'a>(condition: &Expr<'a>, scope: Scope<'_, 'a>) -> Demands {
    let mut prefixes = prefixes(condition, scope).unwrap_or_default();
    prefixes.sort();
    prefixes.dedup();
    let (smallest, largest) = sizes(condition, scope);
    let probes = probes(condition, scope);
    Demands { bounds: Bounds { prefixes, smallest, largest }, sets: literals(condition, scope), probes }
}

pub(super) fn integer(expression: &Expr<'_>) -> Option<i64> {
    match expression {
        Expr::LiteralInteger(literal) if !literal.is_unsigned => Some(literal.value),
        _ => None,
    }
}

/// The smallest and the largest size with which the condition can hold.
fn sizes<'a>(condition: &Expr<'a>, scope: Scope<'_, 'a>) -> (u64, u64) {
    const ANY: (u64, u64) = (0, u64::MAX);
    let limit = |both: &BinaryExpr<'_>| match (&both.lhs, &both.rhs) {
        (Expr::Filesize { .. }, value) => Some((true, u64::try_from(integer(value)?).ok()?)),
        (value, Expr::Filesize { .. }) => Some((false, u64::try_from(integer(value)?).ok()?)),
        _ => None,
    };
    match condition {
        Expr::And(all) => all.operands().map(|one| sizes(one, scope)).fold(ANY, |a, b| (a.0.max(b.0), a.1.min(b.1))),
        Expr::Or(all) => {
            all.operands().map(|one| sizes(one, scope)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or(ANY)
        }
        Expr::Ident(named) => scope.rule(named.name).map_or(ANY, |(condition, scope)| sizes(condition, scope)),
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

pub(super) fn union<T>(all: impl Iterator<Item = Option<Vec<T>>>) -> Option<Vec<T>> {
    let mut together = Vec::new();
    for one in all {
        together.extend(one?);
    }
    Some(together)
}

#[cfg(test)]
mod tests {
    use yara_x_parser::ast::AST;

    use super::*;

    /// What is demanded whichever alternative holds.
    fn demanded(ast: &AST<'_>) -> Demands {
        let rule = ast.rules().next().unwrap();
        as_one(&rule.condition, Scope { patterns: rule.patterns.as_deref().unwrap_or_default(), rules: &[] })
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
            demands(ast.rules().next().unwrap(), &[]).iter().map(told).collect::<Vec<_>>()
        };
        let (alpha, bravo) = (|| "alpha-one".to_owned(), || "bravo-two".to_owned());
        assert_eq!(
            of("uint16(0) == 0x5a4d and filesize < 9 and (pe.imphash() == \"x\" or $a) or all of ($a, $b)"),
            [(false, u64::MAX, vec![alpha(), bravo()]), (true, 9, vec![]), (true, 9, vec![alpha()]),]
        );
        assert_eq!(of("$a or filesize < 7"), [(false, 7, vec![]), (false, u64::MAX, vec![alpha()])]);
        assert_eq!(of("($a or $b) and not $d").len(), 2);
        assert_eq!(of("$a or $d"), [(false, u64::MAX, vec![]), (false, u64::MAX, vec![alpha()])], "$d is too short");
        let many = ["$a"; 9].join(" or ");
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
        let text = |literal: &super::super::Literal| String::from_utf8_lossy(&literal.bytes).into_owned();
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
        assert_eq!(of("$h = { 01 02 [2-4] 11 22 33 44 55 ?? 66 }", "$h").1, ["\u{11}\"3DU\0f"]);
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

    #[test]
    fn bytes_that_may_be_anything_are_passed_over() {
        assert_eq!(of("$h = { 8b ?? 4? b8 04 00 }", "$h").1, ["\u{fffd}\0@\u{fffd}\u{4}\0"]);
        assert_eq!(of("$h = { 7c e6 [2] 48 03 d? ff [2-3] 01 }", "$h").1, ["|\u{fffd}\0\0H\u{3}\u{fffd}\u{fffd}"]);
        assert!(of("$h = { 41 ?? 42 ?? 43 }", "$h").1.is_empty(), "too many forms");
        assert_eq!(of("$r = /exec[\\t ]*\\(/", "$r").1.len(), 3, "a space, a tab or the bracket");
        assert_eq!(of("$r = /@eval\\(.{,100}unsafe/", "$r").1, ["@eval("]);
    }

    #[test]
    fn a_rule_demands_what_the_rules_it_names_demand() {
        let text = "private rule p { strings: $p = \"alpha-one\" condition: uint16(0) == 0x5a4d and $p }
                    private rule q { condition: p and filesize < 9 } rule r { condition: q }";
        let ast = AST::from(text);
        let rules: Vec<&Rule<'_>> = ast.rules().collect();
        let demanded = demands(rules[2], &rules[..2]);
        assert_eq!(demanded.len(), 1);
        assert_eq!((demanded[0].bounds.largest, demanded[0].bounds.prefixes.len()), (9, 1));
        assert_eq!(demanded[0].sets[0][0].bytes, b"alpha-one");
        assert_eq!(demands(rules[2], &[])[0], Demands::default(), "of one that is not there nothing is known");
    }

    #[test]
    fn counts_together_demand_one_of_the_strings() {
        let strings = "$a = \"alpha-one\" $b = \"bravo-two\" $c = \"other-one\"";
        assert_eq!(of(strings, "(#a + #b) > #c").1.len(), 2);
        assert_eq!(of(strings, "#a + #b > 3").1.len(), 2);
        assert!(of(strings, "#a - #b > 3").1.is_empty() && of(strings, "#a + #b >= 0").1.is_empty());
    }
}
