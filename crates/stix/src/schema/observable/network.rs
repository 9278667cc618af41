//! Network traffic (section 6.12).

use super::{
    super::{
        kind::{BOOLEAN, HEX, INTEGER, Kind, Least, NATURAL, Property, TEXT, TEXTS, TIME, may, must, reference},
        types::{Extension, Type},
        vocabulary as words,
    },
    extension, observable,
};

pub(crate) const TYPES: &[&Type] = &[&observable(
    "network-traffic",
    "6.12",
    Least::OneGroup(&[&["src_ref"], &["dst_ref"]]),
    &[
        may("start", TIME),
        may("end", TIME),
        may("is_active", BOOLEAN),
        may("src_ref", END),
        may("dst_ref", END),
        may("src_port", PORT),
        may("dst_port", PORT),
        must("protocols", TEXTS),
        may("src_byte_count", INTEGER),
        may("dst_byte_count", INTEGER),
        may("src_packets", INTEGER),
        may("dst_packets", INTEGER),
        may("ipfix", Kind::Dictionary(&Kind::TextOrInteger)),
        may("src_payload_ref", CONTENT),
        may("dst_payload_ref", CONTENT),
        may("encapsulates_refs", Kind::List(&reference(&["network-traffic"]))),
        may("encapsulated_by_ref", reference(&["network-traffic"])),
    ],
    EXTENSIONS,
)];

const END: Kind = reference(&["ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"]);
const PORT: Kind = Kind::Integer(0, 65_535);
const CONTENT: Kind = reference(&["artifact"]);

const EXTENSIONS: &[Extension] = &[
    extension(
        "http-request-ext",
        "6.12.2",
        Least::Required,
        &[
            must("request_method", TEXT),
            must("request_value", TEXT),
            may("request_version", TEXT),
            may("request_header", Kind::Dictionary(&TEXTS)),
            may("message_body_length", INTEGER),
            may("message_body_data_ref", CONTENT),
        ],
    ),
    extension("icmp-ext", "6.12.3", Least::Required, &[must("icmp_type_hex", HEX), must("icmp_code_hex", HEX)]),
    extension(
        "socket-ext",
        "6.12.4",
        Least::Required,
        &[
            must("address_family", Kind::Enumeration(&words::ADDRESS_FAMILY)),
            may("is_blocking", BOOLEAN),
            may("is_listening", BOOLEAN),
            may("options", Kind::Dictionary(&INTEGER)),
            may("socket_type", Kind::Enumeration(&words::SOCKET_TYPE)),
            may("socket_descriptor", NATURAL),
            may("socket_handle", INTEGER),
        ],
    ),
    extension("tcp-ext", "6.12.5", Least::AnyOne, FLAGS),
];

const FLAGS: &[Property] = &[may("src_flags_hex", HEX), may("dst_flags_hex", HEX)];
