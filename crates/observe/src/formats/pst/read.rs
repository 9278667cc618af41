//! From the nodes of a file to messages.

use std::{collections::HashMap, fmt::Write as _};

use encoding_rs::{UTF_16LE, WINDOWS_1252};
use vauban_intake::{Budget, Problem};
use vauban_model::{Exposure, Reason};

use super::{
    blocks::File,
    header::{Header, HeaderError, MAGIC},
    message::Gathered,
    properties::{Opened, kind},
    tree::{Node, each_node},
};
use crate::{Child, Context, Item, Reader, Sink, formats::msg::compound_file};

/// The reader of Outlook's mailboxes.
pub(crate) struct Pst;

/// Kinds of nodes that are messages: those of folders, and those that folders and forms keep for themselves.
const MESSAGE: u32 = 0x04;
const HIDDEN_MESSAGE: u32 = 0x08;
const KIND: u32 = 0x1f;
/// The name of a folder.
const DISPLAY_NAME: u16 = 0x3001;
/// Folders in folders: a name is no longer than this many.
const DEEPEST: usize = 20;
/// Folders whose names are remembered.
const MOST_FOLDERS: usize = 50_000;

impl Reader for Pst {
    fn name(&self) -> &'static str {
        "pst"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        // An address book begins in the same way, and has other letters here.
        item.has_magic(0, MAGIC) && (item.has_magic(8, b"SM") || item.has_magic(8, b"SO"))
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let header = Header::of(item.bytes).map_err(|error| match error {
            HeaderError::Cut => Problem::corrupt("the header is cut off"),
            HeaderError::Version(version) => Problem::unsupported(format!("version {version} of Outlook's mailboxes")),
            HeaderError::Encrypted => Problem::encrypted("encrypted by Windows, for the user of that machine"),
        })?;
        let file = File::new(item.bytes, header, budget);
        let mut folders = Folders { file: &file, names: HashMap::new() };
        let mut damaged_messages = 0_u64;
        let damaged_pages = each_node(item.bytes, header.nodes, header.version, budget, &mut |node| {
            if !matches!(node.id & KIND, MESSAGE | HIDDEN_MESSAGE) {
                return Ok(());
            }
            budget.spend_entry()?;
            let mut segment = folders.path(node.parent);
            if !segment.is_empty() {
                segment.push('/');
            }
            let _ = write!(segment, "message {}", node.id >> 5);
            match message(&file, &node) {
                Ok((bytes, problem)) => {
                    let context = Context { exposure: Some(Exposure::Received), at: None };
                    let child = Child { segment: &segment, name: "", media_type: "", bytes: &bytes, context };
                    match problem {
                        None => sink.child(child),
                        Some(problem) => sink.partial_child(child, problem),
                    }
                }
                Err(problem) if problem.reason == Reason::Timeout => return Err(problem),
                Err(problem) => {
                    damaged_messages += 1;
                    sink.unread_child(&segment, "", problem);
                }
            }
            Ok(())
        })?;
        match damaged_pages {
            0 => Ok(()),
            pages => Err(Problem::corrupt(format!(
                "{pages} pages of the list of messages cannot be read, and what they name ({damaged_messages} messages beside them)"
            ))),
        }
    }
}

/// A message as a file of its own, and what is wrong with it.
fn message(file: &File<'_>, node: &Node) -> Result<(Vec<u8>, Option<Problem>), Problem> {
    let gathered = Gathered::message(file, node.data, node.subnodes)?;
    Ok((compound_file(&gathered.streams, "", file.budget)?, gathered.problem()))
}

/// The names of folders by their nodes.
struct Folders<'f, 'a> {
    file: &'f File<'a>,
    names: HashMap<u32, String>,
}

impl Folders<'_, '_> {
    /// The folders down to this one; empty for one that nothing leads to.
    fn path(&mut self, folder: u32) -> String {
        if let Some(known) = self.names.get(&folder) {
            return known.clone();
        }
        let mut parts = Vec::new();
        let mut next = folder;
        for _ in 0..DEEPEST {
            let Some(node) = self.file.node(next) else { break };
            parts.extend(self.name(&node));
            // The root is its own parent.
            if node.parent == next {
                break;
            }
            next = node.parent;
        }
        parts.reverse();
        let path = parts.join("/");
        if self.names.len() < MOST_FOLDERS {
            self.names.insert(folder, path.clone());
        }
        path
    }

    fn name(&self, node: &Node) -> Option<String> {
        let opened = Opened::new(self.file, node.data, node.subnodes).ok()?;
        let (properties, _) = opened.properties().ok()?;
        let name = properties.iter().find(|property| property.id == DISPLAY_NAME)?;
        let name = match name.kind {
            kind::UNICODE => UTF_16LE.decode_without_bom_handling(&name.value).0,
            kind::STRING8 => WINDOWS_1252.decode_without_bom_handling(&name.value).0,
            _ => return None,
        };
        let name = name.trim_end_matches('\0').replace('/', "_");
        (!name.is_empty()).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_fixtures, fixtures, read};

    #[test]
    fn fixtures_read_as_expected() {
        check_fixtures(&Pst);
    }

    #[test]
    fn every_version_and_coding_shows_the_same_messages() {
        let messages = |name: &str| {
            let bytes = std::fs::read(fixtures("pst").join(name)).unwrap();
            let (result, transcript) = read(&Pst, name, &bytes);
            assert_eq!(result, Ok(()), "{name}");
            transcript.children
        };
        let unicode = messages("unicode.pst");
        assert_eq!(unicode.len(), 4);
        for other in ["ansi.pst", "cyclic.pst", "large.ost"] {
            assert_eq!(messages(other), unicode, "{other}");
        }
    }

    #[test]
    fn a_tree_that_bites_its_tail_ends() {
        let mut bytes = std::fs::read(fixtures("pst").join("unicode.pst")).unwrap();
        let header = Header::of(&bytes).unwrap();
        // The root of the nodes is said to be one level above itself.
        let place = usize::try_from(u64::from_le_bytes(bytes[224..232].try_into().unwrap())).unwrap();
        let own = bytes[224..232].to_vec();
        bytes[place + 488..place + 492].copy_from_slice(&[20, 20, 24, 1]);
        for entry in 0..20 {
            let at = place + entry * 24 + 16;
            bytes[at..at + 8].copy_from_slice(&own);
        }
        let (result, transcript) = read(&Pst, "loop.pst", &bytes);
        assert!(matches!(result, Err(Problem { reason: Reason::Corrupt, .. })), "{result:?}");
        assert!(transcript.children.is_empty());
        assert_eq!(header.version, super::super::header::Version::Unicode);
    }
}
