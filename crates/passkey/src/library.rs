//! The library's side: its states with challenges of ours, and what its errors mean here.
//!
//! Its builders draw the challenge themselves, and its states have no setter. But a state is made to be persisted, and its persisted form
//! is part of what the library keeps stable: so one state of each ceremony is made by its builder when the door is made, and each
//! response is verified with that state and our challenge in it. Whatever else a state holds stays as the builder made it.

use data_encoding::BASE64URL_NOPAD;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use webauthn_rs_core::error::WebauthnError;

use crate::refused::Refused;

/// A persisted state whose challenge is filled in.
#[derive(Clone, Debug)]
pub(crate) struct Template(Value);

impl Template {
    /// Of a state that a builder made; none if it does not keep its challenge where it is expected.
    pub(crate) fn new<T: Serialize + DeserializeOwned>(state: &T) -> Option<Self> {
        let template = Self(serde_json::to_value(state).ok()?);
        template.0.get("challenge")?.as_str()?;
        template.fill::<T>(&[0; 32]).map(|_| template)
    }

    /// The state with this challenge.
    pub(crate) fn fill<T: DeserializeOwned>(&self, challenge: &[u8; 32]) -> Option<T> {
        let mut state = self.0.clone();
        *state.get_mut("challenge")? = Value::String(BASE64URL_NOPAD.encode(challenge));
        serde_json::from_value(state).ok()
    }
}

/// What an error of the library means to whoever called.
pub(crate) fn refused(error: &WebauthnError) -> Refused {
    use WebauthnError as E;
    match error {
        E::InvalidClientDataType => Refused::ClientDataType,
        E::MismatchedChallenge => Refused::Challenge,
        E::InvalidRPOrigin => Refused::Origin,
        E::CredentialCrossOrigin => Refused::CrossOrigin,
        E::InvalidRPIDHash => Refused::Host,
        E::UserNotPresent => Refused::NotPresent,
        E::UserNotVerified => Refused::NotVerified,
        E::CredentialBackupEligibilityInconsistent => Refused::BackupChanged,
        E::CredentialMayNotBeHardwareBound => Refused::BackupFlags,
        E::CredentialPossibleCompromise => Refused::Counter,
        E::CredentialNotFound => Refused::OtherCredential,
        E::AuthenticationFailure | E::SignatureInvalid => Refused::Signature,
        E::CredentialAlteredAlgFromRequest | E::COSEKeyInvalidAlgorithm | E::COSEKeyEDUnsupported => Refused::Algorithm,
        E::COSEKeyInvalidType | E::SshPublicKeyEDUnsupported | E::CredentialInsecureCryptography => Refused::Algorithm,
        E::COSEKeyInvalidCBORValue
        | E::COSEKeyECDSAXYInvalid
        | E::COSEKeyRSANEInvalid
        | E::COSEKeyECDSAInvalidCurve
        | E::COSEKeyEDDSAXInvalid
        | E::COSEKeyEDDSAInvalidCurve
        | E::EcdsaPointInvalid
        | E::RsaParametersInvalid => Refused::PublicKey,
        E::ParseJSONFailure(_) => Refused::ClientData,
        E::ParseCBORFailure(_) => Refused::AttestationObject,
        E::ParseNOMFailure | E::ParseInsufficientBytesAvailable | E::MissingAttestationCredentialData => {
            Refused::AuthenticatorData
        }
        E::AttestationNotSupported => Refused::AttestationFormat,
        // What is left comes from the makers' statements, and from parts of the library that are not used here.
        _ => Refused::AttestationStatement,
    }
}
