//! Every format we read, one folder each, in the order in which they are asked.

mod android;
mod bzip2;
mod cab;
mod capture;
mod event_json;
mod evtx;
mod gzip;
mod html;
mod iso;
mod json;
mod lnk;
mod log;
mod lz4;
mod mail;
mod markup;
mod mbox;
mod msg;
mod ole;
mod pdf;
mod plain;
mod plist;
mod pst;
mod rtf;
mod seven_zip;
mod shutdown_log;
mod sqlite;
mod suricata;
mod tar;
mod unsupported;
mod xz;
mod zeek;
mod zip;
mod zstd;

use crate::Reader;

pub use html::{html_text, html_tokens};
pub use mail::check_mail_bounds;

/// All readers. The order matters: the first that recognises an item reads it, so formats told by strong
/// signatures come first, formats told by habits of text after them, and `plain` takes the rest.
pub const READERS: &[&dyn Reader] = &[
    &msg::Msg,
    &pst::Pst,
    &ole::Ole,
    &rtf::Rtf,
    &lnk::Lnk,
    &pdf::Pdf,
    &sqlite::Sqlite,
    &plist::Plist,
    &gzip::Gzip,
    &bzip2::Bzip2,
    &xz::Xz,
    &zstd::Zstd,
    &lz4::Lz4,
    &seven_zip::SevenZip,
    &cab::Cab,
    &tar::Tar,
    &iso::Iso,
    &capture::Capture,
    &evtx::Evtx,
    &android::Android,
    &shutdown_log::ShutdownLog,
    &zip::Zip,
    &unsupported::Unsupported,
    &mbox::Mbox,
    &mail::Mail,
    &html::Html,
    &markup::Markup,
    &suricata::Suricata,
    &zeek::Zeek,
    &event_json::EventJson,
    &json::Json,
    &log::Log,
    &plain::Plain,
];
