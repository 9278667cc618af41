//! The words of the set.

/// A set holds no more lists: there is a bit for each.
pub const MOST_LISTS: usize = 64;

/// What an entry covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The name itself.
    Exact,
    /// What is below the name.
    Below,
    /// Both.
    Both,
}

/// What an entry wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Not to be reached.
    Block,
    /// To be reached, whatever later lists say.
    Pass,
}

/// What the lists say of a name or an address. No list is in both masks.
///
/// Within a list the entry nearest to the name speaks, as in a response policy zone; where a list for ad blockers lets
/// something pass, that holds for all below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// A bit for each list that blocks it.
    pub blocked: u64,
    /// A bit for each list that lets it pass.
    pub passed: u64,
}

impl Found {
    /// Whether no list says anything.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.blocked | self.passed == 0
    }

    /// Of the lists in the mask, the first that says anything, and what. Their order is the one they were compiled in.
    #[must_use]
    pub const fn first_of(self, lists: u64) -> Option<(usize, Action)> {
        let said = (self.blocked | self.passed) & lists;
        if said == 0 {
            return None;
        }
        let list = said.trailing_zeros();
        let action = if self.blocked >> list & 1 == 1 { Action::Block } else { Action::Pass };
        Some((list as usize, action))
    }
}

/// The entry of a list that speaks, for whoever asks why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name or the network that stands in the list.
    pub name: String,
    /// Whether it is the name that was asked for, or one above it that covers it.
    pub is_itself: bool,
    /// What it wants.
    pub action: Action,
}
