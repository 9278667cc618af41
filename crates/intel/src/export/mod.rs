//! Indicators for other tools: STIX 2.1, MISP, RPZ, hosts files, CSV, YARA, Suricata.
//!
//! Nothing above the reader's clearance leaves, and nothing that has expired.

mod csv;
mod hosts;
mod misp;
mod misp_feed;
mod rpz;
mod select;
mod stix;
mod suricata;
mod yara;

pub use misp_feed::{MispEvent, WrittenMispEvent};
pub use select::{ExportFormat, Exported, Selection, UnknownExportFormat, export};
