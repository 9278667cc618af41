//! What may stand in `vauban.toml`.

use schemars::JsonSchema;
use serde::Deserialize;
use vauban_mail::Organisation;

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose mail it is: domains, people, partners, providers. The shape stands in docs/mail.md.
    #[serde(default)]
    #[schemars(with = "serde_json::Value")]
    pub organisation: Organisation,
    /// The process itself.
    #[serde(default)]
    pub guard: GuardTable,
    /// The filter of mail; none to do without.
    pub mail: Option<MailTable>,
}

/// The process itself.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GuardTable {
    /// Where `/healthz` and `/metrics` are served; loopback, because they are for the machine itself.
    pub http: String,
}

impl Default for GuardTable {
    fn default() -> Self {
        Self { http: "127.0.0.1:9780".to_owned() }
    }
}

/// The filter of mail.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MailTable {
    /// Where the mail server finds the filter: `127.0.0.1:9781`, or `unix:/path`.
    pub listen: String,
    /// What becomes of a message when the filter itself cannot work.
    pub on_failure: OnFailure,
    /// Who is asked for the records of domains (SPF, DKIM, DMARC): an address with its port, `system` for this machine's
    /// own resolver, or `none` to do without.
    pub resolver: String,
    /// For how many days the filter learns who writes to whom before a first contact or an unknown conversation counts.
    pub learning_days: u16,
    /// The most of one message that is held, in MiB. What is larger is judged by its beginning, and flagged.
    pub largest_mib: u64,
    /// The most of all messages that is held at a time, in MiB; further ones are asked to come again.
    pub held_mib: u64,
    /// How many messages are read at a time.
    pub readers: usize,
    /// The most memory that one reader may take, in MiB.
    pub reader_memory_mib: u64,
    /// How long one message may take, in seconds.
    pub seconds: u64,
    /// How many connections of the mail server are served at a time.
    pub connections: usize,
    /// Where messages are kept back.
    pub quarantine: Option<QuarantineTable>,
}

impl Default for MailTable {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:9781".to_owned(),
            on_failure: OnFailure::Tempfail,
            resolver: "system".to_owned(),
            learning_days: 14,
            largest_mib: 40,
            held_mib: 256,
            readers: 2,
            reader_memory_mib: 256,
            seconds: 60,
            connections: 200,
            quarantine: None,
        }
    }
}

/// What becomes of a message when the filter itself cannot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// The sender's server is asked to come again: nothing is lost, nothing passes unseen.
    Tempfail,
    /// It is delivered, with a header field that says that it was not judged.
    Deliver,
}

/// Where messages are kept back.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuarantineTable {
    /// The public keys (age1…) to which they are encrypted: those of the people who may open them. The private keys do
    /// not belong on this machine.
    pub recipients: Vec<String>,
    /// How many days they are kept.
    #[serde(default = "thirty")]
    pub days: u16,
    /// Where a released message is handed over (SMTP), past the filter.
    #[serde(default = "release")]
    pub release: String,
}

const fn thirty() -> u16 {
    30
}

fn release() -> String {
    "127.0.0.1:10026".to_owned()
}
