//! A key is made (Web Authentication Level 3, §7.1): discoverable, and only where the user is verified.

use jiff::Timestamp;
use uuid::Uuid;
use webauthn_rs_core::proto::{
    AttestationConveyancePreference, AttestationFormat, CredProtect, CredentialProtectionPolicy,
    PublicKeyCredentialHints, RegistrationState, RequestRegistrationExtensions, UserVerificationPolicy,
};

use crate::{
    authenticator_data, client_data,
    credential::{ALGORITHMS, Credential},
    door::{Asked, Door, MOST_KEYS, Nonce, NotAsked, is_name, written},
    library::refused,
    model::{Attestation, Model, Models},
    refused::Refused,
    response,
    state::{Ceremony, State, name},
};

impl Door {
    /// Asks a person's browser to make a key. `person` becomes the user handle, `called` is what browsers show; `known` are the ids of
    /// the keys that this person has, so that no device makes a second one.
    ///
    /// # Errors
    ///
    /// [`NotAsked`] for a name that browsers would not show, and for too many keys.
    pub fn enrol(
        &self,
        person: Uuid,
        called: &str,
        known: &[Vec<u8>],
        attestation: Attestation,
        nonce: Nonce,
    ) -> Result<Asked, NotAsked> {
        if !is_name(called) {
            return Err(NotAsked::Name);
        }
        if known.len() > MOST_KEYS {
            return Err(NotAsked::TooManyKeys);
        }
        let is_required = attestation == Attestation::Required;
        let builder = self
            .library
            .new_challenge_register_builder(person.as_bytes(), called, called)
            .map_err(|_| NotAsked::Library)?
            .attestation(if is_required {
                AttestationConveyancePreference::Direct
            } else {
                AttestationConveyancePreference::None
            })
            .attestation_formats(is_required.then(|| vec![AttestationFormat::Packed]))
            .user_verification_policy(UserVerificationPolicy::Required)
            .require_resident_key(true)
            .exclude_credentials(Some(known.to_vec()))
            .credential_algorithms(ALGORITHMS.to_vec())
            .hints(is_required.then(|| vec![PublicKeyCredentialHints::SecurityKey]))
            .extensions(Some(extensions()));
        let (mut options, _) = self.library.generate_challenge_register(builder).map_err(|_| NotAsked::Library)?;
        options.public_key.challenge = nonce.0.to_vec();
        let known = known.iter().map(|id| name(id)).collect();
        let ceremony = Ceremony::Enrol { person: person.into_bytes(), attestation, known };
        Ok(Asked { options: written(&options.public_key)?, state: State { challenge: nonce.0, ceremony } })
    }

    /// The key that a browser made. `now` is for the certificates of its maker. Whether another person has a key of this id is for
    /// whoever keeps them to say (§7.1, step 26).
    ///
    /// # Errors
    ///
    /// [`Refused`], by the first check that fails.
    pub fn enrolled(&self, state: &State, response: &[u8], now: Timestamp) -> Result<Credential, Refused> {
        let Ceremony::Enrol { person, attestation, known } = &state.ceremony else {
            return Err(Refused::OtherCeremony);
        };
        let response = response::enrolment(response)?;
        let given = &response.response;
        client_data::check(&given.client_data_json, "webauthn.create", &state.challenge, &self.origin)?;
        let told = authenticator_data::of_enrolment(&given.attestation_object)?;
        if told.id != response.raw_id {
            return Err(Refused::TwoIds);
        }
        if known.contains(&name(told.id)) {
            return Err(Refused::Known);
        }
        if response.extensions.cred_props.as_ref().is_some_and(|properties| properties.rk == Some(false)) {
            return Err(Refused::NotDiscoverable);
        }
        let model = Model::new(told.model);
        let asked: RegistrationState = self.enrolment.fill(&state.challenge).ok_or(Refused::OtherCeremony)?;
        // Without roots: it would compare their certificates with a clock of its own.
        let key = self.library.register_credential(&response, &asked, None).map_err(|error| refused(&error))?;
        let anchor = self.models.vouching(&key, model, now);
        if *attestation == Attestation::Required {
            Models::require(anchor, key.backup_eligible)?;
        }
        Credential::new(&key, *person, model, anchor)
    }
}

/// `credProtect`: a security key is to verify its user whatever a browser asks of it. Not enforced, because the keys of phones know
/// nothing of it; what is enforced is the flag in each response. `credProps`: whether the key is discoverable.
fn extensions() -> RequestRegistrationExtensions {
    RequestRegistrationExtensions {
        cred_protect: Some(CredProtect {
            credential_protection_policy: CredentialProtectionPolicy::UserVerificationRequired,
            enforce_credential_protection_policy: Some(false),
        }),
        cred_props: Some(true),
        uvm: None,
        min_pin_length: None,
        hmac_create_secret: None,
    }
}
