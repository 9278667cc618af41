//! Codes in pictures: a QR code moves the reader to a telephone, where no filter of the office stands.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageReader, Limits, RgbaImage};

use crate::bitmap::Bitmap;

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
    bytes.starts_with(b"\x89PNG")
        || bytes.starts_with(b"\xff\xd8\xff")
        || bytes.starts_with(b"GIF8")
        || bytes.starts_with(b"P5 ")
}

/// The texts of the codes in a picture. Nothing for what is no picture, too large, or damaged.
#[must_use]
pub(crate) fn codes(bytes: &[u8]) -> Vec<String> {
    graymap(bytes).or_else(|| decode(bytes)).map(codes_of).unwrap_or_default()
}

/// The texts of the codes in a grey picture.
#[must_use]
pub(crate) fn codes_of(picture: GrayImage) -> Vec<String> {
    let bitmap = Bitmap::of(&picture);
    if !bitmap.may_hold_a_code() {
        return Vec::new();
    }
    let mut prepared =
        rqrr::PreparedImage::prepare_from_bitmap(bitmap.width, bitmap.height, |x, y| bitmap.is_dark(x, y));
    let grids = prepared.detect_grids();
    grids.iter().take(MOST_CODES).filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

/// A portable graymap as the reader of PDF documents hands it on: `P5 WIDTH HEIGHT 255`, a line end, and the pixels.
fn graymap(bytes: &[u8]) -> Option<GrayImage> {
    let end = bytes.iter().take(40).position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let mut words = head.strip_prefix("P5 ")?.split(' ').map(|word| word.parse::<u32>().ok());
    let (width, height, 255) = (words.next()??, words.next()??, words.next()??) else { return None };
    if width.saturating_mul(height) > MOST_PIXELS {
        return None;
    }
    let pixels = bytes.get(end + 1..)?;
    GrayImage::from_raw(width, height, pixels.get(..(width as usize).checked_mul(height as usize)?)?.to_vec())
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
    Some(thin(reader.decode().ok()?))
}

/// Pixels of the picture that is searched: enough for a code that fills a twentieth of it.
const SEARCHED: u32 = 600_000;

/// Every n-th pixel in grey. Codes are made for poor cameras; a photograph of eight million pixels costs as much as a
/// hundred messages.
fn thin(picture: DynamicImage) -> GrayImage {
    let (width, height) = (picture.width(), picture.height());
    let step = (1..16).find(|step| (width / step).saturating_mul(height / step) <= SEARCHED).unwrap_or(16);
    let (width, height) = (width / step, height / step);
    if let Some(colours) = picture.as_rgb8() {
        // Green is most of what the eye calls bright.
        let green = every(colours.as_raw(), picture.width(), step, |[_, green, _], some| some.push(*green));
        return GrayImage::from_raw(width, height, green).unwrap_or_default();
    }
    // Pixels are made grey one by one, so those that are left out need not be.
    if let Some(colours) = picture.as_rgba8().filter(|_| step > 1) {
        let few = every(colours.as_raw(), picture.width(), step, |pixel: &[u8; 4], some| some.extend(pixel));
        return DynamicImage::ImageRgba8(RgbaImage::from_raw(width, height, few).unwrap_or_default()).into_luma8();
    }
    let grey = picture.into_luma8();
    if step == 1 {
        return grey;
    }
    let few = every(grey.as_raw(), grey.width(), step, |[grey], some| some.push(*grey));
    GrayImage::from_raw(width, height, few).unwrap_or_default()
}

/// Takes every `step`-th pixel of every `step`-th row; what is left beyond the last whole step is left out.
fn every<const CHANNELS: usize>(
    pixels: &[u8],
    width: u32,
    step: u32,
    take: impl Fn(&[u8; CHANNELS], &mut Vec<u8>),
) -> Vec<u8> {
    let [width, step] = [width, step].map(|number| number as usize);
    let rows = pixels.chunks_exact((width * CHANNELS).max(1));
    let height = rows.len() / step;
    let mut some = Vec::with_capacity(pixels.len() / step / step);
    for row in rows.step_by(step).take(height) {
        row.as_chunks().0.iter().step_by(step).take(width / step).for_each(|pixel| take(pixel, &mut some));
    }
    some
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgb, RgbImage};

    use super::*;

    /// A code of `https://mfa-renew.test/c`, one byte a module.
    fn code(scale: u32) -> DynamicImage {
        let coded = include_bytes!("../tests/code.png");
        let small = decode(coded).unwrap();
        let side = small.width() * scale;
        DynamicImage::ImageRgb8(RgbImage::from_fn(side, side, |x, y| {
            let grey = small.get_pixel(x / scale, y / scale).0[0];
            Rgb([grey, grey, grey])
        }))
    }

    #[test]
    fn codes_are_found_in_small_and_in_large_pictures() {
        for scale in [1, 4, 12] {
            assert_eq!(codes_of(thin(code(scale))), ["https://mfa-renew.test/c"], "{scale}");
        }
    }

    #[test]
    fn codes_are_found_in_graymaps() {
        let grey = code(4).into_luma8();
        let mut map = format!("P5 {} {} 255\n", grey.width(), grey.height()).into_bytes();
        map.extend(grey.as_raw());
        assert!(is_picture(&map));
        assert_eq!(codes(&map), ["https://mfa-renew.test/c"]);
        for broken in [&b"P5 9 9 255\n"[..], b"P5 x 9 255\n", b"P5 99999 99999 255\n", b"P5 ", b"P5 2 2 16\nabcd"] {
            assert!(codes(broken).is_empty());
        }
    }

    #[test]
    fn what_is_no_picture_holds_no_code() {
        for bytes in [&b""[..], b"\x89PNG", b"\xff\xd8\xff\xe0", b"GIF89a\xff\xff\xff\xff"] {
            assert!(codes(bytes).is_empty());
        }
    }
}
