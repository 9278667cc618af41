//! The text of an XML document, sorted by what it is for. The tokenizer is told to forgive everything that it
//! can; what it cannot is left to the caller as the rest.

use std::collections::HashSet;

use quick_xml::{
    Reader as XmlReader,
    escape::{resolve_predefined_entity, unescape},
    events::{BytesStart, Event},
};
use vauban_intake::{Budget, Problem};

use super::dialect::{Dialects, Step};

/// What a document says, by where it says it.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Text, with a line for each block.
    pub(super) text: String,
    /// Attribute values, each on a line of its own.
    pub(super) attributes: String,
    /// Comments, processing instructions, document types.
    pub(super) asides: String,
    /// Where the tokenizer gave up, if it did.
    pub(super) gave_up_at: Option<usize>,
    dialects: Dialects,
    namespaces: HashSet<String>,
}

impl Content {
    /// Reads a document. Whatever was read before an error stays.
    pub(super) fn read(&mut self, xml: &str, budget: &Budget) -> Result<(), Problem> {
        let mut reader = XmlReader::from_str(xml);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        loop {
            budget.check_time()?;
            let before = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            match reader.read_event() {
                Ok(Event::Start(tag) | Event::Empty(tag)) => self.start(&tag),
                Ok(Event::End(tag)) => {
                    let name = tag.name();
                    let prefix = name.prefix();
                    self.step(prefix.as_ref().map_or("", |prefix| prefix.as_ref()), name.local_name().as_ref());
                }
                Ok(Event::Text(text)) => self.text.push_str(&text),
                Ok(Event::CData(text)) => self.text.push_str(&text),
                Ok(Event::GeneralRef(reference)) => self.reference(&reference),
                Ok(Event::Comment(text)) => self.aside(&text),
                Ok(Event::PI(text)) => self.aside(&text),
                Ok(Event::DocType(text)) => self.aside(&text),
                Ok(Event::Decl(_)) => {}
                Ok(Event::Eof) => return Ok(()),
                Err(_) => {
                    self.gave_up_at = Some(before);
                    return Ok(());
                }
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        for attribute in tag.attributes().with_checks(false) {
            // A broken attribute may hide anything in the rest of its tag.
            let Ok(attribute) = attribute else {
                self.attributes.push_str(tag);
                self.attributes.push('\n');
                break;
            };
            let value = unescape(&attribute.value).unwrap_or_else(|_| attribute.value.clone());
            let name = attribute.key.as_ref();
            if name == "xmlns" || name.starts_with("xmlns:") {
                self.dialects.declare(name.get(6..).unwrap_or_default(), &value);
                if !self.namespaces.insert(value.clone().into_owned()) {
                    continue;
                }
            }
            if !value.is_empty() {
                self.attributes.push_str(&value);
                self.attributes.push('\n');
            }
        }
        let name = tag.name();
        let prefix = name.prefix();
        self.step(prefix.as_ref().map_or("", |prefix| prefix.as_ref()), name.local_name().as_ref());
    }

    fn step(&mut self, prefix: &str, name: &str) {
        match self.dialects.step(prefix, name) {
            Step::Join => {}
            Step::Space => self.text.push(' '),
            Step::Break => {
                if !self.text.is_empty() && !self.text.ends_with('\n') {
                    self.text.push('\n');
                }
            }
        }
    }

    /// A character reference is its character. Any other entity stays as it is written: expanding what a
    /// document defines is how a kilobyte becomes a gigabyte.
    fn reference(&mut self, name: &str) {
        let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
            None => number.parse().ok(),
        });
        if let Some(c) = number.and_then(char::from_u32) {
            self.text.push(c);
        } else if let Some(text) = resolve_predefined_entity(name) {
            self.text.push_str(text);
        } else {
            self.text.push('&');
            self.text.push_str(name);
            self.text.push(';');
        }
    }

    fn aside(&mut self, text: &str) {
        self.asides.push_str(text);
        self.asides.push('\n');
    }
}
