//! The memory as a few lines of text, with a digest over them: half a file is no memory.

use std::{fmt, str::FromStr};

use super::{Chain, Head};
use crate::{Digest, log::LogHead};

const FIRST_LINE: &str = "vauban chain/1";
const CHECK: &str = "check ";
/// The longest text, in bytes.
const LONGEST: usize = 4096;

/// Why a text is no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainTextError {
    /// Another first line, or too long.
    #[error("not the memory of a stream")]
    Format,
    /// Cut off or changed.
    #[error("the memory of a stream was cut off or changed")]
    Damaged,
    /// A line that is missing, or not what it should be.
    #[error("the memory of a stream has no {0}, or another")]
    Line(&'static str),
}

impl fmt::Display for Chain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{FIRST_LINE}\nhub {}\nstream {}\nsigner {}\n", self.hub, self.stream, self.signer);
        if let Some(Head { number, epoch, digest, time, expires }) = &self.head {
            text += &format!("head {number} {epoch} {digest} {time} {expires}\n");
        }
        if let Some(LogHead { keys, digest }) = &self.log {
            text += &format!("log {keys} {digest}\n");
        }
        let check = Digest::of(text.as_bytes());
        writeln!(formatter, "{text}{CHECK}{check}")
    }
}

impl FromStr for Chain {
    type Err = ChainTextError;

    fn from_str(text: &str) -> Result<Self, ChainTextError> {
        if text.len() > LONGEST || !text.starts_with(FIRST_LINE) {
            return Err(ChainTextError::Format);
        }
        let at = text.rfind(CHECK).ok_or(ChainTextError::Damaged)?;
        let (body, check) = text.split_at(at);
        if check != format!("{CHECK}{}\n", Digest::of(body.as_bytes())) {
            return Err(ChainTextError::Damaged);
        }
        let field = |name: &'static str| {
            body.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')))
        };
        let must = |name| field(name).ok_or(ChainTextError::Line(name));
        let chain = Self {
            hub: must("hub")?.parse().map_err(|_| ChainTextError::Line("hub"))?,
            stream: must("stream")?.parse().map_err(|_| ChainTextError::Line("stream"))?,
            signer: must("signer")?.parse().map_err(|_| ChainTextError::Line("signer"))?,
            head: field("head").map(|line| head(line).ok_or(ChainTextError::Line("head"))).transpose()?,
            log: field("log").map(|line| log(line).ok_or(ChainTextError::Line("log"))).transpose()?,
        };
        // What is not understood is not passed over.
        if chain.to_string() == text { Ok(chain) } else { Err(ChainTextError::Format) }
    }
}

fn head(line: &str) -> Option<Head> {
    let [number, epoch, digest, time, expires] = line.split(' ').collect::<Vec<_>>()[..] else { return None };
    Some(Head {
        number: number.parse().ok()?,
        epoch: epoch.parse().ok()?,
        digest: digest.parse().ok()?,
        time: time.parse().ok()?,
        expires: expires.parse().ok()?,
    })
}

fn log(line: &str) -> Option<LogHead> {
    let (keys, digest) = line.split_once(' ')?;
    Some(LogHead { keys: keys.parse().ok()?, digest: digest.parse().ok()? })
}
