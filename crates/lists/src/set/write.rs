//! Writing a set as a stream: nothing is written twice, and the file is never whole in memory.

use std::{
    hash::Hasher as _,
    io::{self, Write},
};

use super::{
    build::Built,
    layout::{self, HEADER_LENGTH, Head, MAGIC, SECTIONS},
};

/// Everything before the entries.
pub(super) struct Parts<'p> {
    pub(super) head: Head,
    pub(super) lists: &'p [String],
    pub(super) descriptor: &'p [u8],
    pub(super) fingerprints: &'p [u8],
    pub(super) buckets: usize,
    pub(super) classes: &'p [u8],
}

const CHUNK: usize = 64 << 10;

/// Writes the parts and the entries, which are in the order of their hashes: hash, number of the class, key.
pub(super) fn write<'k>(
    parts: &Parts<'_>,
    entries: impl Iterator<Item = (u64, u32, &'k [u8])> + Clone,
    out: &mut dyn Write,
) -> io::Result<Built> {
    let lists = serde_json::to_vec(parts.lists)?;
    let (begins, length) = begins(parts.buckets, entries.clone())?;
    let bytes_of_begins: Vec<u8> = begins.iter().flat_map(|begin| begin.to_le_bytes()).collect();
    drop(begins);
    let sections: [&[u8]; SECTIONS - 1] =
        [&lists, parts.descriptor, parts.fingerprints, &bytes_of_begins, parts.classes];
    let mut sink =
        Sink { out, hasher: twox_hash::XxHash3_64::with_seed(0), chunk: Vec::with_capacity(CHUNK), written: 0 };
    sink.add(&header(&parts.head, &sections, length))?;
    for section in sections {
        sink.add(section)?;
    }
    let mut entry = Vec::new();
    for (_, class, key) in entries {
        entry.clear();
        // Keys in the pool have a length of one byte.
        entry.push(key.len().to_le_bytes()[0]);
        layout::write_varint(&mut entry, class);
        entry.extend_from_slice(key);
        sink.add(&entry)?;
    }
    let bytes = sink.finish()?;
    Ok(Built { entries: parts.head.entries, bytes })
}

/// Where each bucket begins, and where the last one ends.
fn begins<'k>(buckets: usize, entries: impl Iterator<Item = (u64, u32, &'k [u8])>) -> io::Result<(Vec<u32>, u64)> {
    let mut begins = Vec::with_capacity(buckets + 1);
    let mut at = 0_u64;
    let place = |at: u64| u32::try_from(at).map_err(|_| io::Error::other("more than four gigabytes of names"));
    for (hash, class, key) in entries {
        while begins.len() <= layout::bucket(hash, buckets) {
            begins.push(place(at)?);
        }
        at += (1 + layout::varint_length(class) + key.len()) as u64;
    }
    while begins.len() <= buckets {
        begins.push(place(at)?);
    }
    Ok((begins, at))
}

fn header(head: &Head, sections: &[&[u8]], entries: u64) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER_LENGTH);
    header.extend(MAGIC);
    header.extend(layout::FORMAT_VERSION.to_le_bytes());
    header.extend(head.entries.to_le_bytes());
    header.extend(head.seed.to_le_bytes());
    header.extend(head.passes_win.to_le_bytes());
    header.extend(head.labels.to_le_bytes());
    header.extend(head.prefixes_v4.to_le_bytes());
    header.extend(head.prefixes_v6.iter().flat_map(|word| word.to_le_bytes()));
    header.extend(sections.iter().flat_map(|section| (section.len() as u64).to_le_bytes()));
    header.extend(entries.to_le_bytes());
    header
}

/// Writes in chunks, and sums up what it writes.
struct Sink<'o> {
    out: &'o mut dyn Write,
    hasher: twox_hash::XxHash3_64,
    chunk: Vec<u8>,
    written: u64,
}

impl Sink<'_> {
    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.chunk.len() + bytes.len() > CHUNK {
            self.flush()?;
        }
        if bytes.len() < CHUNK {
            self.chunk.extend_from_slice(bytes);
            return Ok(());
        }
        self.hasher.write(bytes);
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hasher.write(&self.chunk);
        self.written += self.chunk.len() as u64;
        self.out.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<u64> {
        self.flush()?;
        let checksum = self.hasher.finish().to_le_bytes();
        self.out.write_all(&checksum)?;
        self.out.flush()?;
        Ok(self.written + checksum.len() as u64)
    }
}
