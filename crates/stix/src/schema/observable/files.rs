//! Files, directories, and content that was kept.

use super::{
    super::{
        kind::{Form, HASHES, HEX, Kind, Least, NATURAL, Property, TEXT, TIME, may, must, reference},
        types::Type,
        vocabulary as words,
    },
    extensions::OF_FILE,
    observable,
};

pub(crate) const TYPES: &[&Type] = &[
    &observable(
        "artifact",
        "6.1",
        Least::OneGroup(&[&["payload_bin"], &["url"]]),
        &[
            may("mime_type", TEXT),
            may("payload_bin", Kind::Binary),
            may("url", Kind::Url),
            may("hashes", HASHES),
            may("encryption_algorithm", Kind::Enumeration(&words::ENCRYPTION_ALGORITHM)),
            may("decryption_key", TEXT),
        ],
        &[],
    ),
    &observable(
        "directory",
        "6.3",
        Least::Required,
        &[
            must("path", TEXT),
            may("path_enc", Kind::Form(Form::CharacterSet)),
            CHANGED,
            MODIFIED,
            ACCESSED,
            may("contains_refs", Kind::List(&reference(&["file", "directory"]))),
        ],
        &[],
    ),
    &observable(
        "file",
        "6.7",
        Least::OneGroup(&[&["hashes"], &["name"]]),
        &[
            may("hashes", HASHES),
            may("size", NATURAL),
            may("name", TEXT),
            may("name_enc", Kind::Form(Form::CharacterSet)),
            may("magic_number_hex", HEX),
            may("mime_type", TEXT),
            CHANGED,
            MODIFIED,
            ACCESSED,
            may("parent_directory_ref", reference(&["directory"])),
            may("contains_refs", Kind::List(&Kind::Reference(super::super::kind::Allowed::All))),
            may("content_ref", reference(&["artifact"])),
        ],
        OF_FILE,
    ),
];

const CHANGED: Property = may("ctime", TIME);
const MODIFIED: Property = may("mtime", TIME);
const ACCESSED: Property = may("atime", TIME);
