//! Why a response is refused: a closed list, one for each check, with a stable code and the section of WebAuthn Level 3 that asks for it.
//! No secret and nothing of the response is in it.

use crate::words::{Words, words};

/// Why a response is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// The response, or a part of it, is longer than any that an honest browser sends.
    #[error("the response is too long")]
    TooLong,
    /// It is not the JSON of a credential.
    #[error("the response is not the JSON of a credential")]
    NotACredential,
    /// Its type is another than `public-key`.
    #[error("the response is not of a public key")]
    NotAPublicKey,
    /// The same id is spelled differently in two places.
    #[error("the response names two credentials")]
    TwoIds,
    /// The state belongs to another ceremony.
    #[error("the state belongs to another ceremony")]
    OtherCeremony,
    /// The client data are not JSON as a browser writes it.
    #[error("the client data cannot be read")]
    ClientData,
    /// The client data are of another ceremony.
    #[error("the client data are of another ceremony")]
    ClientDataType,
    /// It answers another challenge.
    #[error("the challenge is another")]
    Challenge,
    /// It was made for another origin.
    #[error("the origin is another")]
    Origin,
    /// It was made in a frame inside a page of somebody else's.
    #[error("it was made inside a page of another origin")]
    CrossOrigin,
    /// It says that the connection was bound by a token, which this host never does: somebody else ended that connection.
    #[error("it claims a token binding")]
    TokenBinding,
    /// The attestation object is no CBOR, or not of its shape.
    #[error("the attestation object cannot be read")]
    AttestationObject,
    /// The authenticator data are too short, too long, or not of their shape.
    #[error("the authenticator data cannot be read")]
    AuthenticatorData,
    /// It was signed for another host.
    #[error("it was signed for another host")]
    Host,
    /// Nobody touched the key.
    #[error("nobody was present")]
    NotPresent,
    /// The key did not verify who was there.
    #[error("the user was not verified")]
    NotVerified,
    /// It says that the key is copied, and that it cannot be.
    #[error("its backup flags contradict each other")]
    BackupFlags,
    /// What the key says of being copyable is not what it said when it was enrolled.
    #[error("its backup eligibility has changed")]
    BackupChanged,
    /// The key is of an algorithm that was not asked for, or of a curve that is not its algorithm's.
    #[error("the algorithm was not asked for")]
    Algorithm,
    /// The public key is not one.
    #[error("the public key is not one")]
    PublicKey,
    /// The id of the credential is empty or longer than 1,023 bytes.
    #[error("the credential id has a forbidden length")]
    IdLength,
    /// This key is enrolled already.
    #[error("this key is enrolled already")]
    Known,
    /// The key is not discoverable, so nobody could sign in with it.
    #[error("the key is not discoverable")]
    NotDiscoverable,
    /// The statement of the key's maker is of a format that is not read.
    #[error("the attestation format is not supported")]
    AttestationFormat,
    /// The statement of the key's maker does not hold.
    #[error("the attestation statement does not hold")]
    AttestationStatement,
    /// The model is not vouched for by a root that is trusted for it.
    #[error("the model is not on the list")]
    Model,
    /// The key may be copied, where only a device that keeps it will do.
    #[error("the key may leave its device")]
    MayBeCopied,
    /// The credential is not one that was asked for, or not the one that was looked up.
    #[error("the credential is another")]
    OtherCredential,
    /// It does not say whose it is.
    #[error("the user handle is missing")]
    NoHandle,
    /// It says that it is somebody else's than the credential is.
    #[error("the user handle is another's")]
    OtherPerson,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
    /// The key's counter did not go on: there may be two of it.
    #[error("the signature counter went back")]
    Counter,
    /// It is no proof of an approval, or of a version that is not known.
    #[error("the proof cannot be read")]
    Proof,
}

impl Refused {
    /// Each of them.
    pub const ALL: [Self; 33] = [
        Self::TooLong,
        Self::NotACredential,
        Self::NotAPublicKey,
        Self::TwoIds,
        Self::OtherCeremony,
        Self::ClientData,
        Self::ClientDataType,
        Self::Challenge,
        Self::Origin,
        Self::CrossOrigin,
        Self::TokenBinding,
        Self::AttestationObject,
        Self::AuthenticatorData,
        Self::Host,
        Self::NotPresent,
        Self::NotVerified,
        Self::BackupFlags,
        Self::BackupChanged,
        Self::Algorithm,
        Self::PublicKey,
        Self::IdLength,
        Self::Known,
        Self::NotDiscoverable,
        Self::AttestationFormat,
        Self::AttestationStatement,
        Self::Model,
        Self::MayBeCopied,
        Self::OtherCredential,
        Self::NoHandle,
        Self::OtherPerson,
        Self::Signature,
        Self::Counter,
        Self::Proof,
    ];

    /// The stable code, for records and tests.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// Where Web Authentication Level 3 asks for it (the editor's draft of July 2026): the section, and the step of a ceremony.
    #[must_use]
    pub fn section(self) -> &'static str {
        self.row().1
    }

    /// What a person reads and can do about it, without what would help an attacker.
    #[must_use]
    pub fn words(self) -> Words {
        words(self)
    }

    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::TooLong => ("too-long", "none: a bound of our own"),
            Self::NotACredential => ("not-a-credential", "§5.1"),
            Self::NotAPublicKey => ("not-a-public-key", "§5.1"),
            Self::TwoIds => ("two-ids", "§5.1"),
            Self::OtherCeremony => ("other-ceremony", "§7.1 and §7.2, step 1"),
            Self::ClientData => ("client-data", "§5.8.1; §7.1, steps 5 and 6; §7.2, steps 8 and 9"),
            Self::ClientDataType => ("client-data-type", "§7.1, step 7; §7.2, step 10"),
            Self::Challenge => ("challenge", "§7.1, step 8; §7.2, step 11"),
            Self::Origin => ("origin", "§7.1, step 9; §7.2, step 12; §13.5.9"),
            Self::CrossOrigin => ("cross-origin", "§7.1, steps 10 and 11; §7.2, steps 13 and 14"),
            Self::TokenBinding => ("token-binding", "§5.8.1, reserved; Level 2, §7.1, step 10 and §7.2, step 14"),
            Self::AttestationObject => ("attestation-object", "§6.5.4; §7.1, step 13"),
            Self::AuthenticatorData => ("authenticator-data", "§6.1, §6.5.1"),
            Self::Host => ("host", "§7.1, step 14; §7.2, step 15"),
            Self::NotPresent => ("not-present", "§7.1, step 15; §7.2, step 16"),
            Self::NotVerified => ("not-verified", "§7.1, step 16; §7.2, step 17"),
            Self::BackupFlags => ("backup-flags", "§7.1, step 17; §7.2, step 18"),
            Self::BackupChanged => ("backup-changed", "§7.2, step 19"),
            Self::Algorithm => ("algorithm", "§5.8.5; §7.1, step 20"),
            Self::PublicKey => ("public-key", "§5.8.5, §6.5.1"),
            Self::IdLength => ("id-length", "§7.1, step 25"),
            Self::Known => ("known", "§7.1, step 26"),
            Self::NotDiscoverable => ("not-discoverable", "§10.1.3; §7.1, step 28"),
            Self::AttestationFormat => ("attestation-format", "§7.1, step 21"),
            Self::AttestationStatement => ("attestation-statement", "§7.1, step 22; §8"),
            Self::Model => ("model", "§7.1, steps 23 and 24"),
            Self::MayBeCopied => ("may-be-copied", "§7.1, step 18"),
            Self::OtherCredential => ("other-credential", "§7.2, steps 5 and 6"),
            Self::NoHandle => ("no-handle", "§7.2, step 6"),
            Self::OtherPerson => ("other-person", "§7.2, step 6"),
            Self::Signature => ("signature", "§7.2, step 21"),
            Self::Counter => ("counter", "§6.1.1; §7.2, step 22"),
            Self::Proof => ("proof", "none: a format of our own"),
        }
    }
}
