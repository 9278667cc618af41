//! The start of a zone's authority (RFC 1035, section 3.3.13), and which serial is the newer one (RFC 1982).

use domain::{
    base::{Name, Serial, Ttl, name::ToName},
    rdata,
};

/// Whether `one` is newer than `other` (RFC 1982, section 3.2). Where that is undefined, it is not.
#[must_use]
pub fn is_newer(one: u32, other: u32) -> bool {
    one != other && one.wrapping_sub(other) < 1 << 31
}

/// What stands at the top of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Soa {
    pub(crate) primary: Name<Vec<u8>>,
    pub(crate) contact: Name<Vec<u8>>,
    pub(crate) serial: u32,
    pub(crate) refresh: u32,
    pub(crate) retry: u32,
    pub(crate) expire: u32,
    pub(crate) minimum: u32,
    pub(crate) ttl: u32,
}

impl Soa {
    pub(crate) fn of<N: ToName>(data: &rdata::Soa<N>, ttl: Ttl) -> Self {
        let name = |name: &N| {
            let mut name: Name<Vec<u8>> = name.to_name();
            name.make_canonical();
            name
        };
        Self {
            primary: name(data.mname()),
            contact: name(data.rname()),
            serial: data.serial().into_int(),
            refresh: data.refresh().as_secs(),
            retry: data.retry().as_secs(),
            expire: data.expire().as_secs(),
            minimum: data.minimum().as_secs(),
            ttl: ttl.as_secs(),
        }
    }

    pub(crate) fn data(&self) -> rdata::Soa<Name<&[u8]>> {
        let seconds = Ttl::from_secs;
        rdata::Soa::new(
            self.primary.for_ref_slice(),
            self.contact.for_ref_slice(),
            Serial(self.serial),
            seconds(self.refresh),
            seconds(self.retry),
            seconds(self.expire),
            seconds(self.minimum),
        )
    }
}

/// A name as borrowed bytes.
trait ForRefSlice {
    fn for_ref_slice(&self) -> Name<&[u8]>;
}

impl ForRefSlice for Name<Vec<u8>> {
    fn for_ref_slice(&self) -> Name<&[u8]> {
        Name::from_octets(self.as_slice()).unwrap_or_else(|_| Name::root_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::is_newer;

    #[test]
    fn serials_turn_round() {
        assert!(is_newer(2, 1) && !is_newer(1, 2) && !is_newer(7, 7));
        assert!(is_newer(0, u32::MAX) && is_newer(5, u32::MAX - 5) && !is_newer(u32::MAX, 0));
        assert!(is_newer(1 << 31, 1) && !is_newer(1, 1 << 31));
        assert!(!is_newer(0, 1 << 31) && !is_newer(1 << 31, 0), "nobody can tell");
    }
}
