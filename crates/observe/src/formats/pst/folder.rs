//! Where a message lies: the display names of its folder and of those above it.

use std::collections::HashMap;

use super::{node::Node, property::Context, store::Store, value::kind};

const DISPLAY_NAME: u16 = 0x3001;
/// Folders above a message that are named: a loop of parents ends here.
const DEEPEST: usize = 16;
/// Characters of one name that are shown.
const LONGEST: usize = 80;
/// Paths that are remembered: a hostile file may give each of a million messages a folder of its own.
const MOST_KNOWN: usize = 4096;

/// The page that Outlook shows in place of the folder's content, as a structure that ends with its address in UTF-16.
const HOME_PAGE: u16 = 0x36df;
/// Bytes of it that are looked at.
const LONGEST_PAGE: u64 = 64 << 10;

/// What the folder says of its home page, by which attackers make Outlook open a page of theirs at every start.
pub(super) fn home_page(store: &Store<'_>, folder: Node) -> Option<Vec<u8>> {
    let context = Context::of(store, folder).ok()?;
    let page = context.find(HOME_PAGE).filter(|page| page.kind == kind::BINARY)?;
    Some(context.values(store).at(page.value, LONGEST_PAGE).ok()?.into_owned())
}

/// The paths of folders, looked up once.
#[derive(Default)]
pub(super) struct Folders {
    known: HashMap<u32, String>,
}

impl Folders {
    /// The path of the folder of this number, with its closing `/`; empty when there is none or it cannot be read.
    pub(super) fn path(&mut self, store: &Store<'_>, folder: u32) -> String {
        if let Some(path) = self.known.get(&folder) {
            return path.clone();
        }
        let mut names = Vec::new();
        let mut number = folder;
        for _ in 0..DEEPEST {
            let Ok(Some(node)) = Node::find(store, number) else { break };
            names.extend(name(store, node));
            // The root is its own parent.
            if node.parent == number || node.parent == 0 {
                break;
            }
            number = node.parent;
        }
        let path: String = names.into_iter().rev().map(|name| name + "/").collect();
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        self.known.insert(folder, path.clone());
        path
    }
}

fn name(store: &Store<'_>, node: Node) -> Option<String> {
    let name = Context::of(store, node).ok()?.text(store, DISPLAY_NAME)?;
    // A slash in a name would make two folders of one.
    Some(name.chars().take(LONGEST).map(|letter| if letter == '/' { '_' } else { letter }).collect())
}
