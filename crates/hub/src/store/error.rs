//! What can go wrong with a store, one variant for each cause: whoever answers a party must tell "come again" from "never".

/// Why a call of a store was refused or failed. Whatever it says, nothing of the call was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or went away in the middle of the call. It may have been carried out only if it was the end of a
    /// transaction that went away; publishing again is answered either way.
    #[error("the database cannot be reached: {0}")]
    Gone(String),
    /// Others hold what this call needs, and did not let go in time.
    #[error("the database is busy")]
    Busy,
    /// No room is left where the database lies.
    #[error("the disk of the database is full")]
    Full,
    /// The database may only be read.
    #[error("the database cannot be written")]
    ReadOnly,
    /// The database is not what this program wrote.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The database belongs to another program, or to another role of the hub.
    #[error("the database is not the {expected}'s")]
    Stranger {
        /// The role that was asked for: desk or front.
        expected: &'static str,
    },
    /// A newer program wrote the database.
    #[error("a newer program wrote the database: its schema is {found}, this program knows {known}")]
    Newer {
        /// The version found.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The address of the database cannot be read.
    #[error("this is no address of a database")]
    Address,
    /// The engine leaves this to its own tools: PostgreSQL is backed up by `pg_dump`.
    #[error("this engine is backed up with its own tools")]
    OwnTools,
    /// There is a file where the backup is to go.
    #[error("there is a file already where the backup is to go")]
    Exists,

    /// No such stream.
    #[error("there is no such stream")]
    UnknownStream,
    /// No such party.
    #[error("there is no such party")]
    UnknownParty,
    /// No such object, or no such version of it.
    #[error("there is no such object")]
    UnknownObject,
    /// No such release or draft.
    #[error("there is no such release")]
    UnknownRelease,
    /// The credential may not do this.
    #[error("this credential may not do this")]
    Denied,
    /// A stream for one party has its party.
    #[error("the stream is for one party, and has one")]
    OneParty,
    /// What is there differs from what came under the same name.
    #[error("there is another {0} under the same name")]
    Taken(&'static str),

    /// Another release stands at this number: the chain would fork.
    #[error("another release stands at number {number}")]
    Fork {
        /// The number at which they part.
        number: u64,
    },
    /// A release does not follow the last one.
    #[error("release {found} came where {expected} is due")]
    NotNext {
        /// The number that is due.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// An epoch went backwards.
    #[error("the epoch went back from {last} to {found}")]
    EpochWentBack {
        /// The epoch of the last release.
        last: u64,
        /// The epoch that came.
        found: u64,
    },
    /// An object is marked above what its stream may carry.
    #[error("{object} is marked above what the stream may carry")]
    TooSecret {
        /// Its id.
        object: String,
    },
    /// An object stands in the stream in this version.
    #[error("{object} stands in the stream in this version already")]
    Twice {
        /// Its id.
        object: String,
    },
    /// A filter asks for more values than one question may.
    #[error("a filter holds at most {most} values")]
    FilterTooWide {
        /// The bound.
        most: usize,
    },
    /// The act needs a second person.
    #[error("this needs a second person")]
    SecondPerson,
    /// What is approved is not what is to be published.
    #[error("what was approved is not what is here")]
    NotWhatWasApproved,
    /// What an object may become depends on what it is: a withdrawn one is not granted.
    #[error("an object that is {0} cannot become that")]
    WrongState(&'static str),
}
