//! Why a transfer is refused. The zone that is kept stays.

/// Why a transfer is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransferError {
    /// The server cannot be reached, or the connection broke.
    #[error("the connection to the server failed: {0}")]
    Connection(String),
    /// The server ended the connection before the zone was whole.
    #[error("the server ended the connection before the zone was whole")]
    CutShort,
    /// Too slow.
    #[error("the server took too long")]
    TimedOut,
    /// The zone is larger than may be.
    #[error("the zone has more than {0} records")]
    TooManyRecords(usize),
    /// The zone is larger than may be.
    #[error("the transfer has more than {0} bytes")]
    TooManyBytes(usize),
    /// The server answers with an error.
    #[error("the server answers {0}")]
    Answer(String),
    /// The answer is not signed.
    #[error("the server did not sign its answer")]
    Unsigned,
    /// The server does not know the key.
    #[error("the server does not know the key, or has another secret for it")]
    KeyUnknown,
    /// The signature is wrong.
    #[error("the signature of the server is wrong: {0}")]
    Signature(String),
    /// The clocks differ.
    #[error("the clocks of the server and of this machine differ by more than five minutes")]
    Clock,
    /// What came is no answer to what was asked.
    #[error("the server sent what is no answer to the question: {0}")]
    NoAnswer(&'static str),
    /// What came cannot be read.
    #[error("the server sent what cannot be read")]
    Unreadable,
    /// A record of somebody else's.
    #[error("the server sent a record that is not in the zone")]
    Outside,
    /// The zone has another start than end.
    #[error("the zone changed while it was sent")]
    Changed,
    /// Something came behind the end of the zone.
    #[error("the server sent records behind the end of the zone")]
    BehindTheEnd,
    /// The zone is older than the one that is kept.
    #[error("the server has serial {offered}, which is older than {kept}, which is kept")]
    Older {
        /// The serial that is kept.
        kept: u32,
        /// The serial of the server.
        offered: u32,
    },
    /// Differences that do not fit to what is kept; asking for the whole zone helps.
    #[error("the server sent differences that do not fit to the zone that is kept")]
    DoesNotFit,
}

impl TransferError {
    /// Whether asking for the whole zone in place of differences may help.
    pub(super) fn asks_for_all(&self) -> bool {
        matches!(self, Self::DoesNotFit | Self::Answer(_))
    }
}
