//! Why a walk ends before its end.

/// Why a walk cannot go on. After one of these it has ended; what it found before stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WalkError {
    /// What was to be walked is no URL with https, or has a query, a fragment or a password in it. Without encryption only
    /// this computer is asked.
    #[error("{0:?} is no URL with https")]
    Url(String),
    /// Nothing was asked, or all has been answered.
    #[error("nothing was asked")]
    NotAsked,
    /// A redirect, which would take the credentials elsewhere.
    #[error("the server redirects with status {0}, which is not followed")]
    Redirect(u16),
    /// The credentials are not accepted.
    #[error("the server does not accept the credentials")]
    Unauthenticated,
    /// An error of the server, with the title that it gave.
    #[error("the server answers with status {status}: {title}")]
    Status {
        /// The status.
        status: u16,
        /// What the server says of it, shortened; empty when it says nothing.
        title: String,
    },
    /// A response that does not say it is TAXII 2.1.
    #[error("the response is {0:?} and not TAXII 2.1")]
    MediaType(String),
    /// A response that is not the resource that was asked for.
    #[error("the response is no {0} of TAXII 2.1")]
    Malformed(&'static str),
    /// A response longer than allowed.
    #[error("a response is longer than {0} bytes")]
    ReplyTooLong(usize),
    /// All responses together are longer than allowed.
    #[error("all responses together are longer than {0} bytes")]
    TooManyBytes(u64),
    /// More responses than allowed.
    #[error("there are more than {0} responses")]
    TooManyReplies(u32),
    /// More API roots or collections than allowed.
    #[error("there are more than {0} places to visit")]
    TooManyPlaces(usize),
    /// The same page with the same cursor for the second time.
    #[error("the server gives the same page again")]
    Circle,
    /// There is more, and neither a cursor nor a later date that leads to it.
    #[error("the server says that there is more, but not where")]
    NoWayOn,
}
