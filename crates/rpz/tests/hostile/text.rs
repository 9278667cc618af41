//! Zone files with every mistake, and a million of them.

use std::io::{self, BufReader, Read};

use proptest::prelude::*;
use vauban_rpz::{Action, TextError, TextLimits, read_text, write_text};

const START: &str = "$TTL 1h\n@ IN SOA ns.example. m.example. (\n 2024010101 ; serial\n 1d 2h\n 4w 5m )\n";

fn read(lines: &str) -> vauban_rpz::ReadText {
    read_text(format!("{START}{lines}").as_bytes(), Some(&"rpz.example".parse().unwrap()), TextLimits::default())
        .unwrap()
}

#[test]
fn a_master_file_is_read_as_name_servers_do() {
    let file = read(
        "@ NS localhost.\nevil.example 60 IN CNAME .\n*.evil.example IN 2m CNAME .\n\
         $ORIGIN more.rpz.example.\na CNAME rpz-passthru.\n  TXT \"not beside it\"\n\
         $ORIGIN rpz.example.\n$TTL 7\nlocal A 192.0.2.1\n\tAAAA 2001:db8::1\n MX 10 mail\nB\\@d.example TYPE65280 \\# 3 010203\n\
         multi ( CNAME\n . )\n32.1.2.0.192.rpz-ip CNAME *. ; an address\n",
    );
    assert_eq!((file.bad, file.examples), (0, vec![]));
    let (refresh, retry, expire) = file.zone.refresh_retry_expire();
    assert_eq!((file.zone.serial(), refresh, retry, expire), (2_024_010_101, 86_400, 7200, 2_419_200));
    let mut text = Vec::new();
    write_text(&file.zone, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    for line in [
        "evil.example 60 IN CNAME .",
        "*.evil.example 120 IN CNAME .",
        "a.more 3600 IN CNAME rpz-passthru.",
        "local 7 IN AAAA 2001:db8::1",
        "local 7 IN MX 10 mail.rpz.example.",
        "b\\@d.example 7 IN TYPE65280 \\# 3 010203",
        "multi 7 IN CNAME .",
        "32.1.2.0.192.rpz-ip 7 IN CNAME *.",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} in {text}");
    }
    let again = read_text(text.as_bytes(), None, TextLimits::default()).unwrap();
    let mut twice = Vec::new();
    write_text(&again.zone, &mut twice).unwrap();
    assert_eq!(String::from_utf8(twice).unwrap(), text);
    assert!(matches!(file.zone.verdict("a.more"), Some((_, Action::Passthru))));
}

#[test]
fn a_bad_line_costs_itself_and_is_told() {
    let file = read(
        "$INCLUDE /etc/passwd\n$GENERATE 1-100000000 a$ CNAME .\na CNAME\nb FOO bar\nc CNAME x y\n..d CNAME .\ne 1x CNAME .\n\
         f.example. CNAME .\ng CH A 192.0.2.1\nh A 192.0.2.\n@ SOA ns. m. 1 2 3 4 5\n\"\ngood CNAME .\n",
    );
    assert_eq!((file.bad, file.examples.len()), (12, 10));
    assert_eq!(file.zone.len(), 1);
    assert_eq!((file.examples[0].number, file.examples[0].reason.as_str()), (6, "other files are not opened"));
    assert!(file.zone.verdict("good").is_some());
    for text in ["", "a CNAME .\n", "@ SOA . . x 1 1 1 1\n"] {
        assert!(matches!(read_text(text.as_bytes(), None, TextLimits::default()), Err(TextError::NoStart)), "{text}");
    }
}

/// A million bad lines, made while they are read.
struct Bad(usize, Vec<u8>);

impl Read for Bad {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.1.is_empty() && self.0 > 0 {
            self.0 -= 1;
            let kinds = ["a CNAME x y\n", "\"\n", "b FOO \x01\u{e9}\n", ")\n", "\\\n", "c.d.e A 1.2.3\n"];
            self.1 = kinds[self.0 % kinds.len()].as_bytes().to_vec();
        }
        let length = buffer.len().min(self.1.len());
        buffer[..length].copy_from_slice(&self.1[..length]);
        self.1.drain(..length);
        Ok(length)
    }
}

#[test]
fn a_million_bad_lines_are_counted_and_not_kept() {
    let text = START.as_bytes().chain(BufReader::new(Bad(1_000_000, Vec::new())).chain(&b"good CNAME .\n"[..]));
    let file = read_text(BufReader::new(text), Some(&"rpz.example".parse().unwrap()), TextLimits::default()).unwrap();
    assert_eq!((file.bad, file.examples.len(), file.zone.len()), (1_000_000, 10, 1));
    // Parentheses that are not closed cost what stands behind them, to an end.
    let text = format!("{START}{}good CNAME .\n", "((((((\n".repeat(100_000));
    let file = read_text(text.as_bytes(), Some(&"rpz.example".parse().unwrap()), TextLimits::default()).unwrap();
    assert!((400..600).contains(&file.bad), "{}", file.bad);
    let limits = TextLimits { records: 3, ..TextLimits::default() };
    let large = format!("{START}a CNAME .\nb CNAME .\nc CNAME .\nd CNAME .\n");
    let name = "rpz.example".parse().unwrap();
    assert!(matches!(read_text(large.as_bytes(), Some(&name), limits), Err(TextError::TooLarge)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_text_is_read_within_bounds(noise in proptest::collection::vec(
        proptest::sample::select(vec![
            "@", " ", "\n", "\t", "(", ")", "\"", ";", "\\", "$ORIGIN", "$TTL", "a", "*", ".", "IN", "CNAME", "A", "TXT", "SOA", "SRV",
            "192.0.2.1", "2001:db8::1", "300", "1h", "\\300", "\u{e9}", "TYPE1", "\\#", "4", "NAPTR", "SVCB", "LOC", "RRSIG", "NSEC", "\0",
        ]),
        0..60,
    )) {
        let file = read(&noise.concat());
        let mut text = Vec::new();
        write_text(&file.zone, &mut text).unwrap();
        // What was understood is written so that it is understood again.
        let again = read_text(text.as_slice(), None, TextLimits::default()).unwrap();
        prop_assert_eq!(again.bad, 0, "{:?} in {}", again.examples, String::from_utf8_lossy(&text));
        let mut twice = Vec::new();
        write_text(&again.zone, &mut twice).unwrap();
        prop_assert_eq!(String::from_utf8(text).unwrap(), String::from_utf8(twice).unwrap());
    }
}
