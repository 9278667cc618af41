//! A device in software: a key, and the two requests that a browser makes by itself. It can lie.

use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{
        AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType, Jwk,
    },
};
use rcgen::KeyPair;
use serde_json::json;

use crate::browser::{Browser, Came};

/// What a device signs, before it does.
pub(crate) struct Proof {
    pub(crate) header: Header,
    pub(crate) jti: String,
    pub(crate) secret: EncodingKey,
}

pub(crate) fn honest(_: &mut Proof) {}

/// Its key is P-256, as hardware has.
pub(crate) struct Device {
    key: KeyPair,
}

impl Device {
    pub(crate) fn new() -> Self {
        Self { key: KeyPair::generate().unwrap() }
    }

    /// Its public key, as a browser writes it.
    pub(crate) fn jwk(&self) -> Jwk {
        let point = self.key.public_key_raw();
        let text = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
        let key = EllipticCurveKeyParameters {
            key_type: EllipticCurveKeyType::EC,
            curve: EllipticCurve::P256,
            x: text(&point[1..33]),
            y: text(&point[33..]),
        };
        Jwk { common: CommonParameters::default(), algorithm: AlgorithmParameters::EllipticCurve(key) }
    }

    /// A proof, with a lie in it.
    pub(crate) fn proof(&self, challenge: &str, lie: impl FnOnce(&mut Proof)) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("dbsc+jwt".to_owned());
        let secret = EncodingKey::from_ec_der(&self.key.serialize_der());
        let mut proof = Proof { header, jti: challenge.to_owned(), secret };
        lie(&mut proof);
        encode(&proof.header, &json!({ "jti": proof.jti }), &proof.secret).unwrap()
    }

    /// Binds the session that this browser has, as its answer offered.
    pub(crate) fn bind(&self, browser: &mut Browser, offered: &Came, lie: impl FnOnce(&mut Proof)) -> Came {
        let token = self.proof(&offered.quoted("challenge="), |proof| {
            proof.header.jwk = Some(self.jwk());
            lie(proof);
        });
        browser.prove("/signin/device", "", &token)
    }
}

impl Browser {
    /// Brings a proof, as Chromium writes it.
    pub(crate) fn prove(&mut self, path: &str, session: &str, token: &str) -> Came {
        let mut fields = format!("Origin: {}\r\n", self.origin());
        for (name, value) in [("Sec-Secure-Session-Id", session), ("Secure-Session-Response", token)] {
            if !value.is_empty() {
                fields.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        self.send("POST", path, &fields, b"")
    }

    /// Asks for the next cookie of a session.
    pub(crate) fn refresh(&mut self, session: &str, token: &str) -> Came {
        self.prove("/signin/device/refresh", session, token)
    }
}

impl Came {
    /// What stands between quotation marks after a word of the head.
    pub(crate) fn quoted(&self, after: &str) -> String {
        let (_, rest) = self.head.split_once(&format!("{after}\"")).unwrap_or_else(|| panic!("{self:?}"));
        rest.split('"').next().unwrap().to_owned()
    }

    /// What is to be signed next.
    pub(crate) fn challenge(&self) -> String {
        self.quoted("secure-session-challenge: ")
    }
}
