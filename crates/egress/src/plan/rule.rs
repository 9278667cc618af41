//! The words that rules are made of: types of the `nftables` crate, written short, and the two things it has no word for.

use std::{borrow::Cow, collections::HashSet};

use ipnet::IpNet;
use jiff::civil::Date;
use nftables::{
    expr::{
        CT, Expression, Fib, FibFlag, FibResult, Meta, MetaKey, NamedExpression, Payload, PayloadField, Prefix,
        SetItem, Verdict,
    },
    stmt::{Accept, Counter, Drop, JumpTarget, Match, Operator, Reject, RejectType, Set, SetOp, Statement, VerdictMap},
    types::RejectCode,
};
use serde_json::{Value, json};

use super::stretches::Family;

/// A statement as it is sent and kept.
pub(crate) type Rule = Vec<Value>;

/// Which end of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    From,
    To,
}

pub(crate) fn address(family: Family, end: End) -> Expression<'static> {
    let field = match end {
        End::From => "saddr",
        End::To => "daddr",
    };
    payload(family.header(), field)
}

fn payload(protocol: &'static str, field: &'static str) -> Expression<'static> {
    let field = PayloadField { protocol: protocol.into(), field: field.into() };
    Expression::Named(NamedExpression::Payload(Payload::PayloadField(field)))
}

fn meta(key: MetaKey) -> Expression<'static> {
    Expression::Named(NamedExpression::Meta(Meta { key }))
}

fn compared(left: Expression<'static>, op: Operator, right: Expression<'static>) -> Value {
    value(Statement::Match(Match { left, right, op }))
}

/// An anonymous set.
fn set(items: impl Iterator<Item = Expression<'static>>) -> Expression<'static> {
    Expression::Named(NamedExpression::Set(items.map(SetItem::Element).collect()))
}

fn prefix(network: IpNet) -> Expression<'static> {
    let addr = Expression::String(network.network().to_string().into());
    if network.prefix_len() == network.max_prefix_len() {
        return addr;
    }
    Expression::Named(NamedExpression::Prefix(Prefix { addr: Box::new(addr), len: network.prefix_len().into() }))
}

/// The address at one end is in one of the networks.
pub(crate) fn is_in(family: Family, end: End, networks: &[IpNet]) -> Value {
    compared(address(family, end), Operator::EQ, set(networks.iter().copied().map(prefix)))
}

/// The address at one end is in none of them.
pub(crate) fn is_not_in(family: Family, end: End, networks: &[IpNet]) -> Value {
    compared(address(family, end), Operator::NEQ, set(networks.iter().copied().map(prefix)))
}

/// The address at one end is in the named set.
pub(crate) fn is_in_set(family: Family, end: End, name: &str) -> Value {
    compared(address(family, end), Operator::EQ, reference(name))
}

/// Both addresses, the one that is near first.
fn pair(family: Family, near: End) -> Expression<'static> {
    let far = if near == End::From { End::To } else { End::From };
    Expression::Named(NamedExpression::Concat(vec![address(family, near), address(family, far)]))
}

fn reference(name: &str) -> Expression<'static> {
    Expression::String(format!("@{name}").into())
}

pub(crate) fn pair_is_in_set(family: Family, near: End, name: &str) -> Value {
    compared(pair(family, near), Operator::EQ, reference(name))
}

/// Puts the pair into the set, or begins its time anew. Where the set is full, what follows in the rule does not happen.
pub(crate) fn keep_pair(family: Family, near: End, name: &str) -> Value {
    let set = Cow::Owned(format!("@{name}"));
    value(Statement::Set(Set { op: SetOp::Update, elem: pair(family, near), set }))
}

pub(crate) fn arrives_by(interfaces: &[String]) -> Value {
    compared(meta(MetaKey::Iifname), Operator::EQ, words(interfaces))
}

pub(crate) fn arrives_not_by(interfaces: &[String]) -> Value {
    compared(meta(MetaKey::Iifname), Operator::NEQ, words(interfaces))
}

fn words(words: &[String]) -> Expression<'static> {
    set(words.iter().map(|word| Expression::String(word.clone().into())))
}

/// The way back to the sender does not lead to where the packet came from.
pub(crate) fn has_no_way_back() -> Value {
    let flags = HashSet::from([FibFlag::Saddr, FibFlag::Iif]);
    let fib = Expression::Named(NamedExpression::Fib(Fib { result: FibResult::Oif, flags }));
    compared(fib, Operator::EQ, Expression::Boolean(false))
}

pub(crate) fn is_family(family: Family) -> Value {
    compared(meta(MetaKey::Nfproto), Operator::EQ, Expression::String(family.word().into()))
}

pub(crate) fn is_protocol(protocols: &[&'static str]) -> Value {
    let names = protocols.iter().map(|name| Expression::String((*name).into()));
    compared(meta(MetaKey::L4proto), Operator::EQ, set(names))
}

pub(crate) fn is_no_protocol(protocols: &[&'static str]) -> Value {
    let names = protocols.iter().map(|name| Expression::String((*name).into()));
    compared(meta(MetaKey::L4proto), Operator::NEQ, set(names))
}

pub(crate) fn is_to_port(ports: &[u32]) -> Value {
    compared(payload("th", "dport"), Operator::EQ, set(ports.iter().copied().map(Expression::Number)))
}

/// What the kernel knows of the connection.
pub(crate) fn is_state(states: &[&'static str]) -> Value {
    let state = Expression::Named(NamedExpression::CT(CT { key: "state".into(), family: None, dir: None }));
    let states = states.iter().map(|state| Expression::String((*state).into())).collect();
    compared(state, Operator::IN, Expression::List(states))
}

/// It goes to whoever began the connection.
pub(crate) fn is_reply() -> Value {
    let direction = Expression::Named(NamedExpression::CT(CT { key: "direction".into(), family: None, dir: None }));
    compared(direction, Operator::EQ, Expression::String("reply".into()))
}

/// The day has not ended, in UTC. The crate has no word for this key; `nft` reads the text in the zone of its environment.
pub(crate) fn is_until_the_end_of(day: Date) -> Option<Value> {
    let after = format!("{} 00:00:00", day.tomorrow().ok()?);
    Some(json!({ "match": { "op": "<", "left": { "meta": { "key": "time" } }, "right": after } }))
}

pub(crate) fn count(counter: &str) -> Value {
    value(Statement::Counter(Counter::Named(counter.to_owned().into())))
}

pub(crate) fn accept() -> Value {
    value(Statement::Accept(Some(Accept {})))
}

pub(crate) fn drop() -> Value {
    value(Statement::Drop(Some(Drop {})))
}

pub(crate) fn reset() -> Value {
    value(Statement::Reject(Some(Reject::new(Some(RejectType::TCPReset), None))))
}

pub(crate) fn reject() -> Value {
    value(Statement::Reject(Some(Reject::new(Some(RejectType::ICMPX), Some(RejectCode::AdminProhibited)))))
}

pub(crate) fn goto(chain: &str) -> Value {
    value(Statement::Goto(JumpTarget { target: chain.to_owned().into() }))
}

/// Goes to a chain by the address at one end.
pub(crate) fn goto_by(family: Family, end: End, chains: &[(Vec<IpNet>, String)]) -> Value {
    let verdict = |chain: &String| Expression::Verdict(Verdict::Goto(JumpTarget { target: chain.clone().into() }));
    let items = chains.iter().flat_map(|(networks, chain)| {
        networks.iter().map(move |network| SetItem::Mapping(prefix(*network), verdict(chain)))
    });
    let data = Expression::Named(NamedExpression::Set(items.collect()));
    value(Statement::VerdictMap(VerdictMap { key: address(family, end), data }))
}

fn value(statement: Statement<'static>) -> Value {
    serde_json::to_value(statement).unwrap_or(Value::Null)
}
