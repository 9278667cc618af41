//! How far an attack got, and how loudly to say so.

use serde::{Deserialize, Serialize};

/// How far the observable got, from "it is there" to "it ran". The order is the order of alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// It lies in the evidence; nothing says that anybody met it.
    Present,
    /// It was delivered to somebody: it stands in a message.
    Received,
    /// Somebody opened it: a document in a recent-files list, for example.
    Opened,
    /// A machine talked to it: a proxy log, a browser history, a capture.
    Contacted,
    /// It ran.
    Executed,
}

impl Exposure {
    /// The word of the contract (`present`, `received`, …).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Received => "received",
            Self::Opened => "opened",
            Self::Contacted => "contacted",
            Self::Executed => "executed",
        }
    }

    /// The exposure with this number (`exposure as u8`), for compact stores.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Present, Self::Received, Self::Opened, Self::Contacted, Self::Executed].get(usize::from(number)).copied()
    }
}

/// How urgently a person should look. Ordered from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; weak by itself (a file name, a low-confidence source).
    Low,
    /// Look today.
    Medium,
    /// Act now.
    High,
}

impl Severity {
    /// The word of the contract (`low`, `medium`, `high`).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
