//! What may stand in `[signin]`.

use schemars::JsonSchema;
use serde::Deserialize;

/// Signing in with passkeys, for the pages and for the organisation's tools.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SignInTable {
    /// The one address of sign-in, as browsers write it: `https://vauban.campagne.example`. It never changes: keys are bound to it.
    pub origin: String,
    /// Where it is served: loopback; a proxy before it ends TLS.
    pub listen: String,
    /// What browsers call the organisation when they ask for a key.
    pub name: String,
    /// The tools whose proxies ask who may come in, by their addresses: `https://wiki.campagne.example`.
    pub tools: Vec<String>,
    /// A provider that the organisation keeps: people may come in by their accounts there.
    pub elsewhere: Option<ElsewhereTable>,
    /// Whether the proxy asks browsers for certificates, and hands over what it verified in a `Client-Cert` that it overwrites.
    pub client_certificates: bool,
    /// A folder with a FIDO metadata statement (JSON) for each model of key that administrators may have, beside this file where its path does not
    /// begin with `/`; empty for any key.
    pub models: String,
}

impl Default for SignInTable {
    fn default() -> Self {
        Self {
            origin: "http://localhost:9783".to_owned(),
            listen: "127.0.0.1:9783".to_owned(),
            name: "Vauban".to_owned(),
            tools: Vec::new(),
            elsewhere: None,
            client_certificates: false,
            models: String::new(),
        }
    }
}

/// A provider that the organisation keeps (Entra, Google, Keycloak). The secret stands elsewhere: the credential `elsewhere-secret` of the service, or
/// the file of that name in the state directory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ElsewhereTable {
    /// What people call it; it stands on the button.
    pub name: String,
    /// Its address as it names itself (`issuer`), whole: `https://login.microsoftonline.com/…/v2.0`.
    pub issuer: String,
    /// Our name there (`client_id`).
    pub client: String,
}
