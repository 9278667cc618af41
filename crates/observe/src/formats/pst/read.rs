//! Walks the tree of nodes and hands every message over.

use vauban_intake::{Budget, Problem};
use vauban_model::Exposure;

use super::{
    compound,
    folder::{Folders, home_page},
    header, message,
    node::{Node, kind},
    page::Tree,
    store::Store,
};
use crate::{Child, Context, Item, Passage, Reader, Sink, member::file_name};

/// Reads mailboxes of Outlook.
pub(in crate::formats) struct Pst;

impl Reader for Pst {
    fn name(&self) -> &'static str {
        "pst"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        header::begins(item.bytes)
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let store = Store::open(item.bytes, budget)?;
        let mut folders = Folders::default();
        let mut lost_pages = Vec::new();
        let mut found = 0_u64;
        Tree::Nodes.walk(&store, &mut |at, problem| lost_pages.push((at, problem)), &mut |entry| {
            budget.check_time()?;
            let Some(node) = Node::of(&store, entry) else { return Ok(()) };
            match node.kind() {
                kind::FOLDER => {
                    if let Some(page) = home_page(&store, node) {
                        let context = Context::default();
                        sink.passage(Passage { bytes: &page, offset: None, how: &[], context });
                    }
                }
                kind::MESSAGE | kind::ASSOCIATED => {
                    budget.spend_entry()?;
                    found = found.saturating_add(1);
                    hand_over(&store, node, &folders.path(&store, node.parent), sink)?;
                }
                _ => {}
            }
            Ok(())
        })?;
        for (at, problem) in lost_pages {
            if found == 0 && at == store.header.nodes {
                // Nothing could be told apart, so the bytes are looked at as they lie there.
                sink.passage(Passage { bytes: item.bytes, offset: Some(0), how: &[], context: Context::default() });
                return Err(problem);
            }
            sink.unread_child(&format!("nodes below the page at {at:#x}"), "", problem);
        }
        match (store.header.is_sound, store.doubtful_pages.get()) {
            (true, 0) => Ok(()),
            (false, 0) => Err(Problem::corrupt("the header does not have its checksum")),
            (_, pages) => Err(Problem::corrupt(format!("{pages} look-ups met pages that do not have their checksum"))),
        }
    }
}

/// Hands one message over. Only the end of the time or of the budget ends the mailbox.
fn hand_over(store: &Store<'_>, node: Node, folder: &str, sink: &mut dyn Sink) -> Result<(), Problem> {
    let what = if node.kind() == kind::ASSOCIATED { "hidden message" } else { "message" };
    let segment = format!("{folder}{what} {}", node.number);
    let rebuilt = message::message(store, node)
        .and_then(|message| Ok((compound::write(message.storage, store.budget)?, message.problem, message.left_out)));
    let (bytes, problem, left_out) = match rebuilt {
        Ok(rebuilt) => rebuilt,
        Err(problem) => {
            store.budget.check_time()?;
            sink.unread_child(&segment, "", problem);
            return Ok(());
        }
    };
    store.budget.spend_bytes(bytes.len() as u64)?;
    let context = Context { exposure: Some(Exposure::Received), at: None };
    let child = Child { segment: &segment, name: "", media_type: "application/vnd.ms-outlook", bytes: &bytes, context };
    match problem {
        None => sink.child(child),
        Some(problem) => sink.partial_child(child, problem),
    }
    for (name, problem) in left_out {
        sink.unread_child(&format!("{segment}: {name}"), file_name(&name), problem);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
