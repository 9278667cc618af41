//! The smallest browser: a connection for each request, a jar of cookies, and a key.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use serde_json::{Value, json};
use vauban_softkey::{Assertion, Enrolment, SoftKey, honest};

/// What came back.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Came {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// Where the answer sends the browser.
    pub(crate) fn location(&self) -> &str {
        self.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default()
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Somebody's browser.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    pub(crate) address: String,
    /// What it says as `Host`, and as `Origin` with the scheme before it.
    pub(crate) host: String,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) more: String,
}

impl Browser {
    pub(crate) fn new(address: &str) -> Self {
        Self { address: address.to_owned(), host: address.to_owned(), cookies: BTreeMap::new(), more: String::new() }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.host)
    }

    pub(crate) fn get(&mut self, path: &str) -> Came {
        self.send("GET", path, "", &[])
    }

    /// As a page of this origin would.
    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Came {
        let origin = format!("Origin: {}\r\nContent-Type: application/json\r\n", self.origin());
        self.send("POST", path, &origin, body.to_string().as_bytes())
    }

    /// As a form of a page of this origin would.
    pub(crate) fn submit(&mut self, path: &str, fields: &str) -> Came {
        let headers = format!("Origin: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n", self.origin());
        self.send("POST", path, &headers, fields.as_bytes())
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Came {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = if cookies.is_empty() { String::new() } else { format!("Cookie: {}\r\n", cookies.join("; ")) };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: test\r\nConnection: close\r\nContent-Length: {}\r\n{cookies}{headers}{}\r\n",
            self.host,
            body.len(),
            self.more
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // Whoever refuses a long body does not read it.
        let _ = stream.write_all(body);
        let mut came = Vec::new();
        let _ = stream.read_to_end(&mut came);
        let came = String::from_utf8(came).unwrap();
        let (head, body) = came.split_once("\r\n\r\n").unwrap_or((came.as_str(), ""));
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        for (_, line) in lines.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Came { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// Asks; the challenge and the options.
    pub(crate) fn ask(&mut self, path: &str, link: &str) -> Result<(String, String), Came> {
        let came = self.post(&format!("{path}/ask"), &json!({ "link": link }));
        if came.status != 200 {
            return Err(came);
        }
        let asked = came.json();
        Ok((asked["challenge"].as_str().unwrap().to_owned(), asked["options"].to_string()))
    }

    /// Uses a link: a key is made, and its person is in.
    pub(crate) fn enrol(&mut self, link: &str, seed: u8) -> Result<SoftKey, Came> {
        self.make("/enrol", link, seed)
    }

    /// Makes a key where a page asks for one.
    pub(crate) fn make(&mut self, path: &str, link: &str, seed: u8) -> Result<SoftKey, Came> {
        self.make_with(path, link, seed, honest)
    }

    /// Adds a key on one's own page: the old one is touched, then the new one made.
    pub(crate) fn add_key(&mut self, old: &mut SoftKey, seed: u8) -> Result<SoftKey, Came> {
        self.add_at("/mine/keys", old, seed, honest)
    }

    /// The same where a page asks for it, with something of the new key's own to say.
    pub(crate) fn add_at(
        &mut self,
        path: &str,
        old: &mut SoftKey,
        seed: u8,
        lie: impl FnOnce(&mut Enrolment),
    ) -> Result<SoftKey, Came> {
        let (challenge, options) = self.touched(path, old)?;
        self.made(path, "", (&challenge, &options), seed, lie)
    }

    /// A key is touched where more is asked for then; the challenge and the options of that.
    pub(crate) fn touched(&mut self, path: &str, key: &mut SoftKey) -> Result<(String, String), Came> {
        let came = self.sign(path, key, honest);
        if came.status != 200 {
            return Err(came);
        }
        let next = &came.json()["next"];
        Ok((next["challenge"].as_str().unwrap().to_owned(), next["options"].to_string()))
    }

    /// The same, with something of the key's own to say.
    pub(crate) fn make_with(
        &mut self,
        path: &str,
        link: &str,
        seed: u8,
        lie: impl FnOnce(&mut Enrolment),
    ) -> Result<SoftKey, Came> {
        let (challenge, options) = self.ask(path, link)?;
        self.made(path, link, (&challenge, &options), seed, lie)
    }

    fn made(
        &mut self,
        path: &str,
        link: &str,
        (challenge, options): (&str, &str),
        seed: u8,
        lie: impl FnOnce(&mut Enrolment),
    ) -> Result<SoftKey, Came> {
        let (key, response) = SoftKey::make(options, &self.origin(), [seed; 32], lie).unwrap();
        let response: Value = serde_json::from_str(&response).unwrap();
        let body = json!({ "challenge": challenge, "response": response, "link": link, "label": "phone" });
        let came = self.post(&format!("{path}/answer"), &body);
        if came.status == 200 { Ok(key) } else { Err(came) }
    }

    /// Signs what a page asks for, with a lie in it.
    pub(crate) fn sign(&mut self, path: &str, key: &mut SoftKey, lie: impl FnOnce(&mut Assertion)) -> Came {
        let body = match self.signed(path, key, lie) {
            Ok(body) => body,
            Err(came) => return came,
        };
        self.post(&format!("{path}/answer"), &body)
    }

    /// What would be answered.
    pub(crate) fn signed(
        &mut self,
        path: &str,
        key: &mut SoftKey,
        lie: impl FnOnce(&mut Assertion),
    ) -> Result<Value, Came> {
        let (challenge, options) = self.ask(path, "")?;
        let response = key.sign(&options, &self.origin(), lie).unwrap();
        Ok(json!({ "challenge": challenge, "response": serde_json::from_str::<Value>(&response).unwrap() }))
    }
}
