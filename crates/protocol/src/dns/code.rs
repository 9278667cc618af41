//! Numbers of the protocol, by their names in the registries of IANA.

/// Types of records.
pub mod kind {
    /// An IPv4 address.
    pub const A: u16 = 1;
    /// The start of a zone.
    pub const SOA: u16 = 6;
    /// What a machine is made of.
    pub const HINFO: u16 = 13;
    /// A text.
    pub const TXT: u16 = 16;
    /// An IPv6 address.
    pub const AAAA: u16 = 28;
    /// The pseudo-record of EDNS.
    pub const OPT: u16 = 41;
    /// Where a service is.
    pub const SVCB: u16 = 64;
    /// Where a web server is, and its keys (RFC 9460).
    pub const HTTPS: u16 = 65;
    /// A secret key's signature over a message.
    pub const TSIG: u16 = 250;
    /// Changes of a zone.
    pub const IXFR: u16 = 251;
    /// A whole zone.
    pub const AXFR: u16 = 252;
    /// Mail agents, long out of use.
    pub const MAILA: u16 = 254;
    /// Whatever there is.
    pub const ANY: u16 = 255;
}

/// Response codes.
pub mod rcode {
    /// Well.
    pub const NO_ERROR: u16 = 0;
    /// The question cannot be understood.
    pub const FORM_ERR: u16 = 1;
    /// The server cannot tell.
    pub const SERV_FAIL: u16 = 2;
    /// There is no such name.
    pub const NX_DOMAIN: u16 = 3;
    /// The server does not do such a thing.
    pub const NOT_IMP: u16 = 4;
    /// The server does not do it for this asker.
    pub const REFUSED: u16 = 5;
    /// Another version of EDNS than the server's.
    pub const BAD_VERS: u16 = 16;
}

/// Extended DNS errors (RFC 8914): why an answer is as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ede(pub u16);

impl Ede {
    /// An answer that was true a while ago.
    pub const STALE: Self = Self(3);
    /// The operator's own policy blocks it.
    pub const BLOCKED: Self = Self(15);
    /// The server does not speak to this asker.
    pub const PROHIBITED: Self = Self(18);
    /// Anything else.
    pub const OTHER: Self = Self(0);
}
