//! Which entry speaks: what a person gets to see who asks why.

use std::{net::IpAddr, ops::ControlFlow};

use super::{
    open::NameSet,
    terms::{Action, Entry},
};

impl NameSet {
    /// The entry of list number `list` that decides what the list says of a name.
    #[must_use]
    pub fn entry_for(&self, list: usize, name: &str) -> Option<Entry> {
        let mut best: Option<Entry> = None;
        let passes_win = mask_has(self.head.passes_win, list);
        self.walk(name.as_bytes(), |found, is_itself, class| {
            if let Some(action) = action(class.masks(is_itself), list)
                && (best.is_none() || action == Action::Pass)
            {
                best = Some(Entry { name: String::from_utf8_lossy(found).into_owned(), is_itself, action });
                if action == Action::Pass || !passes_win {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        best
    }

    /// The entry of list number `list` that decides what the list says of an address.
    #[must_use]
    pub fn entry_for_address(&self, list: usize, address: IpAddr) -> Option<Entry> {
        let mut best = None;
        self.walk_networks(address, |network, class| match action(class.masks(true), list) {
            Some(action) => {
                let is_itself = network.prefix_len() == network.max_prefix_len();
                best = Some(Entry { name: network.to_string(), is_itself, action });
                ControlFlow::Break(())
            }
            None => ControlFlow::Continue(()),
        });
        best
    }
}

fn action((block, pass): (u64, u64), list: usize) -> Option<Action> {
    if mask_has(pass, list) { Some(Action::Pass) } else { mask_has(block, list).then_some(Action::Block) }
}

fn mask_has(mask: u64, list: usize) -> bool {
    list < 64 && mask >> list & 1 == 1
}
