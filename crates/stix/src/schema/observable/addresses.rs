//! Names and addresses, and what else is one value.

use super::{
    super::kind::{BOOLEAN, Form, INTEGER, Kind, Least, Property, Shape, TEXT, TEXTS, TIME, may, must, reference},
    super::types::Type,
    observable,
};

pub(crate) const TYPES: &[&Type] = &[
    &observable(
        "autonomous-system",
        "6.2",
        Least::Required,
        &[must("number", INTEGER), may("name", TEXT), may("rir", TEXT)],
        &[],
    ),
    &observable(
        "domain-name",
        "6.4",
        Least::Required,
        &[
            must("value", Kind::Form(Form::DomainName)),
            may("resolves_to_refs", Kind::List(&reference(&["ipv4-addr", "ipv6-addr", "domain-name"]))),
        ],
        &[],
    ),
    &observable(
        "email-addr",
        "6.5",
        Least::Required,
        &[
            must("value", Kind::Form(Form::EmailAddress)),
            may("display_name", TEXT),
            may("belongs_to_ref", reference(&["user-account"])),
        ],
        &[],
    ),
    &observable(
        "email-message",
        "6.6",
        Least::Required,
        &[
            must("is_multipart", BOOLEAN),
            may("date", TIME),
            may("content_type", TEXT),
            may("from_ref", MAILBOX),
            may("sender_ref", MAILBOX),
            may("to_refs", Kind::List(&MAILBOX)),
            may("cc_refs", Kind::List(&MAILBOX)),
            may("bcc_refs", Kind::List(&MAILBOX)),
            may("message_id", TEXT),
            may("subject", TEXT),
            may("received_lines", TEXTS),
            may("additional_header_fields", Kind::Dictionary(&Kind::TextOrTexts)),
            may("body", TEXT),
            may("body_multipart", Kind::List(&Kind::Structure(&MIME_PART))),
            may("raw_email_ref", reference(&["artifact"])),
        ],
        &[],
    ),
    &observable("ipv4-addr", "6.8", Least::Required, &[must("value", Kind::Form(Form::Ipv4)), MACS, SYSTEMS], &[]),
    &observable("ipv6-addr", "6.9", Least::Required, &[must("value", Kind::Form(Form::Ipv6)), MACS, SYSTEMS], &[]),
    &observable("mac-addr", "6.10", Least::Required, &[must("value", Kind::Form(Form::Mac))], &[]),
    &observable("mutex", "6.11", Least::Required, &[must("name", TEXT)], &[]),
    &observable("url", "6.15", Least::Required, &[must("value", Kind::Url)], &[]),
];

const MAILBOX: Kind = reference(&["email-addr"]);
const MACS: Property = may("resolves_to_refs", Kind::List(&reference(&["mac-addr"])));
const SYSTEMS: Property = may("belongs_to_refs", Kind::List(&reference(&["autonomous-system"])));

const MIME_PART: Shape = Shape {
    section: "6.6.2",
    properties: &[
        may("body", TEXT),
        may("body_raw_ref", reference(&["artifact", "file"])),
        may("content_type", TEXT),
        may("content_disposition", TEXT),
    ],
    least: Least::OneGroup(&[&["body"], &["body_raw_ref"]]),
    closed: true,
};
