//! Capped decompressors: bytes in, bytes out, never more of them than the budget has room for.
//!
//! Each keeps what it understood before the break and says what the break was. None of them looks at the bytes,
//! writes compressed data, or tries a password. No codec is our own: the crates behind them are pure Rust, and this
//! folder is the only place that may call them.

mod bzip2;
mod deflate;
mod deflate64;
mod lz4;
mod lzma;
mod lzw;
mod output;
mod rtf;
mod vba;
mod zstd;

pub use bzip2::bunzip2;
pub(crate) use deflate::inflate_block;
pub use deflate::{gunzip, gzip_name, inflate, inflate_zlib};
pub use deflate64::inflate64;
pub use lz4::unlz4;
pub(crate) use lzma::unlzma_in_zip;
pub use lzma::{unlzma, unxz};
pub use lzw::{unlzw, unpack_runs};
pub(crate) use output::Output;
pub use output::Unpacked;
pub use rtf::expand_rtf;
pub use vba::expand_vba;
pub use zstd::unzstd;

#[cfg(test)]
mod tests;
