//! A yard with an internet and a filter, and what devices remember from before.

use std::net::TcpStream;

use crate::{filter::Filter, internet::Internet, yard::Yard};

/// What is established before there is any filter: its number.
pub(crate) const EARLIER: &str = "198.51.100.50";

/// All of it.
pub(crate) struct Field {
    pub(crate) filter: Box<dyn Filter>,
    pub(crate) internet: Internet,
    /// A connection from before the filter was in place.
    pub(crate) earlier: TcpStream,
    pub(crate) yard: Yard,
}

impl Field {
    pub(crate) fn start(mut filter: Box<dyn Filter>) -> Self {
        let yard = Yard::new();
        let internet = Internet::start(&yard);
        let earlier = yard.tcp("work", EARLIER.parse().unwrap(), 443).unwrap();
        filter.start(&yard);
        Self { filter, internet, earlier, yard }
    }
}
