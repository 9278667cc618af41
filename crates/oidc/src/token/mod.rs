//! The token endpoint (RFC 6749, section 3.2): a code, or a refresh token, for tokens. There is no other grant: no password, no device code,
//! nothing without a person who touched a key here.

mod code;
mod exchange;
mod issue;
mod refresh;
