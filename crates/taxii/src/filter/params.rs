//! The parameters of a URL: percent-decoded, each name once (section 3.4).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::refusal::Refusal;

/// The longest query that is read, in bytes: some 400 object ids.
const LONGEST: usize = 16 << 10;

/// What stands behind the question mark.
pub(crate) struct Params<'r>(Vec<(Cow<'r, str>, Cow<'r, str>)>);

impl<'r> Params<'r> {
    /// Reads a query. A `+` is a plus, because none of TAXII's values has a space.
    pub(crate) fn read(query: &'r str) -> Result<Self, Refusal> {
        if query.len() > LONGEST {
            return Err(Refusal::UriTooLong);
        }
        let mut params: Vec<(Cow<'r, str>, Cow<'r, str>)> = Vec::new();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = decoded(name).ok_or_else(|| Refusal::malformed(name))?;
            if params.iter().any(|(other, _)| *other == name) {
                return Err(Refusal::repeated(&name));
            }
            let value = decoded(value).ok_or_else(|| Refusal::malformed(&name))?;
            params.push((name, value));
        }
        Ok(Self(params))
    }

    /// Takes the value with this name.
    pub(crate) fn take(&mut self, name: &str) -> Option<Cow<'r, str>> {
        let at = self.0.iter().position(|(other, _)| other == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Refuses what nobody took: a filter that is passed over would hand out more than was asked for.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        self.0.first().map_or(Ok(()), |(name, _)| Err(Refusal::unknown(name)))
    }
}

/// The text behind its percent signs, when it is UTF-8.
pub(crate) fn decoded(text: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(text).decode_utf8().ok()
}
