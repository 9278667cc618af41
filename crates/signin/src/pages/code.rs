//! A text as a picture that a telephone reads (QR code). Drawn with attributes alone, because styles that stand in a page do not count under
//! our policy.

use fast_qr::{QRBuilder, QRCode};
use maud::{Markup, html};

/// Modules of nothing around a code, which readers need (ISO/IEC 18004, section 6.3.8).
const MARGIN: usize = 4;

/// The code of a text; nothing for one that is too long for any.
pub(super) fn code(text: &str, label: &str) -> Markup {
    let Ok(code) = QRBuilder::new(text).build() else { return html! {} };
    let side = code.size + 2 * MARGIN;
    html! {
        svg role="img" aria-label=(label) width="288" height="288" viewBox={ "0 0 " (side) " " (side) } shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path fill="#000" d=(path(&code)) {}
        }
    }
}

/// Each dark module as a square of one.
fn path(code: &QRCode) -> String {
    let dark = (0..code.size).flat_map(|y| (0..code.size).map(move |x| (x, y))).filter(|(x, y)| code[*y][*x].value());
    dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_reads_what_was_drawn() {
        let text = format!("https://vauban.campagne.example/enrol#{}", "Az09-_x".repeat(6));
        let drawn = code(&text, "a code").into_string();
        let squares = drawn.split("<path fill=\"#000\" d=\"M").nth(1).unwrap().split('"').next().unwrap();
        let dark: Vec<(usize, usize)> = squares
            .split('M')
            .map(|square| square.strip_suffix("h1v1h-1z").unwrap().split_once(' ').unwrap())
            .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
            .collect();
        let side = 8 * 64;
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
            if dark.contains(&(x / 8, y / 8)) { 0 } else { 255 }
        });
        let (_, content) = picture.detect_grids()[0].decode().unwrap();
        assert_eq!(content, text);
        assert!(!drawn.contains("style"), "which our policy would not apply");
    }
}
