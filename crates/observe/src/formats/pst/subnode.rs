//! The nodes of a node ([MS-PST] section 2.2.2.8.3.3): its attachments, its table of recipients, its large values.

use std::collections::BTreeMap;

use vauban_intake::Problem;

use super::{block::block, fields::u16_at, header::Layout, node::Node, store::Store};

/// The first byte of a block that names subnodes.
const NAMES_NODES: u8 = 2;
/// No message has as many parts; a hostile one must not fill the memory with their numbers.
const MOST: usize = 100_000;

/// The subnodes by their numbers. A part of the tree that cannot be read costs its own nodes and is the problem.
pub(super) fn subnodes(store: &Store<'_>, number: u64) -> (BTreeMap<u32, Node>, Option<Problem>) {
    let mut found = BTreeMap::new();
    if number & !1 == 0 {
        return (found, None);
    }
    let problem = match entries(store, number) {
        Ok((0, leaves)) => collect(store, &leaves, &mut found).err(),
        Ok((1, branches)) => {
            let word = store.layout().word();
            let mut first = None;
            for branch in branches.chunks_exact(word.saturating_mul(2)) {
                let number = store.layout().word_at(branch, word).unwrap_or(0);
                let outcome = entries(store, number).and_then(|(level, leaves)| match level {
                    0 => collect(store, &leaves, &mut found),
                    _ => Err(Problem::corrupt("the tree of subnodes is nested too deep")),
                });
                if let Err(problem) = outcome {
                    first.get_or_insert(problem);
                }
                if found.len() > MOST {
                    break;
                }
            }
            first
        }
        Ok(_) => Some(Problem::corrupt("the tree of subnodes is nested too deep")),
        Err(problem) => Some(problem),
    };
    (found, problem)
}

fn collect(store: &Store<'_>, leaves: &[u8], found: &mut BTreeMap<u32, Node>) -> Result<(), Problem> {
    for entry in leaves.chunks_exact(store.layout().word().saturating_mul(3)) {
        store.budget.check_time()?;
        if found.len() > MOST {
            return Err(Problem::too_many(format!("more than {MOST} subnodes")));
        }
        if let Some(node) = Node::of(store, entry) {
            found.insert(node.number, node);
        }
    }
    Ok(())
}

/// The level of a block of the tree, and the bytes of its entries.
fn entries(store: &Store<'_>, number: u64) -> Result<(u8, Vec<u8>), Problem> {
    store.budget.check_time()?;
    let bytes = block(store, number)?;
    let broken = || Problem::corrupt(format!("block {number:#x} is no list of subnodes"));
    let (Some(&NAMES_NODES), Some(&level)) = (bytes.first(), bytes.get(1)) else { return Err(broken()) };
    let count = usize::from(u16_at(&bytes, 2).ok_or_else(broken)?);
    let words = if level == 0 { 3 } else { 2 };
    let header: usize = if store.layout() == Layout::Ansi { 4 } else { 8 };
    let length = count.checked_mul(words).and_then(|words| words.checked_mul(store.layout().word()));
    let end = length.and_then(|length| length.checked_add(header)).ok_or_else(broken)?;
    Ok((level, bytes.get(header..end).ok_or_else(broken)?.to_vec()))
}
