//! The resolver side of the filter of names: forwards over UDP, TCP, TLS and HTTPS, validates, and remembers.
