//! Real packets through a real kernel: network namespaces for work, private, guests, the gateway and an internet, made and taken
//! away by each test. They need root, nftables and tcpdump; where those are missing they say that they skip, unless VAUBAN_SLOW is
//! set.

mod address;
mod bounds;
mod egress;
mod trial;
mod yard;
