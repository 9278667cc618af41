//! What agencies' hubs gave: the releases that were accepted last, as documents like any other.

use std::{fs, path::Path};

use vauban_intel::{Document, Reading, read_document};
use vauban_model::Marking;
use vauban_party::{Received, received};
use vauban_release::PartName;

/// Bytes of objects that are read as one document.
const AT_ONCE: usize = 32 << 20;

/// What is read, what cannot be in words, and what names all of it: the digest of each release.
#[derive(Default)]
pub(crate) struct Hubs {
    pub(crate) reading: Reading,
    pub(crate) unusable: Vec<String>,
}

/// Digests of all releases in force, for telling whether anything changed.
pub(crate) fn digests(state: &Path) -> Vec<String> {
    let all = received(state).unwrap_or_default();
    let name = |one: Received| format!("{} {} {}", one.hub, one.stream, one.current.signed().digest());
    all.into_iter().flatten().map(name).collect()
}

/// Reads all releases in force. One that cannot be read is told, and hides no other.
pub(crate) fn read(state: &Path) -> Hubs {
    let mut hubs = Hubs::default();
    let all = received(state).unwrap_or_else(|error| {
        hubs.unusable.push(error.to_string());
        Vec::new()
    });
    for one in all {
        let outcome = one.map_err(|error| error.to_string()).and_then(|one| add(&one, &mut hubs.reading));
        hubs.unusable.extend(outcome.err());
    }
    hubs
}

fn add(one: &Received, to: &mut Reading) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", one.hub);
    if let Some(path) = one.current.objects() {
        let text = fs::read_to_string(path).map_err(told)?;
        for bundle in bundles(&text) {
            let document = Document::new(&one.hub, &one.hub, bundle.as_bytes()).with_marking(Marking::AmberStrict);
            to.absorb(read_document(&document));
        }
    }
    for part in [PartName::Yara, PartName::Sigma] {
        if let Some(path) = one.current.part(part) {
            let bytes = fs::read(path).map_err(told)?;
            let name = format!("{} {}", one.hub, part.as_str());
            to.absorb(read_document(&Document::new(&name, &one.hub, &bytes).with_marking(Marking::AmberStrict)));
        }
    }
    Ok(())
}

/// Objects, one a line, as bundles of a bounded size.
fn bundles(text: &str) -> Vec<String> {
    let (mut bundles, mut objects, mut size) = (Vec::new(), Vec::new(), 0);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        objects.push(line);
        size += line.len();
        if size > AT_ONCE {
            bundles.push(bundle(&objects));
            objects.clear();
            size = 0;
        }
    }
    if !objects.is_empty() {
        bundles.push(bundle(&objects));
    }
    bundles
}

fn bundle(objects: &[&str]) -> String {
    format!("{{\"type\":\"bundle\",\"objects\":[{}]}}", objects.join(","))
}
