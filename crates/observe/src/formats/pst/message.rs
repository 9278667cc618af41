//! One message as the streams of a message file ([MS-OXMSG]): its properties, its recipients, its attachments, and the
//! messages attached to it.

use vauban_intake::Problem;
use vauban_model::Reason;

use super::{
    blocks::File,
    header::number32,
    properties::{Opened, Property, fixed, kind},
    table::rows,
};
use crate::formats::{msg::FIXED, ole::Stream};

/// Kinds of nodes: the low five bits of their numbers ([MS-PST] section 2.2.2.1).
const ATTACHMENT: u32 = 0x05;
const KIND: u32 = 0x1f;
/// The subnode with the table of recipients.
const RECIPIENTS: u32 = 0x0692;
/// The property that holds what is attached.
const ATTACHED: u16 = 0x3701;
/// Messages in messages in messages: more are left out, and said.
const DEEPEST: usize = 8;

/// Puts a message together.
pub(super) struct Gathered {
    pub(super) streams: Vec<Stream>,
    /// How many parts of it could not be read.
    lost: u64,
    /// What is wrong with the first of them, where it is not damage.
    problem: Option<Problem>,
}

impl Gathered {
    pub(super) fn message(file: &File<'_>, data: u64, subnodes: u64) -> Result<Self, Problem> {
        let mut gathered = Self { streams: Vec::new(), lost: 0, problem: None };
        gathered.add(file, (data, subnodes), "", 0)?;
        Ok(gathered)
    }

    /// What is wrong with it as a whole.
    pub(super) fn problem(&self) -> Option<Problem> {
        let Problem { reason, detail } = match (&self.problem, self.lost) {
            (Some(problem), _) => problem.clone(),
            (None, 0) => return None,
            (None, _) => Problem::corrupt("damaged"),
        };
        Some(Problem::new(reason, format!("{} parts of it cannot be read: {detail}", self.lost)))
    }

    fn add(
        &mut self,
        file: &File<'_>,
        (data, subnodes): (u64, u64),
        storage: &str,
        depth: usize,
    ) -> Result<(), Problem> {
        let opened = Opened::new(file, data, subnodes)?;
        let (properties, lost) = opened.properties()?;
        self.lost += lost;
        self.put(storage, properties, 24);
        if let Some(table) = opened.subnodes.iter().find(|subnode| subnode.id == RECIPIENTS) {
            match rows(file, *table) {
                Ok(rows) => {
                    for (number, cells) in rows.into_iter().enumerate() {
                        self.put(&format!("{storage}__recip_version1.0_#{number:08X}/"), cells, 8);
                    }
                }
                Err(problem) => self.count(problem)?,
            }
        }
        let attachments = opened.subnodes.iter().filter(|subnode| subnode.id & KIND == ATTACHMENT);
        for (number, subnode) in attachments.enumerate() {
            let storage = format!("{storage}__attach_version1.0_#{number:08X}/");
            if let Err(problem) = self.attachment(file, (subnode.data, subnode.subnodes), &storage, depth) {
                self.count(problem)?;
            }
        }
        Ok(())
    }

    fn attachment(
        &mut self,
        file: &File<'_>,
        (data, subnodes): (u64, u64),
        storage: &str,
        depth: usize,
    ) -> Result<(), Problem> {
        let opened = Opened::new(file, data, subnodes)?;
        let (properties, lost) = opened.properties()?;
        self.lost += lost;
        let object = properties.iter().find(|property| property.id == ATTACHED && property.kind == kind::OBJECT);
        let inner = object.and_then(|object| number32(&object.value, 0));
        let inner = inner.and_then(|id| opened.subnodes.iter().find(|subnode| subnode.id == id).copied());
        self.put(storage, properties, 8);
        let Some(inner) = inner else { return Ok(()) };
        let below = format!("{storage}__substg1.0_{ATTACHED:04X}000D/");
        let is_message = Opened::new(file, inner.data, 0).is_ok_and(|opened| opened.properties().is_ok());
        if !is_message {
            // An object of another program, as it is kept.
            let bytes = file.data(inner.data)?.joined();
            self.streams.push(Stream { path: format!("{storage}__substg1.0_{ATTACHED:04X}0102"), bytes });
            return Ok(());
        }
        if depth >= DEEPEST {
            return self.count(Problem::new(Reason::TooDeep, "messages in messages"));
        }
        self.add(file, (inner.data, inner.subnodes), &below, depth + 1)
    }

    /// A part that cannot be read is counted; the end of time ends it all.
    fn count(&mut self, problem: Problem) -> Result<(), Problem> {
        if problem.reason == Reason::Timeout {
            return Err(problem);
        }
        self.lost += 1;
        if problem.reason != Reason::Corrupt {
            self.problem.get_or_insert(problem);
        }
        Ok(())
    }

    /// Properties of a storage: small ones in one stream behind a header, each of the others in a stream of its own.
    fn put(&mut self, storage: &str, properties: Vec<Property>, header: usize) {
        let mut small = vec![0; header];
        for Property { id, kind, value } in properties {
            if fixed(kind).is_some() {
                small.extend(kind.to_le_bytes());
                small.extend(id.to_le_bytes());
                small.extend([6, 0, 0, 0]);
                small.extend(value.iter().copied().chain([0; 8]).take(8));
            } else if kind != kind::OBJECT {
                self.streams.push(Stream { path: format!("{storage}__substg1.0_{id:04X}{kind:04X}"), bytes: value });
            }
        }
        self.streams.push(Stream { path: format!("{storage}{FIXED}"), bytes: small });
    }
}
