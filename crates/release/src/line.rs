//! A line of JSON in its one spelling, and the four lines of a signature over it: what parties and hubs say to each other, so that
//! people can read it and `minisign` can check it.

use serde::{Serialize, de::DeserializeOwned};

use crate::signing::{FormError, Signature};

/// The longest line with its signature, in bytes.
const LONGEST: usize = 8192;

/// Why a text is no signed line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Not such a line in its one spelling.
    #[error("not a line in its one spelling")]
    Shape,
    /// The signature is none.
    #[error("the signature: {0}")]
    Form(#[from] FormError),
}

/// The one spelling of a value.
pub(crate) fn write<T: Serialize>(value: &T) -> Result<String, LineError> {
    serde_json::to_string(value).map(|line| line + "\n").map_err(|_| LineError::Shape)
}

/// Reads a line and its signature, which is not checked yet.
pub(crate) fn read<T: Serialize + DeserializeOwned>(text: &str) -> Result<(String, T, Signature), LineError> {
    let at = text.find('\n').filter(|_| text.len() <= LONGEST).ok_or(LineError::Shape)?;
    let (line, signature) = text.split_at(at + 1);
    let value: T = serde_json::from_str(line).map_err(|_| LineError::Shape)?;
    if write(&value)? != line {
        return Err(LineError::Shape);
    }
    Ok((line.to_owned(), value, signature.parse()?))
}
