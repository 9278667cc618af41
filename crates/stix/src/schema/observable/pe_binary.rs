//! The extension of files that are Windows programs (section 6.7.6).

use super::{
    super::{
        kind::{FLOAT, HASHES, HEX, INTEGER, Kind, Least, NATURAL, Precision, Property, Shape, TEXT, may, must},
        types::Extension,
        vocabulary as words,
    },
    extension,
};

pub(super) const PE_BINARY: Extension = extension(
    "windows-pebinary-ext",
    "6.7.6",
    Least::AnyOne,
    &[
        must("pe_type", Kind::Open(&words::PE_BINARY_TYPE)),
        may("imphash", TEXT),
        may("machine_hex", HEX),
        may("number_of_sections", NATURAL),
        may("time_date_stamp", Kind::Timestamp(Precision::Second)),
        may("pointer_to_symbol_table_hex", HEX),
        may("number_of_symbols", NATURAL),
        may("size_of_optional_header", NATURAL),
        may("characteristics_hex", HEX),
        may("file_header_hashes", HASHES),
        may("optional_header", Kind::Structure(&OPTIONAL_HEADER)),
        may("sections", Kind::List(&Kind::Structure(&SECTION))),
    ],
);

const OPTIONAL_HEADER: Shape =
    Shape { section: "6.7.6", properties: OPTIONAL_HEADER_PROPERTIES, least: Least::AnyOne, closed: true };

const OPTIONAL_HEADER_PROPERTIES: &[Property] = &[
    may("magic_hex", HEX),
    may("major_linker_version", INTEGER),
    may("minor_linker_version", INTEGER),
    may("size_of_code", NATURAL),
    may("size_of_initialized_data", NATURAL),
    may("size_of_uninitialized_data", NATURAL),
    may("address_of_entry_point", INTEGER),
    may("base_of_code", INTEGER),
    may("base_of_data", INTEGER),
    may("image_base", INTEGER),
    may("section_alignment", INTEGER),
    may("file_alignment", INTEGER),
    may("major_os_version", INTEGER),
    may("minor_os_version", INTEGER),
    may("major_image_version", INTEGER),
    may("minor_image_version", INTEGER),
    may("major_subsystem_version", INTEGER),
    may("minor_subsystem_version", INTEGER),
    may("win32_version_value_hex", HEX),
    may("size_of_image", NATURAL),
    may("size_of_headers", NATURAL),
    may("checksum_hex", HEX),
    may("subsystem_hex", HEX),
    may("dll_characteristics_hex", HEX),
    may("size_of_stack_reserve", NATURAL),
    may("size_of_stack_commit", NATURAL),
    may("size_of_heap_reserve", NATURAL),
    may("size_of_heap_commit", NATURAL),
    may("loader_flags_hex", HEX),
    may("number_of_rva_and_sizes", INTEGER),
    may("hashes", HASHES),
];

const SECTION: Shape = Shape {
    section: "6.7.6",
    properties: &[must("name", TEXT), may("size", NATURAL), may("entropy", FLOAT), may("hashes", HASHES)],
    least: Least::Required,
    closed: true,
};
