//! Mailboxes of Outlook ([MS-PST]): PST and OST files in all three layouts. Every message becomes a child, rebuilt as
//! an Outlook message file, so that the reader of those does the rest. Messages are found by the tree of nodes, not by
//! the tables of their folders, so that those of a damaged folder are read, too. It looks for nothing in free space,
//! checks no password (it is only a checksum and protects nothing), and gives named properties no names.

mod block;
mod compound;
mod crypt;
mod fields;
mod folder;
mod header;
mod heap;
mod message;
mod node;
mod page;
mod property;
mod read;
mod storage;
mod store;
mod subnode;
mod table;
mod value;

pub(super) use read::Pst;
