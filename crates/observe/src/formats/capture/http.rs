//! HTTP/1 in both directions of a stream: what was asked for and what came.

use jiff::Timestamp;
use vauban_intake::{Budget, gunzip, inflate_zlib};
use vauban_model::{Exposure, ObservableKind};

use super::emit::Emit;
use crate::{Child, Context, Passage, member::file_name};

/// Messages of one stream that are read.
const MOST: usize = 10_000;
const MOST_HEADERS: usize = 64 << 10;

/// Whether a stream begins with a request.
pub(super) fn is_request(stream: &[u8]) -> bool {
    const METHODS: [&[u8]; 9] =
        [b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"PROPFIND "];
    METHODS.iter().any(|method| stream.starts_with(method))
}

/// Reads a conversation: the client's stream and the server's, as far as they were kept.
pub(super) fn read(
    client: &[u8],
    server: &[u8],
    at: Option<Timestamp>,
    about: &str,
    budget: &Budget,
    emit: &mut Emit<'_>,
) {
    let urls = requests(client, at, about, budget, emit);
    responses(server, &urls, at, budget, emit);
}

fn requests(
    mut stream: &[u8],
    at: Option<Timestamp>,
    about: &str,
    budget: &Budget,
    emit: &mut Emit<'_>,
) -> Vec<(String, bool)> {
    let mut urls = Vec::new();
    while is_request(stream) && urls.len() < MOST && budget.check_time().is_ok() {
        let Some(head) = Head::parse(stream) else { break };
        let mut words = head.first.split(|byte| *byte == b' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let target = String::from_utf8_lossy(target);
        let host = head.text("host");
        let url = match (method, target.starts_with('/')) {
            (b"CONNECT", _) => target.to_string(),
            (_, true) => format!("http://{host}{target}"),
            (_, false) => target.to_string(),
        };
        if method != b"CONNECT" {
            emit.observable(ObservableKind::Url, &url, at, about);
        }
        emit.text(host.as_bytes(), at);
        // Programs are told by how they introduce themselves; cookies and referrers hold addresses.
        emit.text(head.bytes, at);
        let body = stream.get(head.bytes.len()..).unwrap_or_default();
        let (bytes, used, _) = head.body(body, false, budget);
        if !bytes.is_empty() {
            let segment = format!("request {}", urls.len() + 1);
            child(emit, &segment, "", &head.text("content-type"), &bytes, at);
        }
        urls.push((url, method == b"HEAD"));
        stream = body.get(used..).unwrap_or_default();
    }
    urls
}

fn responses(mut stream: &[u8], urls: &[(String, bool)], at: Option<Timestamp>, budget: &Budget, emit: &mut Emit<'_>) {
    let mut number = 0;
    while stream.starts_with(b"HTTP/1.") && number < MOST && budget.check_time().is_ok() {
        let Some(head) = Head::parse(stream) else { break };
        let context = Context { exposure: Some(Exposure::Received), at };
        emit.sink.passage(Passage { bytes: head.bytes, offset: None, how: &[], context });
        let status = head.first.get(9..12).unwrap_or_default();
        let rest = stream.get(head.bytes.len()..).unwrap_or_default();
        let (url, headers_only) = urls.get(number).map_or(("", false), |(url, head)| (url.as_str(), *head));
        let empty = headers_only || status.starts_with(b"1") || matches!(status, b"204" | b"304");
        let (bytes, used, _) = if empty { (Vec::new(), 0, true) } else { head.body(rest, true, budget) };
        if !bytes.is_empty() {
            let path = url.split(['?', '#']).next().unwrap_or_default();
            let name = head
                .file_name()
                .unwrap_or_else(|| file_name(path.splitn(4, '/').nth(3).unwrap_or_default()).to_owned());
            let segment = format!("response {} {url}", number + 1);
            child(emit, segment.trim_end(), &name, &head.text("content-type"), &bytes, at);
        }
        // An interim answer belongs to the same request.
        if !status.starts_with(b"1") {
            number += 1;
        }
        stream = rest.get(used..).unwrap_or_default();
    }
}

fn child(emit: &mut Emit<'_>, segment: &str, name: &str, media_type: &str, bytes: &[u8], at: Option<Timestamp>) {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    // What was fetched was delivered; the links in it were not followed by that.
    let context = Context { exposure: Some(Exposure::Received), at };
    emit.sink.child(Child { segment, name, media_type, bytes, context });
}

/// The first line and the headers of a message.
struct Head<'h> {
    first: &'h [u8],
    /// All of it with the empty line at its end.
    bytes: &'h [u8],
}

impl<'h> Head<'h> {
    fn parse(stream: &'h [u8]) -> Option<Self> {
        let within = stream.get(..stream.len().min(MOST_HEADERS))?;
        let end = memchr::memmem::find(within, b"\r\n\r\n").map(|at| at + 4);
        let end = end.or_else(|| memchr::memmem::find(within, b"\n\n").map(|at| at + 2))?;
        let bytes = within.get(..end)?;
        let first = bytes.split(|byte| *byte == b'\n').next()?.trim_ascii();
        Some(Self { first, bytes })
    }

    fn header(&self, wanted: &str) -> Option<&'h [u8]> {
        self.bytes.split(|byte| *byte == b'\n').skip(1).find_map(|line| {
            let colon = memchr::memchr(b':', line)?;
            let (name, value) = line.split_at(colon);
            name.eq_ignore_ascii_case(wanted.as_bytes()).then(|| value.get(1..).unwrap_or_default().trim_ascii())
        })
    }

    fn text(&self, wanted: &str) -> String {
        String::from_utf8_lossy(self.header(wanted).unwrap_or_default()).into_owned()
    }

    fn file_name(&self) -> Option<String> {
        let disposition = self.text("content-disposition");
        let (_, name) = disposition.split_once("filename=")?;
        let name = name.split(';').next()?.trim().trim_matches('"');
        (!name.is_empty()).then(|| file_name(name).to_owned())
    }

    /// The body, decoded; how much of the stream it took; whether it was whole.
    fn body(&self, stream: &[u8], to_the_end: bool, budget: &Budget) -> (Vec<u8>, usize, bool) {
        let chunked = self.text("transfer-encoding").to_ascii_lowercase().contains("chunked");
        let length = self.text("content-length").parse::<usize>().ok();
        let (bytes, used, whole) = match (chunked, length) {
            (true, _) => unchunk(stream),
            (false, Some(length)) => match stream.get(..length) {
                Some(bytes) => (bytes.to_vec(), length, true),
                None => (stream.to_vec(), stream.len(), false),
            },
            (false, None) if to_the_end => (stream.to_vec(), stream.len(), true),
            (false, None) => (Vec::new(), 0, true),
        };
        let decoded = match self.text("content-encoding").to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => gunzip(&bytes, budget).bytes,
            "deflate" => inflate_zlib(&bytes, budget).bytes,
            _ => Vec::new(),
        };
        (if decoded.is_empty() { bytes } else { decoded }, used, whole)
    }
}

/// The chunks of a body (RFC 9112 section 7.1) joined; how much of the stream they took; whether the last one came.
fn unchunk(stream: &[u8]) -> (Vec<u8>, usize, bool) {
    let mut bytes = Vec::new();
    let mut at = 0;
    loop {
        let rest = stream.get(at..).unwrap_or_default();
        let Some(end) = memchr::memchr(b'\n', rest.get(..rest.len().min(1024)).unwrap_or_default()) else { break };
        let line = String::from_utf8_lossy(rest.get(..end).unwrap_or_default());
        let digits = line.split(';').next().unwrap_or_default().trim();
        let Ok(length) = usize::from_str_radix(digits, 16) else { break };
        let start = at + end + 1;
        if length == 0 {
            return (bytes, (start + 2).min(stream.len()), true);
        }
        let Some(piece) = start.checked_add(length).and_then(|end| stream.get(start..end)) else {
            bytes.extend_from_slice(stream.get(start..).unwrap_or_default());
            return (bytes, stream.len(), false);
        };
        bytes.extend_from_slice(piece);
        at = start + length + 2;
    }
    (bytes, at.min(stream.len()), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined() {
        assert_eq!(unchunk(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\nnext"), (b"abcde".to_vec(), 24, true));
        assert_eq!(unchunk(b"ffffffffffffffff\r\nabc"), (b"abc".to_vec(), 21, false));
        assert_eq!(unchunk(b"zz\r\n"), (Vec::new(), 0, false));
    }
}
