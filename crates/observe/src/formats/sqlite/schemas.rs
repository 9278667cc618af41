//! The tables of programs we know: facts about their schemas only, names of tables and columns and the epoch of their
//! clocks. A table of another program with the same names and columns is taken for theirs, which errs on the side of
//! saying more.

use vauban_model::{
    Exposure,
    ObservableKind::{self, AppId, FileName},
};

/// A table whose rows say how far something got.
pub(super) struct Schema {
    pub(super) table: &'static str,
    /// Columns that must be there for the table to be the one we mean, beside those that the other fields name.
    pub(super) witnesses: &'static [&'static str],
    pub(super) time: Time,
    pub(super) clock: Clock,
    /// What a row says of everything in it.
    pub(super) exposure: Exposure,
    /// A row without a time says nothing: a bookmark that was never visited.
    pub(super) only_with_time: bool,
    /// A column and the value that marks what came in; what went out was written here.
    pub(super) incoming: Option<(&'static str, i64)>,
    /// Who sent it, in another table: `query` yields pairs of key and name, the column points there.
    pub(super) sender: Option<Sender>,
    /// Cells that name something outright.
    pub(super) states: &'static [(&'static str, States)],
    /// Columns whose values are no items of their own: there is one in every row and it tells nothing new.
    pub(super) never_files: &'static [&'static str],
}

/// Where the time of a row stands.
#[derive(Clone, Copy)]
pub(super) enum Time {
    /// Nowhere.
    None,
    /// In a column of its own.
    Column(&'static str),
    /// In another table: `query` yields pairs of key and time, `key` is our column that points there.
    Joined { query: &'static str, key: &'static str },
}

/// Where the sender of a message stands.
#[derive(Clone, Copy)]
pub(super) struct Sender {
    pub(super) query: &'static str,
    pub(super) key: &'static str,
}

/// How a program writes a point in time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Clock {
    /// Microseconds since 1601.
    Chromium,
    /// Microseconds since 1970.
    Firefox,
    /// Seconds since 2001, whole or with a fraction, or nanoseconds since then.
    Apple,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
}

/// What a cell names.
#[derive(Debug, Clone, Copy)]
pub(super) enum States {
    /// An observable of this kind.
    One(ObservableKind),
    /// A process, or `process/application`.
    Process,
    /// A path on the machine, with the file's name.
    Path,
    /// An application, or the path of a program.
    Client,
    /// The path of a file in a backup, below the folder that this column's domain stands for.
    BackupPath {
        /// The column.
        domain: &'static str,
    },
}

const BLANK: Schema = Schema {
    table: "",
    witnesses: &[],
    time: Time::None,
    clock: Clock::Seconds,
    exposure: Exposure::Present,
    only_with_time: false,
    incoming: None,
    sender: None,
    states: &[],
    never_files: &[],
};
/// A place that a browser went to, at the time of the row.
const VISITED: Schema = Schema { exposure: Exposure::Contacted, only_with_time: true, ..BLANK };
/// A message, or part of one.
const MESSAGE: Schema = Schema { exposure: Exposure::Received, ..BLANK };
/// A part of a message that came in: the other table has its time.
const PART: Schema = Schema { only_with_time: true, ..MESSAGE };
/// A program that ran.
const RAN: Schema = Schema { exposure: Exposure::Executed, ..BLANK };

pub(super) const SCHEMAS: &[Schema] = &[
    // Chromium.
    Schema {
        table: "urls",
        witnesses: &["url"],
        time: Time::Column("last_visit_time"),
        clock: Clock::Chromium,
        ..VISITED
    },
    Schema {
        table: "downloads",
        witnesses: &["target_path"],
        time: Time::Column("start_time"),
        clock: Clock::Chromium,
        ..VISITED
    },
    Schema {
        table: "downloads_url_chains",
        witnesses: &["url"],
        time: Time::Joined { query: "SELECT id, start_time FROM downloads", key: "id" },
        clock: Clock::Chromium,
        ..VISITED
    },
    Schema {
        table: "cookies",
        witnesses: &["host_key"],
        time: Time::Column("last_access_utc"),
        clock: Clock::Chromium,
        ..VISITED
    },
    // Firefox.
    Schema {
        table: "moz_places",
        witnesses: &["url"],
        time: Time::Column("last_visit_date"),
        clock: Clock::Firefox,
        ..VISITED
    },
    Schema {
        table: "moz_downloads",
        witnesses: &["source"],
        time: Time::Column("startTime"),
        clock: Clock::Firefox,
        ..VISITED
    },
    Schema {
        table: "moz_cookies",
        witnesses: &["host"],
        time: Time::Column("lastAccessed"),
        clock: Clock::Firefox,
        ..VISITED
    },
    // Safari: history, open pages, icons, and the hosts that pages load from.
    Schema {
        table: "history_items",
        witnesses: &["url"],
        time: Time::Joined {
            query: "SELECT history_item, max(visit_time) FROM history_visits GROUP BY history_item",
            key: "id",
        },
        clock: Clock::Apple,
        ..VISITED
    },
    Schema {
        table: "tabs",
        witnesses: &["url"],
        time: Time::Column("last_viewed_time"),
        clock: Clock::Apple,
        ..VISITED
    },
    Schema { table: "icon_info", witnesses: &["url"], time: Time::Column("timestamp"), clock: Clock::Apple, ..VISITED },
    Schema { table: "ObservedDomains", witnesses: &["registrableDomain"], time: Time::Column("lastSeen"), ..VISITED },
    // Messages of iOS and macOS (sms.db, chat.db).
    Schema {
        table: "message",
        witnesses: &["guid", "text"],
        time: Time::Column("date"),
        clock: Clock::Apple,
        incoming: Some(("is_from_me", 0)),
        sender: Some(Sender { query: "SELECT ROWID, id FROM handle", key: "handle_id" }),
        ..MESSAGE
    },
    Schema {
        table: "attachment",
        witnesses: &["guid"],
        time: Time::Column("created_date"),
        clock: Clock::Apple,
        incoming: Some(("is_outgoing", 0)),
        states: &[("filename", States::Path), ("transfer_name", States::One(FileName))],
        ..MESSAGE
    },
    // WhatsApp on iOS (ChatStorage.sqlite) and Android (msgstore.db, the newer and the older schema).
    Schema {
        table: "ZWAMESSAGE",
        witnesses: &["ZTEXT"],
        time: Time::Column("ZMESSAGEDATE"),
        clock: Clock::Apple,
        incoming: Some(("ZISFROMME", 0)),
        ..MESSAGE
    },
    Schema {
        table: "ZWAMESSAGEDATAITEM",
        time: Time::Joined { query: "SELECT Z_PK, ZMESSAGEDATE FROM ZWAMESSAGE WHERE ZISFROMME = 0", key: "ZMESSAGE" },
        clock: Clock::Apple,
        ..PART
    },
    Schema {
        table: "ZWAMEDIAITEM",
        time: Time::Joined { query: "SELECT Z_PK, ZMESSAGEDATE FROM ZWAMESSAGE WHERE ZISFROMME = 0", key: "ZMESSAGE" },
        clock: Clock::Apple,
        states: &[("ZMEDIALOCALPATH", States::Path)],
        ..PART
    },
    Schema {
        table: "message",
        witnesses: &["text_data", "chat_row_id"],
        time: Time::Column("timestamp"),
        clock: Clock::Milliseconds,
        incoming: Some(("from_me", 0)),
        ..MESSAGE
    },
    Schema {
        table: "messages",
        witnesses: &["key_remote_jid", "data"],
        time: Time::Column("timestamp"),
        clock: Clock::Milliseconds,
        incoming: Some(("key_from_me", 0)),
        ..MESSAGE
    },
    // Short messages of Android (mmssms.db), and of its newer application (bugle_db).
    Schema {
        table: "sms",
        witnesses: &["address", "body"],
        time: Time::Column("date"),
        clock: Clock::Milliseconds,
        incoming: Some(("type", 1)),
        ..MESSAGE
    },
    Schema {
        table: "part",
        witnesses: &["ct", "text"],
        time: Time::Joined { query: "SELECT _id, date FROM pdu WHERE msg_box = 1", key: "mid" },
        ..PART
    },
    Schema {
        table: "parts",
        witnesses: &["content_type", "text"],
        // Below 100 stand the states of what went out.
        time: Time::Joined {
            query: "SELECT _id, received_timestamp FROM messages WHERE message_status >= 100",
            key: "message_id",
        },
        clock: Clock::Milliseconds,
        ..PART
    },
    // Calls (CallHistory.storedata).
    Schema {
        table: "ZCALLRECORD",
        witnesses: &["ZADDRESS"],
        time: Time::Column("ZDATE"),
        clock: Clock::Apple,
        incoming: Some(("ZORIGINATED", 0)),
        ..MESSAGE
    },
    // What used the network on iOS (DataUsage.sqlite, netusage.sqlite), what asked for the camera and the like (TCC.db),
    // and with which applications somebody was written to (interactionC.db).
    Schema {
        table: "ZPROCESS",
        time: Time::Column("ZTIMESTAMP"),
        clock: Clock::Apple,
        states: &[("ZPROCNAME", States::Process)],
        ..RAN
    },
    Schema {
        table: "access",
        witnesses: &["service", "client_type"],
        time: Time::Column("last_modified"),
        states: &[("client", States::Client)],
        ..RAN
    },
    Schema {
        table: "ZINTERACTIONS",
        time: Time::Column("ZSTARTDATE"),
        clock: Clock::Apple,
        states: &[("ZBUNDLEID", States::One(AppId))],
        ..RAN
    },
    // The list of an iOS backup's files (Manifest.db).
    Schema {
        table: "Files",
        witnesses: &["fileID", "domain"],
        states: &[("relativePath", States::BackupPath { domain: "domain" })],
        never_files: &["file"],
        ..BLANK
    },
];

#[cfg(test)]
mod tests;
