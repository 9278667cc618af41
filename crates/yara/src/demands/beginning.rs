//! With what bytes begin for a condition to hold.

use yara_x_parser::ast::{BinaryExpr, Expr, ForIn, FuncCall, Iterable, MatchAnchor, NAryExpr, Quantifier};

use super::condition::{Scope, integer, union};
use crate::literals::start_of;

/// First bytes of which one must stand there; none when the condition does not say.
pub(super) fn prefixes<'a>(condition: &Expr<'a>, scope: Scope<'_, 'a>) -> Option<Vec<Vec<u8>>> {
    match condition {
        Expr::And(all) => {
            all.operands().filter_map(|one| prefixes(one, scope)).max_by_key(|set| set.iter().map(Vec::len).min())
        }
        Expr::Or(all) => union(all.operands().map(|one| prefixes(one, scope))),
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
        Expr::Ident(named) => scope.rule(named.name).and_then(|(condition, scope)| prefixes(condition, scope)),
        Expr::PatternMatch(found) => match &found.anchor {
            Some(MatchAnchor::At(at)) if integer(&at.expr) == Some(0) => {
                start_of(scope.patterns.iter().find(|pattern| pattern.identifier().name == found.identifier.name)?)
            }
            _ => None,
        },
        _ => None,
    }
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
