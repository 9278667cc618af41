//! One record, where it is kept: its path, its type, its lifetime and its data on the wire.

/// The types that have a meaning in a policy zone.
pub(crate) mod rtype {
    pub(crate) const A: u16 = 1;
    pub(crate) const NS: u16 = 2;
    pub(crate) const CNAME: u16 = 5;
    pub(crate) const SOA: u16 = 6;
    pub(crate) const AAAA: u16 = 28;
    pub(crate) const DNAME: u16 = 39;
}

/// A record. Two are the same when path, type and data are; the lifetime comes last in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record<'a> {
    /// Where it stands in the zone.
    pub(crate) path: &'a [u8],
    /// Its type.
    pub(crate) rtype: u16,
    /// Its data, uncompressed, names in lower case.
    pub(crate) data: &'a [u8],
    /// Its lifetime in seconds.
    pub(crate) ttl: u32,
}

impl Record<'_> {
    /// Whether the zone has no place for both.
    pub(crate) fn is_twin_of(&self, other: &Record<'_>) -> bool {
        self.path == other.path && self.rtype == other.rtype && self.data == other.data
    }
}

/// Whether a record of this type says nothing about names: signatures, and what holds the zone itself together.
pub(crate) fn is_structure(number: u16) -> bool {
    // DS, RRSIG, NSEC, DNSKEY, NSEC3, NSEC3PARAM, CDS, CDNSKEY, ZONEMD.
    matches!(number, rtype::SOA | rtype::NS | rtype::DNAME | 43 | 46 | 47 | 48 | 50 | 51 | 59 | 60 | 63)
}
