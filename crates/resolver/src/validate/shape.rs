//! What of a response answers the question: the sets that lead from the question's name to its end. Everything else in
//! the answer section was not asked for, and is left behind.

use super::{
    denial::Absence,
    rrset::{self, Set},
};
use crate::wire::{Message, Name, Record, first_name, kind, rcode};

/// More aliases in a row than this are not followed.
const MOST_ALIASES: usize = 16;

/// More types than this are not looked at for one name.
const MOST_KINDS: usize = 64;

/// The way from the question to its answer.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) steps: Vec<Step>,
    /// The name at the end of all aliases.
    pub(crate) last: Name,
    pub(crate) end: End,
}

/// What is at the end of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Found,
    Absent(Absence),
    /// The upstream server did not go on after an alias. Nothing says that there is nothing, so it has to be asked.
    Open,
    /// Aliases that lead to each other, or on and on.
    Endless,
}

/// One set on the way.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) set: Set,
    /// An alias that follows from the DNAME before it, and has no signature of its own (RFC 6672 section 5.3.1).
    pub(crate) is_synthesised: bool,
}

impl Shape {
    /// Finds the way in a response.
    pub(crate) fn of(message: &Message, name: &Name, asked: u16) -> Self {
        let mut way = Self { steps: Vec::new(), last: name.clone(), end: End::Found };
        let answers = &message.answers;
        for _ in 0..MOST_ALIASES {
            if let Some(target) = way.renamed(answers) {
                match target {
                    Some(target) if asked != kind::CNAME => way.last = target,
                    // The answer itself, or a name that would be too long.
                    _ => return way,
                }
                continue;
            }
            let found = way.found(answers, asked);
            if !found.is_empty() {
                way.steps.extend(found.into_iter().map(|set| Step { set, is_synthesised: false }));
                return way;
            }
            let alias = rrset::find(answers, &way.last, kind::CNAME);
            let Some(alias) = alias.filter(|alias| alias.records.len() == 1) else {
                way.end = end(message, way.steps.is_empty());
                return way;
            };
            let Some(target) = first_name(kind::CNAME, &alias.records[0].data) else { break };
            let is_loop = way.steps.iter().any(|step| step.set.owner == target) || target == way.last;
            way.steps.push(Step { set: alias, is_synthesised: false });
            if is_loop {
                break;
            }
            way.last = target;
        }
        way.end = End::Endless;
        way
    }

    fn found(&self, answers: &[Record], asked: u16) -> Vec<Set> {
        if asked != kind::ANY {
            return rrset::find(answers, &self.last, asked).into_iter().collect();
        }
        let mut kinds: Vec<u16> =
            answers.iter().filter(|record| record.owner == self.last).map(|record| record.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.retain(|kind| *kind != kind::RRSIG);
        kinds.truncate(MOST_KINDS);
        kinds.into_iter().filter_map(|kind| rrset::find(answers, &self.last, kind)).collect()
    }

    /// Takes the step of a DNAME above the name, and says where it leads: nowhere when that would be too long a name.
    fn renamed(&mut self, answers: &[Record]) -> Option<Option<Name>> {
        let record = answers.iter().find(|record| {
            record.kind == kind::DNAME && record.owner != self.last && self.last.is_within(&record.owner)
        })?;
        let set = rrset::find(answers, &record.owner, kind::DNAME)?;
        let target = first_name(kind::DNAME, &record.data)?;
        let target = self.last.renamed(&record.owner, &target);
        let alias = rrset::find(answers, &self.last, kind::CNAME).filter(|alias| {
            let [record] = &*alias.records else { return false };
            first_name(kind::CNAME, &record.data) == target
        });
        self.steps.push(Step { set, is_synthesised: false });
        if let Some(mut set) = alias {
            set.signatures.clear();
            self.steps.push(Step { set, is_synthesised: true });
        }
        Some(target)
    }
}

fn end(message: &Message, is_start: bool) -> End {
    let has_soa = message.authorities.iter().any(|record| record.kind == kind::SOA);
    match message.rcode() {
        rcode::NXDOMAIN => End::Absent(Absence::Name),
        rcode::YXDOMAIN => End::Found,
        _ if is_start || has_soa => End::Absent(Absence::Data),
        _ => End::Open,
    }
}
