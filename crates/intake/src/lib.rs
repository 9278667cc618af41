//! The only door for hostile bytes: budgets, capped decompression, signatures, walking archives, opening databases.
//!
//! Everything that multiplies bytes lives here, so that one budget sees all of it; `clippy.toml` bans the raw
//! decompressors everywhere else. Nothing here looks for anything in the bytes.

pub mod archive;
mod budget;
mod database;
mod decompress;
mod problem;
mod signature;

pub use budget::{Budget, Limits, StopFlag};
pub use database::open_database;
pub use decompress::{
    Unpacked, bunzip2, expand_rtf, expand_vba, gunzip, gzip_name, inflate, inflate_zlib, inflate64, unlz4, unlzma,
    unlzw, unpack_runs, unxz, unzstd,
};
pub use problem::Problem;
pub use signature::looks_like_a_file;
