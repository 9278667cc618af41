//! One variant for each cause. The status is the standard's (sections 3.4, 3.6 and the tables of 4 and 5).

use crate::request::BodyError;

/// The longest name of a parameter that is repeated to whoever sent it, in characters.
const LONGEST_NAME: usize = 40;

/// Why a request is not answered. None tells whether something exists that the asker may not see.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 401: nobody, or not who they say. The text is what `WWW-Authenticate` names, as in `Basic realm="hub"`.
    #[error("the client needs to authenticate")]
    Unauthenticated(String),
    /// 403: known, but not allowed to do this here.
    #[error("the client may not do this here")]
    Forbidden,
    /// 404: there is none, or the asker may not know of it.
    #[error("{0} is not found")]
    NotFound(Missing),
    /// 404: the path would be one, but for the slash at its end (section 3.1).
    #[error("the path does not end in a slash")]
    NoSlash,
    /// 405: the endpoint has other methods; they are named for `Allow`.
    #[error("the endpoint has only the methods {0}")]
    Method(&'static str),
    /// 406: the `Accept` header is missing, or does not take TAXII 2.1.
    #[error("the Accept header does not take TAXII 2.1")]
    NotAcceptable,
    /// 413: the body is longer than the `max_content_length` of the API root, in bytes.
    #[error("the body is longer than {0} bytes")]
    TooLarge(u64),
    /// 414: the path or the query is longer than anybody needs.
    #[error("the URL is too long")]
    UriTooLong,
    /// 415: the body is not said to be TAXII 2.1.
    #[error("the body is not TAXII 2.1")]
    MediaType,
    /// 400: the endpoint has no such parameter.
    #[error("the endpoint has no parameter {0:?}")]
    Unknown(String),
    /// 400: a parameter that stands twice.
    #[error("the parameter {0:?} stands twice")]
    Repeated(String),
    /// 400: the value of this parameter is malformed.
    #[error("the value of {0:?} is malformed")]
    Malformed(String),
    /// 400: `limit` is no positive number.
    #[error("the limit is no positive number")]
    Limit,
    /// 400: `next` is not ours, or was given for another query.
    #[error("the cursor is not one of this query")]
    Cursor,
    /// 422: the body is no envelope of objects.
    #[error("the body is no envelope of objects")]
    Body(#[from] BodyError),
    /// 503: not now; whoever asks may ask again.
    #[error("the server cannot answer now")]
    Unavailable,
    /// 500: the server's own fault. What went wrong is not for the asker.
    #[error("the server failed")]
    Internal,
}

/// What is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No endpoint has this path.
    Endpoint,
    /// The discovery.
    Discovery,
    /// The API root.
    Root,
    /// The collection.
    Collection,
    /// The object, or every version of it that was asked for.
    Object,
    /// The status.
    Status,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Self::Endpoint => "an endpoint",
            Self::Discovery => "the discovery",
            Self::Root => "the API root",
            Self::Collection => "the collection",
            Self::Object => "the object",
            Self::Status => "the status",
        })
    }
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unknown(_) | Self::Repeated(_) | Self::Malformed(_) | Self::Limit | Self::Cursor => 400,
            Self::Unauthenticated(_) => 401,
            Self::Forbidden => 403,
            Self::NotFound(_) | Self::NoSlash => 404,
            Self::Method(_) => 405,
            Self::NotAcceptable => 406,
            Self::TooLarge(_) => 413,
            Self::UriTooLong => 414,
            Self::MediaType => 415,
            Self::Body(_) => 422,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// A stable code for programs: `error_code` of the message.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(_) => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound(_) => "not-found",
            Self::NoSlash => "no-slash",
            Self::Method(_) => "method",
            Self::NotAcceptable => "not-acceptable",
            Self::TooLarge(_) => "too-large",
            Self::UriTooLong => "uri-too-long",
            Self::MediaType => "media-type",
            Self::Unknown(_) => "unknown-parameter",
            Self::Repeated(_) => "repeated-parameter",
            Self::Malformed(_) => "malformed-parameter",
            Self::Limit => "limit",
            Self::Cursor => "cursor",
            Self::Body(_) => "body",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    pub(crate) fn unknown(name: &str) -> Self {
        Self::Unknown(shortened(name))
    }

    pub(crate) fn repeated(name: &str) -> Self {
        Self::Repeated(shortened(name))
    }

    pub(crate) fn malformed(name: &str) -> Self {
        Self::Malformed(shortened(name))
    }
}

fn shortened(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}
