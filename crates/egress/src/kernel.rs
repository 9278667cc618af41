//! The one place that starts `nft`: whole transactions, when somebody changes the rules, never while packets or answers wait. And
//! what stands in our table, which the kernel is asked without it.

use std::{
    io::{self, Read as _, Write as _},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    TABLE,
    netlink::{Failed, Kind, listing},
};

/// The longest that `nft` may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most that it may say.
const MOST_OUTPUT: u64 = 16 << 20;

/// Why `nft` did not do it.
#[derive(Debug, thiserror::Error)]
pub enum NftError {
    /// It is not there, or cannot be started.
    #[error("nft cannot be started (Debian package nftables)")]
    Missing(#[source] io::Error),
    /// It took too long, and was ended.
    #[error("nft did not end within {} seconds", PATIENCE.as_secs())]
    Late,
    /// It, or the kernel, refused.
    #[error("nft refused: {0}")]
    Refused(String),
    /// The kernel does not say what rules it has (CAP_NET_ADMIN).
    #[error("the kernel does not say what rules it has")]
    Silent(#[source] io::Error),
    /// It answered something that is no JSON.
    #[error("nft answered nonsense")]
    Nonsense(#[source] serde_json::Error),
}

/// What was counted: a counter and its packets. It tells how much, never who or where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The counter: `spoofed`, `refused` (of nobody's) or `refused_in_COMPARTMENT`.
    pub counter: String,
    /// Packets since the counter was made.
    pub packets: u64,
}

/// What stands in our table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Present {
    pub(crate) chains: Vec<String>,
    pub(crate) sets: Vec<String>,
    pub(crate) counters: Vec<String>,
}

/// What stands in our table; none when there is none.
pub(crate) fn present() -> Result<Option<Present>, NftError> {
    let names = |kind| -> Result<Vec<String>, NftError> {
        Ok(listing(kind).map_err(silent)?.into_iter().map(|(name, _)| name).collect())
    };
    if names(Kind::Table)?.is_empty() {
        return Ok(None);
    }
    Ok(Some(Present { chains: names(Kind::Chain)?, sets: names(Kind::Set)?, counters: names(Kind::Counter)? }))
}

/// What was counted in our table; nothing where it is not in place. It starts no program.
///
/// # Errors
/// The kernel could not be asked.
pub fn counted() -> Result<Vec<Counted>, NftError> {
    let rows = listing(Kind::Counter).map_err(silent)?;
    Ok(rows.into_iter().map(|(counter, packets)| Counted { counter, packets }).collect())
}

fn silent(Failed(error): Failed) -> NftError {
    NftError::Silent(error.into())
}

/// The program that speaks with the kernel for us.
#[derive(Debug, Clone)]
pub struct Nft {
    program: String,
}

impl Default for Nft {
    fn default() -> Self {
        Self::new("nft")
    }
}

impl Nft {
    /// The program of this name or path.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Self { program: program.to_owned() }
    }

    /// Whether the kernel would take the transaction. Nothing is changed.
    pub(crate) fn check(&self, document: &Value) -> Result<(), NftError> {
        self.run(&["-c", "-j", "-f", "-"], &document.to_string()).map(|_| ())
    }

    /// Carries the transaction out: all of it or nothing.
    pub(crate) fn apply(&self, document: &Value) -> Result<(), NftError> {
        self.run(&["-j", "-f", "-"], &document.to_string()).map(|_| ())
    }

    /// For how many seconds the set of this name still holds all its members; none when it does not.
    pub(crate) fn time_left(&self, set: &str, members: usize) -> Result<Option<u64>, NftError> {
        let text = match self.run(&["-j", "list", "set", "inet", TABLE, set], "") {
            Ok(text) => text,
            Err(NftError::Refused(said)) if said.contains("No such file") => return Ok(None),
            Err(error) => return Err(error),
        };
        let document: Value = serde_json::from_str(&text).map_err(NftError::Nonsense)?;
        let objects = document.get("nftables").and_then(Value::as_array).into_iter().flatten();
        let elements = objects.filter_map(|object| object.get("set")?.get("elem")?.as_array()).flatten();
        let left: Vec<u64> = elements.filter_map(|element| element.get("elem")?.get("expires")?.as_u64()).collect();
        Ok(left.iter().copied().min().filter(|_| left.len() >= members))
    }

    fn run(&self, arguments: &[&str], input: &str) -> Result<String, NftError> {
        let mut command = Command::new(&self.program);
        // Days end in UTC, and words that we look for are English ones.
        command.args(arguments).env("TZ", "UTC0").env("LC_ALL", "C");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(NftError::Missing)?;
        let (output, errors) = (read(child.stdout.take()), read(child.stderr.take()));
        if let Some(mut stdin) = child.stdin.take() {
            // It ends early when it does not like the beginning; its own words say why.
            let _ = stdin.write_all(input.as_bytes());
        }
        let is_well = ended(&mut child)?;
        let said = |channel: mpsc::Receiver<Vec<u8>>| {
            String::from_utf8_lossy(&channel.recv_timeout(PATIENCE).unwrap_or_default()).into_owned()
        };
        if is_well {
            return Ok(said(output));
        }
        let text: String = said(errors).split_whitespace().collect::<Vec<_>>().join(" ");
        Err(NftError::Refused(text.chars().take(500).collect()))
    }
}

/// Reads in a thread, so that neither end waits for the other.
fn read(from: Option<impl io::Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(from) = from {
            // What was read until then is what there is.
            let _ = from.take(MOST_OUTPUT).read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}

/// Waits for the end. Whether it was a good one.
fn ended(child: &mut Child) -> Result<bool, NftError> {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if begun.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(1)),
            Ok(None) | Err(_) => {
                // It may have ended in this very moment.
                let _ = child.kill();
                let _ = child.wait();
                return Err(NftError::Late);
            }
        }
    }
}
