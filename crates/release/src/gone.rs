//! What left a stream since the release before: the part `gone.txt`, so that what expired is removed where it was received.
//!
//! One line an object, its STIX id and why, in strictly rising order of ids. Whoever applies a delta takes these out first and then
//! puts in what is in `objects.jsonl`.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// The longest id, in bytes: a type of at most 250 (STIX 2.1, section 3.1), two hyphens and a UUID.
const LONGEST_ID: usize = 288;

/// Why a line of the list is none, or a list is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GoneError {
    /// Not the id of a STIX object (STIX 2.1, section 2.9).
    #[error("not the id of a STIX object")]
    Id,
    /// A line that is not an id and a reason.
    #[error("line {0} of what left is not an id and a reason")]
    Line(usize),
    /// A line whose id does not come after the one before.
    #[error("line {0} of what left does not come after the one before")]
    Order(usize),
}

/// The id of a STIX object: its type, two hyphens, a UUID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(String);

impl ObjectId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ObjectId {
    type Err = GoneError;

    fn from_str(text: &str) -> Result<Self, GoneError> {
        let (kind, uuid) = text.split_once("--").filter(|_| text.len() <= LONGEST_ID).ok_or(GoneError::Id)?;
        let is_kind = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let uuid_holds = Uuid::try_parse(uuid).is_ok_and(|parsed| parsed.hyphenated().to_string() == uuid);
        let is_id = uuid_holds && !kind.is_empty() && kind.bytes().all(is_kind);
        if is_id { Ok(Self(text.to_owned())) } else { Err(GoneError::Id) }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why an object left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Left {
    /// Its time was over.
    Expired,
    /// It was taken back.
    Revoked,
    /// It is not for this audience any more.
    Withdrawn,
}

impl Left {
    const ALL: [Self; 3] = [Self::Expired, Self::Revoked, Self::Withdrawn];

    /// The word in the list.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// An object that left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Which.
    pub id: ObjectId,
    /// Why.
    pub why: Left,
}

/// Writes the part: sorted, each id once (its first reason counts).
#[must_use]
pub fn write_gone(gone: &[Gone]) -> String {
    let mut sorted: Vec<&Gone> = gone.iter().collect();
    sorted.sort_by(|one, next| one.id.cmp(&next.id));
    sorted.dedup_by(|next, one| next.id == one.id);
    sorted.into_iter().map(|gone| format!("{} {}\n", gone.id, gone.why.word())).collect()
}

/// Reads the part, line by line; nothing more is allocated than the line that is asked for. It ends after the first error.
pub fn read_gone(bytes: &[u8]) -> impl Iterator<Item = Result<Gone, GoneError>> {
    let mut before: Option<ObjectId> = None;
    let mut broken = false;
    bytes.split_inclusive(|byte| *byte == b'\n').enumerate().map_while(move |(at, line)| {
        if broken {
            return None;
        }
        let read = read_line(line).ok_or(GoneError::Line(at + 1)).and_then(|gone| {
            let rises = before.as_ref().is_none_or(|before| *before < gone.id);
            if rises { Ok(gone) } else { Err(GoneError::Order(at + 1)) }
        });
        broken = read.is_err();
        before = read.as_ref().ok().map(|gone| gone.id.clone());
        Some(read)
    })
}

fn read_line(line: &[u8]) -> Option<Gone> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (id, word) = line.split_once(' ')?;
    let why = Left::ALL.into_iter().find(|left| left.word() == word)?;
    Some(Gone { id: id.parse().ok()?, why })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "indicator--0f2d9a4e-3f0b-4b8e-9b6e-2b1a7c5d4e3f";
    const TWO: &str = "indicator--1f2d9a4e-3f0b-4b8e-9b6e-2b1a7c5d4e3f";

    #[test]
    fn what_is_written_is_read() {
        let gone = |id: &str, why| Gone { id: id.parse().unwrap(), why };
        let text = write_gone(&[gone(TWO, Left::Revoked), gone(ONE, Left::Expired), gone(TWO, Left::Withdrawn)]);
        assert_eq!(text, format!("{ONE} expired\n{TWO} revoked\n"));
        let read: Vec<_> = read_gone(text.as_bytes()).map(Result::unwrap).collect();
        assert_eq!(read, [gone(ONE, Left::Expired), gone(TWO, Left::Revoked)]);
    }

    #[test]
    fn a_list_is_in_order_and_whole() {
        let first_error = |text: String| read_gone(text.as_bytes()).find_map(Result::err);
        assert_eq!(first_error(format!("{TWO} expired\n{ONE} expired\n")), Some(GoneError::Order(2)));
        assert_eq!(first_error(format!("{ONE} expired\n{ONE} expired\n")), Some(GoneError::Order(2)));
        for text in [format!("{ONE} expired"), format!("{ONE}  expired\n"), format!("{ONE} lost\n"), "\n".to_owned()] {
            assert_eq!(first_error(text.clone()), Some(GoneError::Line(1)), "{text:?}");
        }
        let after = format!("x\n{ONE} expired\n");
        assert_eq!(read_gone(after.as_bytes()).count(), 1, "nothing is read after an error");
    }

    #[test]
    fn an_id_is_a_type_and_a_uuid() {
        for id in [
            "indicator",
            "indicator--1",
            "--0f2d9a4e-3f0b-4b8e-9b6e-2b1a7c5d4e3f",
            &ONE.to_uppercase(),
            &ONE.replace('i', "é"),
        ] {
            assert_eq!(id.parse::<ObjectId>(), Err(GoneError::Id), "{id}");
        }
    }
}
