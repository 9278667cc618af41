//! What a property list says, told while it is walked: each value beside its key as text, and what some keys name
//! outright.

use jiff::Timestamp;
use vauban_intake::{Budget, Problem, looks_like_a_file};
use vauban_model::{
    Exposure, Observable,
    ObservableKind::{self, AppId, CertificateFingerprint, ConfigurationProfile, EmailAddr, ProcessName},
};

use crate::{Child, Context, Finding, Passage, Sink, digest::certificate_fingerprints, epoch::FROM_2001};

/// More containers inside each other than this are an attack; archives of classes have four.
const MAX_DEPTH: usize = 128;
/// A longer value names nothing.
const LONGEST_NAME: usize = 512;
/// Text that is kept before it is handed over.
const LONGEST_TEXT: usize = 1 << 20;
/// Shorter data is no file.
const SMALLEST_FILE: usize = 64;

/// A value that holds no others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Leaf<'l> {
    Text(&'l str),
    Data(&'l [u8]),
    /// In seconds since 2001.
    Date(f64),
    Number(f64),
    Other,
}

/// Takes a property list as it is walked: keys, containers and leaves in their order.
pub(super) struct Tell<'t> {
    budget: &'t Budget,
    sink: &'t mut dyn Sink,
    /// The key at hand of each container that is open; an array has that of its own place.
    keys: Vec<String>,
    text: Vec<u8>,
    files: u32,
}

impl<'t> Tell<'t> {
    pub(super) fn new(budget: &'t Budget, sink: &'t mut dyn Sink) -> Self {
        Self { budget, sink, keys: Vec::new(), text: Vec::new(), files: 0 }
    }

    /// A dictionary, or an array, begins.
    pub(super) fn open(&mut self) -> Result<(), Problem> {
        if self.keys.len() >= MAX_DEPTH {
            return Err(Problem::corrupt(format!("more than {MAX_DEPTH} containers inside each other")));
        }
        let key = self.keys.last().cloned().unwrap_or_default();
        self.budget.spend_bytes(key.len() as u64)?;
        self.keys.push(key);
        Ok(())
    }

    pub(super) fn close(&mut self) {
        self.keys.pop();
    }

    /// The key of what comes next.
    pub(super) fn key(&mut self, key: &str) -> Result<(), Problem> {
        self.budget.spend_bytes(key.len() as u64)?;
        if let Some(last) = self.keys.last_mut() {
            // It stands beside every value that follows: a long one would make a small list large.
            let end = key.floor_char_boundary(LONGEST_NAME);
            key.get(..end).unwrap_or_default().clone_into(last);
        }
        if self.key_at(1) == "Applications" {
            self.state(AppId, key, Context::default());
        }
        // Keys are data in some lists: addresses that were looked up, names of processes.
        if key.contains(['.', '@', '/']) {
            self.line("", key.as_bytes());
        }
        Ok(())
    }

    pub(super) fn leaf(&mut self, leaf: Leaf<'_>) -> Result<(), Problem> {
        self.budget.check_time()?;
        let key = self.key_at(0).to_owned();
        match leaf {
            Leaf::Text(text) => {
                self.budget.spend_bytes((text.len() + key.len()) as u64)?;
                self.line(&key, text.as_bytes());
                if let Some(kind) = named_by(&key) {
                    self.state(kind, text, Context::default());
                }
            }
            Leaf::Data(bytes) => self.data(&key, bytes)?,
            Leaf::Date(seconds) if self.key_at(1) == "netUsageBaseline" => {
                let context = Context { exposure: Some(Exposure::Executed), at: moment(seconds) };
                self.state(ProcessName, &key, context);
            }
            Leaf::Number(seconds) | Leaf::Date(seconds) if key == "LookupDate" => {
                // An address whose owner wrote to this device, or was written to.
                let context = Context { exposure: Some(Exposure::Received), at: moment(seconds) };
                if let Some(address) = self.key_at(1).strip_prefix("mailto:").map(str::to_owned) {
                    self.state(EmailAddr, &address, context);
                }
            }
            Leaf::Date(_) | Leaf::Number(_) | Leaf::Other => {}
        }
        Ok(())
    }

    /// Hands the text over.
    pub(super) fn finish(mut self) {
        self.flush();
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let context = Context::default();
            self.sink.passage(Passage { bytes: &self.text, offset: None, how: &[], context });
            self.text.clear();
        }
    }

    /// The key at hand, so many levels out. An array bears its own key, so that equal neighbours are one level.
    fn key_at(&self, out: usize) -> &str {
        let mut keys = self.keys.iter().rev().map(String::as_str);
        let mut key = keys.next().unwrap_or_default();
        for _ in 0..out {
            let here = key;
            key = keys.find(|other| *other != here).unwrap_or_default();
        }
        key
    }

    fn line(&mut self, key: &str, value: &[u8]) {
        if !key.is_empty() {
            self.text.extend_from_slice(key.as_bytes());
            self.text.extend_from_slice(b": ");
        }
        self.text.extend_from_slice(value);
        self.text.push(b'\n');
        if self.text.len() > LONGEST_TEXT {
            self.flush();
        }
    }

    fn data(&mut self, key: &str, bytes: &[u8]) -> Result<(), Problem> {
        self.budget.spend_bytes(bytes.len() as u64)?;
        if bytes.len() >= SMALLEST_FILE && looks_like_a_file(bytes) {
            self.budget.spend_entry()?;
            self.files += 1;
            let segment = format!("{key} {}", self.files);
            let context = Context::default();
            self.sink.child(Child { segment: segment.trim(), name: "", media_type: "", bytes, context });
        } else {
            self.line(key, bytes);
        }
        // The certificates that a profile installs: a sequence longer than 255 bytes (X.690).
        if key == "PayloadContent" && bytes.starts_with(&[0x30, 0x82]) {
            for digest in certificate_fingerprints(bytes) {
                self.state(CertificateFingerprint, &digest, Context::default());
            }
        }
        Ok(())
    }

    fn state(&mut self, kind: ObservableKind, value: &str, context: Context) {
        if !value.is_empty() && value.len() <= LONGEST_NAME {
            let observable = Observable::new(kind, value);
            self.sink.observable(Finding { observable, offset: None, how: &[], context, excerpt: "" });
        }
    }
}

/// What the value of this key names.
fn named_by(key: &str) -> Option<ObservableKind> {
    Some(match key {
        // A profile and the payloads in it; the lists of those that are installed.
        "PayloadIdentifier" | "PayloadUUID" | "OrderedProfiles" | "HiddenProfiles" => ConfigurationProfile,
        "CFBundleIdentifier" | "softwareVersionBundleId" | "Installed Applications" | "MCMMetadataIdentifier" => AppId,
        "CFBundleExecutable" => ProcessName,
        _ => return None,
    })
}

fn moment(seconds: f64) -> Option<Timestamp> {
    (seconds > 0.0).then(|| Timestamp::from_second((seconds as i64).saturating_add(FROM_2001)).ok()).flatten()
}
