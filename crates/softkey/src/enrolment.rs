//! A key is made.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::{SigningKey, VerifyingKey};
use serde_cbor_2::Value;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{
    client_data::ClientData,
    key::{NoKey, SoftKey, flag, head, names},
    options::{Creation, is_host_of},
};

/// Makes the statement of a key's maker, of what is to be signed: the authenticator data and the hash of the client data. Gives the
/// name of its format and the statement (§8).
pub type Statement = Box<dyn FnOnce(&[u8]) -> (String, Value)>;

/// What a new key is about to say.
pub struct Enrolment {
    /// What the browser says.
    pub client_data: ClientData,
    /// The host that the key is for.
    pub host: String,
    /// The flags.
    pub flags: u8,
    /// The counter.
    pub counter: u32,
    /// The AAGUID.
    pub model: [u8; 16],
    /// The id of the credential, where the key tells it.
    pub id: Vec<u8>,
    /// The public key in CBOR (§6.5.1.1).
    pub key: Vec<u8>,
    /// What follows in the authenticator data: nothing, or extensions in CBOR.
    pub rest: Vec<u8>,
    /// The statement of the key's maker.
    pub statement: Statement,
    /// Whether the browser says that the key is discoverable (§10.1.3).
    pub is_discoverable: Option<bool>,
}

impl SoftKey {
    /// Makes a key as the options ask for, on a page of this origin, after a lie. Gives the key and the response.
    ///
    /// # Errors
    ///
    /// [`NoKey`] where a browser or key would refuse.
    pub fn make(
        options: &str,
        origin: &str,
        seed: [u8; 32],
        lie: impl FnOnce(&mut Enrolment),
    ) -> Result<(Self, String), NoKey> {
        let options: Creation = serde_json::from_str(options).map_err(|_| NoKey::Options)?;
        is_host_of(&options.rp.id, origin)?;
        let person = BASE64URL_NOPAD.decode(options.user.id.as_bytes()).map_err(|_| NoKey::Options)?;
        let (key, public) = Self::of(seed, person)?;
        if names(&options.excluded, &key.id) {
            return Err(NoKey::OtherKey);
        }
        let mut enrolment = Enrolment {
            client_data: ClientData::new("webauthn.create", options.challenge, origin),
            host: options.rp.id,
            flags: key.flags | flag::ATTESTED,
            counter: key.counter,
            model: [0; 16],
            id: key.id.clone(),
            key: cose_p256(&public),
            rest: Vec::new(),
            statement: no_statement(),
            is_discoverable: Some(true),
        };
        lie(&mut enrolment);
        let key =
            Self { flags: enrolment.flags & !(flag::ATTESTED | flag::EXTENSIONS), counter: enrolment.counter, ..key };
        let response = enrolment.response(&key.id);
        Ok((key, response))
    }
}

impl Enrolment {
    fn response(self, id: &[u8]) -> String {
        let client_data = self.client_data.to_bytes();
        let mut data = head(&self.host, self.flags, self.counter);
        if self.flags & flag::ATTESTED != 0 {
            let length = u16::try_from(self.id.len()).unwrap_or(u16::MAX);
            data.extend_from_slice(&self.model);
            data.extend_from_slice(&length.to_be_bytes());
            data.extend_from_slice(&self.id);
            data.extend_from_slice(&self.key);
        }
        data.extend_from_slice(&self.rest);
        let (format, statement) = (self.statement)(&[data.as_slice(), &Sha256::digest(&client_data)].concat());
        let object = map([("fmt", Value::Text(format)), ("attStmt", statement), ("authData", Value::Bytes(data))]);
        let id = BASE64URL_NOPAD.encode(if self.id.is_empty() { id } else { &self.id });
        let response = json!({
            "id": id,
            "rawId": id,
            "response": {
                "attestationObject": BASE64URL_NOPAD.encode(&cbor(&object)),
                "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
                "transports": ["usb", "hybrid"],
            },
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": { "credProps": { "rk": self.is_discoverable } },
            "type": "public-key",
        });
        response.to_string()
    }
}

/// No statement (§8.7).
#[must_use]
pub fn no_statement() -> Statement {
    Box::new(|_| ("none".to_owned(), Value::Map(BTreeMap::new())))
}

/// A statement of the format `packed` (§8.2): of the maker, with certificates in DER, or of the key itself, with none.
#[must_use]
pub fn packed(algorithm: i32, sign: impl FnOnce(&[u8]) -> Vec<u8> + 'static, certificates: Vec<Vec<u8>>) -> Statement {
    Box::new(move |message| {
        let chain = Value::Array(certificates.into_iter().map(Value::Bytes).collect());
        let mut members = vec![("alg", Value::from(algorithm)), ("sig", Value::Bytes(sign(message)))];
        if chain != Value::Array(Vec::new()) {
            members.push(("x5c", chain));
        }
        ("packed".to_owned(), map(members))
    })
}

/// A public key of P-256 in CBOR, for ES256 (§6.5.1.1).
#[must_use]
pub fn cose_p256(key: &SigningKey) -> Vec<u8> {
    let point = VerifyingKey::from(key).to_sec1_point(false);
    let (x, y) = (point.x().map(|x| x.to_vec()).unwrap_or_default(), point.y().map(|y| y.to_vec()).unwrap_or_default());
    let number = |value: i32| Value::from(value);
    cbor(&Value::Map(BTreeMap::from([
        (number(1), number(2)),
        (number(3), number(-7)),
        (number(-1), number(1)),
        (number(-2), Value::Bytes(x)),
        (number(-3), Value::Bytes(y)),
    ])))
}

fn map<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (Value::Text(name.to_owned()), value)).collect())
}

/// Values that are built here can be written.
fn cbor(value: &Value) -> Vec<u8> {
    serde_cbor_2::to_vec(value).unwrap_or_default()
}
