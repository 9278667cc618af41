//! Where the lines of a list end up: in the target, or counted.

use ipnet::IpNet;

use super::{Report, Trouble};
use crate::{
    Action, Gate, Limits, Scope,
    name::{self, NotAName},
};

/// What takes entries that went through the gate.
pub(crate) trait Target {
    /// Takes a name in its one form; says whether there was room for it.
    fn name(&mut self, name: &[u8], labels: usize, scope: Scope, action: Action) -> bool;
    /// Takes a network; says whether there was room for it.
    fn network(&mut self, network: IpNet, action: Action) -> bool;
}

/// A target that keeps nothing.
pub(crate) struct Nowhere;

impl Target for Nowhere {
    fn name(&mut self, _: &[u8], _: usize, _: Scope, _: Action) -> bool {
        true
    }

    fn network(&mut self, _: IpNet, _: Action) -> bool {
        true
    }
}

/// The lines of one list as they are read.
pub(crate) struct Rows<'r> {
    gate: &'r Gate,
    limits: Limits,
    target: &'r mut dyn Target,
    pub(super) report: Report,
    pub(super) is_full: bool,
    scratch: Vec<u8>,
}

impl<'r> Rows<'r> {
    pub(super) fn new(gate: &'r Gate, limits: Limits, target: &'r mut dyn Target) -> Self {
        Self {
            gate,
            limits,
            target,
            report: Report::default(),
            is_full: false,
            scratch: Vec::with_capacity(name::LONGEST),
        }
    }

    /// An entry for a name as it stands in the list.
    pub(crate) fn name(&mut self, raw: &[u8], scope: Scope, action: Action) {
        let labels = match name::canonical(raw, &mut self.scratch) {
            Ok(labels) => labels,
            Err(NotAName::Address) => return self.unsupported(raw, Trouble::NotAName(NotAName::Address)),
            Err(error) => return self.bad(raw, Trouble::NotAName(error)),
        };
        // The one form is ASCII.
        let Ok(text) = str::from_utf8(&self.scratch) else { return };
        if let Some(why) = self.gate.name(text, action) {
            return self.report.set_aside.add(self.report.lines, raw, || why.text());
        }
        if self.has_room() {
            self.is_full = !self.target.name(&self.scratch, labels, scope, action);
            self.count(action);
        }
    }

    /// An entry for addresses in answers.
    pub(crate) fn network(&mut self, line: &[u8], network: IpNet, action: Action) {
        if action == Action::Block
            && let Some(why) = self.gate.network(network)
        {
            return self.report.set_aside.add(self.report.lines, line, || why.text());
        }
        if self.has_room() {
            self.is_full = !self.target.network(network, action);
            self.count(action);
        }
    }

    /// A name that every list of this sort holds.
    pub(crate) fn skip(&mut self) {
        self.report.skipped += 1;
    }

    /// A line that is right and cannot be carried out here.
    pub(crate) fn unsupported(&mut self, line: &[u8], trouble: Trouble) {
        self.report.unsupported.add(self.report.lines, line, || trouble.text());
    }

    /// A line that is wrong.
    pub(crate) fn bad(&mut self, line: &[u8], trouble: Trouble) {
        self.report.bad.add(self.report.lines, line, || trouble.text());
    }

    fn has_room(&mut self) -> bool {
        self.is_full |= self.report.entries() >= self.limits.entries;
        !self.is_full
    }

    fn count(&mut self, action: Action) {
        match action {
            Action::Block => self.report.blocked += 1,
            Action::Pass => self.report.passed += 1,
        }
    }
}
