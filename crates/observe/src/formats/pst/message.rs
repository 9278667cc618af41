//! One message, put together as the storages of an Outlook message file: its properties, its recipients, its
//! attachments, and the messages attached to it. Only one message is in memory at a time.

use std::cell::Cell as Counter;

use vauban_intake::{Budget, Problem};

use super::{
    node::{Node, kind as nodes},
    property::Context,
    storage::{Storage, substance},
    store::Store,
    table::{self, CellValue},
    value::{Property, Values, kind, parts},
};

/// The subnode that is the table of recipients ([MS-PST] section 2.4.5.2).
const RECIPIENTS: u32 = 0x692;
/// Headers of the streams of fixed properties ([MS-OXMSG] section 2.4.1).
const MESSAGE_HEADER: usize = 32;
const EMBEDDED_HEADER: usize = 24;
const PART_HEADER: usize = 8;
/// Messages inside a message that are put together.
const DEEPEST: usize = 8;
/// What a stream costs beside its bytes.
const OVERHEAD: u64 = 128;

mod id {
    pub(super) const SUBJECT: u16 = 0x0037;
    pub(super) const ATTACHED: u16 = 0x3701;
    pub(super) const SHORT_NAME: u16 = 0x3704;
    pub(super) const METHOD: u16 = 0x3705;
    pub(super) const LONG_NAME: u16 = 0x3707;
}

/// A message with what could not be read of it.
pub(super) struct Message {
    pub(super) storage: Storage,
    /// The first thing that is missing or in doubt.
    pub(super) problem: Option<Problem>,
    /// Attachments that are left out: what each is called, and why.
    pub(super) left_out: Vec<(String, Problem)>,
}

/// Puts the message of this node together.
pub(super) fn message(store: &Store<'_>, node: Node) -> Result<Message, Problem> {
    let doubts = store.doubtful_blocks.get();
    let assembly = Assembly { store, budget: store.budget, left: Counter::new(store.budget.room()) };
    let mut message = Message { storage: Storage::with_header(MESSAGE_HEADER), problem: None, left_out: Vec::new() };
    let mut storage = Storage::with_header(MESSAGE_HEADER);
    assembly.fill(node, &mut storage, &mut message, 0)?;
    message.storage = storage;
    let doubts = store.doubtful_blocks.get().saturating_sub(doubts);
    if doubts > 0 && message.problem.is_none() {
        message.problem = Some(Problem::corrupt(format!("{doubts} of its blocks do not have their checksum")));
    }
    Ok(message)
}

struct Assembly<'s, 'a> {
    store: &'s Store<'a>,
    budget: &'s Budget,
    /// Bytes that the message may still take.
    left: Counter<u64>,
}

impl Assembly<'_, '_> {
    fn fill(&self, node: Node, storage: &mut Storage, message: &mut Message, depth: usize) -> Result<(), Problem> {
        let context = Context::of(self.store, node)?;
        if let Some(problem) = context.problem.clone() {
            message.problem.get_or_insert(problem);
        }
        let values = context.values(self.store);
        for property in &context.properties {
            self.budget.check_time()?;
            if let Err(problem) = self.property(*property, &values, storage) {
                note(message, property.id, problem)?;
            }
        }
        if let Some(table) = context.subnodes.get(&RECIPIENTS)
            && let Err(problem) = self.recipients(*table, storage)
        {
            note(message, 0x0e12, problem)?;
        }
        let attachments = context.subnodes.values().filter(|node| node.kind() == nodes::ATTACHMENT);
        for (index, node) in attachments.enumerate() {
            self.budget.check_time()?;
            let mut part = Storage::with_header(PART_HEADER);
            self.attachment(*node, index, &mut part, message, depth)?;
            storage.storages.push((format!("__attach_version1.0_#{index:08X}"), part));
        }
        Ok(())
    }

    fn property(&self, property: Property, values: &Values<'_, '_>, storage: &mut Storage) -> Result<(), Problem> {
        let Property { id, kind, value } = property;
        if let Some(fixed) = values.fixed(property) {
            self.spend(0)?;
            storage.put_fixed(id, kind, fixed);
            return Ok(());
        }
        self.value(id, kind, value, values, storage)
    }

    /// A value of changing size. Those that hold no text are passed over.
    fn value(
        &self,
        id: u16,
        kind: u16,
        place: u32,
        values: &Values<'_, '_>,
        storage: &mut Storage,
    ) -> Result<(), Problem> {
        match kind {
            kind::UNICODE
            | kind::STRING8
            | kind::BINARY
            | kind::GUID
            | kind::SERVER
            | kind::RESTRICTION
            | kind::ACTIONS => {
                let bytes = values.at(place, self.left.get())?.into_owned();
                self.spend(bytes.len())?;
                let bytes = if id == id::SUBJECT { without_mark(kind, bytes) } else { bytes };
                storage.put(id, kind, bytes);
            }
            _ if matches!(kind & !kind::SEVERAL, kind::UNICODE | kind::STRING8 | kind::BINARY) => {
                let bytes = values.at(place, self.left.get())?;
                self.spend(bytes.len())?;
                for (index, part) in parts(&bytes).into_iter().enumerate() {
                    self.spend(0)?;
                    storage.put_part(id, kind, index, part.to_vec());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn recipients(&self, table: Node, storage: &mut Storage) -> Result<(), Problem> {
        let mut index = 0_usize;
        table::rows(self.store, table, &mut |cells, values| {
            self.spend(0)?;
            let mut part = Storage::with_header(PART_HEADER);
            for cell in cells {
                match cell.value {
                    CellValue::Fixed(value) => {
                        self.spend(0)?;
                        part.put_fixed(cell.id, cell.kind, value);
                    }
                    CellValue::Place(place) => self.value(cell.id, cell.kind, place, values, &mut part)?,
                }
            }
            storage.storages.push((format!("__recip_version1.0_#{index:08X}"), part));
            index = index.saturating_add(1);
            Ok(())
        })
    }

    fn attachment(
        &self,
        node: Node,
        index: usize,
        part: &mut Storage,
        message: &mut Message,
        depth: usize,
    ) -> Result<(), Problem> {
        let shown = || format!("attachment {}", index.saturating_add(1));
        self.spend(0)?;
        let context = match Context::of(self.store, node) {
            Ok(context) => context,
            Err(problem) => return leave_out(message, shown(), problem),
        };
        let name = context.text(self.store, id::LONG_NAME).or_else(|| context.text(self.store, id::SHORT_NAME));
        let shown = || name.clone().unwrap_or_else(shown);
        let values = context.values(self.store);
        for property in &context.properties {
            self.budget.check_time()?;
            let outcome = match (property.id, property.kind) {
                (id::ATTACHED, kind::OBJECT) => self.object(*property, &context, part, message, depth),
                _ => self.property(*property, &values, part),
            };
            match outcome {
                Err(problem) if property.id == id::ATTACHED => leave_out(message, shown(), problem)?,
                Err(problem) => note(message, property.id, problem)?,
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// A message attached to the message, or an object of another program: a node of its own.
    fn object(
        &self,
        property: Property,
        context: &Context<'_>,
        part: &mut Storage,
        message: &mut Message,
        depth: usize,
    ) -> Result<(), Problem> {
        const EMBEDDED: u32 = 5;
        let missing = || Problem::corrupt("the attached object is missing");
        let reference = context.heap.get(property.value).ok_or_else(missing)?;
        let number = super::fields::u32_at(reference, 0).ok_or_else(missing)?;
        let node = context.subnodes.get(&number).ok_or_else(missing)?;
        if context.find(id::METHOD).is_some_and(|method| method.value == EMBEDDED) {
            if depth >= DEEPEST {
                return Err(Problem::new(
                    vauban_model::Reason::TooDeep,
                    format!("more than {DEEPEST} messages inside one another"),
                ));
            }
            let mut embedded = Storage::with_header(EMBEDDED_HEADER);
            self.fill(*node, &mut embedded, message, depth.saturating_add(1))?;
            part.storages.push((substance(id::ATTACHED, kind::OBJECT), embedded));
            return Ok(());
        }
        // The bytes of an object are a compound file already.
        let bytes = super::block::value(self.store, node.data, self.left.get())?;
        self.spend(bytes.len())?;
        part.put(id::ATTACHED, kind::BINARY, bytes);
        Ok(())
    }

    fn spend(&self, bytes: usize) -> Result<(), Problem> {
        let cost = OVERHEAD.saturating_add(bytes as u64);
        let left = self.left.get().checked_sub(cost);
        let left =
            left.ok_or_else(|| Problem::too_large("the message takes more than the bytes allowed for one item"))?;
        self.left.set(left);
        Ok(())
    }
}

/// Outlook puts a mark and a length before a subject ([MS-PST] section 2.5.3.1.1.1).
fn without_mark(kind: u16, mut bytes: Vec<u8>) -> Vec<u8> {
    let mark = match (kind, bytes.as_slice()) {
        (kind::UNICODE, [1, 0, _, _, ..]) => 4,
        (kind::STRING8, [1, _, ..]) => 2,
        _ => 0,
    };
    bytes.drain(..mark);
    bytes
}

/// A property that is missing costs itself; the end of the time or of the room ends all.
fn note(message: &mut Message, id: u16, problem: Problem) -> Result<(), Problem> {
    if problem.reason == vauban_model::Reason::Timeout {
        return Err(problem);
    }
    let detail = format!("property {id:#06x}: {}", problem.detail);
    message.problem.get_or_insert(Problem::new(problem.reason, detail));
    Ok(())
}

fn leave_out(message: &mut Message, name: String, problem: Problem) -> Result<(), Problem> {
    if problem.reason == vauban_model::Reason::Timeout {
        return Err(problem);
    }
    message.left_out.push((name, problem));
    Ok(())
}
