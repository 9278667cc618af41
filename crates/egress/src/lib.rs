//! What the kernel lets out of a compartment, as rules of nftables: planned, applied, taken back.
