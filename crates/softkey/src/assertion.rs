//! A key signs.

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{
    client_data::ClientData,
    key::{NoKey, SoftKey, head, names},
    options::{Request, is_host_of},
};

/// What a key is about to sign.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// What the browser says.
    pub client_data: ClientData,
    /// The host that it is signed for.
    pub host: String,
    /// The flags.
    pub flags: u8,
    /// The counter.
    pub counter: u32,
    /// What follows in the authenticator data: nothing, or extensions in CBOR.
    pub rest: Vec<u8>,
    /// The id that the response names.
    pub id: Vec<u8>,
    /// Whose the response says it is.
    pub handle: Option<Vec<u8>>,
}

impl SoftKey {
    /// Signs what the options ask for, on a page of this origin, after a lie. Gives the response.
    ///
    /// # Errors
    ///
    /// [`NoKey`] where a browser or key would refuse.
    pub fn sign(&mut self, options: &str, origin: &str, lie: impl FnOnce(&mut Assertion)) -> Result<String, NoKey> {
        let options: Request = serde_json::from_str(options).map_err(|_| NoKey::Options)?;
        is_host_of(&options.host, origin)?;
        if !options.allowed.is_empty() && !names(&options.allowed, &self.id) {
            return Err(NoKey::OtherKey);
        }
        self.counter = self.counter.wrapping_add(self.step);
        let mut assertion = Assertion {
            client_data: ClientData::new("webauthn.get", options.challenge, origin),
            host: options.host,
            flags: self.flags,
            counter: self.counter,
            rest: Vec::new(),
            id: self.id.clone(),
            handle: Some(self.person.clone()),
        };
        lie(&mut assertion);
        let client_data = assertion.client_data.to_bytes();
        let mut data = head(&assertion.host, assertion.flags, assertion.counter);
        data.extend_from_slice(&assertion.rest);
        let signature = (self.signer)(&[data.as_slice(), &Sha256::digest(&client_data)].concat());
        let id = BASE64URL_NOPAD.encode(&assertion.id);
        let response = json!({
            "id": id,
            "rawId": id,
            "response": {
                "authenticatorData": BASE64URL_NOPAD.encode(&data),
                "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
                "signature": BASE64URL_NOPAD.encode(&signature),
                "userHandle": assertion.handle.map(|handle| BASE64URL_NOPAD.encode(&handle)),
            },
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {},
            "type": "public-key",
        });
        Ok(response.to_string())
    }
}
