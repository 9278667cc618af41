//! The smallest client of HTTP: a connection for each request, and all bytes that came.

use data_encoding::BASE64;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Came {
    pub(crate) status: u16,
    /// As they came, but for `Date`.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Came {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The stable code of a refusal of the hub's own API.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

/// Whom to ask, as whom.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) address: String,
    pub(crate) authorization: Option<String>,
}

impl Client {
    pub(crate) fn bearer(address: &str, credential: &str) -> Self {
        Self { address: address.to_owned(), authorization: Some(format!("Bearer {credential}")) }
    }

    pub(crate) fn basic(address: &str, credential: &str) -> Self {
        let both = BASE64.encode(format!("anybody:{credential}").as_bytes());
        Self { address: address.to_owned(), authorization: Some(format!("Basic {both}")) }
    }

    pub(crate) fn nobody(address: &str) -> Self {
        Self { address: address.to_owned(), authorization: None }
    }

    pub(crate) async fn get(&self, path: &str) -> Came {
        self.ask("GET", path, &[], b"").await
    }

    /// A GET of TAXII.
    pub(crate) async fn taxii(&self, path: &str) -> Came {
        self.ask("GET", path, &[("Accept", TAXII)], b"").await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Came {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(&self.head(method, path, headers, body.len())).await.unwrap();
        // A server that refuses early need not read the body.
        let _ = stream.write_all(body).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        came(&bytes, method)
    }

    pub(crate) fn head(&self, method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n");
        if let Some(authorization) = &self.authorization {
            head += &format!("Authorization: {authorization}\r\n");
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if length > 0 {
            head += &format!("Content-Length: {length}\r\n");
        }
        (head + "\r\n").into_bytes()
    }
}

pub(crate) const TAXII: &str = "application/taxii+json;version=2.1";

fn came(bytes: &[u8], method: &str) -> Came {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let (head, body) = (std::str::from_utf8(&bytes[..at]).unwrap(), bytes[at + 4..].to_vec());
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let split = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
    let headers: Vec<_> = lines.map(split).filter(|(name, _)| !name.eq_ignore_ascii_case("date")).collect();
    let came = Came { status, headers, body };
    if let Some(length) = came.header("content-length").filter(|_| method != "HEAD" && status != 304) {
        assert_eq!(length.parse::<usize>().unwrap(), came.body.len(), "{head}");
    }
    came
}
