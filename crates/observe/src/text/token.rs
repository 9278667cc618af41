//! Cutting text into tokens, and a token into observables.
//!
//! A token is a stretch without white space, quotes or angle brackets. Most tokens of ordinary text hold neither a
//! dot nor an at sign nor a colon and are short: they cost one table look-up a byte and nothing else.

use vauban_model::ObservableKind;

use super::host;

/// Takes what is found in a text.
pub(crate) trait Tokens {
    /// An observable and where it begins in the text.
    fn observable(&mut self, kind: ObservableKind, value: &str, at: usize);

    /// A token long enough to hold something encoded, or the one behind such a token (the last, short line of a
    /// wrapped stretch).
    fn long(&mut self, start: usize, end: usize);
}

/// Shortest token worth a try at decoding: a short address in base64.
const LONG: usize = 12;

const END: u8 = 1;
const DOT: u8 = 2;
const AT: u8 = 4;
const COLON: u8 = 8;

/// What each byte means to the tokenizer.
const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte <= 0x20 {
        table[byte] = END;
        byte += 1;
    }
    table[0x7f] = END;
    table[b'"' as usize] = END;
    table[b'\'' as usize] = END;
    table[b'`' as usize] = END;
    table[b'<' as usize] = END;
    table[b'>' as usize] = END;
    table[b'|' as usize] = END;
    table[b'\\' as usize] = END;
    table[b'^' as usize] = END;
    table[b'{' as usize] = END;
    table[b'}' as usize] = END;
    table[b'.' as usize] = DOT;
    table[b'@' as usize] = AT;
    table[b':' as usize] = COLON;
    table
};

const WORD: u8 = 1;
const HEX: u8 = 2;
const HOST: u8 = 4;
const LOCAL: u8 = 8;
const COLONS: u8 = 16;

/// What each byte can be part of: a word, a hexadecimal number, a host in ASCII, what stands before an `@`, a form with colons.
const FORMS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] |= WORD | HOST | LOCAL;
        }
        if byte.is_ascii_hexdigit() {
            table[byte as usize] |= HEX | COLONS;
        }
        if matches!(byte, b'-' | b'.' | b'_') {
            table[byte as usize] |= HOST;
        }
        if matches!(byte, b'.' | b':') {
            table[byte as usize] |= COLONS;
        }
        if byte >= 0x80 {
            table[byte as usize] |= LOCAL;
        }
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    let signs = b".!#$%&*+-=?_~";
    let mut at = 0;
    while at < signs.len() {
        table[signs[at] as usize] |= LOCAL;
        at += 1;
    }
    table
};

/// How many bytes from the start are of a form.
fn run_of(bytes: &[u8], form: u8) -> usize {
    bytes.iter().position(|byte| FORMS[usize::from(*byte)] & form == 0).unwrap_or(bytes.len())
}

/// Whether a byte ends a token.
pub(crate) fn ends_token(byte: u8) -> bool {
    CLASSES[usize::from(byte)] == END
}

/// Longest token looked at. A longer one is looked at in pieces that overlap by [`OVERLAP`].
const LONGEST: usize = 16 << 10;
const OVERLAP: usize = 512;

/// Finds every plain observable in `text`.
pub(crate) fn scan_tokens(text: &[u8], tokens: &mut dyn Tokens) {
    let mut start = 0;
    let mut seen = 0_u8;
    let mut after_long = false;
    let mut finish = |start: usize, end: usize, seen: u8| {
        let length = end - start;
        if length == 0 {
            return;
        }
        if length >= LONG || after_long {
            tokens.long(start, end);
            after_long = length >= LONG;
        }
        token(text, start, end, seen, &mut |kind, value, at| tokens.observable(kind, value, at));
    };
    for (at, byte) in text.iter().enumerate() {
        let class = CLASSES[usize::from(*byte)];
        if class == END {
            finish(start, at, seen);
            start = at + 1;
            seen = 0;
        } else {
            seen |= class;
        }
    }
    finish(start, text.len(), seen);
}

type Emit<'e> = dyn FnMut(ObservableKind, &str, usize) + 'e;

fn token(text: &[u8], start: usize, end: usize, seen: u8, emit: &mut Emit<'_>) {
    let length = end - start;
    if length < 4 || (seen == 0 && length < 32) {
        return;
    }
    if length <= LONGEST {
        one_token(text, start, end, seen, emit);
        return;
    }
    // A megabyte without a space: pieces, so that no step below can become quadratic.
    let mut from = start;
    while from < end {
        let to = (from + LONGEST).min(end);
        one_token(text, from, to, seen, emit);
        if to == end {
            break;
        }
        from = to - OVERLAP;
    }
}

fn one_token(text: &[u8], start: usize, end: usize, seen: u8, emit: &mut Emit<'_>) {
    let bytes = &text[start..end];
    if bytes.len() >= 32 {
        hashes(bytes, start, emit);
    }
    if seen == 0 {
        return;
    }
    let token = Token { bytes, start, whole: std::str::from_utf8(bytes).ok() };
    if seen & COLON != 0 {
        urls(&token, emit);
        colon_forms(bytes, start, emit);
    }
    if seen & AT != 0 {
        emails(&token, emit);
    }
    if seen & DOT != 0 {
        hosts(&token, emit);
        file_names(text, &token, emit);
    }
}

/// A token, and where it begins in the text.
struct Token<'t> {
    bytes: &'t [u8],
    start: usize,
    /// The token as UTF-8, looked at once for all that stands in it; none where some of it is something else.
    whole: Option<&'t str>,
}

impl<'t> Token<'t> {
    /// A part of it, where that is UTF-8.
    fn text(&self, range: std::ops::Range<usize>) -> Option<&'t str> {
        match self.whole {
            Some(whole) => whole.get(range),
            None => std::str::from_utf8(self.bytes.get(range)?).ok(),
        }
    }
}

/// Runs of hexadecimal digits as long as a hash, with no letter or digit beside them; and JA4 fingerprints.
fn hashes(token: &[u8], base: usize, emit: &mut Emit<'_>) {
    let mut at = 0;
    while at < token.len() {
        let run = run_of(&token[at..], WORD);
        if run == 0 {
            at += 1;
            continue;
        }
        let word = &token[at..at + run];
        if matches!(run, 32 | 40 | 64 | 128)
            && run_of(word, HEX) == run
            && let Ok(value) = std::str::from_utf8(word)
        {
            emit(ObservableKind::FileHash, value, base + at);
            match run {
                32 => emit(ObservableKind::Ja3, value, base + at),
                40 | 64 => emit(ObservableKind::CertificateFingerprint, value, base + at),
                _ => {}
            }
        }
        if run == 10
            && let Some(value) = ja4(&token[at..])
        {
            emit(ObservableKind::Ja4, value, base + at);
        }
        at += run;
    }
}

/// A JA4 client fingerprint: ten characters, then two groups of twelve hexadecimal digits.
fn ja4(rest: &[u8]) -> Option<&str> {
    let value = rest.get(..36)?;
    let hex = |range: std::ops::Range<usize>| value[range].iter().all(u8::is_ascii_hexdigit);
    let well_formed = matches!(value[0], b't' | b'q' | b'd')
        && value[10] == b'_'
        && value[23] == b'_'
        && hex(11..23)
        && hex(24..36)
        && !rest.get(36).is_some_and(u8::is_ascii_alphanumeric);
    if well_formed { std::str::from_utf8(value).ok() } else { None }
}

/// Schemes whose URLs are emitted.
const SCHEMES: &[&str] =
    &["https", "http", "ftp", "ftps", "ws", "wss", "tcp", "udp", "sftp", "ssh", "smb", "ldap", "rtsp"];

/// Finds `scheme://host…` anywhere in the token, also one inside another.
fn urls(token: &Token<'_>, emit: &mut Emit<'_>) {
    let bytes = token.bytes;
    for found in memchr::memchr_iter(b':', bytes).filter(|at| bytes[at + 1..].starts_with(b"//")) {
        let scheme_length = bytes[..found].iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let scheme = &bytes[found - scheme_length..found];
        let Some(known) = known_scheme(scheme) else { continue };
        let start = found - known;
        one_url(token, start, found + 3, emit);
    }
}

/// The length of the scheme that these letters end in. Text glued in front of it (`linkhttps://`) hides nothing; the
/// longest scheme wins.
fn known_scheme(letters: &[u8]) -> Option<usize> {
    let ends_in = |known: &str| {
        letters.len().checked_sub(known.len()).is_some_and(|at| letters[at..].eq_ignore_ascii_case(known.as_bytes()))
    };
    // Nearly all of them, and no other scheme is longer and ends so.
    if ends_in("https") || ends_in("http") {
        return Some(if letters.ends_with(b"s") || letters.ends_with(b"S") { 5 } else { 4 });
    }
    SCHEMES.iter().filter(|known| ends_in(known)).map(|known| known.len()).max()
}

/// A URL that begins at `start`, whose authority begins at `authority`.
fn one_url(token: &Token<'_>, start: usize, authority: usize, emit: &mut Emit<'_>) {
    let rest = &token.bytes[authority..];
    let authority_length =
        rest.iter().take_while(|byte| !matches!(byte, b'/' | b'?' | b'#' | b',' | b';' | b')')).count();
    let whole_authority = &rest[..authority_length];
    let host_start = memchr::memrchr(b'@', whole_authority).map_or(0, |at| at + 1);
    let host_and_port = &whole_authority[host_start..];
    let (skipped, host) = if host_and_port.first() == Some(&b'[') {
        let length = memchr::memchr(b']', host_and_port).unwrap_or(host_and_port.len());
        (1, &host_and_port[1.min(length)..length])
    } else {
        let length = memchr::memchr(b':', host_and_port).unwrap_or(host_and_port.len());
        (0, &host_and_port[..length])
    };
    let at = authority + host_start;
    let Some(host) = token.text(at + skipped..at + skipped + trim_end(host).len()) else { return };
    let host_at = token.start + at;
    if let Some(address) = host::ipv4_as_browsers_read_it(host) {
        emit(ObservableKind::Ipv4Addr, &address.to_string(), host_at);
    } else if let Some(address) = host::ipv6(host) {
        emit(ObservableKind::Ipv6Addr, &address.to_string(), host_at);
    } else if !host::is_host_of_url(host.trim_end_matches('.')) {
        return;
    }
    let follows = rest.get(authority_length).copied();
    let end = match follows {
        Some(b'/' | b'?' | b'#') => token.bytes.len(),
        _ => authority + authority_length,
    };
    emit_url(token, start..end, emit);
}

/// Emits a URL, and the shorter ones it may be when the text goes on behind it: `see (http://evil.example/a).`,
/// a row of comma-separated values, a markup bracket.
fn emit_url(token: &Token<'_>, range: std::ops::Range<usize>, emit: &mut Emit<'_>) {
    let at = token.start + range.start;
    let Some(url) = token.text(range.clone()) else {
        // The valid part of a URL that runs into bytes of another encoding.
        let Err(error) = std::str::from_utf8(&token.bytes[range.clone()]) else { return };
        if error.valid_up_to() > 8 {
            emit_url(token, range.start..range.start + error.valid_up_to(), emit);
        }
        return;
    };
    let mut shown = trimmed(url);
    emit(ObservableKind::Url, shown, at);
    for _ in 0..4 {
        let may_end = |byte: &u8| matches!(byte, b',' | b';' | b')' | b']' | b'(' | b'[' | b'*' | b'$');
        let Some(cut) = shown.as_bytes().iter().rposition(may_end) else { break };
        let shorter = trimmed(&shown[..cut]);
        if shorter.len() < 10 || shorter.len() == shown.len() {
            break;
        }
        emit(ObservableKind::Url, shorter, at);
        shown = shorter;
    }
}

/// Without the punctuation that ends a sentence, and without a closing bracket that nothing opened.
fn trimmed(url: &str) -> &str {
    let mut url = url;
    loop {
        let before = url.len();
        url = url
            .trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '\u{2026}', '\u{bb}', '\u{201d}', '\u{2019}']);
        for (open, close) in [('(', ')'), ('[', ']')] {
            if url.ends_with(close) && url.matches(close).count() > url.matches(open).count() {
                url = &url[..url.len() - 1];
            }
        }
        if url.len() == before {
            return url;
        }
    }
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    let keep = bytes.iter().rposition(|byte| !matches!(byte, b'.' | b'!' | b'*' | b']')).map_or(0, |at| at + 1);
    &bytes[..keep]
}

/// IPv6 addresses and certificate fingerprints written with colons.
fn colon_forms(token: &[u8], base: usize, emit: &mut Emit<'_>) {
    // The one of a URL is not enough.
    if memchr::memchr_iter(b':', token).nth(1).is_none() {
        return;
    }
    let mut at = 0;
    while at < token.len() {
        let run = run_of(&token[at..], COLONS);
        if run == 0 {
            at += 1;
            continue;
        }
        let beside_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        let glued = (at > 0 && beside_word(token.get(at - 1))) || beside_word(token.get(at + run));
        let part = &token[at..at + run];
        let colons = part.iter().filter(|byte| **byte == b':').count();
        if !glued
            && colons >= 2
            && let Ok(text) = std::str::from_utf8(part)
        {
            let text = text.trim_end_matches('.').trim_matches(|c| c == ':' && !text.contains("::"));
            if let Some(address) = host::ipv6(text) {
                emit(ObservableKind::Ipv6Addr, text, base + at);
                if let Some(inner) = address.to_ipv4_mapped() {
                    emit(ObservableKind::Ipv4Addr, &inner.to_string(), base + at);
                }
            } else if matches!(colons, 19 | 31) && text.split(':').all(|pair| pair.len() == 2) {
                emit(ObservableKind::CertificateFingerprint, &text.replace(':', ""), base + at);
            }
        }
        at += run;
    }
}

/// `local@domain`.
fn emails(token: &Token<'_>, emit: &mut Emit<'_>) {
    let bytes = token.bytes;
    let is_local = |byte: &&u8| FORMS[usize::from(**byte)] & LOCAL != 0;
    for at in memchr::memchr_iter(b'@', bytes) {
        let before = bytes[..at].iter().rev().take_while(is_local).take(64).count();
        let after = host_run(&bytes[at + 1..]);
        if before == 0 || after < 4 {
            continue;
        }
        let (Some(local), Some(domain)) = (token.text(at - before..at), token.text(at + 1..at + 1 + after)) else {
            continue;
        };
        let domain = domain.trim_end_matches(['.', '-', '_']);
        let start = token.start + at - before;
        if !host::is_domain(domain) {
            continue;
        }
        emit(ObservableKind::EmailAddr, &format!("{local}@{domain}"), start);
        // `mailto=user@…`, `to=user@…`: the address may begin later than the run of legal characters.
        if let Some(cut) = local.rfind(['=', '&', '?', '#', '!', '*', '%', '$'])
            && cut + 1 < local.len()
        {
            emit(ObservableKind::EmailAddr, &format!("{}@{domain}", &local[cut + 1..]), start + cut + 1);
        }
    }
}

/// How many bytes from the start can belong to a host name: letters, digits, hyphens, underscores, dots, and
/// letters of other scripts in UTF-8.
fn host_run(bytes: &[u8]) -> usize {
    let mut at = run_of(bytes, HOST);
    while bytes.get(at).is_some_and(|byte| *byte >= 0x80)
        && let Some(letter) = letter_at(&bytes[at..])
    {
        at += letter.len_utf8();
        at += run_of(&bytes[at..], HOST);
    }
    at
}

/// The letter, digit or ideographic full stop that begins here.
fn letter_at(bytes: &[u8]) -> Option<char> {
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?,
    };
    valid.chars().next().filter(|c| c.is_alphanumeric() || is_mark(*c) || is_ideographic_stop(*c))
}

/// Combining marks that letters of a name may carry.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// The other full stops of IDNA (RFC 3490, section 3.1).
fn is_ideographic_stop(c: char) -> bool {
    matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

/// Host names, dotted addresses, and host names with a path behind them.
fn hosts(token: &Token<'_>, emit: &mut Emit<'_>) {
    let bytes = token.bytes;
    let mut at = 0;
    while at < bytes.len() {
        let run = host_run(&bytes[at..]);
        if run == 0 {
            at += 1;
            continue;
        }
        if run >= 4 {
            let follows = bytes.get(at + run).copied();
            let after_scheme = at >= 3 && &bytes[at - 3..at] == b"://";
            // What stands before an at sign is a mailbox or, in a URL, a disguise of the host behind it.
            if (follows != Some(b'@') || after_scheme)
                && let Some(text) = token.text(at..at + run)
            {
                one_host(token, at, text, after_scheme, emit);
            }
        }
        at += run;
    }
}

fn one_host(token: &Token<'_>, at: usize, run: &str, after_scheme: bool, emit: &mut Emit<'_>) {
    if !run.is_ascii() {
        if run.contains(is_ideographic_stop) {
            one_host(token, at, &run.replace(is_ideographic_stop, "."), true, emit);
            return;
        }
        // Scripts that write without spaces: `访问evil.example下载` names a host all the same.
        let unspaced = |c: char| matches!(c, '\u{0e00}'..='\u{0eff}') || c >= '\u{2e80}';
        if run.contains(unspaced) {
            let mut from = 0;
            for piece in run.split(unspaced) {
                if piece.len() >= 4 {
                    one_host(token, at + from, piece, true, emit);
                }
                from = piece.as_ptr() as usize - run.as_ptr() as usize + piece.len();
            }
        }
    }
    if run.as_bytes().array_windows().any(|two| two == b"..") {
        for piece in run.split("..") {
            let offset = piece.as_ptr() as usize - run.as_ptr() as usize;
            one_name(token, at + offset, piece, after_scheme, emit);
        }
    } else {
        one_name(token, at, run, after_scheme, emit);
    }
}

fn one_name(token: &Token<'_>, at: usize, piece: &str, after_scheme: bool, emit: &mut Emit<'_>) {
    let name = piece.trim_start_matches(['.', '-']).trim_end_matches(['.', '-', '_']);
    if name.len() < 4 || !name.contains('.') {
        return;
    }
    let name_at = at + (name.as_ptr() as usize - piece.as_ptr() as usize);
    let is_address = host::ipv4(name);
    let ends_a_scheme = token.bytes.get(..name_at).is_some_and(|before| before.ends_with(b"://"));
    if let Some(address) = is_address {
        emit(ObservableKind::Ipv4Addr, &address.to_string(), token.start + name_at);
    } else if host::is_domain(name) || ends_a_scheme && host::is_host_of_url(name) {
        emit(ObservableKind::DomainName, name, token.start + name_at);
    } else {
        return;
    }
    if !after_scheme && name_at + name.len() <= token.bytes.len() {
        schemeless_url(token, name_at, name.len(), emit);
    }
}

/// `evil.example/path` and `evil.example:8080/path`.
fn schemeless_url(token: &Token<'_>, at: usize, length: usize, emit: &mut Emit<'_>) {
    let rest = &token.bytes[at + length..];
    let port = if rest.first() == Some(&b':') {
        1 + rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count()
    } else {
        0
    };
    if rest.get(port) == Some(&b'/') && rest.len() > port + 1 {
        emit_url(token, at..token.bytes.len(), emit);
    }
}

/// Extensions of files that people attach, open and run. A name with spaces is looked for only before these.
const EXTENSIONS: &[&str] = &[
    "exe", "dll", "scr", "pif", "com", "bat", "cmd", "ps1", "vbs", "js", "jse", "wsf", "hta", "lnk", "msi", "jar",
    "doc", "docx", "docm", "dot", "dotm", "xls", "xlsx", "xlsm", "xlsb", "ppt", "pptx", "pptm", "pdf", "rtf", "odt",
    "ods", "zip", "rar", "7z", "iso", "img", "cab", "gz", "tar", "html", "htm", "eml", "msg", "apk", "dmg", "pkg",
    "chm", "tmp", "dat", "bin", "sys", "so", "sh", "py",
];

/// File names: the last component of the token's path; with spaces, up to six words back.
fn file_names(text: &[u8], token: &Token<'_>, emit: &mut Emit<'_>) {
    let component = token.bytes.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let Some(name) = token.text(component..token.bytes.len()) else { return };
    let place = |piece: &str| token.start + component + (piece.as_ptr() as usize - name.as_ptr() as usize);
    let bare = name.trim_end_matches([',', ';', ':', '.', '!', '?', ')', ']', '*']);
    let bare = bare.trim_start_matches(['(', '[', '*', ',', ';', '=']);
    let parts = |byte: &u8| matches!(byte, b'=' | b',' | b';' | b':' | b'(' | b'[' | b'&' | b'?');
    let cut = bare.as_bytes().iter().rposition(parts);
    for piece in [bare, cut.map_or(bare, |at| &bare[at + 1..])] {
        if !reads_like_file_name(piece) {
            continue;
        }
        let at = place(piece);
        emit(ObservableKind::FileName, piece, at);
        if piece.len() == bare.len() {
            spaced_names(text, at, piece, component == 0, emit);
        } else {
            continue;
        }
        if cut.is_none() {
            break;
        }
    }
    // `a.exe,b.dll` and `(a.exe)`: every part between punctuation.
    if cut.is_some() && bare.contains([',', ';', '=', '&']) {
        for piece in bare.split([',', ';', '=', '&']).filter(|piece| reads_like_file_name(piece)).take(64) {
            emit(ObservableKind::FileName, piece, place(piece));
        }
    }
}

fn reads_like_file_name(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    !stem.is_empty()
        && name.len() <= 255
        && (1..=10).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && extension.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// `Confirmation of your visit.docx`: words before the last one, as far as a path separator, a quote or a line's
/// start.
fn spaced_names(text: &[u8], start: usize, last: &str, at_token_start: bool, emit: &mut Emit<'_>) {
    let end = start + last.len();
    let extension = last.rsplit('.').next().unwrap_or_default();
    if !at_token_start || !EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)) {
        return;
    }
    let mut words = 0;
    let mut at = start;
    while at > 0 && words < 6 && start - at < 120 {
        if text[at - 1] != b' ' {
            break;
        }
        let mut word = at - 1;
        while word > 0 && start - word < 120 && !matches!(text[word - 1], b' ' | b'/') && !is_name_end(text[word - 1]) {
            word -= 1;
        }
        if word == at - 1 {
            break;
        }
        if let Ok(name) = std::str::from_utf8(&text[word..end]) {
            emit(ObservableKind::FileName, name, word);
        }
        words += 1;
        at = word;
    }
}

/// Bytes that no file name of Windows holds.
fn is_name_end(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'\\' | b'/' | b':' | b'*' | b'?' | b'"' | b'<' | b'>' | b'|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct All(Vec<(ObservableKind, String)>, usize);

    impl Tokens for All {
        fn observable(&mut self, kind: ObservableKind, value: &str, at: usize) {
            self.1 = self.1.max(at);
            self.0.push((kind, value.to_owned()));
        }

        fn long(&mut self, start: usize, end: usize) {
            self.1 = self.1.max(end);
            assert!(start < end);
        }
    }

    fn found_in(text: &[u8]) -> Vec<(ObservableKind, String)> {
        let mut all = All::default();
        scan_tokens(text, &mut all);
        assert!(all.1 <= text.len());
        all.0
    }

    fn found(text: &str) -> Vec<(ObservableKind, String)> {
        found_in(text.as_bytes())
    }

    fn has(text: &str, kind: ObservableKind, value: &str) -> bool {
        found(text).iter().any(|(k, v)| *k == kind && v == value)
    }

    #[test]
    fn finds_each_kind_where_it_stands() {
        use ObservableKind::{DomainName, EmailAddr, FileHash, FileName, Ipv4Addr, Ipv6Addr, Url};
        assert!(has("see (http://login.evil.example/a?b=c).", Url, "http://login.evil.example/a?b=c"));
        assert!(has("see (http://login.evil.example/a?b=c).", DomainName, "login.evil.example"));
        assert!(has("row,http://evil.example/a.php,bad", Url, "http://evil.example/a.php"));
        assert!(has("evil.example/a/b.php", Url, "evil.example/a/b.php"));
        assert!(has("GET 198.51.100.7:8080", Ipv4Addr, "198.51.100.7"));
        assert!(has("http://3325256711/x", Ipv4Addr, "198.51.100.7"));
        assert!(has("[2001:db8::7]:443", Ipv6Addr, "2001:db8::7"));
        assert!(has("write to <john.doe@evil.example>,", EmailAddr, "john.doe@evil.example"));
        assert!(has("to=john@evil.example&x", EmailAddr, "john@evil.example"));
        assert!(has("d41d8cd98f00b204e9800998ecf8427e *x", FileHash, "d41d8cd98f00b204e9800998ecf8427e"));
        assert!(has(r"C:\Users\x\Confirmation of visit.docx", FileName, "Confirmation of visit.docx"));
        assert!(has("/tmp/.hidden/dropper.bin ", FileName, "dropper.bin"));
        assert!(has("user@host http://user:pw@evil.example:81/", DomainName, "evil.example"));
        assert!(has("\u{201c}evil.example\u{201d}", DomainName, "evil.example"));
        assert!(has("访问evil.example下载", DomainName, "evil.example"));
        assert!(has("linkhttps://evil.example/x", Url, "https://evil.example/x"));
    }

    #[test]
    fn the_longest_scheme_wins() {
        for (letters, length) in
            [("https", Some(5)), ("LINKHTTP", Some(4)), ("xftps", Some(4)), ("sftp", Some(4)), ("s", None), ("", None)]
        {
            assert_eq!(known_scheme(letters.as_bytes()), length, "{letters}");
        }
        assert!(SCHEMES.iter().all(|scheme| known_scheme(scheme.as_bytes()) == Some(scheme.len())));
    }

    #[test]
    fn boundaries_hold() {
        use ObservableKind::{DomainName, FileHash, Ipv4Addr};
        for (text, kind, value) in [
            ("notevil.com", DomainName, "evil.com"),
            ("evil.com.example", DomainName, "evil.com"),
            ("evil.community", DomainName, "evil.com"),
            ("1.198.51.100.7", Ipv4Addr, "198.51.100.7"),
            ("198.51.100.71", Ipv4Addr, "198.51.100.7"),
            ("éevil.com", DomainName, "evil.com"),
            ("ad41d8cd98f00b204e9800998ecf8427e", FileHash, "d41d8cd98f00b204e9800998ecf8427e"),
        ] {
            assert!(!has(text, kind, value), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            found_in(&bytes);
        }

        #[test]
        fn no_text_panics(text in "[a-z0-9@:/.%\\[\\]()=,;é。 -]{0,200}") {
            found(&text);
        }
    }
}
