//! Ends the lines of armour with CRLF, as mail must (RFC 5322 section 2.3), while they are written.
//!
//! For text whose lines end with LF alone. It never sees the message itself, which keeps its line ends.

use std::io::Write;

/// A writer that puts a CR before every LF.
pub(super) struct Crlf<W> {
    out: W,
}

impl<W: Write> Crlf<W> {
    pub(super) fn new(out: W) -> Crlf<W> {
        Crlf { out }
    }
}

impl<W: Write> Write for Crlf<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match line.strip_suffix(b"\n") {
                Some(text) => {
                    self.out.write_all(text)?;
                    self.out.write_all(b"\r\n")?;
                }
                None => self.out.write_all(line)?,
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
