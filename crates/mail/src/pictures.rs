//! Codes in pictures: a QR code moves the reader to a telephone, where no filter of the office stands.

use std::io::Cursor;

use image::{GrayImage, ImageReader, Limits};

/// The longest side of a picture that is searched.
const LONGEST: u32 = 4000;
/// The most pixels of it.
const MOST_PIXELS: u32 = 8_000_000;
/// Memory that decoding one may take.
const MEMORY: u64 = 96 << 20;
/// Codes of one picture.
const MOST_CODES: usize = 8;

/// Whether these bytes are a picture that can be searched.
#[must_use]
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8\xff") || bytes.starts_with(b"GIF8")
}

/// The texts of the codes in a picture. Nothing for what is no picture, too large, or damaged.
#[must_use]
pub(crate) fn codes(bytes: &[u8]) -> Vec<String> {
    decode(bytes).map(codes_of).unwrap_or_default()
}

/// The texts of the codes in a grey picture.
#[must_use]
pub(crate) fn codes_of(picture: GrayImage) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = picture.into_raw();
    let at = |x: usize, y: usize| pixels.get(y.saturating_mul(width).saturating_add(x)).copied().unwrap_or(u8::MAX);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, at);
    let grids = prepared.detect_grids();
    grids.iter().take(MOST_CODES).filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

fn decode(bytes: &[u8]) -> Option<GrayImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let (width, height) = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_dimensions().ok()?;
    // The smallest code has 21 modules, and a camera needs more than a pixel for each.
    if width.min(height) < 40 || width.max(height) > LONGEST || width.saturating_mul(height) > MOST_PIXELS {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    Some(reader.decode().ok()?.into_luma8())
}
