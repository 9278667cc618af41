//! A whole transaction for `nft -j -f -`: our table as it is to be, in place of what it is, all at once.
//!
//! A plan on trial stands beside the one before. Which of both decides is asked of a set with two members, whose time the kernel
//! itself counts: when it is over, the members are gone and the one before decides again. No process has to be alive for that,
//! no connection has to hold, and no clock may jump: the kernel counts from when the members were put in.
//!
//! The sets of addresses are not touched: what is open stays open.

use serde_json::{Value, json};

use super::{Plan, base::BASE, sets, stretches::Family};
use crate::{TABLE, kernel::Present};

/// The set that tells whether a plan on trial still holds.
pub(crate) const TRIAL: &str = "trial";
/// The chain that the kernel calls. Before other tables' filters: what we refuse never reaches them.
const HOOK: &str = "forward";
const PRIORITY: i32 = -10;

/// The transaction.
///
/// `standing` is what holds without a trial; `trial` is what holds for so many seconds.
pub(crate) fn document(present: &Present, standing: Option<&Plan>, trial: Option<(&Plan, u32)>) -> Value {
    let mut commands = vec![json!({ "add": { "table": table() } }), json!({ "flush": { "table": table() } })];
    commands.extend(present.chains.iter().map(|name| json!({ "delete": { "chain": named(name) } })));
    for (name, set) in sets::all() {
        if !present.sets.contains(&name) {
            commands.push(set);
        }
    }
    commands.extend(trial_set(present, trial.map(|(_, seconds)| seconds)));
    let plans = [("a", standing), ("b", trial.map(|(plan, _)| plan))];
    let mut counters: Vec<&String> = plans.iter().filter_map(|(_, plan)| *plan).flat_map(Plan::counters).collect();
    counters.sort_unstable();
    counters.dedup();
    for counter in counters.into_iter().filter(|counter| !present.counters.contains(*counter)) {
        let counter = json!({ "family": "inet", "table": TABLE, "name": counter, "packets": 0, "bytes": 0 });
        commands.push(json!({ "add": { "counter": counter } }));
    }
    let mut hook = named(HOOK);
    if let Value::Object(hook) = &mut hook {
        let more = [("type", json!("filter")), ("hook", json!("forward")), ("prio", json!(PRIORITY))];
        hook.extend(more.map(|(key, value)| (key.to_owned(), value)));
        hook.insert("policy".to_owned(), json!("accept"));
    }
    commands.push(json!({ "add": { "chain": hook } }));
    for (slot, plan) in plans {
        commands.extend(plan.into_iter().flat_map(|plan| chains(slot, plan)));
    }
    if trial.is_some() {
        let holds =
            json!({ "match": { "op": "==", "left": { "meta": { "key": "nfproto" } }, "right": format!("@{TRIAL}") } });
        commands.push(rule(HOOK, &[holds, json!({ "goto": { "target": slotted("b", BASE) } })]));
    }
    if standing.is_some() {
        commands.push(rule(HOOK, &[json!({ "goto": { "target": slotted("a", BASE) } })]));
    }
    json!({ "nftables": commands })
}

/// The transaction that takes our table away.
pub(crate) fn removal() -> Value {
    json!({ "nftables": [{ "add": { "table": table() } }, { "delete": { "table": table() } }] })
}

fn trial_set(present: &Present, seconds: Option<u32>) -> Vec<Value> {
    let set = |more: Value| {
        let mut set = named(TRIAL);
        if let (Some(set), Value::Object(more)) = (set.as_object_mut(), more) {
            set.extend(more);
        }
        set
    };
    let mut commands = Vec::new();
    // Made anew with its members in it: to put members into a set that is there, `nft` reads all elements of all sets.
    if present.sets.iter().any(|name| name == TRIAL) {
        commands.push(json!({ "delete": { "set": named(TRIAL) } }));
    }
    if let Some(seconds) = seconds {
        let members: Vec<Value> = Family::BOTH
            .into_iter()
            .map(|family| json!({ "elem": { "val": family.word(), "timeout": seconds } }))
            .collect();
        // The crate has no word for this type.
        let more = json!({ "type": "nf_proto", "flags": ["timeout"], "elem": members });
        commands.push(json!({ "add": { "set": set(more) } }));
    }
    commands
}

/// All chains first: rules name chains that come later.
fn chains(slot: &str, plan: &Plan) -> Vec<Value> {
    let made = plan.chains().map(|(name, _)| json!({ "add": { "chain": named(&slotted(slot, name)) } }));
    let rules = plan.chains().flat_map(|(name, rules)| {
        let chain = slotted(slot, name);
        rules.iter().map(move |statements| {
            let mut statements = statements.clone();
            statements.iter_mut().for_each(|statement| move_targets(slot, statement));
            rule(&chain, &statements)
        })
    });
    made.chain(rules).collect()
}

/// Puts the slot before the name of every chain that is gone to.
fn move_targets(slot: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match value.get_mut("target") {
                    Some(Value::String(target)) if key == "goto" => *target = slotted(slot, target),
                    _ => move_targets(slot, value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| move_targets(slot, value)),
        _ => {}
    }
}

fn slotted(slot: &str, name: &str) -> String {
    format!("{slot}_{name}")
}

fn rule(chain: &str, statements: &[Value]) -> Value {
    json!({ "add": { "rule": { "family": "inet", "table": TABLE, "chain": chain, "expr": statements } } })
}

fn named(name: &str) -> Value {
    json!({ "family": "inet", "table": TABLE, "name": name })
}

fn table() -> Value {
    json!({ "family": "inet", "name": TABLE })
}
