//! A server that says what a test wrote down.

use std::{collections::VecDeque, io};

use crate::{MailboxError, conversation::Wire};

/// Says each part when the one before is used up and, where it begins with `>`, after the client said what follows it.
pub(crate) struct Scripted {
    parts: VecDeque<Vec<u8>>,
    pub(crate) heard: Vec<u8>,
}

impl Scripted {
    pub(crate) fn new(parts: &[&[u8]]) -> Self {
        Self { parts: parts.iter().map(|part| part.to_vec()).collect(), heard: Vec::new() }
    }
}

impl Wire for Scripted {
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, MailboxError> {
        let Some(part) = self.parts.front_mut() else { return Ok(0) };
        if let Some(expected) = part.strip_prefix(b">") {
            let found = self.heard.windows(expected.len()).position(|there| there == expected);
            let Some(at) = found else {
                return Err(MailboxError::Io {
                    server: "scripted".to_owned(),
                    source: io::Error::other("not said yet"),
                });
            };
            self.heard.drain(..at + expected.len());
            self.parts.pop_front();
            return self.receive(buffer);
        }
        let count = part.len().min(buffer.len());
        buffer[..count].copy_from_slice(&part[..count]);
        part.drain(..count);
        if part.is_empty() {
            self.parts.pop_front();
        }
        Ok(count)
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), MailboxError> {
        self.heard.extend_from_slice(bytes);
        Ok(())
    }

    fn begin(&mut self, _: bool) {}

    fn server(&self) -> &str {
        "scripted"
    }
}
