//! Encodings that hide an observable inside a text: percent, quoted-printable, UTF-16, escaped slashes, base64,
//! hexadecimal.
//!
//! Each looks for what gives it away first and decodes only there, so that ordinary text pays a vectorised search.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};

use super::token::ends_token;

/// A stretch of text, cut at the ends of tokens so that no half of a name is ever read as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Windows of `radius` bytes around each hit (hits in ascending order), merged where they meet and widened to
/// token ends; with `lines`, to line ends if one is near.
pub(crate) fn windows(text: &[u8], hits: impl Iterator<Item = usize>, radius: usize, lines: bool) -> Vec<Window> {
    const FARTHEST: usize = 8 << 10;
    let ends = |byte: u8| if lines { byte == b'\n' || byte == 0 } else { ends_token(byte) };
    let mut merged: Vec<Window> = Vec::new();
    for hit in hits {
        if let Some(last) = merged.last_mut()
            && hit < last.end
        {
            continue;
        }
        let mut start = hit.saturating_sub(radius);
        let mut end = (hit + radius).min(text.len());
        // Outwards to the nearest end; a token too long for that is cut inwards instead.
        let lowest = start.saturating_sub(FARTHEST);
        match text[lowest..start].iter().rposition(|byte| ends(*byte) || (lines && ends_token(*byte))) {
            Some(at) => start = lowest + at + 1,
            None if lowest == 0 => start = 0,
            None => start = hit - text[start..hit].iter().rev().take_while(|byte| !ends_token(**byte)).count(),
        }
        let highest = (end + FARTHEST).min(text.len());
        match text[end..highest].iter().position(|byte| ends_token(*byte)) {
            Some(at) => end += at,
            None if highest == text.len() => end = highest,
            None => end = hit + text[hit..end].iter().take_while(|byte| !ends_token(**byte)).count(),
        }
        match merged.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => merged.push(Window { start, end: end.max(hit) }),
        }
    }
    merged
}

/// A decoded stretch: the step's name, the bytes, and where the stretch begins in the text.
pub(crate) type Uncovered<'u> = dyn FnMut(&'static str, &[u8], usize) + 'u;

/// `%65vil%2eexample`, as in the parameters of a redirector.
pub(crate) fn percent(text: &[u8], found: &mut Uncovered<'_>) {
    let hits = memchr::memchr_iter(b'%', text).filter(|at| hex_pair(text, at + 1).is_some());
    for Window { start, end } in windows(text, hits, 256, false) {
        let mut clear = Vec::with_capacity(end - start);
        let mut at = start;
        while at < end {
            match (text[at], hex_pair(text, at + 1)) {
                (b'%', Some(byte)) if at + 2 < end => {
                    clear.push(byte);
                    at += 3;
                }
                (byte, _) => {
                    clear.push(byte);
                    at += 1;
                }
            }
        }
        found("percent-encoding", &clear, start);
    }
}

/// `http:\/\/evil.example\/`, as in scripts and JSON that lies inside another format.
pub(crate) fn escaped_slashes(text: &[u8], found: &mut Uncovered<'_>) {
    for Window { start, end } in windows(text, memchr::memmem::find_iter(text, b"\\/"), 256, true) {
        let mut clear = Vec::with_capacity(end - start);
        for (at, byte) in text[start..end].iter().enumerate() {
            if !(*byte == b'\\' && text.get(start + at + 1) == Some(&b'/')) {
                clear.push(*byte);
            }
        }
        found("escaped", &clear, start);
    }
}

/// Quoted-printable (RFC 2045, section 6.7) outside a message that declares it.
pub(crate) fn quoted_printable(text: &[u8], found: &mut Uncovered<'_>) {
    let gives_away = |at: &usize| match text.get(at + 1) {
        Some(b'\n') => true,
        Some(b'\r') => text.get(at + 2) == Some(&b'\n'),
        _ => upper_hex_pair(text, at + 1).is_some(),
    };
    let hits = memchr::memchr_iter(b'=', text).filter(gives_away);
    for Window { start, end } in windows(text, hits, 512, false) {
        let mut clear = Vec::with_capacity(end - start);
        let mut at = start;
        while at < end {
            if text[at] != b'=' {
                clear.push(text[at]);
                at += 1;
            } else if let Some(byte) = upper_hex_pair(text, at + 1) {
                clear.push(byte);
                at += 3;
            } else if text.get(at + 1) == Some(&b'\n') {
                at += 2;
            } else if text.get(at + 1..at + 3) == Some(b"\r\n") {
                at += 3;
            } else {
                clear.push(b'=');
                at += 1;
            }
        }
        found("quoted-printable", &clear, start);
    }
}

fn hex_pair(text: &[u8], at: usize) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let (high, low) = (digit(text.get(at)?)?, digit(text.get(at + 1)?)?);
    u8::try_from(high * 16 + low).ok()
}

fn upper_hex_pair(text: &[u8], at: usize) -> Option<u8> {
    let lower = |byte: &u8| byte.is_ascii_lowercase();
    let byte = hex_pair(text, at)?;
    // Control characters are no part of any observable: `x=10` in a program is not an encoding.
    (!lower(text.get(at)?) && !lower(text.get(at + 1)?) && byte >= 0x20).then_some(byte)
}

/// UTF-16 runs of at least four characters of the first 256, as programs and Windows files hold them, in either
/// byte order.
pub(crate) fn utf_16(text: &[u8], found: &mut Uncovered<'_>) {
    let printable = |byte: u8| (byte >= 0x20 && byte != 0x7f) || matches!(byte, b'\t' | b'\r' | b'\n');
    let mut from = 0;
    while let Some(zero) = text.get(from..).and_then(|rest| memchr::memchr(0, rest)).map(|at| from + at) {
        // `c 0 c 0 …` with the first `c` just before the zero.
        if zero <= from.saturating_sub(1) || zero == 0 || !printable(text[zero - 1]) {
            from = zero + 1;
            continue;
        }
        let start = zero - 1;
        let mut units = Vec::new();
        let mut at = start;
        while at + 1 < text.len() && text[at + 1] == 0 && printable(text[at]) {
            units.push(u16::from(text[at]));
            at += 2;
        }
        // The last character of a big-endian run has its zero in front.
        if at > start && text.get(at).is_some_and(|byte| printable(*byte)) && units.len() >= 4 {
            let big_endian = start >= 1 && text[start - 1] == 0;
            if big_endian {
                units.push(u16::from(text[at]));
            }
        }
        if units.len() >= 4 {
            found("utf-16", String::from_utf16_lossy(&units).as_bytes(), start);
        }
        from = at.max(zero + 1);
    }
}

/// Collects base64 and hexadecimal stretches from the long tokens of a text, wrapped lines joined.
#[derive(Debug, Default)]
pub(crate) struct Stretches {
    /// Lines of the stretch that are joined; empty while it has one, which then stands in the text as it is.
    joined: Vec<u8>,
    /// Where the stretch begins, and where its last line does.
    start: usize,
    line: usize,
    end: usize,
    reaches_token_end: bool,
}

/// Longest stretch that is decoded as one.
const LONGEST_STRETCH: usize = 64 << 20;
/// Symbols of the shortest line that goes on in the next one.
const SHORTEST_LINE: usize = 40;

impl Stretches {
    /// Takes the next long token; calls back with what the stretch before it decodes to.
    pub(crate) fn token(&mut self, text: &[u8], start: usize, end: usize, found: &mut Uncovered<'_>) {
        let mut at = start;
        while at < end {
            let is_symbol = |byte: &u8| SIX_BITS[usize::from(*byte)] != NO_SYMBOL;
            let run = text[at..end].iter().position(|byte| !is_symbol(byte)).unwrap_or(end - at);
            if run == 0 {
                at += 1;
                continue;
            }
            let last_line = self.end - self.line;
            let continues = at == start
                && self.reaches_token_end
                && last_line >= SHORTEST_LINE
                && run <= last_line
                && self.joined.len().max(last_line) < LONGEST_STRETCH
                && start - self.end <= 4
                && text[self.end..start].iter().all(|byte| matches!(byte, b'\r' | b'\n' | b' ' | b'\t'))
                && text[self.end..start].contains(&b'\n');
            if continues {
                if self.joined.is_empty() {
                    self.joined.extend_from_slice(&text[self.line..self.end]);
                }
                self.joined.extend_from_slice(&text[at..at + run]);
            } else {
                self.flush(text, found);
                self.start = at;
            }
            (self.line, self.end) = (at, at + run);
            let padding = text[at + run..end].iter().take_while(|byte| **byte == b'=').count();
            self.reaches_token_end = padding == 0 && at + run == end;
            at += run + padding;
        }
    }

    /// Decodes what is left of a text.
    pub(crate) fn flush(&mut self, text: &[u8], found: &mut Uncovered<'_>) {
        let symbols = if self.joined.is_empty() { &text[self.line..self.end] } else { &self.joined };
        if symbols.len() >= SHORTEST {
            decode(symbols, self.start, found);
        }
        (self.line, self.end, self.joined) = (0, 0, Vec::new());
    }
}

/// Symbols of the shortest stretch that is decoded.
const SHORTEST: usize = 11;

/// What each byte stands for in base64, in its usual and its URL-safe alphabet.
pub(crate) const SIX_BITS: [u8; 256] = {
    let mut table = [NO_SYMBOL; 256];
    let mut value = 0;
    while value < 26 {
        table[b'A' as usize + value as usize] = value;
        table[b'a' as usize + value as usize] = value + 26;
        value += 1;
    }
    let mut digit = 0;
    while digit < 10 {
        table[b'0' as usize + digit as usize] = digit + 52;
        digit += 1;
    }
    table[b'+' as usize] = 62;
    table[b'-' as usize] = 62;
    table[b'/' as usize] = 63;
    table[b'_' as usize] = 63;
    table
};
/// What stands for nothing: above all that stand for something, however they are joined.
pub(crate) const NO_SYMBOL: u8 = 0x80;

/// Symbols that are decoded to see whether the rest is worth it.
const HEAD: usize = 32;

/// Base64 in its usual and its URL-safe alphabet, unpadded, trailing bits ignored.
static BASE64: LazyLock<Encoding> = LazyLock::new(|| {
    let mut form = Specification::new();
    form.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    form.translate.from.push_str("-_");
    form.translate.to.push_str("+/");
    form.check_trailing_bits = false;
    form.encoding().expect("the alphabet of RFC 4648 is a valid one")
});

fn decode(symbols: &[u8], start: usize, found: &mut Uncovered<'_>) {
    if symbols.len() >= 14
        && symbols.len().is_multiple_of(2)
        && symbols.iter().all(u8::is_ascii_hexdigit)
        && let Ok(bytes) = data_encoding::HEXLOWER_PERMISSIVE.decode(symbols)
        && is_worth_reading(&bytes)
    {
        found("hex", &bytes, start);
        return;
    }
    // A path or a key in front of the encoded part shifts its alignment: the first that reads like text wins.
    let after_separators = symbols
        .iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'/' | b'-' | b'_' | b'+'))
        .map(|(at, _)| at + 1)
        .take(12);
    for skip in [0].into_iter().chain(after_separators).chain(1..4) {
        let Some(rest) = symbols.get(skip..).filter(|rest| rest.len() >= SHORTEST) else { continue };
        // Nearly every word of a text gets as far as this: no memory is asked for, and most is told from three bytes or six.
        let may = |few: usize| {
            let (head, length) = decode_head(&rest[..few]);
            may_look_decoded(&head[..length])
        };
        if !may_begin(rest) || !may(4) || !may(8) {
            continue;
        }
        let (head, length) = decode_head(rest);
        if !looks_decoded(&head[..length]) {
            continue;
        }
        if let Some(bytes) = decode_whole(rest)
            && is_worth_reading(&bytes)
        {
            found("base64", &bytes, start + skip);
            return;
        }
    }
}

fn decode_whole(symbols: &[u8]) -> Option<Vec<u8>> {
    let length = if symbols.len() % 4 == 1 { symbols.len() - 1 } else { symbols.len() };
    BASE64.decode(&symbols[..length]).ok()
}

/// The bytes behind the first symbols of a stretch, and how many there are: what [`decode_whole`] makes of these.
fn decode_head(symbols: &[u8]) -> ([u8; HEAD / 4 * 3], usize) {
    let symbols = &symbols[..symbols.len().min(HEAD)];
    let mut head = [0; HEAD / 4 * 3];
    for (bytes, group) in head.as_chunks_mut::<3>().0.iter_mut().zip(symbols.chunks(4)) {
        let value = |at: usize| group.get(at).map_or(0, |symbol| u32::from(SIX_BITS[usize::from(*symbol)] & 63));
        let [_, first, second, third] = (value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3)).to_be_bytes();
        *bytes = [first, second, third];
    }
    (head, symbols.len() * 3 / 4)
}

/// Whether the first three bytes behind these symbols could [look decoded](looks_decoded), for the letters that most words
/// begin with: what they stand for begins no UTF-8 and no file.
fn may_begin(symbols: &[u8]) -> bool {
    let Some(group) = symbols.first_chunk::<4>() else { return true };
    let group = group.map(|symbol| u32::from(SIX_BITS[usize::from(symbol)] & 63));
    let [_, first, second, third] = (group[0] << 18 | group[1] << 12 | group[2] << 6 | group[3]).to_be_bytes();
    !(0x80..0xc2).contains(&first) || !(is_odd(second) || is_odd(third))
}

/// Whether a byte is neither text nor the zero beside it in UTF-16.
fn is_odd(byte: u8) -> bool {
    byte != 0 && !(0x20..0x7f).contains(&byte) && !matches!(byte, b'\t' | b'\r' | b'\n')
}

/// Whether bytes that begin like this could [look decoded](looks_decoded).
fn may_look_decoded(few: &[u8]) -> bool {
    // Text has none, UTF-16 at most one; else it is UTF-8 as far as one can see, or a file.
    few.iter().filter(|byte| is_odd(**byte)).take(2).count() < 2
        || !breaks_utf_8(few)
        || few.first().is_some_and(|first| MAGICS.iter().any(|magic| magic.first() == Some(first)))
}

/// Whether no UTF-8 begins like this: a byte that goes on with nothing, or a character that nothing goes on with. What it
/// does not tell is left to the standard library.
fn breaks_utf_8(few: &[u8]) -> bool {
    let mut more = 0_u8;
    for byte in few {
        more = match (more, byte) {
            (0, 0..=0x7f) => 0,
            (0, 0xc2..=0xdf) => 1,
            (0, 0xe0..=0xef) => 2,
            (0, 0xf0..=0xf4) => 3,
            (1.., 0x80..=0xbf) => more - 1,
            _ => return true,
        };
    }
    false
}

/// Whether decoded bytes begin like text, UTF-16 text or a file that can be read on.
fn looks_decoded(head: &[u8]) -> bool {
    let (mut zeros, mut text) = (0, 0);
    for byte in head {
        zeros += usize::from(*byte == 0);
        text += usize::from((0x20..0x7f).contains(byte) || matches!(byte, b'\t' | b'\r' | b'\n'));
    }
    let utf_16 = zeros * 5 >= head.len() * 2 && zeros + text + 1 >= head.len();
    utf_16
        || text == head.len()
        || is_file(head)
        || (text * 10 >= head.len() * 7
            && zeros == 0
            && std::str::from_utf8(&head[..head.len() - head.len() % 3]).is_ok())
}

/// Whether a decoded stretch may hold an observable: a name or address needs a dot or a colon.
fn is_worth_reading(bytes: &[u8]) -> bool {
    let encoded_again =
        bytes.len() >= 16 && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte));
    encoded_again
        || (memchr::memchr2(b'.', b':', bytes).is_some() && looks_decoded(&bytes[..bytes.len().min(24)]))
        || is_file(bytes)
}

/// How these begin.
const MAGICS: &[&[u8]] = &[
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"%PDF-",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"{\\rtf",
    b"\xfd7zXZ\x00",
    b"BZh",
    b"MZ\x90\x00",
    b"SQLite format 3\x00",
    b"\x4c\x00\x00\x00\x01\x14\x02\x00",
];

/// Whether the bytes begin like a container or document that hides things in text: an attachment pasted as base64.
pub(crate) fn is_file(bytes: &[u8]) -> bool {
    MAGICS.iter().any(|magic| bytes.first() == magic.first() && bytes.starts_with(magic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(work: impl Fn(&mut Uncovered<'_>)) -> Vec<(&'static str, String, usize)> {
        let mut all = Vec::new();
        work(&mut |how, bytes, at| all.push((how, String::from_utf8_lossy(bytes).into_owned(), at)));
        all
    }

    fn stretches(text: &str) -> Vec<(&'static str, String, usize)> {
        all(|found| {
            let mut stretches = Stretches::default();
            let mut at = 0;
            for token in text.split([' ', '\n']) {
                stretches.token(text.as_bytes(), at, at + token.len(), found);
                at += token.len() + 1;
            }
            stretches.flush(text.as_bytes(), found);
        })
    }

    #[test]
    fn percent_decodes_around_its_marks() {
        let text = b"go ?u=http%3A%2F%2Fevil%2Eexample%2Fa now";
        assert_eq!(all(|found| percent(text, found))[0].1, "go ?u=http://evil.example/a now");
        assert!(all(|found| percent(b"100% of 5%", found)).is_empty());
    }

    #[test]
    fn quoted_printable_joins_soft_breaks() {
        let text = b"visit http://ev=\r\nil.example/=3Fa for more";
        assert_eq!(all(|found| quoted_printable(text, found))[0].1, "visit http://evil.example/?a for more");
    }

    #[test]
    fn utf_16_in_both_orders() {
        let little: Vec<u8> = "evil.example".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "evil.example".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [&little, &big] {
            let padded = [b"\x00\x01\x02", bytes.as_slice(), b"\x00\x00\xff"].concat();
            let found = all(|found| utf_16(&padded, found));
            assert!(found.iter().any(|(_, text, _)| text == "evil.example"), "{found:?}");
        }
    }

    #[test]
    fn base64_short_wrapped_shifted_and_hex() {
        assert_eq!(stretches("ZXZpbC5leGFtcGxl")[0].1, "evil.example");
        assert_eq!(stretches("x=MTk4LjUxLjEwMC43 y")[0].1, "198.51.100.7");
        assert_eq!(stretches("/go/aHR0cDovL2V2aWwuZXhhbXBsZS9h")[0].1, "http://evil.example/a");
        assert_eq!(stretches("6576696c2e6578616d706c65")[0], ("hex", "evil.example".into(), 0));
        let wrapped = format!(
            "{}\nbSBpcyBodHRwOi8v\n",
            data_encoding::BASE64.encode(&b"the quick brown evil.example fox jumps over a lazy dog"[..48])
        );
        assert!(
            stretches(&wrapped).iter().any(|(_, text, _)| text.contains("lam is http://")),
            "{:?}",
            stretches(&wrapped)
        );
        assert!(stretches("internationalisation characteristically /usr/lib/x86_64-linux-gnu/security").is_empty());
    }

    #[test]
    fn windows_never_cut_a_token() {
        let text = [b"a".repeat(600).as_slice(), b"notevil.com%2f", b"b".repeat(600).as_slice()].concat();
        assert_eq!(windows(&text, [611].into_iter(), 8, false), vec![Window { start: 0, end: text.len() }]);
        let long = [b"a".repeat(20_000).as_slice(), b" %41", b" b".repeat(9_000).as_slice()].concat();
        let found = windows(&long, [20_001].into_iter(), 8, false);
        assert!(long[found[0].start - 1] == b' ' && found[0].end < 20_020, "{found:?}");
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_looks_decoded_is_told_from_its_first_bytes(
            plain in proptest::prelude::prop_oneof![
                proptest::collection::vec(proptest::num::u8::ANY, 24..40),
                proptest::collection::vec(proptest::sample::select(b"ab \0\xc3\xa9\xe2\x82\xac\x7f".to_vec()), 24..40),
            ],
            magic in proptest::sample::select([MAGICS, &[&[][..]]].concat()),
        ) {
            let coded = data_encoding::BASE64_NOPAD.encode(&[magic, &plain].concat());
            let symbols = coded.as_bytes();
            let (head, length) = decode_head(symbols);
            proptest::prop_assert_eq!(Some(head[..length].to_vec()), decode_whole(&symbols[..HEAD]));
            if looks_decoded(&head[..length]) {
                proptest::prop_assert!(may_begin(symbols) && may_look_decoded(&head[..3]) && may_look_decoded(&head[..6]));
            }
        }

        #[test]
        fn no_input_panics(bytes in proptest::collection::vec(proptest::sample::select(b"a0=%\\/.\r\n \0AZ+".to_vec()), 0..300)) {
            let mut count = 0;
            let mut found = |_: &'static str, _: &[u8], at: usize| { assert!(at <= bytes.len()); count += 1; };
            percent(&bytes, &mut found);
            quoted_printable(&bytes, &mut found);
            utf_16(&bytes, &mut found);
            escaped_slashes(&bytes, &mut found);
            let mut stretches = Stretches::default();
            stretches.token(&bytes, 0, bytes.len(), &mut found);
            stretches.flush(&bytes, &mut found);
        }
    }
}
