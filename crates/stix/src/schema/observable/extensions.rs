//! The predefined extensions of files, processes and accounts.

use super::{
    super::{
        kind::{BOOLEAN, HASHES, INTEGER, Kind, Least, NATURAL, Shape, TEXT, TEXTS, may, must, reference},
        types::Extension,
        vocabulary as words,
    },
    extension,
    pe_binary::PE_BINARY,
};

pub(super) const OF_FILE: &[Extension] = &[
    extension(
        "archive-ext",
        "6.7.2",
        Least::Required,
        &[must("contains_refs", Kind::List(&reference(&["file", "directory"]))), may("comment", TEXT)],
    ),
    extension(
        "ntfs-ext",
        "6.7.3",
        Least::AnyOne,
        &[may("sid", TEXT), may("alternate_data_streams", Kind::List(&Kind::Structure(&ALTERNATE_DATA_STREAM)))],
    ),
    extension(
        "pdf-ext",
        "6.7.4",
        Least::AnyOne,
        &[
            may("version", TEXT),
            may("is_optimized", BOOLEAN),
            may("document_info_dict", Kind::Dictionary(&TEXT)),
            may("pdfid0", TEXT),
            may("pdfid1", TEXT),
        ],
    ),
    extension(
        "raster-image-ext",
        "6.7.5",
        Least::AnyOne,
        &[
            may("image_height", INTEGER),
            may("image_width", INTEGER),
            may("bits_per_pixel", INTEGER),
            may("exif_tags", Kind::Dictionary(&Kind::TextOrInteger)),
        ],
    ),
    PE_BINARY,
];

const ALTERNATE_DATA_STREAM: Shape = Shape {
    section: "6.7.3",
    properties: &[must("name", TEXT), may("hashes", HASHES), may("size", NATURAL)],
    least: Least::Required,
    closed: true,
};

pub(super) const OF_PROCESS: &[Extension] = &[
    extension(
        "windows-process-ext",
        "6.13.2",
        Least::AnyOne,
        &[
            may("aslr_enabled", BOOLEAN),
            may("dep_enabled", BOOLEAN),
            may("priority", TEXT),
            may("owner_sid", TEXT),
            may("window_title", TEXT),
            may("startup_info", Kind::Dictionary(&Kind::Nullable)),
            may("integrity_level", Kind::Enumeration(&words::INTEGRITY_LEVEL)),
        ],
    ),
    extension(
        "windows-service-ext",
        "6.13.3",
        Least::AnyOne,
        &[
            may("service_name", TEXT),
            may("descriptions", TEXTS),
            may("display_name", TEXT),
            may("group_name", TEXT),
            may("start_type", Kind::Enumeration(&words::SERVICE_START_TYPE)),
            may("service_dll_refs", Kind::List(&reference(&["file"]))),
            may("service_type", Kind::Enumeration(&words::SERVICE_TYPE)),
            may("service_status", Kind::Enumeration(&words::SERVICE_STATUS)),
        ],
    ),
];

pub(super) const OF_USER_ACCOUNT: &[Extension] = &[extension(
    "unix-account-ext",
    "6.16.2",
    Least::AnyOne,
    &[may("gid", INTEGER), may("groups", TEXTS), may("home_dir", TEXT), may("shell", TEXT)],
)];
