//! Telling the format by what stands in the list: neither names of files nor headers of servers are to be relied on.

use super::{FORMATS, Format};

/// Lines that are looked at.
const LOOKED_AT: usize = 500;

/// The format that knows most of the first lines; none when no format knows any.
pub(crate) fn detect(text: &[u8]) -> Option<&'static dyn Format> {
    let mut scores = vec![0_usize; FORMATS.len()];
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !is_comment(line));
    for line in lines.take(LOOKED_AT) {
        for (format, score) in FORMATS.iter().zip(&mut scores) {
            *score += usize::from(format.recognises(line));
        }
    }
    let best = scores.iter().max().filter(|best| **best > 0)?;
    FORMATS.iter().zip(&scores).find(|(_, score)| *score == best).map(|(format, _)| *format)
}

fn is_comment(line: &[u8]) -> bool {
    match line {
        [] | [b'#' | b'!' | b';' | b'[', ..] => true,
        line => line.starts_with(b"//"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_told_by_content() {
        for (text, wanted) in [
            ("# hosts\n127.0.0.1 localhost\n0.0.0.0 evil.example\n", "hosts"),
            ("# names\nevil.example\n*.bad.example\n", "plain"),
            ("[Adblock Plus]\n! x\n||evil.example^\n##.banner\n@@||good.example^\n", "adblock"),
            ("address=/evil.example/\nlocal=/bad.example/\n", "dnsmasq"),
            ("server:\nlocal-zone: \"evil.example\" always_nxdomain\n", "unbound"),
            ("$TTL 60\n@ SOA a. b. (1 2 3 4 5)\n NS localhost.\nevil.example CNAME .\n", "rpz"),
            ("evil.example.rpz.test. 60 IN CNAME .\n", "rpz"),
        ] {
            assert_eq!(detect(text.as_bytes()).map(Format::name), Some(wanted), "{text}");
        }
        assert!(detect(b"{ \"error\": 1 }\n<html>\n").is_none());
    }
}
