//! Network captures: pcap and pcapng, down to what machines said to each other.

mod dns;
mod emit;
mod fingerprint;
mod flow;
mod fragments;
mod http;
mod layers;
mod packets;
mod quic;
mod read;
mod smtp;
mod tls;

pub(super) use read::Capture;
