//! Windows code page numbers, by which Outlook names charsets.

use encoding_rs::{Encoding, WINDOWS_1252};

/// The encoding of a code page; windows-1252 where the number is unknown.
pub(super) fn encoding(number: u32) -> &'static Encoding {
    let label = match number {
        874 | 1250..=1258 => format!("windows-{number}"),
        28591..=28606 => format!("iso-8859-{}", number - 28590),
        866 => "ibm866".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 | 51949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10000 => "macintosh".to_owned(),
        1200 => "utf-16le".to_owned(),
        20866 => "koi8-r".to_owned(),
        21866 => "koi8-u".to_owned(),
        50220..=50222 => "iso-2022-jp".to_owned(),
        51932 => "euc-jp".to_owned(),
        54936 => "gb18030".to_owned(),
        65001 | 20127 => "utf-8".to_owned(),
        _ => return WINDOWS_1252,
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_known() {
        for (number, name) in
            [(1251, "windows-1251"), (28592, "ISO-8859-2"), (65001, "UTF-8"), (932, "Shift_JIS"), (7, "windows-1252")]
        {
            assert_eq!(encoding(number).name(), name);
        }
    }
}
