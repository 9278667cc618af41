//! What a party tells of one stream and one week, and its signature over it.
//!
//! The line has no time of its own: the week is one, and so the same numbers are the same bytes whenever they are signed. What was shown to
//! the person who agreed is what is sent, unless more was met since. All lines have one length.

use serde::{Deserialize, Serialize};

use super::{Band, CountsError, Week};
use crate::{
    Digest, HubId, Moment, Number, StreamId, Time,
    line::{LineError, read, write},
    signing::{PublicKey, Signature, SigningKey},
};

const FORMAT: &str = "counts/1";
/// For how many weeks after its own a statement is sent again and taken.
pub const MOST_WEEKS: i64 = 8;

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    vauban: String,
    /// To which hub.
    pub hub: HubId,
    /// Of which stream.
    pub stream: StreamId,
    /// The fingerprint of the party's key.
    pub party: Digest,
    /// Of which week.
    pub week: Week,
    /// The number of the release that the party had when it counted.
    #[serde(with = "digits")]
    pub release: Number,
    /// How many of the stream's readable indicators met something.
    pub open: Band,
    /// How many labels of its blind tier opened.
    pub blind: Band,
}

/// What was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// To which hub.
    pub hub: HubId,
    /// Of which stream.
    pub stream: StreamId,
    /// Of which week.
    pub week: Week,
    /// The number of the release that is here.
    pub release: Number,
    /// How many of the stream's readable indicators met something.
    pub open: Band,
    /// How many labels of its blind tier opened.
    pub blind: Band,
}

/// A statement of counts and its party's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCounts {
    counts: Counts,
    line: String,
    signature: Signature,
}

impl SignedCounts {
    /// Signs it. The same tally and key give the same bytes.
    ///
    /// # Errors
    /// None in practice: see [`CountsError`].
    pub fn sign(tally: &Tally, party: &SigningKey) -> Result<Self, CountsError> {
        let Tally { hub, stream, week, release, open, blind } = *tally;
        let party_id = party.public().fingerprint();
        let counts = Counts { vauban: FORMAT.to_owned(), hub, stream, party: party_id, week, release, open, blind };
        let line = write(&counts)?;
        let comment = format!("counts for {week} of stream {stream}").parse().map_err(LineError::Form)?;
        let signature = party.sign(line.as_bytes(), comment);
        Ok(Self { counts, line, signature })
    }

    /// What it says. Believe it only after [`Self::verify`].
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Who signed it, and under which name of the key. Believe it only after [`Self::verify`].
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The text: the line, then the four lines of its signature.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}{}", self.line, self.signature)
    }

    /// Reads the text.
    ///
    /// # Errors
    /// [`CountsError::Line`]; the signature is checked by [`Self::verify`].
    pub fn from_text(text: &str) -> Result<Self, CountsError> {
        let (line, counts, signature) = read::<Counts>(text)?;
        if counts.vauban != FORMAT {
            return Err(LineError::Shape.into());
        }
        Ok(Self { counts, line, signature })
    }

    /// Checks that this party signed it for this stream of this hub and this week, which is over.
    ///
    /// # Errors
    /// See [`CountsError`].
    pub fn verify(
        &self,
        party: &PublicKey,
        hub: HubId,
        (stream, week): (StreamId, Week),
        moment: Moment,
    ) -> Result<(), CountsError> {
        let counts = &self.counts;
        if counts.party != party.fingerprint() {
            return Err(CountsError::OtherParty);
        }
        party.verify(self.line.as_bytes(), &self.signature)?;
        if (counts.hub, counts.stream) != (hub, stream) {
            return Err(CountsError::OtherStream);
        }
        if counts.week != week {
            return Err(CountsError::OtherWeek(counts.week));
        }
        if moment.is_before(Time::from(week.ends())) { Err(CountsError::Early(week)) } else { Ok(()) }
    }
}

/// A number in as many digits as the greatest has.
mod digits {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::{Number, ValueError};

    /// 2^53 - 1 has so many.
    const WIDTH: usize = 16;

    pub(super) fn serialize<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:0WIDTH$}", number.get()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_plain = text.len() == WIDTH && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if is_plain { text.parse().map_err(|_| ValueError::Number) } else { Err(ValueError::Number) };
        number.and_then(Number::new).map_err(D::Error::custom)
    }
}
