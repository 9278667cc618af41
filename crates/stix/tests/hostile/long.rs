//! A bundle of 100 MB, read and judged object by object from a source that makes it up as it goes. In a process of its own, whose
//! peak Linux keeps.

#![cfg(target_os = "linux")]

use std::{io::Read, ops::ControlFlow};

use vauban_stix::{BundleJudge, Entry, Limits, ReadError, Rules, read_from};

/// The most memory that this process ever used, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

/// A bundle that is written while it is read.
struct Made {
    left: usize,
    at: usize,
    rest: Vec<u8>,
    bytes: usize,
}

impl Read for Made {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.rest.is_empty() {
            self.rest = match self.left {
                0 => return Ok(0),
                1 => b"]}".to_vec(),
                _ => indicator(self.at).into_bytes(),
            };
            self.at += 1;
            self.left -= 1;
        }
        let length = buffer.len().min(self.rest.len());
        buffer[..length].copy_from_slice(&self.rest[..length]);
        self.rest.drain(..length);
        self.bytes += length;
        Ok(length)
    }
}

fn indicator(at: usize) -> String {
    let comma = if at == 0 { "" } else { "," };
    format!(
        r#"{comma}{{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-{at:012x}","created":"2026-01-31T08:00:00.000Z","modified":"2026-01-31T08:00:00.000Z","name":"N","description":"{}","indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'a{at}.evil.example']","pattern_type":"stix","valid_from":"2026-01-31T08:00:00Z"}}"#,
        "d".repeat(700)
    )
}

#[test]
fn a_bundle_of_100_megabytes_takes_the_memory_of_one_object_and_of_its_ids() {
    const OBJECTS: usize = 100_000;
    let head = br#"{"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","objects":["#;
    let mut source = Made { left: OBJECTS + 1, at: 0, rest: head.to_vec(), bytes: 0 };
    let rules = Rules::default();
    let before = peak();
    // Reading alone keeps nothing.
    let read = read_from(&mut source, &Limits::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    let reading = peak() - before;
    assert!(read.objects == OBJECTS && source.bytes > 100_000_000, "{} in {}", read.objects, source.bytes);
    assert!(reading < 4 << 20, "{reading}");
    let mut source = Made { left: OBJECTS + 1, at: 0, rest: head.to_vec(), bytes: 0 };
    let mut judged = BundleJudge::new(&rules, None);
    let (mut faults, mut refused) = (0, 0);
    read_from(&mut source, &Limits::default(), &mut |entry| {
        match entry {
            Entry::Object(object) => faults += judged.judge(&object).len(),
            Entry::Refused(_) => refused += 1,
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    faults += judged.finish().len();
    let judging = peak() - before;
    println!("{} bytes: {} KiB to read, {} KiB to judge", source.bytes, reading >> 10, judging >> 10);
    assert_eq!((faults, refused), (0, 0));
    assert!(judging < 48 << 20, "{judging}");
}

/// A string without an end is no reason to keep it.
#[test]
fn an_endless_string_ends() {
    let limits = Limits { object_bytes: 1 << 20, ..Limits::default() };
    let before = peak();
    let source = br#"{"objects":[{"x":""#.chain(std::io::repeat(b'a'));
    let error = read_from(source, &limits, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(error, Err(ReadError::Json(error)) if error.is_io()));
    let grown = peak() - before;
    assert!(grown < 32 << 20, "{grown}");
}
