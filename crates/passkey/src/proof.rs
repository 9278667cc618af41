//! What is kept of an approval: the nonce, and the parts of the response that its signature covers, with that signature.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use webauthn_rs_core::proto::{AuthenticatorAssertionResponseRaw, PublicKeyCredential};

use crate::{credential::Credential, refused::Refused};

/// No proof is longer, in bytes.
pub const LONGEST_PROOF: usize = 9 * 1_024;

const VERSION: u8 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proof {
    nonce: [u8; 32],
    authenticator_data: Vec<u8>,
    client_data: Vec<u8>,
    signature: Vec<u8>,
}

impl Proof {
    pub(crate) fn new(nonce: [u8; 32], response: PublicKeyCredential) -> Self {
        let signed = response.response;
        Self {
            nonce,
            authenticator_data: signed.authenticator_data,
            client_data: signed.client_data_json,
            signature: signed.signature,
        }
    }

    pub(crate) fn nonce(&self) -> [u8; 32] {
        self.nonce
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Refused> {
        postcard::to_extend(self, vec![VERSION]).map_err(|_| Refused::Proof)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Refused> {
        match bytes.split_first() {
            Some((&VERSION, rest)) if bytes.len() <= LONGEST_PROOF => match postcard::take_from_bytes(rest) {
                Ok((proof, [])) => Ok(proof),
                _ => Err(Refused::Proof),
            },
            _ => Err(Refused::Proof),
        }
    }

    /// The response that it was kept of.
    pub(crate) fn response(self, credential: &Credential) -> PublicKeyCredential {
        PublicKeyCredential {
            id: BASE64URL_NOPAD.encode(credential.id()),
            raw_id: credential.id().to_vec(),
            response: AuthenticatorAssertionResponseRaw {
                authenticator_data: self.authenticator_data,
                client_data_json: self.client_data,
                signature: self.signature,
                user_handle: None,
            },
            extensions: Default::default(),
            type_: "public-key".to_owned(),
        }
    }
}
