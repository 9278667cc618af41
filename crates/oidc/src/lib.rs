//! An OpenID Connect provider without sockets: tools learn who signed in here, and nothing else.
//!
//! An authorization code with PKCE, and its refresh, are the only grants. Whoever calls carries requests and answers, tells the time and brings
//! randomness; persons and sessions are asked for through [`Subjects`], again for every token. Clients are added by administrators.
//! Of everything that opens something only the SHA-256 is kept, and private keys are sealed with one that is not in the file, so that
//! whoever steals the file holds no token and signs none. There is no consent page, no registration, no device code, no password.

mod authorize;
mod backchannel;
mod call;
mod client;
mod discovery;
mod dpop;
pub mod elsewhere;
mod end_session;
mod error;
mod form;
mod grant;
mod id_token;
mod jose;
mod keys;
pub mod paths;
mod pkce;
mod proofs;
mod provider;
mod refusal;
mod requests;
mod revoke;
mod rules;
mod scope;
mod secret;
mod store;
mod subject;
mod tend;
mod token;
mod userinfo;

pub use authorize::{Decision, Kept, NotKept, Pushed};
pub use backchannel::Delivery;
pub use call::Call;
pub use client::{
    Added, Addresses, Algorithm, Authentication, Client, ClientError, ClientId, InvalidClientId, InvalidKeys,
    InvalidRedirect, NewClient, RedirectUri,
};
pub use end_session::{Farewell, Logout};
pub use error::OidcError;
pub use form::Form;
pub use jsonwebtoken::jwk::JwkSet;
pub use keys::{MadeKey, SealingKey};
pub use provider::Provider;
pub use refusal::Refusal;
pub use rules::LONGEST;
pub use secret::{NotASecret, Secret};
pub use subject::{Subject, Subjects};
