//! Which lists say what of a name, each combination once.

use std::collections::HashMap;

use crate::{Action, Scope};

/// Masks of lists: who blocks the name, who blocks what is below it, who lets pass the name, who what is below.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Class {
    pub(super) block_exact: u64,
    pub(super) block_below: u64,
    pub(super) pass_exact: u64,
    pub(super) pass_below: u64,
}

impl Class {
    /// What one list says.
    pub(super) fn of(list: u8, scope: Scope, action: Action) -> Self {
        let bit = 1_u64 << (list % 64);
        let exact = if scope == Scope::Below { 0 } else { bit };
        let below = if scope == Scope::Exact { 0 } else { bit };
        match action {
            Action::Block => Self { block_exact: exact, block_below: below, ..Self::default() },
            Action::Pass => Self { pass_exact: exact, pass_below: below, ..Self::default() },
        }
    }

    pub(super) const fn with(self, other: Self) -> Self {
        Self {
            block_exact: self.block_exact | other.block_exact,
            block_below: self.block_below | other.block_below,
            pass_exact: self.pass_exact | other.pass_exact,
            pass_below: self.pass_below | other.pass_below,
        }
    }

    /// Who blocks and who lets pass: the name itself, or one below it.
    pub(super) const fn masks(self, is_itself: bool) -> (u64, u64) {
        if is_itself { (self.block_exact, self.pass_exact) } else { (self.block_below, self.pass_below) }
    }

    pub(super) fn words(self) -> [u64; 4] {
        [self.block_exact, self.block_below, self.pass_exact, self.pass_below]
    }

    pub(super) const fn from_words([block_exact, block_below, pass_exact, pass_below]: [u64; 4]) -> Self {
        Self { block_exact, block_below, pass_exact, pass_below }
    }
}

/// Classes with their numbers, in the order they were met.
#[derive(Debug, Default)]
pub(super) struct Classes {
    all: Vec<Class>,
    numbers: HashMap<Class, u32>,
    last: Option<(Class, u32)>,
}

impl Classes {
    pub(super) fn number(&mut self, class: Class) -> u32 {
        if let Some((last, number)) = self.last
            && last == class
        {
            return number;
        }
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(class).or_insert(next);
        if number == next {
            self.all.push(class);
        }
        self.last = Some((class, number));
        number
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.all.iter().flat_map(|class| class.words()).flat_map(u64::to_le_bytes).collect()
    }
}
