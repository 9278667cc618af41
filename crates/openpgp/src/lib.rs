//! Mail that only its reader can open.
//!
//! A mailbox is stolen whole: years of letters, read at leisure. The server cannot prevent the theft of what it must
//! store, but it can store what a thief cannot read. The reader makes an OpenPGP key and gives us its public half, a
//! [`Certificate`]. Mail that arrives in clear is turned into PGP/MIME for that key by [`encrypt`] before it is
//! delivered; mail that [`is_encrypted`] already is left alone. The private half never comes to this machine, and
//! [`Certificate::parse`] refuses it when somebody drops it here by mistake.
//!
//! ```text
//! file of a reader --Certificate::parse------> Certificate --usable(now)--> yes, or why not
//! Autocrypt header --Autocrypt::parse--------> Certificate
//! message --is_encrypted--> no --encrypt(certificates, now, randomness)--> message for one reader
//! ```
//!
//! Everything here is pure: bytes in, bytes out. The time and the source of randomness are arguments. There are no
//! files, no sockets, no key servers, no trust decisions, no signatures and no decryption: whoever calls decides
//! which key belongs to whom. The cryptography is rPGP's; this crate only chooses what it is applied to.
//!
//! Standards: RFC 9580 (OpenPGP), RFC 3156 (PGP/MIME), RFC 9788 (header protection), Autocrypt Level 1.

mod autocrypt;
mod certificate;
mod encrypt;
mod message;

pub use autocrypt::{Autocrypt, AutocryptError, PreferEncrypt, autocrypt_header};
pub use certificate::{Certificate, KeyError, MAX_KEY_BYTES, Unusable};
pub use encrypt::{EncryptError, Options, encrypt};
pub use message::is_encrypted;
/// What a source of randomness must offer. `rand::rngs::OsRng` of rand 0.8 does.
pub use rand::{CryptoRng, RngCore};
