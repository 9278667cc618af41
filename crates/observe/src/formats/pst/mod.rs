//! Mailboxes of Outlook on disk ([MS-PST]): PST of all versions, and the OST of Outlook 2013 and later with pages of
//! 4 KiB and compressed blocks, as libpff documents them. Every message is found by its node, not by its folder, so that
//! one in a damaged folder, or deleted and not yet overwritten in the tree, is read as well; each is handed on as a
//! message file of Outlook. A password on such a file protects nothing and is not asked for. It writes nothing, repairs
//! nothing, and does not carve what no tree names any more.

mod blocks;
mod crypt;
mod header;
mod heap;
mod message;
mod properties;
mod read;
mod table;
mod tree;

pub(crate) use read::Pst;
