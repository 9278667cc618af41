//! What the provider can do, for programs (OpenID Connect Discovery, section 3; RFC 8414), and its public keys.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{OidcError, Provider, paths, scope::SCOPES};

impl Provider {
    /// The metadata.
    #[must_use]
    pub fn metadata(&self) -> Value {
        json!({
            "issuer": self.issuer(),
            "authorization_endpoint": self.endpoint(paths::AUTHORIZE),
            "token_endpoint": self.endpoint(paths::TOKEN),
            "pushed_authorization_request_endpoint": self.endpoint(paths::PUSH),
            "userinfo_endpoint": self.endpoint(paths::USERINFO),
            "jwks_uri": self.endpoint(paths::KEYS),
            "revocation_endpoint": self.endpoint(paths::REVOKE),
            "end_session_endpoint": self.endpoint(paths::LOGOUT),
            "scopes_supported": SCOPES,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported":
                ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
            "code_challenge_methods_supported": ["S256"],
            "dpop_signing_alg_values_supported": ["ES256", "EdDSA", "RS256", "PS256"],
            "claims_supported": [
                "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash",
                "name", "preferred_username", "groups",
            ],
            "acr_values_supported": ["phr"],
            "prompt_values_supported": ["none", "login"],
            "ui_locales_supported": ["fr", "en"],
            "claims_parameter_supported": false,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "require_pushed_authorization_requests": false,
            "authorization_response_iss_parameter_supported": true,
            "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true,
        })
    }

    /// The public keys (RFC 7517, section 5).
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn key_set(&self, now: Timestamp) -> Result<Value, OidcError> {
        Ok(json!({ "keys": self.public_keys(now)? }))
    }
}
