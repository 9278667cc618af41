//! Who asks (section 1.6.9): the `Authorization` header, written and read. Nothing here checks a password.

use std::fmt;

use data_encoding::BASE64;
use zeroize::Zeroizing;

/// What a client proves itself with. It does not print its secret, and forgets it when it is dropped.
#[derive(Clone)]
pub enum Credentials {
    /// HTTP Basic (RFC 7617).
    Basic {
        /// The name; it has no colon.
        user: String,
        /// The password.
        password: Zeroizing<String>,
    },
    /// A token (RFC 6750).
    Bearer(Zeroizing<String>),
}

/// The longest header that is looked at, in bytes.
const LONGEST: usize = 8 << 10;

impl Credentials {
    /// Reads the value of an `Authorization` header. What is neither Basic nor Bearer, or malformed, is nothing.
    #[must_use]
    pub fn read(header: &str) -> Option<Self> {
        let (scheme, rest) = header.split_once(' ').filter(|_| header.len() <= LONGEST)?;
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return (!rest.is_empty()).then(|| Self::Bearer(Zeroizing::new(rest.to_owned())));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let bytes = Zeroizing::new(BASE64.decode(rest.as_bytes()).ok()?);
        let (user, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
        Some(Self::Basic { user: user.to_owned(), password: Zeroizing::new(password.to_owned()) })
    }

    /// The value of an `Authorization` header.
    #[must_use]
    pub fn header(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Basic { user, password } => {
                let both = Zeroizing::new(format!("{user}:{}", &**password));
                format!("Basic {}", BASE64.encode(both.as_bytes()))
            }
            Self::Bearer(token) => format!("Bearer {}", &**token),
        })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basic { user, .. } => write!(to, "Basic({user}, …)"),
            Self::Bearer(_) => to.write_str("Bearer(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let written =
            Credentials::Basic { user: "admin".to_owned(), password: Zeroizing::new("Pass:word0".to_owned()) };
        let Some(Credentials::Basic { user, password }) = Credentials::read(&written.header()) else {
            panic!("not read")
        };
        assert_eq!((user.as_str(), password.as_str()), ("admin", "Pass:word0"));
        assert_eq!(format!("{written:?}"), "Basic(admin, …)");
    }

    #[test]
    fn what_is_malformed_is_nothing() {
        for header in ["", "Basic", "Basic ", "Basic !!", "Basic YWRtaW4=", "Digest x", "Bearer ", "Basic //79"] {
            assert!(Credentials::read(header).is_none(), "{header}");
        }
    }
}
