//! Undoing what careful people do to make an indicator harmless in writing: `hxxp://evil[.]example`.

use aho_corasick::AhoCorasick;

use super::disguise::{Window, windows};

/// What gives a defanged stretch away. Only stretches around these are refanged.
const MARKS: &[&str] = &[
    "hxxp", "hxtp", "htxp", "h**p", "h__p", "fxp:", "meow:", "[.", ".]", "(.", "{.", "[ .", "( .", "[dot", "(dot",
    "{dot", "[ dot", "( dot", "[d0t", "[point", "(point", "[punkt", "[at", "(at)", "{at}", "[ at", "( at", "[@", "(@",
    "[:", "(:", "[/", "\\.", "[www", "[http",
];

/// Finds and refangs defanged stretches of text.
pub(crate) struct Refang {
    marks: AhoCorasick,
}

impl Refang {
    pub(crate) fn new() -> Self {
        let marks = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(MARKS)
            .expect("a short list of short marks always builds");
        Self { marks }
    }

    /// Calls back with each refanged stretch (whole lines where they are short, since `evil [.] example` reaches over
    /// token ends), and for each of its bytes where it stood in `text`.
    pub(crate) fn uncover(&self, text: &[u8], found: &mut dyn FnMut(&[u8], &[usize])) {
        let hits = self.marks.find_iter(text).map(|hit| hit.start());
        for Window { start, end } in windows(text, hits, 256, true) {
            let (clear, places) = refang(text, start, end);
            found(&clear, &places);
        }
    }
}

/// What a written form stands for. Forms in brackets may have spaces inside and around.
const WORDS: &[(&str, &str)] = &[
    ("hxxp", "http"),
    ("hxtp", "http"),
    ("htxp", "http"),
    ("h**p", "http"),
    ("h__p", "http"),
    ("fxp:", "ftp:"),
    ("meow:", "http:"),
    ("\\.", "."),
];
const BRACKETED: &[(&str, &str)] = &[
    (".", "."),
    ("dot", "."),
    ("d0t", "."),
    ("point", "."),
    ("punkt", "."),
    ("@", "@"),
    ("at", "@"),
    ("arobase", "@"),
    (":", ":"),
    ("://", "://"),
    ("/", "/"),
    ("www", "www"),
    ("http", "http"),
    ("https", "https"),
];

/// The refanged text of `text[start..end]`, and where each of its bytes stood.
fn refang(text: &[u8], start: usize, end: usize) -> (Vec<u8>, Vec<usize>) {
    let mut clear = Vec::with_capacity(end - start);
    let mut places = Vec::with_capacity(end - start);
    let mut at = start;
    while at < end {
        let rest = &text[at..end];
        if let Some((written, meant)) = WORDS.iter().find(|(written, _)| starts_with(rest, written)) {
            push(&mut clear, &mut places, meant, at);
            at += written.len();
        } else if let Some((length, meant)) = bracketed(rest) {
            let separates = matches!(meant, "." | "@");
            if separates && clear.last() == Some(&b' ') {
                clear.pop();
                places.pop();
            }
            push(&mut clear, &mut places, meant, at);
            at += length;
            if separates && text.get(at) == Some(&b' ') && at < end {
                at += 1;
            }
        } else if starts_with(rest, ".]") && rest.get(2).is_some_and(u8::is_ascii_alphanumeric) {
            push(&mut clear, &mut places, ".", at);
            at += 2;
        } else {
            clear.push(text[at]);
            places.push(at);
            at += 1;
        }
    }
    (clear, places)
}

fn push(clear: &mut Vec<u8>, places: &mut Vec<usize>, meant: &str, at: usize) {
    clear.extend_from_slice(meant.as_bytes());
    places.extend(std::iter::repeat_n(at, meant.len()));
}

/// The length and meaning of a form in brackets at the start of `rest`; the closing bracket may be forgotten.
fn bracketed(rest: &[u8]) -> Option<(usize, &'static str)> {
    let close = match rest.first()? {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        _ => return None,
    };
    let spaces = rest[1..].iter().take_while(|byte| **byte == b' ').count().min(2);
    let inner = rest.get(1 + spaces..)?;
    for (written, meant) in BRACKETED {
        if !starts_with(inner, written) {
            continue;
        }
        let after = inner.get(written.len()..)?;
        let more = after.iter().take_while(|byte| **byte == b' ').count().min(2);
        if after.get(more) == Some(&close) {
            return Some((1 + spaces + written.len() + more + 1, meant));
        }
    }
    // `evil[.example`
    (inner.first() == Some(&b'.') && close == b']' && inner.get(1).is_some_and(u8::is_ascii_alphanumeric))
        .then_some((2 + spaces, "."))
}

fn starts_with(rest: &[u8], written: &str) -> bool {
    rest.get(..written.len()).is_some_and(|head| head.eq_ignore_ascii_case(written.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clear(text: &str) -> String {
        let mut all = String::new();
        Refang::new().uncover(text.as_bytes(), &mut |clear, places| {
            assert_eq!(clear.len(), places.len());
            all.push_str(&String::from_utf8_lossy(clear));
        });
        all
    }

    #[test]
    fn undoes_every_usual_form() {
        for (written, meant) in [
            ("hxxp://evil[.]example/a", "http://evil.example/a"),
            ("hXXps[:]//evil(.)example", "https://evil.example"),
            ("evil[dot]example", "evil.example"),
            ("evil [.] example", "evil.example"),
            ("evil [ dot ] example", "evil.example"),
            ("john[at]evil{.}example", "john@evil.example"),
            ("evil[.example", "evil.example"),
            ("evil.]example", "evil.example"),
            (r"evil\.example", "evil.example"),
            ("198[.]51[.]100[.]7", "198.51.100.7"),
            ("hxxp[://]evil[.]example", "http://evil.example"),
        ] {
            assert_eq!(clear(written), meant, "{written}");
        }
        assert_eq!(clear("nothing to undo here"), "");
    }
}
