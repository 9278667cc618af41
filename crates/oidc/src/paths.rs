//! Where the endpoints stand, behind the issuer.

/// OpenID Connect Discovery, section 4.
pub const DISCOVERY: &str = "/.well-known/openid-configuration";
/// RFC 6749, section 3.1.
pub const AUTHORIZE: &str = "/oidc/authorize";
/// RFC 6749, section 3.2.
pub const TOKEN: &str = "/oidc/token";
/// RFC 9126, section 2.
pub const PUSH: &str = "/oidc/par";
/// OpenID Connect Core, section 5.3.
pub const USERINFO: &str = "/oidc/userinfo";
/// RFC 7517, section 5.
pub const KEYS: &str = "/oidc/jwks";
/// RFC 7009, section 2.
pub const REVOKE: &str = "/oidc/revoke";
/// OpenID Connect RP-Initiated Logout, section 2.
pub const LOGOUT: &str = "/oidc/logout";
