//! What is wrong with a key or a signature. No error repeats a secret.

/// Why a text is no key or no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Not a minisign public key.
    #[error("not a minisign public key")]
    PublicKey,
    /// A public key under which anybody could sign.
    #[error("a public key of small order")]
    WeakKey,
    /// Not a minisign secret key without a password.
    #[error("not a minisign secret key without a password")]
    SecretKey,
    /// Not a minisign signature of the prehashed kind, in the one form that is read here.
    #[error("not a minisign signature")]
    Signature,
    /// A trusted comment is one line of printable text of at most 256 bytes.
    #[error("not one line of printable text of at most 256 bytes")]
    Comment,
}

/// The signature is not that key's, or what was signed has changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not signed by this key, or changed since")]
pub struct NotSigned;
