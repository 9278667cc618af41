//! What logs of network sensors share: a line is a conversation that took place, and its fields state things outright.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value};
use vauban_model::{Exposure, HashAlgorithm, Observable, ObservableKind};

use crate::{Context, Finding, Passage, Sink};

/// What one line of a sensor's log states besides its text.
#[derive(Debug, Default)]
pub(crate) struct Conversation<'c> {
    pub(crate) at: Option<Timestamp>,
    /// The host and the path of a request, which stand apart in the log.
    pub(crate) request: Option<(&'c str, &'c str)>,
    /// Hashes of a file that was transferred.
    pub(crate) hashes: Vec<&'c str>,
    pub(crate) ja3: Option<&'c str>,
    pub(crate) ja4: Option<&'c str>,
    /// Fingerprints of certificates, with or without colons.
    pub(crate) certificates: Vec<&'c str>,
}

impl Conversation<'_> {
    /// Hands the line and what it states over.
    pub(crate) fn tell(&self, line: &[u8], offset: u64, sink: &mut dyn Sink) {
        let context = Context { exposure: Some(Exposure::Contacted), at: self.at };
        sink.passage(Passage { bytes: line, offset: Some(offset), how: &[], context });
        let excerpt = String::from_utf8_lossy(line.get(..line.len().min(200)).unwrap_or_default()).into_owned();
        let mut state = |kind, value: &str, exposure| {
            let observable = Observable::new(kind, value);
            let context = Context { exposure: Some(exposure), at: self.at };
            sink.observable(Finding { observable, offset: Some(offset), how: &[], context, excerpt: &excerpt });
        };
        if let Some((host, path)) = self.request
            && !host.is_empty()
        {
            let url = if path.contains("://") { path.to_owned() } else { format!("http://{host}{path}") };
            state(ObservableKind::Url, &url, Exposure::Contacted);
        }
        for hash in self.hashes.iter().filter(|hash| HashAlgorithm::of(hash).is_some()) {
            state(ObservableKind::FileHash, hash, Exposure::Received);
        }
        if let Some(ja3) = self.ja3 {
            state(ObservableKind::Ja3, ja3, Exposure::Contacted);
        }
        if let Some(ja4) = self.ja4 {
            state(ObservableKind::Ja4, ja4, Exposure::Contacted);
        }
        for fingerprint in &self.certificates {
            state(ObservableKind::CertificateFingerprint, &fingerprint.replace(':', ""), Exposure::Contacted);
        }
    }
}

/// The line of a JSON log as text: without escapes, which some sensors write even for slashes.
pub(crate) fn without_escapes<'l>(line: &'l [u8], event: &Map<String, Value>) -> Cow<'l, [u8]> {
    match memchr::memchr(b'\\', line).and_then(|_| serde_json::to_vec(event).ok()) {
        Some(plain) => Cow::Owned(plain),
        None => Cow::Borrowed(line),
    }
}

/// The first line of a file that is not empty, if it is JSON: an object.
pub(crate) fn first_object(bytes: &[u8]) -> Option<Map<String, Value>> {
    const LONGEST: usize = 64 << 10;
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let head = bytes.get(start..)?;
    if head.first() != Some(&b'{') {
        return None;
    }
    let line = head.get(..head.len().min(LONGEST))?.split(|byte| *byte == b'\n').next()?;
    serde_json::from_slice(line).ok()
}
