//! A browser, as far as these pages need one: forms of both kinds, cookies, no script.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

const BOUNDARY: &str = "----------boundary-of-a-form";

pub(crate) struct Browser {
    pub(crate) port: u16,
    pub(crate) cookies: Vec<String>,
    pub(crate) lang: &'static str,
}

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) header: String,
    pub(crate) body: String,
}

impl Page {
    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.header.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default()
    }

    /// What stands between two texts, the first time.
    pub(crate) fn between(&self, before: &str, after: &str) -> String {
        let rest = self.body.split_once(before).unwrap_or_else(|| panic!("no {before:?} in {}", self.body)).1;
        rest.split(after).next().unwrap().to_owned()
    }

    pub(crate) fn says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.body.contains(part), "no {part:?} in {}", self.body);
        }
    }
}

impl Browser {
    pub(crate) fn stranger(port: u16) -> Self {
        Self { port, cookies: Vec::new(), lang: "en" }
    }

    pub(crate) fn get(&mut self, path: &str) -> Page {
        let host = self.host();
        self.ask("GET", path, &host, "", b"")
    }

    /// Sends a form of the usual kind.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let more = format!("Origin: http://{}\r\nContent-Type: application/x-www-form-urlencoded\r\n", self.host());
        let host = self.host();
        self.ask("POST", path, &host, &more, fields.join("&").as_bytes())
    }

    /// Sends a form with files, each by the name of its field, its own, and its bytes.
    pub(crate) fn send(&mut self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(head.into_bytes());
        }
        for (name, file, bytes) in files {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        let host = self.host();
        let more = format!("Origin: http://{host}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n");
        self.ask("POST", path, &host, &more, &body)
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn ask(&mut self, method: &str, path: &str, host: &str, more: &str, body: &[u8]) -> Page {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let (cookies, lang) = (self.cookies.join("; "), self.lang);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\nAccept-Language: {lang}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )
        .unwrap();
        // Who is turned away may be so before the whole of a form was sent.
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (header, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer to {method} {path}"));
        for cookie in header.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            let cookie = cookie.split(';').next().unwrap().to_owned();
            let name = cookie.split('=').next().unwrap().to_owned();
            self.cookies.retain(|known| known.split('=').next() != Some(&name));
            self.cookies.push(cookie);
        }
        let status = header.split(' ').nth(1).unwrap().parse().unwrap();
        Page { status, header: header.to_owned(), body: body.to_owned() }
    }
}
