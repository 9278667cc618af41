//! Which indicators leave, and in which format.

use std::str::FromStr;

use jiff::Timestamp;
use vauban_model::{Indicator, Marking};

use super::{csv, hosts, misp, rpz, stix, suricata, yara};

/// A format for other tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// A STIX 2.1 bundle.
    Stix,
    /// A MISP event.
    Misp,
    /// A response policy zone for a DNS resolver.
    Rpz,
    /// A hosts file.
    Hosts,
    /// A table with a header.
    Csv,
    /// YARA rules.
    Yara,
    /// Rules for Suricata 7.
    Suricata,
}

/// A word that names no export format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown export format {0:?}; known are stix, misp, rpz, hosts, csv, yara, suricata")]
pub struct UnknownExportFormat(pub String);

/// What may leave.
#[derive(Debug, Clone, Copy)]
pub struct Selection {
    /// The strictest marking that the reader may see.
    pub clearance: Marking,
    /// The time to judge validity by, and to stamp the export with.
    pub now: Timestamp,
    /// Whether indicators that have expired leave too.
    pub expired_too: bool,
}

/// An export and what it leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// The document.
    pub text: String,
    /// How many indicators stand in it.
    pub written: usize,
    /// How many are above the clearance.
    pub withheld: usize,
    /// How many have expired.
    pub expired: usize,
    /// How many the format cannot express.
    pub inexpressible: usize,
}

/// Writes the indicators that `selection` lets leave.
#[must_use]
pub fn export(indicators: &[Indicator], format: ExportFormat, selection: &Selection) -> Exported {
    let mut exported = Exported::default();
    let chosen: Vec<&Indicator> = indicators
        .iter()
        .filter(|indicator| {
            if indicator.marking > selection.clearance {
                exported.withheld += 1;
                false
            } else if !selection.expired_too && indicator.validity.has_expired(selection.now) {
                exported.expired += 1;
                false
            } else {
                true
            }
        })
        .collect();
    let (text, written) = match format {
        ExportFormat::Stix => stix::write(&chosen, selection.now),
        ExportFormat::Misp => misp::write(&chosen, selection.now),
        ExportFormat::Rpz => rpz::write(&chosen, selection.now),
        ExportFormat::Hosts => hosts::write(&chosen),
        ExportFormat::Csv => csv::write(&chosen),
        ExportFormat::Yara => yara::write(&chosen),
        ExportFormat::Suricata => suricata::write(&chosen),
    };
    exported.inexpressible = chosen.len().saturating_sub(written);
    Exported { text, written, ..exported }
}

impl FromStr for ExportFormat {
    type Err = UnknownExportFormat;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Ok(match word {
            "stix" => Self::Stix,
            "misp" => Self::Misp,
            "rpz" => Self::Rpz,
            "hosts" => Self::Hosts,
            "csv" => Self::Csv,
            "yara" => Self::Yara,
            "suricata" => Self::Suricata,
            _ => return Err(UnknownExportFormat(word.to_owned())),
        })
    }
}
