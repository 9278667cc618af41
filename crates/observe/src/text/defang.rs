//! Undoing what careful people do to make an indicator harmless in writing: `hxxp://evil[.]example`.

use super::disguise::{Window, windows};

/// What gives a defanged stretch away, by two bytes that stand together in it and seldom in other text. Only stretches
/// around these are refanged.
const MARKS: [Kind; 7] = [
    Kind {
        pair: (b"[({", b". dDpPaA@:/wWhH"),
        before: 0,
        marks: &[
            "[.", "(.", "{.", "[ .", "( .", "[dot", "(dot", "{dot", "[ dot", "( dot", "[d0t", "[point", "(point",
            "[punkt", "[at", "(at)", "{at}", "[ at", "( at", "[@", "(@", "[:", "(:", "[/", "[www", "[http",
        ],
    },
    Kind { pair: (b".", b"]"), before: 0, marks: &[".]"] },
    Kind { pair: (b"\\", b"."), before: 0, marks: &["\\."] },
    Kind { pair: (b"hH", b"xX*_"), before: 0, marks: &["hxxp", "hxtp", "h**p", "h__p"] },
    Kind { pair: (b"tT", b"xX"), before: 1, marks: &["htxp"] },
    Kind { pair: (b"fF", b"xX"), before: 0, marks: &["fxp:"] },
    Kind { pair: (b"wW", b":"), before: 3, marks: &["meow:"] },
];

/// Marks that are found by the same two bytes.
struct Kind {
    /// What the first of these bytes may be, and the second.
    pair: (&'static [u8], &'static [u8]),
    /// How far before them the mark begins.
    before: usize,
    marks: &'static [&'static str],
}

/// For each byte a bit for each kind whose pair it may begin, and for each whose pair it may end.
const KINDS: [[u8; 2]; 256] = {
    let mut table = [[0; 2]; 256];
    let mut kind = 0;
    while kind < MARKS.len() {
        let (first, second) = MARKS[kind].pair;
        let mut at = 0;
        while at < first.len() {
            table[first[at] as usize][0] |= 1 << kind;
            at += 1;
        }
        at = 0;
        while at < second.len() {
            table[second[at] as usize][1] |= 1 << kind;
            at += 1;
        }
        kind += 1;
    }
    table
};

/// Where marks begin that do not overlap, from the first to the last.
fn marks(text: &[u8]) -> impl Iterator<Item = usize> {
    let (mut at, mut free, mut begun) = (0, 0, 0_u8);
    std::iter::from_fn(move || {
        loop {
            let mut kinds = 0;
            let ends_pair = |byte: &u8| {
                let [first, second] = KINDS[usize::from(*byte)];
                kinds = begun & second;
                begun = first;
                kinds != 0
            };
            let end = at + text.get(at..)?.iter().position(ends_pair)?;
            at = end + 1;
            let pair = end.checked_sub(1)?;
            // No mark holds another, so the order of their ends is that of their beginnings.
            let here = MARKS.iter().enumerate().filter(|(number, _)| kinds >> number & 1 == 1);
            let found = here.filter_map(|(_, kind)| {
                let start = pair.checked_sub(kind.before).filter(|start| *start >= free)?;
                let mark = kind.marks.iter().find(|mark| starts_with(&text[start..], mark))?;
                Some((start, start + mark.len()))
            });
            if let Some((start, end)) = { found }.next() {
                free = end;
                return Some(start);
            }
        }
    })
}

/// Calls back with each refanged stretch (whole lines where they are short, since `evil [.] example` reaches over
/// token ends), and for each of its bytes where it stood in `text`.
pub(crate) fn uncover(text: &[u8], found: &mut dyn FnMut(&[u8], &[usize])) {
    for Window { start, end } in windows(text, marks(text), 256, true) {
        let (clear, places) = refang(text, start, end);
        found(&clear, &places);
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
        uncover(text.as_bytes(), &mut |clear, places| {
            assert_eq!(clear.len(), places.len());
            all.push_str(&String::from_utf8_lossy(clear));
        });
        all
    }

    fn all() -> Vec<&'static str> {
        MARKS.iter().flat_map(|kind| kind.marks).copied().collect()
    }

    /// The same by a machine that looks for the marks themselves.
    fn marks_by_automaton(text: &[u8]) -> Vec<usize> {
        let automaton = aho_corasick::AhoCorasick::builder().ascii_case_insensitive(true).build(all()).unwrap();
        automaton.find_iter(text).map(|hit| hit.start()).collect()
    }

    #[test]
    fn every_mark_is_found_wherever_it_stands() {
        for mark in all() {
            assert_eq!(marks(mark.as_bytes()).collect::<Vec<_>>(), [0], "{mark}");
            for text in [format!("x{mark}"), format!("[{mark}y"), format!("{mark}{mark}"), mark.to_uppercase()] {
                assert_eq!(marks(text.as_bytes()).collect::<Vec<_>>(), marks_by_automaton(text.as_bytes()), "{text}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn marks_are_those_of_an_automaton(pieces in proptest::collection::vec(proptest::sample::select(
            [&all(), &["[", "(", ".", "]", "x", "h", "t", "p", "w", ":", "*", "_", " ", "meo", "ht"][..]].concat()), 0..40)) {
            let text = pieces.concat();
            proptest::prop_assert_eq!(marks(text.as_bytes()).collect::<Vec<_>>(), marks_by_automaton(text.as_bytes()));
        }
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
