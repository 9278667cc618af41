//! A grey picture in black and white, and whether a QR code can be in it at all.
//!
//! Black is what is darker than its surroundings, by the very sums that `rqrr` makes of a grey picture: it divides twice
//! for each pixel, and walks through every picture whatever is in it. Here most pictures end after one cheap look.

use image::GrayImage;

/// A picture in black and white.
pub(crate) struct Bitmap {
    pub(crate) width: usize,
    pub(crate) height: usize,
    dark: Vec<bool>,
}

/// The longest row: what is below was reckoned for this.
const LONGEST_ROW: usize = 4096;
/// Corners that a code has.
const CORNERS: usize = 3;

impl Bitmap {
    /// What is dark in a picture. Nothing where its rows are too long.
    pub(crate) fn of(picture: &GrayImage) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        if width == 0 || width > LONGEST_ROW {
            return Self { width: 0, height: 0, dark: Vec::new() };
        }
        let mean = Mean::over((width / 8).max(1));
        let mut dark = Vec::with_capacity(width.saturating_mul(height));
        // Means of the pixels before a pixel and of those behind it, each in the order in which they were met.
        let (mut before, mut behind) = (vec![0_u32; width], vec![0_u32; width]);
        // Each of the two walks through the picture turns round at the end of a row.
        let (mut one, mut other) = (0, 0);
        for row in picture.as_raw().chunks_exact(width) {
            let places = before.iter_mut().zip(&mut behind);
            for ((first, last), (before, behind)) in row.iter().zip(row.iter().rev()).zip(places) {
                one = mean.with(one, *first);
                other = mean.with(other, *last);
                (*before, *behind) = (one, other);
            }
            let sums = before.iter().zip(behind.iter().rev());
            dark.extend(row.iter().zip(sums).map(|(pixel, (before, behind))| mean.is_darker(*pixel, before + behind)));
            (one, other) = (other, one);
        }
        Self { width, height, dark }
    }

    /// Whether this pixel is dark.
    pub(crate) fn is_dark(&self, x: usize, y: usize) -> bool {
        self.dark.get(y.saturating_mul(self.width).saturating_add(x)).copied().unwrap_or_default()
    }

    /// Whether there are as many places that a row through the corner of a code could run through as a code has corners:
    /// dark, light, dark, light and dark, the middle three times as long as the others.
    pub(crate) fn may_hold_a_code(&self) -> bool {
        self.width > 0 && self.dark.chunks_exact(self.width).flat_map(corners).nth(CORNERS - 1).is_some()
    }
}

/// Where in a row the corner of a code may be.
fn corners(row: &[bool]) -> impl Iterator<Item = ()> {
    let mut runs = [0_usize; 5];
    row.chunk_by(|one, other| one == other).filter_map(move |run| {
        runs.rotate_left(1);
        runs[4] = run.len();
        let [first, second, middle, fourth, fifth] = runs;
        // The first runs of a row have no five before them.
        if first == 0 || run.first() != Some(&true) {
            return None;
        }
        let mean = (first + second + fourth + fifth) / 4;
        let slack = mean * 3 / 4;
        let fits = |run: usize, length: usize| (length * mean - slack..=length * mean + slack).contains(&run);
        (fits(first, 1) && fits(second, 1) && fits(middle, 3) && fits(fourth, 1) && fits(fifth, 1)).then_some(())
    })
}

/// A mean that forgets: over about so many pixels, and as many times as large.
struct Mean {
    over: u32,
    /// 2^40 divided by that, rounded up: for what is below 2^26, multiplying by it divides exactly.
    part: u64,
}

impl Mean {
    fn over(pixels: usize) -> Self {
        let over = u32::try_from(pixels).unwrap_or(u32::MAX);
        Self { over, part: (1 << 40) / u64::from(over) + 1 }
    }

    /// The mean with one more pixel: at most 255 times as large as the number of pixels it is over.
    fn with(&self, mean: u32, pixel: u8) -> u32 {
        let kept = u64::from(mean.wrapping_mul(self.over.wrapping_sub(1))).wrapping_mul(self.part) >> 40;
        (kept as u32).wrapping_add(u32::from(pixel))
    }

    /// Whether a pixel is darker than 95 hundredths of two means together.
    fn is_darker(&self, pixel: u8, both: u32) -> bool {
        (u32::from(pixel) + 1).wrapping_mul(self.over).wrapping_mul(200) <= both.wrapping_mul(95)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplying_divides() {
        for over in 1..=LONGEST_ROW / 8 {
            let mean = Mean::over(over);
            for before in (0..=255 * over).step_by(over.div_ceil(7)).chain([255 * over]) {
                let expected = before * (over - 1) / over + 9;
                assert_eq!(mean.with(u32::try_from(before).unwrap(), 9) as usize, expected, "{before} over {over}");
                for pixel in [0, 1, 100, 254, 255] {
                    let expected = usize::from(pixel) < before * 95 / (200 * over);
                    assert_eq!(
                        mean.is_darker(pixel, u32::try_from(before).unwrap()),
                        expected,
                        "{pixel} {before} {over}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_row_through_a_corner_is_told() {
        let row = |text: &str| text.bytes().map(|byte| byte == b'#').collect::<Vec<_>>();
        for (text, count) in [
            (" # ### # ", 1),
            ("# ### #", 1),
            ("##  ######  ##", 1),
            (" # # # # ", 0),
            ("#### # ### # ", 1),
            ("", 0),
            ("#########", 0),
        ] {
            assert_eq!(corners(&row(text)).count(), count, "{text}");
        }
    }

    #[test]
    fn a_flat_picture_holds_no_code_and_a_row_too_long_is_none() {
        assert!(!Bitmap::of(&GrayImage::from_pixel(64, 64, image::Luma([200]))).may_hold_a_code());
        assert!(!Bitmap::of(&GrayImage::new(5000, 2)).may_hold_a_code());
        assert!(!Bitmap::of(&GrayImage::new(0, 0)).may_hold_a_code());
    }
}
