//! What is trusted without proof: keys of the root, or of other zones, as DNSKEY or DS records.

use data_encoding::{BASE64, HEXUPPER_PERMISSIVE};

use super::zone::{Delegation, Key};
use crate::Name;

/// The keys of the root, as IANA publishes them (KSK-2017 and KSK-2024).
const ROOT: &str = "\
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
";

/// Trust anchors.
#[derive(Debug)]
pub struct Anchors(Vec<(Name, Anchor)>);

#[derive(Debug)]
enum Anchor {
    Key(Key),
    Delegation(Delegation),
}

/// A line of trust anchors cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAnchor {
    /// It is no DS and no DNSKEY record that can be used.
    #[error("line {0} is no DS or DNSKEY record of a known algorithm")]
    Line(usize),
    /// There is none.
    #[error("there is no trust anchor")]
    None,
}

impl Anchors {
    /// The root's.
    #[must_use]
    pub fn root() -> Self {
        // A test reads the text, so this cannot fail.
        Self::parse(ROOT).unwrap_or_else(|_| Self(Vec::new()))
    }

    /// Reads DS and DNSKEY records as they stand in a zone, one to a line, as in the files of Unbound and `dnssec-dsfromkey`.
    ///
    /// # Errors
    ///
    /// The first line that is none, counted from one, or that there is none.
    pub fn parse(text: &str) -> Result<Self, BadAnchor> {
        let mut anchors = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let fields: Vec<&str> = line.split(';').next().unwrap_or("").split_whitespace().collect();
            if !fields.is_empty() {
                anchors.push(record(&fields).ok_or(BadAnchor::Line(index + 1))?);
            }
        }
        if anchors.is_empty() { Err(BadAnchor::None) } else { Ok(Self(anchors)) }
    }

    /// The closest name above, or this one, that has an anchor.
    pub(super) fn above(&self, name: &Name) -> Option<&Name> {
        self.0.iter().map(|(owner, _)| owner).filter(|owner| name.is_within(owner)).max_by_key(|owner| owner.depth())
    }

    /// Whether a key is trusted.
    pub(super) fn trusts(&self, owner: &Name, key: &Key) -> bool {
        self.0.iter().filter(|(anchored, _)| anchored == owner).any(|(_, anchor)| match anchor {
            Anchor::Key(trusted) => trusted.data() == key.data(),
            Anchor::Delegation(delegation) => delegation.is_of(owner, key),
        })
    }
}

/// Owner, then perhaps TTL and class, then the type and its data.
fn record(fields: &[&str]) -> Option<(Name, Anchor)> {
    let (owner, rest) = fields.split_first()?;
    let at = rest.iter().position(|field| matches!(*field, "DS" | "DNSKEY"))?;
    let [first, second, third, data @ ..] = rest.get(at + 1..)? else { return None };
    let mut wire = first.parse::<u16>().ok()?.to_be_bytes().to_vec();
    wire.extend([second.parse::<u8>().ok()?, third.parse::<u8>().ok()?]);
    let text = data.concat();
    let anchor = if rest[at] == "DS" {
        wire.extend(HEXUPPER_PERMISSIVE.decode(text.as_bytes()).ok()?);
        Anchor::Delegation(Delegation::from_data(&wire).filter(Delegation::is_known)?)
    } else {
        wire.extend(BASE64.decode(text.as_bytes()).ok()?);
        Anchor::Key(Key::from_data(&wire)?)
    };
    Some((Name::from_text(owner)?, anchor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roots_anchors_are_read() {
        assert_eq!(Anchors::root().0.len(), 2);
    }

    #[test]
    fn what_is_no_anchor_is_said() {
        assert_eq!(Anchors::parse("; only words\n\n").unwrap_err(), BadAnchor::None);
        assert_eq!(Anchors::parse("\n. 3600 IN DS 1 8 9 00\n").unwrap_err(), BadAnchor::Line(2));
        assert_eq!(Anchors::parse("example. IN A 192.0.2.1").unwrap_err(), BadAnchor::Line(1));
        let split =
            ". 172800 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D084 58E880409BBC683457104237C7F8EC8D ; KSK\n";
        assert!(Anchors::parse(split).is_ok());
    }
}
