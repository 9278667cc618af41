//! What a TLS handshake says before it is encrypted: the client's hello and the server's certificates.

use super::layers::u16_at;

/// A client's hello.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ClientHello {
    pub(super) version: u16,
    pub(super) ciphers: Vec<u16>,
    /// Types of extensions in their order.
    pub(super) extensions: Vec<u16>,
    pub(super) server_name: Option<String>,
    pub(super) protocols: Vec<Vec<u8>>,
    pub(super) groups: Vec<u16>,
    pub(super) point_formats: Vec<u8>,
    pub(super) signatures: Vec<u16>,
    pub(super) versions: Vec<u16>,
}

/// What the bytes of a stream are as far as they have come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<T> {
    /// More bytes are needed.
    More,
    /// It is not what was looked for, and will not be.
    No,
    /// Found.
    Found(T),
}

/// The client's hello at the start of a stream of records.
pub(super) fn client_hello(stream: &[u8]) -> Step<ClientHello> {
    match handshake(stream) {
        Step::Found(messages) => match message(&messages) {
            Some((1, body)) => parse_hello(body).map_or(Step::No, Step::Found),
            Some(_) => Step::No,
            None => Step::More,
        },
        Step::More => Step::More,
        Step::No => Step::No,
    }
}

/// The server's certificates in a stream of records (TLS 1.2 and before: later ones encrypt them). `ended` is whether
/// no more will come.
pub(super) fn certificates(stream: &[u8]) -> Step<Vec<Vec<u8>>> {
    let messages = match handshake(stream) {
        Step::Found(messages) => messages,
        Step::More => return Step::More,
        Step::No => return Step::No,
    };
    let mut rest = messages.as_slice();
    while let Some((kind, body)) = message(rest) {
        match kind {
            11 => return certificate_list(body).map_or(Step::No, Step::Found),
            // Up to the certificate stand only the hello and a status.
            2 | 22 => {}
            _ => return Step::No,
        }
        rest = rest.get(4 + body.len()..).unwrap_or_default();
    }
    Step::More
}

/// The handshake messages of the records so far.
fn handshake(stream: &[u8]) -> Step<Vec<u8>> {
    let mut messages = Vec::new();
    let mut rest = stream;
    loop {
        match rest.first() {
            None => break,
            Some(22) => {}
            // Something else follows: what came so far is all there is.
            Some(20 | 21 | 23) if !messages.is_empty() => break,
            Some(_) => return Step::No,
        }
        if rest.get(1).is_some_and(|major| *major != 3) {
            return Step::No;
        }
        let Some(length) = u16_at(rest, 3).map(usize::from) else { break };
        let body = rest.get(5..).unwrap_or_default();
        messages.extend_from_slice(body.get(..length).unwrap_or(body));
        match body.get(length..) {
            Some(after) => rest = after,
            None => break,
        }
    }
    if messages.is_empty() { Step::More } else { Step::Found(messages) }
}

/// The first handshake message: its type and body.
fn message(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let [kind, a, b, c] = *bytes.first_chunk::<4>()?;
    let length = u32::from_be_bytes([0, a, b, c]) as usize;
    Some((kind, bytes.get(4..4 + length)?))
}

fn certificate_list(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut rest = body.get(3..)?;
    let mut all = Vec::new();
    while let Some([a, b, c]) = rest.first_chunk::<3>() {
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        all.push(rest.get(3..3 + length)?.to_vec());
        rest = &rest[3 + length..];
        if all.len() >= 16 {
            break;
        }
    }
    Some(all)
}

/// The body of a hello message.
pub(super) fn parse_hello(body: &[u8]) -> Option<ClientHello> {
    let mut hello = ClientHello { version: u16_at(body, 0)?, ..ClientHello::default() };
    let rest = body.get(34..)?;
    let (_, rest) = short(rest)?;
    let (ciphers, rest) = long(rest)?;
    hello.ciphers = numbers(ciphers);
    let (_, rest) = short(rest)?;
    let Some((mut extensions, _)) = long(rest) else { return Some(hello) };
    while let (Some(kind), Some(rest)) = (u16_at(extensions, 0), extensions.get(2..)) {
        let Some((data, after)) = long(rest) else { break };
        hello.extensions.push(kind);
        let _ = hello.extension(kind, data);
        extensions = after;
    }
    Some(hello)
}

impl ClientHello {
    fn extension(&mut self, kind: u16, data: &[u8]) -> Option<()> {
        match kind {
            0 => {
                let (list, _) = long(data)?;
                let (name, _) = long(list.get(1..)?)?;
                self.server_name = Some(String::from_utf8(name.to_vec()).ok()?);
            }
            10 => self.groups = numbers(long(data)?.0),
            11 => self.point_formats = short(data)?.0.to_vec(),
            13 => self.signatures = numbers(long(data)?.0),
            16 => {
                let (mut list, _) = long(data)?;
                while let Some((protocol, rest)) = short(list) {
                    self.protocols.push(protocol.to_vec());
                    list = rest;
                }
            }
            43 => self.versions = numbers(short(data)?.0),
            _ => {}
        }
        Some(())
    }
}

/// Bytes after their length in one byte, and the rest.
fn short(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(*length))
}

/// Bytes after their length in two bytes, and the rest.
fn long(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    bytes.get(2..)?.split_at_checked(usize::from(u16_at(bytes, 0)?))
}

fn numbers(bytes: &[u8]) -> Vec<u16> {
    bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect()
}
