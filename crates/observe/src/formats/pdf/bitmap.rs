//! Pictures whose pixels lie bare in a stream (ISO 32000-1 section 8.9): handed on in grey as a portable graymap, small enough
//! to be searched for codes that a telephone reads. It renders nothing, and colours are told only as far as light and dark.

use super::{
    document::Document,
    object::{Dictionary, Value},
};

/// The sides of a picture that may hold a code: the smallest code has 21 modules.
const SIDES: std::ops::RangeInclusive<usize> = 21..=8000;
/// Pixels that are handed on; of larger pictures every n-th.
const MOST: usize = 600_000;

/// A picture as a portable graymap; none for what holds no code by its shape, or whose pixels are not bare.
pub(super) fn graymap(dictionary: &Dictionary, pixels: &[u8], document: &Document<'_>) -> Option<Vec<u8>> {
    let number = |long: &[u8], short: &[u8]| {
        let value = dictionary.get(long).or_else(|| dictionary.get(short))?;
        let number = document.resolve(value).number()?;
        (1.0..=1e6).contains(&number).then_some(number as usize)
    };
    let (width, height) = (number(b"Width", b"W")?, number(b"Height", b"H")?);
    // A code is square; what is drawn around it makes a picture at most some times as long as wide.
    let is_plausible = SIDES.contains(&width) && SIDES.contains(&height) && width.max(height) < 6 * width.min(height);
    if !is_plausible {
        return None;
    }
    let is_mask = matches!(dictionary.get(b"ImageMask").or_else(|| dictionary.get(b"IM")), Some(Value::Keyword(word)) if word == b"true");
    let bits = if is_mask { 1 } else { number(b"BitsPerComponent", b"BPC")? };
    let space = dictionary.get(b"ColorSpace").or_else(|| dictionary.get(b"CS")).map(|space| document.resolve(space));
    let palette = space.as_ref().and_then(|space| palette(space, document));
    // Whatever the space is called, the length tells how many components a pixel has.
    let row_of = |components: usize| width.saturating_mul(bits).saturating_mul(components).div_ceil(8);
    let components = if is_mask || palette.is_some() {
        1
    } else {
        [4, 3, 1].into_iter().find(|components| pixels.len() >= row_of(*components).saturating_mul(height))?
    };
    let row = row_of(components);
    if !matches!(bits, 1 | 2 | 4 | 8) || pixels.len() < row.saturating_mul(height) {
        return None;
    }
    let is_inverted = components == 4 || inverts(dictionary, document);
    let shade = |x: usize, y: usize| -> Option<u8> {
        // Of colours the middle component is most of what the eye calls bright.
        let at = x.saturating_mul(components).saturating_add(components / 2).saturating_mul(bits);
        let byte = *pixels.get(y.saturating_mul(row).saturating_add(at / 8))?;
        let value = usize::from(byte >> (8 - bits - at % 8)) & ((1 << bits) - 1);
        let shade = match &palette {
            Some(palette) => *palette.get(value)?,
            None => u8::try_from(value * 255 / ((1 << bits) - 1)).ok()?,
        };
        Some(if is_inverted { 255 - shade } else { shade })
    };
    let step = (1..64).find(|step| (width / step).saturating_mul(height / step) <= MOST)?;
    let (wide, high) = (width / step, height / step);
    let mut out = format!("P5 {wide} {high} 255\n").into_bytes();
    for y in 0..high {
        out.extend((0..wide).map(|x| shade(x * step, y * step).unwrap_or(u8::MAX)));
    }
    Some(out)
}

/// The shades of an indexed space (section 8.6.6.3): its base is taken by how many bytes there are for each entry.
fn palette(space: &Value, document: &Document<'_>) -> Option<Vec<u8>> {
    let [name, _base, most, table] = space.array()? else { return None };
    if !name.is_name(b"Indexed") && !name.is_name(b"I") {
        return None;
    }
    let most = document.resolve(most).number().filter(|most| (0.0..=255.0).contains(most))? as usize;
    let Value::String(table) = document.resolve(table) else { return None };
    let components = table.len() / (most + 1);
    let entries = table.chunks_exact(components.max(1));
    (components > 0).then(|| entries.filter_map(|entry| entry.get(components / 2).copied()).collect())
}

/// Whether zero is light: `/Decode [1 0]`.
fn inverts(dictionary: &Dictionary, document: &Document<'_>) -> bool {
    let decode = dictionary.get(b"Decode").or_else(|| dictionary.get(b"D")).map(|decode| document.resolve(decode));
    let first = decode.as_ref().and_then(Value::array).and_then(|values| values.first()?.number());
    first.is_some_and(|first| first > 0.5)
}

#[cfg(test)]
mod tests {
    use vauban_intake::{Budget, Limits, StopFlag};

    use super::*;

    fn map(dictionary: &str, pixels: &[u8]) -> Option<Vec<u8>> {
        let file = format!("%PDF-1.4\n1 0 obj << {dictionary} >> endobj\n");
        let budget = Budget::new(Limits::default(), StopFlag::default());
        let document = Document::open(file.as_bytes(), &budget).unwrap();
        let Some(Value::Dictionary(dictionary)) = document.value(&document.entries[0]) else { unreachable!() };
        graymap(&dictionary, pixels, &document)
    }

    #[test]
    fn pixels_of_every_kind_become_grey() {
        let size = "/Width 24 /Height 24";
        let body = |map: Option<Vec<u8>>| map.unwrap()[b"P5 24 24 255\n".len()..][..3].to_vec();
        assert_eq!(
            body(map(&format!("{size} /BitsPerComponent 1 /ColorSpace /DeviceGray"), &[0b0100_0000; 72])),
            [0, 255, 0]
        );
        assert_eq!(body(map(&format!("{size} /BitsPerComponent 1 /Decode [1 0]"), &[0b0100_0000; 72])), [255, 0, 255]);
        assert_eq!(body(map(&format!("{size} /BitsPerComponent 8 /ColorSpace /DeviceRGB"), &[7; 1728])), [7, 7, 7]);
        let indexed = "/ColorSpace [/Indexed /DeviceRGB 1 <000000FFFFFF>]";
        assert_eq!(body(map(&format!("{size} /BitsPerComponent 1 {indexed}"), &[0b0100_0000; 72])), [0, 255, 0]);
        assert_eq!(body(map(&format!("{size} /ImageMask true"), &[0b0100_0000; 72])), [0, 255, 0]);
    }

    #[test]
    fn what_holds_no_code_or_lies_about_itself_is_passed_over() {
        for (dictionary, length) in [
            ("/Width 24 /Height 24 /BitsPerComponent 8", 100),
            ("/Width 20 /Height 20 /BitsPerComponent 8", 400),
            ("/Width 24 /Height 600 /BitsPerComponent 8", 24 * 600),
            ("/Width 999999 /Height 999999 /BitsPerComponent 8", 100),
            ("/Width -3 /Height 24 /BitsPerComponent 8", 100),
            ("/Width 24 /Height 24 /BitsPerComponent 16", 5000),
            ("", 100),
        ] {
            assert_eq!(map(dictionary, &vec![0; length]), None, "{dictionary}");
        }
        let large = map("/Width 2000 /Height 2000 /BitsPerComponent 8", &vec![9; 4_000_000]).unwrap();
        assert!(large.len() < MOST + 20 && large.starts_with(b"P5 666 666 255\n"));
    }
}
