//! Header fields made whole: unfolded (RFC 5322 section 2.2.3), with their encoded words (RFC 2047) and
//! percent-encoded parameters decoded. Fields that stand in the message as they are need none of this and are
//! left out: the raw header is handed over beside this.

use mail_parser::parsers::MessageStream;

use super::recognise::field_name;

/// An encoded word is at most 75 characters by the standard; senders break that, within reason.
const LONGEST_WORD: usize = 1 << 10;

/// The fields of a header block that cannot be read as they stand, each on a line of its own.
pub(super) fn whole(block: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut field = Vec::new();
    for line in block.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.starts_with(b" ") && !line.starts_with(b"\t") && field_name(line).is_some() {
            finish(&mut field, &mut out);
        }
        if line.is_empty() {
            continue;
        }
        if !field.is_empty() {
            field.push(b'\n');
        }
        field.extend_from_slice(line);
    }
    finish(&mut field, &mut out);
    out
}

/// A text with its encoded words decoded, as file names wrongly come (RFC 2047 section 5 forbids it).
pub(super) fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    decode_words(text.as_bytes(), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn finish(field: &mut Vec<u8>, out: &mut Vec<u8>) {
    if memchr::memmem::find(field, b"=?").is_some() {
        let unfolded: Vec<u8> = field.iter().copied().filter(|byte| *byte != b'\n').collect();
        decode_words(unfolded.trim_ascii(), out);
        out.push(b'\n');
    } else if field.contains(&b'\n') && memchr::memmem::find(field, b"://").is_some() {
        // An address that was folded in its middle, as long ones in List-Unsubscribe are.
        out.extend(field.split(|byte| *byte == b'\n').flat_map(<[u8]>::trim_ascii));
        out.push(b'\n');
    }
    field.clear();
}

/// Appends the text with its encoded words decoded. White space between two of them is not part of the text.
fn decode_words(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    let mut after_word = false;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        let (plain, coded) = rest.split_at(at);
        if !(after_word && plain.trim_ascii().is_empty()) {
            out.extend_from_slice(plain);
        }
        let window = coded.get(1..coded.len().min(LONGEST_WORD)).unwrap_or_default();
        let mut stream = MessageStream::new(window);
        if let Some(word) = stream.decode_rfc2047() {
            out.extend_from_slice(word.as_bytes());
            rest = coded.get(stream.offset().saturating_add(1)..).unwrap_or_default();
            after_word = true;
        } else {
            out.extend_from_slice(b"=?");
            rest = coded.get(2..).unwrap_or_default();
            after_word = false;
        }
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(block: &str) -> String {
        String::from_utf8(whole(block.as_bytes())).unwrap()
    }

    #[test]
    fn encoded_words_and_folds_are_undone() {
        assert_eq!(
            text("Subject: =?utf-8?B?aHR0cDov?= =?utf-8?q?=2Fevil.example?=\r\nX-A: plain\r\n"),
            "Subject: http://evil.example\n"
        );
        assert_eq!(text("To: a@evil.example,\r\n\tb@evil.example\r\n"), "");
        assert!(text("List-Unsubscribe: <http://evil.exa\r\n mple/x>\r\n").contains("<http://evil.example/x>"));
        assert_eq!(text("Subject: =?bad\r\n"), "Subject: =?bad\n");
        assert_eq!(text("Subject: plain\r\nFrom: a@b.example\r\n"), "");
    }
}
