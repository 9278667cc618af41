//! Names, numbers, digests and times of a release: each a type of its own, so that a mix-up does not compile.

use std::{fmt, str::FromStr};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The largest whole number that every reader of JSON holds exactly (RFC 8259, section 6).
const LARGEST: u64 = (1 << 53) - 1;

/// Why a text or a number is no value of the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not the one form of a UUID that is written here: lower case, with hyphens.
    #[error("not a UUID in lower case with hyphens")]
    Uuid,
    /// Not 64 digits of lower-case hexadecimal.
    #[error("not a SHA-256 in 64 lower-case hexadecimal digits")]
    Digest,
    /// Zero, or above 2^53 - 1.
    #[error("not a whole number from 1 to 9007199254740991")]
    Number,
    /// Not `YYYY-MM-DDThh:mm:ssZ`.
    #[error("not a time in UTC of the form 2026-01-31T12:00:00Z")]
    Time,
    /// Not a week of ISO 8601 from 1970 on, `YYYY-Www`.
    #[error("not a week of the form 2026-W48")]
    Week,
}

macro_rules! uuid_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// From a UUID.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), formatter)
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                let uuid = Uuid::try_parse(text).map_err(|_| ValueError::Uuid)?;
                // One spelling only: what is signed has one form.
                if uuid.hyphenated().to_string() == text { Ok(Self(uuid)) } else { Err(ValueError::Uuid) }
            }
        }

        text_form!($name);
    };
}

/// What serde makes of a value that is written as text.
macro_rules! text_form {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = <Self as FromStr>::Err;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}

pub(crate) use text_form;

macro_rules! number_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "u64", into = "u64")]
        pub struct $name(u64);

        impl $name {
            /// The first.
            pub const FIRST: Self = Self(1);

            /// From a number.
            ///
            /// # Errors
            /// [`ValueError::Number`] for zero and for what JSON does not hold exactly.
            pub const fn new(number: u64) -> Result<Self, ValueError> {
                if number == 0 || number > LARGEST { Err(ValueError::Number) } else { Ok(Self(number)) }
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The one after it; none after the last there can be.
            #[must_use]
            pub const fn next(self) -> Option<Self> {
                if self.0 == LARGEST { None } else { Some(Self(self.0 + 1)) }
            }
        }

        impl TryFrom<u64> for $name {
            type Error = ValueError;

            fn try_from(number: u64) -> Result<Self, ValueError> {
                Self::new(number)
            }
        }

        impl From<$name> for u64 {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                let number: u64 = text.parse().map_err(|_| ValueError::Number)?;
                // No `+7`, no `007`.
                if number.to_string() == text { Self::new(number) } else { Err(ValueError::Number) }
            }
        }
    };
}

uuid_newtype! {
    /// A hub: the agency's, for all its streams.
    HubId
}
uuid_newtype! {
    /// A stream: the releases for one audience.
    StreamId
}
number_newtype! {
    /// The place of a release in its stream, from 1, without holes.
    Number
}
number_newtype! {
    /// The time during which one key of the blind tier is in use, from 1. Holes are allowed.
    Epoch
}

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// From 32 bytes that are a digest already.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| ValueError::Digest)?;
        bytes.try_into().map(Self).map_err(|_| ValueError::Digest)
    }
}

text_form!(Digest);

/// A second of UTC. What is finer is dropped, so that a time has one spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time(Timestamp);

impl Time {
    /// The time as the rest of the program knows it.
    #[must_use]
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Self(Timestamp::from_second(timestamp.as_second()).unwrap_or(timestamp))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl FromStr for Time {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let time = text.parse::<Timestamp>().map(Self::from).map_err(|_| ValueError::Time)?;
        if time.to_string() == text { Ok(time) } else { Err(ValueError::Time) }
    }
}

text_form!(Time);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_spelling() {
        let uuid = "6f2d9a4e-3f0b-4b8e-9b6e-2b1a7c5d4e3f";
        assert_eq!(uuid.parse::<StreamId>().unwrap().to_string(), uuid);
        for other in [&uuid.to_uppercase(), &uuid.replace('-', ""), &format!("{{{uuid}}}"), &format!("urn:uuid:{uuid}")]
        {
            assert_eq!(other.parse::<HubId>(), Err(ValueError::Uuid), "{other}");
        }
        let time = "2026-11-26T12:00:00Z";
        assert_eq!(time.parse::<Time>().unwrap().to_string(), time);
        for other in ["2026-11-26T12:00:00.5Z", "2026-11-26T13:00:00+01:00", "2026-11-26 12:00:00Z", "2026-11-26"] {
            assert_eq!(other.parse::<Time>(), Err(ValueError::Time), "{other}");
        }
        let digest = Digest::of(b"");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!(digest.to_string().to_uppercase().parse::<Digest>(), Err(ValueError::Digest));
    }

    #[test]
    fn numbers_are_those_that_json_holds() {
        for text in ["0", "9007199254740992", "+1", "01", "-1", "", "1.0"] {
            assert_eq!(text.parse::<Number>(), Err(ValueError::Number), "{text}");
        }
        assert_eq!(Number::new(LARGEST).unwrap().next(), None);
        assert_eq!(Number::FIRST.next().unwrap().get(), 2);
    }
}
