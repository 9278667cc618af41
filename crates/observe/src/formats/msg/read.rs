//! One message of Outlook.

use std::io::Cursor;

use cfb::CompoundFile;
use encoding_rs::{Encoding, WINDOWS_1252};
use vauban_intake::{Budget, Problem, expand_rtf};
use vauban_model::Exposure;

use super::{
    encapsulated,
    properties::{FIXED, Fixed, Property, id, is_object_storage},
    rebuild,
};
use crate::{
    Child, Context, Item, Passage, Reader, Sink,
    formats::{
        html,
        ole::{Stream, streams},
    },
    member::file_name,
};

/// The reader of Outlook's messages.
pub(crate) struct Msg;

const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const ATTACHMENT: &str = "__attach_version1.0_#";

impl Reader for Msg {
    fn name(&self) -> &'static str {
        "msg"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        if !item.has_magic(0, MAGIC) {
            return false;
        }
        // The name in the directory first: opening every document to look would read its tables twice.
        let name: Vec<u8> = FIXED.encode_utf16().flat_map(u16::to_le_bytes).collect();
        if memchr::memmem::find(item.bytes, &name).is_none() {
            return false;
        }
        match CompoundFile::open(Cursor::new(item.bytes)) {
            Ok(file) => file.is_stream(format!("/{FIXED}")),
            Err(_) => item.extension() == "msg",
        }
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let (streams, problem) = streams(item.bytes, budget, sink);
        if streams.is_empty() {
            sink.passage(Passage { bytes: item.bytes, offset: Some(0), how: &[], context: Context::default() });
        }
        let fixed = streams
            .iter()
            .find(|stream| stream.path == FIXED)
            .map_or_else(Fixed::default, |stream| Fixed::new(&stream.bytes, 32));
        let context = Context {
            exposure: Some(Exposure::Received),
            at: fixed.moment(id::SUBMITTED).or_else(|| fixed.moment(id::DELIVERED)),
        };
        let codepage = fixed.codepage(id::MESSAGE_CODEPAGE).or_else(|| fixed.codepage(id::INTERNET_CODEPAGE));
        let mut message =
            Message { streams: &streams, fixed, codepage: codepage.unwrap_or(WINDOWS_1252), context, budget, sink };
        message.texts()?;
        message.body()?;
        message.attachments()?;
        problem.map_or(Ok(()), Err)
    }
}

struct Message<'a> {
    streams: &'a [Stream],
    fixed: Fixed<'a>,
    codepage: &'static Encoding,
    context: Context,
    budget: &'a Budget,
    sink: &'a mut dyn Sink,
}

impl<'a> Message<'a> {
    /// Every text property but the body: those of the message, its recipients and its attachments.
    fn texts(&mut self) -> Result<(), Problem> {
        let mut lines = String::new();
        for stream in self.streams {
            self.budget.check_time()?;
            if is_inside_object(stream) || stream.name() == FIXED {
                continue;
            }
            let property = Property::of(stream);
            let is_root = stream.storage().is_empty();
            match property.map(|property| (property.id, property.text(self.codepage))) {
                Some((id::BODY | id::HTML, _)) if is_root => {}
                Some((id::TRANSPORT_HEADERS, Some(text))) if is_root => self.passage(text.as_bytes(), &[]),
                Some((_, Some(text))) => {
                    lines.push_str(text.trim_end_matches('\0'));
                    lines.push('\n');
                }
                Some((id::COMPRESSED_RTF, None)) if is_root => {}
                Some((id::ATTACHED, None)) => {}
                // Identifiers and reports in binary hold addresses and names in clear.
                _ => self.passage(&stream.bytes, &[]),
            }
        }
        self.passage(lines.as_bytes(), &[]);
        Ok(())
    }

    fn body(&mut self) -> Result<(), Problem> {
        if let Some(text) = self.property(id::BODY).and_then(|body| body.text(self.codepage)) {
            self.passage(text.as_bytes(), &[]);
        }
        if let Some(page) = self.property(id::HTML) {
            let codepage = self.fixed.codepage(id::INTERNET_CODEPAGE).unwrap_or(encoding_rs::UTF_8);
            let text = page.text(self.codepage).unwrap_or_else(|| codepage.decode_without_bom_handling(page.bytes).0);
            html::extract(&text, &[], self.context, self.budget, self.sink)?;
        }
        if let Some(property) = self.property(id::COMPRESSED_RTF) {
            let unpacked = expand_rtf(property.bytes, self.budget);
            if let Some(page) = encapsulated::html(&unpacked.bytes, self.budget)? {
                html::extract(&page, &["rtf"], self.context, self.budget, self.sink)?;
            } else {
                self.child("body.rtf", "", "application/rtf", &unpacked.bytes, unpacked.problem)?;
            }
        }
        Ok(())
    }

    fn attachments(&mut self) -> Result<(), Problem> {
        let mut storages: Vec<&str> =
            self.streams.iter().filter_map(|stream| attachment_storage(&stream.path)).collect();
        storages.sort_unstable();
        storages.dedup();
        for (index, storage) in storages.into_iter().enumerate() {
            self.budget.check_time()?;
            let inside =
                || self.streams.iter().filter(move |stream| stream.storage() == storage).filter_map(Property::of);
            let text = |number: u16| {
                let property = inside().find(|property| property.id == number)?;
                let text = property.text(self.codepage)?.trim_end_matches('\0').trim().to_owned();
                (!text.is_empty()).then_some(text)
            };
            let name = text(id::LONG_NAME).or_else(|| text(id::SHORT_NAME));
            let shown = name.clone().or_else(|| text(id::DISPLAY_NAME));
            let segment = shown.as_deref().map(file_name).filter(|name| !name.is_empty());
            let segment = segment.map_or_else(|| format!("attachment {}", index.saturating_add(1)), str::to_owned);
            let name = name.as_deref().map(file_name).unwrap_or_default().to_owned();
            let media_type = text(id::MEDIA_TYPE).unwrap_or_default();
            let data = inside().find(|property| property.id == id::ATTACHED && property.is_binary());
            if let Some(data) = data {
                self.child(&segment, &name, &media_type, data.bytes, None)?;
            }
            let object = self
                .streams
                .iter()
                .find_map(|stream| object_storage(&stream.path).filter(|object| object.starts_with(storage)));
            if let Some(object) = object {
                match rebuild::compound_file(self.streams, object, self.budget) {
                    Ok(bytes) => self.child(&segment, &name, "", &bytes, None)?,
                    Err(problem) => self.sink.unread_child(&segment, &name, problem),
                }
            }
        }
        Ok(())
    }

    fn property(&self, number: u16) -> Option<Property<'a>> {
        let root = self.streams.iter().filter(|stream| stream.storage().is_empty());
        root.filter_map(Property::of).find(|property| property.id == number)
    }

    fn passage(&mut self, bytes: &[u8], how: &[&'static str]) {
        if !bytes.trim_ascii().is_empty() {
            self.sink.passage(Passage { bytes, offset: None, how, context: self.context });
        }
    }

    fn child(
        &mut self,
        segment: &str,
        name: &str,
        media_type: &str,
        bytes: &[u8],
        problem: Option<Problem>,
    ) -> Result<(), Problem> {
        self.budget.spend_entry()?;
        let child = Child { segment, name, media_type, bytes, context: self.context };
        match problem {
            None => self.sink.child(child),
            Some(problem) if bytes.is_empty() => self.sink.unread_child(segment, name, problem),
            Some(problem) => self.sink.partial_child(child, problem),
        }
        Ok(())
    }
}

/// The storage of the attachment that this path lies in, with its closing `/`.
fn attachment_storage(path: &str) -> Option<&str> {
    let first = path.split('/').next()?;
    (first.starts_with(ATTACHMENT)).then(|| path.get(..first.len().checked_add(1)?))?
}

/// The storage of the object attached there, with its closing `/`.
fn object_storage(path: &str) -> Option<&str> {
    let storage = attachment_storage(path)?;
    let inner = path.get(storage.len()..)?;
    let name = inner.split('/').next().filter(|name| name.len() < inner.len() && is_object_storage(name))?;
    path.get(..storage.len().checked_add(name.len())?.checked_add(1)?)
}

fn is_inside_object(stream: &Stream) -> bool {
    object_storage(&stream.path).is_some()
}

#[cfg(test)]
mod tests;
