//! What a browser says of the page.

use serde_json::{Map, Value};

/// Client data before they are hashed (§5.8.1); whatever is written here is signed.
#[derive(Clone, Debug)]
pub struct ClientData {
    /// `webauthn.create` or `webauthn.get`.
    pub kind: String,
    /// The challenge in base64url, as the options had it.
    pub challenge: String,
    /// The origin of the page.
    pub origin: String,
    /// Members after those; `crossOrigin` is among them, false.
    pub more: Map<String, Value>,
    /// Other bytes in place of all that.
    pub raw: Option<Vec<u8>>,
}

impl ClientData {
    pub(crate) fn new(kind: &str, challenge: String, origin: &str) -> Self {
        let more = Map::from_iter([("crossOrigin".to_owned(), Value::Bool(false))]);
        Self { kind: kind.to_owned(), challenge, origin: origin.to_owned(), more, raw: None }
    }

    /// In the order that §5.8.1.1 fixes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let text = |value: &str| Value::from(value).to_string();
        let (kind, challenge, origin) = (text(&self.kind), text(&self.challenge), text(&self.origin));
        let mut out = format!(r#"{{"type":{kind},"challenge":{challenge},"origin":{origin}"#);
        for (name, value) in &self.more {
            out += &format!(",{}:{value}", text(name));
        }
        (out + "}").into_bytes()
    }
}
