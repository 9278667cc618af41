//! Every reason for which a rule refuses, with the standard's word for it. Clients are told the standard's word and one sentence, and nothing of
//! what they sent.

/// Why a rule refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More, or longer, than is read.
    #[error("the request is too long")]
    TooLong,
    /// A parameter is there twice.
    #[error("a parameter is there twice")]
    Twice,
    /// A parameter is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A parameter says what no standard has, or what was not registered.
    #[error("{0} is not valid here")]
    Invalid(&'static str),
    /// No such client, or it did not show who it is.
    #[error("the client is unknown, or did not authenticate as registered")]
    Client,
    /// Another response type than `code`.
    #[error("code is the only response type")]
    ResponseType,
    /// Another grant type than the two.
    #[error("authorization_code and refresh_token are the only grant types")]
    GrantType,
    /// A request object.
    #[error("request objects are not read")]
    RequestObject,
    /// A request that lies elsewhere.
    #[error("requests are not fetched; push them")]
    RequestUri,
    /// A request that was not pushed, for a client that has to.
    #[error("this client pushes its requests")]
    NotPushed,
    /// No challenge.
    #[error("a code_challenge with S256 is required")]
    NoChallenge,
    /// A scope without `openid`, or wider than what was granted.
    #[error("the scope is not granted")]
    Scope,
    /// The policy keeps this person from this tool.
    #[error("this person may not reach this tool")]
    NotReached,
    /// Somebody has to sign in, and nobody may be asked.
    #[error("somebody has to sign in first")]
    LoginRequired,
    /// No such code, or its time is over.
    #[error("the code is unknown or over")]
    Code,
    /// A code that was used. What came of it is revoked.
    #[error("the code was used before")]
    CodeUsed,
    /// The verifier is none, or not this challenge's; or there is one where there was no challenge.
    #[error("the code_verifier does not belong to the code")]
    Verifier,
    /// No such refresh token, or its time is over.
    #[error("the refresh token is unknown or over")]
    Refresh,
    /// A refresh token that was used. Its family is revoked.
    #[error("the refresh token was used before")]
    RefreshUsed,
    /// What was granted is over: the session ended, the person may not any more, or it was revoked.
    #[error("what was granted is over")]
    Over,
    /// A proof of possession that does not hold.
    #[error("the DPoP proof does not hold: {0}")]
    Proof(&'static str),
    /// No access token, or none that holds.
    #[error("the access token is unknown or over")]
    AccessToken,
    /// No access token at all.
    #[error("an access token is required")]
    NoAccessToken,
    /// A hint that is no ID token of ours.
    #[error("id_token_hint is no ID token of this provider")]
    Hint,
    /// Too many of something.
    #[error("too many of these are open")]
    TooMany,
}

impl Refusal {
    /// The standard's word: RFC 6749 (4.1.2.1, 5.2), RFC 6750 (3.1), RFC 9449 (12.2), OpenID Connect Core (3.1.2.6).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong
            | Self::Twice
            | Self::Missing(_)
            | Self::Invalid(_)
            | Self::NotPushed
            | Self::NoChallenge
            | Self::Hint => "invalid_request",
            Self::Client => "invalid_client",
            Self::ResponseType => "unsupported_response_type",
            Self::GrantType => "unsupported_grant_type",
            Self::RequestObject => "request_not_supported",
            Self::RequestUri => "request_uri_not_supported",
            Self::Scope => "invalid_scope",
            Self::NotReached => "access_denied",
            Self::LoginRequired => "login_required",
            Self::Code | Self::CodeUsed | Self::Verifier | Self::Refresh | Self::RefreshUsed | Self::Over => {
                "invalid_grant"
            }
            Self::Proof(_) => "invalid_dpop_proof",
            Self::AccessToken | Self::NoAccessToken => "invalid_token",
            Self::TooMany => "temporarily_unavailable",
        }
    }

    /// The status of HTTP where the answer goes to a client.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Client | Self::AccessToken | Self::NoAccessToken => 401,
            Self::TooMany => 503,
            _ => 400,
        }
    }
}
