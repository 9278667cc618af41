//! A master file is cut into entries: usually a line each, more where parentheses stand. Quotes and comments are understood; an entry
//! that is longer than may be is cut off, and the next line begins anew, so that one lost parenthesis does not cost the rest of a file.

use std::io::{self, BufRead};

/// The most lines of one entry: a lost parenthesis costs no more.
const MOST_LINES: usize = 200;

/// One entry, as text in one line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The line of the file that it begins in, from 1 on.
    pub(super) number: usize,
    /// Whether it begins with a blank: it has no name of its own.
    pub(super) is_indented: bool,
    /// What stands there, word by word; without parentheses and comments.
    pub(super) words: Vec<Vec<u8>>,
    /// Which words are in quotes.
    pub(super) quoted: Vec<bool>,
    /// What is wrong with it.
    pub(super) fault: Option<&'static str>,
}

/// Cuts text into entries.
pub(super) struct Lines<R> {
    from: R,
    longest: usize,
    number: usize,
    raw: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// No entry is longer than so many bytes.
    pub(super) fn new(from: R, longest: usize) -> Self {
        Self { from, longest, number: 0, raw: Vec::new() }
    }

    /// The next entry with anything in it.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            if !self.read_raw()? {
                return Ok(None);
            }
            let mut line = Line {
                number: self.number,
                is_indented: self.raw.first().is_some_and(u8::is_ascii_whitespace),
                ..Line::default()
            };
            let mut depth = 0usize;
            let (mut length, mut lines) = (0, 0);
            loop {
                length += self.raw.len();
                lines += 1;
                if length > self.longest || lines > MOST_LINES {
                    line.fault = Some("it is too long");
                    break;
                }
                if let Err(fault) = split(&self.raw, &mut line, &mut depth) {
                    line.fault = Some(fault);
                    break;
                }
                if depth == 0 {
                    break;
                }
                if !self.read_raw()? {
                    line.fault = Some("a parenthesis is not closed");
                    break;
                }
            }
            if !line.words.is_empty() || line.fault.is_some() {
                return Ok(Some(line));
            }
        }
    }

    /// A line of the file. What is too long is read to its end and not kept.
    fn read_raw(&mut self) -> io::Result<bool> {
        self.raw.clear();
        let mut has_any = false;
        loop {
            let buffer = self.from.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            has_any = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(buffer.len(), |end| end + 1);
            let room = (self.longest + 1).saturating_sub(self.raw.len());
            self.raw.extend_from_slice(&buffer[..end.unwrap_or(taken).min(room)]);
            self.from.consume(taken);
            if end.is_some() {
                break;
            }
        }
        self.number += usize::from(has_any);
        Ok(has_any)
    }
}

/// The words of a line; `depth` tells how many parentheses are open.
fn split(raw: &[u8], line: &mut Line, depth: &mut usize) -> Result<(), &'static str> {
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b';' => return Ok(()),
            b'(' => *depth += 1,
            b')' => *depth = depth.checked_sub(1).ok_or("a parenthesis is closed that was not opened")?,
            b'"' => {
                let mut word = Vec::new();
                loop {
                    match bytes.next().ok_or("a quote is not closed")? {
                        b'"' => break,
                        b'\\' => word.extend([b'\\', bytes.next().ok_or("a quote is not closed")?]),
                        byte => word.push(byte),
                    }
                }
                line.words.push(word);
                line.quoted.push(true);
            }
            byte if byte.is_ascii_whitespace() => {}
            byte => {
                let mut word = vec![byte];
                let mut escaped = byte == b'\\';
                while let Some(&next) = bytes.peek() {
                    if !escaped && (next.is_ascii_whitespace() || matches!(next, b';' | b'(' | b')' | b'"')) {
                        break;
                    }
                    escaped = !escaped && next == b'\\';
                    word.push(next);
                    bytes.next();
                }
                line.words.push(word);
                line.quoted.push(false);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &[u8], longest: usize) -> Vec<Line> {
        let mut lines = Lines::new(text, longest);
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    fn words(line: &Line) -> Vec<String> {
        line.words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }

    #[test]
    fn parentheses_quotes_and_comments_are_understood() {
        let text = b"; nothing\n\n@ SOA a b ( 1 ; serial (\n 2\n) 3\n  TXT \"a ; (b\" c\\;d\\\"\nx\\ y CNAME .";
        let lines = all(text, 1000);
        assert_eq!(words(&lines[0]), ["@", "SOA", "a", "b", "1", "2", "3"]);
        assert_eq!((lines[0].number, lines[0].is_indented), (3, false));
        assert_eq!(words(&lines[1]), ["TXT", "a ; (b", "c\\;d\\\""]);
        assert!(lines[1].is_indented && lines[1].quoted == [false, true, false]);
        assert_eq!(words(&lines[2]), ["x\\ y", "CNAME", "."]);
        assert_eq!((lines.len(), lines[2].number), (3, 7));
    }

    #[test]
    fn what_is_wrong_costs_itself_alone() {
        let text =
            [b"a ) b\nc \"d\n", &b"e".repeat(300)[..], b"\nf ( g\n", &b"h\n".repeat(200)[..], b"i CNAME .\n"].concat();
        let lines = all(&text, 100);
        let faults: Vec<_> = lines.iter().filter_map(|line| line.fault).collect();
        assert_eq!(
            faults,
            [
                "a parenthesis is closed that was not opened",
                "a quote is not closed",
                "it is too long",
                "it is too long"
            ]
        );
        assert_eq!(words(lines.last().unwrap()), ["i", "CNAME", "."]);
        let text = [&b"a (\n"[..], &b"\n".repeat(MOST_LINES + 5)[..], b"b CNAME .\n"].concat();
        let lines = all(&text, 1000);
        assert_eq!((lines.len(), lines[0].fault), (2, Some("it is too long")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_within_bounds(text in proptest::collection::vec(any::<u8>(), 0..400), longest in 1usize..80) {
            for line in all(&text, longest) {
                prop_assert!(line.words.iter().map(Vec::len).sum::<usize>() <= longest || line.fault.is_some());
                prop_assert_eq!(line.words.len(), line.quoted.len());
            }
        }
    }
}
