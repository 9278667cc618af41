//! What a front shows a signer on another machine, so that no stranger can use it.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A secret that both roles are given: at least 16 letters of printable ASCII. It does not print itself.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The fewest letters.
    pub const SHORTEST: usize = 16;

    /// Takes a text that is long enough and may stand in a header.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = (Self::SHORTEST..=1024).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// Whether the value of an `Authorization` header shows it. Digests are compared, in constant time.
    pub(super) fn is_shown(&self, header: &str) -> bool {
        let shown = header.strip_prefix("Bearer ").unwrap_or_default();
        Sha256::digest(shown).ct_eq(&Sha256::digest(self.0.as_bytes())).into()
    }

    /// The value of the header.
    pub(super) fn header(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("Bearer {}", *self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Secret(…)")
    }
}
