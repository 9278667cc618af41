//! A second look at the same items, by somebody who asks other questions than indicators do.
//!
//! Whoever judges mail wants to know what is attached to a message, to any depth. The readers unpack it once; an onlooker
//! sees every item when it is done, from the inside out, and says in the end what it made of it. What it says is its own
//! business: bytes that this crate hands on.

use vauban_intake::{Budget, Problem};
use vauban_model::Observable;
use vauban_observe::{Item, Message};

/// Looks on while a file is examined.
pub trait Onlooker {
    /// An item is done, and with it all that it holds. `format` names the reader that took it, empty for none; `depth` is 0
    /// for the file itself; `problem` is why it was not read to its end.
    fn item(&mut self, item: &Item<'_>, format: &'static str, problem: Option<&Problem>, depth: usize, budget: &Budget);

    /// The item that is open states an observable outright (the target of a link in a document).
    fn observable(&mut self, observable: &Observable);

    /// The item that is open is this message, which saves parsing it again. Told right before [`item`](Self::item), or not
    /// at all.
    fn message(&mut self, message: &Message<'_>, budget: &Budget);

    /// The file is done: what is said of it. The next item belongs to another file.
    fn finish(&mut self) -> Vec<u8>;
}

/// Makes onlookers: in the template, from what the host sent with [`Terms`](crate::Terms).
pub type MakeOnlooker = fn(setup: &[u8]) -> Result<Box<dyn Onlooker + Send>, String>;
