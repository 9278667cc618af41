//! What is attached, to any depth: told by the readers that unpacked it.

use vauban_intake::{Budget, Problem};
use vauban_model::Reason;
use vauban_observe::Item;

use super::Page;
use crate::pictures;

/// What a thing that is attached is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// An image of a disk, which opens as a drive and loses the mark of the web.
    DiskImage,
    /// A shortcut, which starts what it names.
    Shortcut,
    /// A program.
    Program,
    /// A script, or a document that the system runs like one.
    Script,
    /// A notebook of `OneNote`.
    Notebook,
    /// A macro of an Office document.
    Macro,
    /// A page.
    Page,
    /// A picture that may hold scripts.
    Drawing,
    /// Anything else.
    Other,
}

/// Something attached.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its location inside the message, or the last step of it.
    pub location: String,
    /// Its file name.
    pub name: String,
    /// What it is.
    pub kind: PartKind,
    /// Whether it is locked with a password.
    pub is_encrypted: bool,
    /// The page, where it is one.
    pub page: Option<Page>,
    /// The scripts of a drawing.
    pub scripts: String,
    /// Texts of the codes in a picture.
    pub codes: Vec<String>,
}

/// The most pictures of one message that are searched for codes.
pub(crate) const MOST_PICTURES: usize = 8;
/// Macros have a location like `a.doc ! VBA/Module1`.
const MACRO: &str = "VBA/";

impl Part {
    /// What an item is. `format` is the reader that took it; `pictures` is how many pictures may still be searched.
    #[must_use]
    pub fn of(item: &Item<'_>, format: &str, problem: Option<&Problem>, pictures: &mut usize, budget: &Budget) -> Self {
        let kind = kind(item, format);
        let mut part = Self {
            location: item.location.last().to_owned(),
            name: item.name.to_owned(),
            kind,
            is_encrypted: problem.is_some_and(|problem| problem.reason == Reason::Encrypted),
            page: None,
            scripts: String::new(),
            codes: Vec::new(),
        };
        match kind {
            PartKind::Page => part.page = Some(Page::read(&vauban_observe::html_text(item.bytes), budget)),
            PartKind::Drawing => {
                let page = Page::read(&vauban_observe::html_text(item.bytes), budget);
                part.scripts.clone_from(&page.scripts);
                part.page = Some(page);
            }
            PartKind::Other if TEXTS.contains(&item.extension().as_str()) && item.bytes.len() <= MOST_TEXT => {
                part.page = Some(Page { text: String::from_utf8_lossy(item.bytes).into_owned(), ..Page::default() });
            }
            PartKind::Other if *pictures > 0 && pictures::is_picture(item.bytes) && budget.check_time().is_ok() => {
                *pictures -= 1;
                part.codes = pictures::codes(item.bytes);
            }
            _ => {}
        }
        part
    }
}

impl Part {
    /// Whether any fact could come of it.
    #[must_use]
    pub fn tells(&self) -> bool {
        let Self { kind, is_encrypted, page, codes, name, .. } = self;
        *kind != PartKind::Other || *is_encrypted || page.is_some() || !codes.is_empty() || name.contains('.')
    }
}

/// What an item is: its bytes first, its name second.
fn kind(item: &Item<'_>, format: &str) -> PartKind {
    let bytes = item.bytes;
    let extension = item.extension();
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if format == "lnk"
        || starts(b"L\0\0\0\x01\x14\x02\0")
        || matches!(extension.as_str(), "lnk" | "url" | "website" | "pif")
    {
        return PartKind::Shortcut;
    }
    if format == "iso" || starts(b"vhdxfile") || starts(b"conectix") || DISK_IMAGES.contains(&extension.as_str()) {
        return PartKind::DiskImage;
    }
    if starts(b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3")
        || matches!(extension.as_str(), "one" | "onepkg" | "onetoc2")
    {
        return PartKind::Notebook;
    }
    if item.location.last().starts_with(MACRO)
        || MACRO_DOCUMENTS.contains(&extension.as_str())
        || item.name.eq_ignore_ascii_case("vbaProject.bin")
    {
        return PartKind::Macro;
    }
    let is_program = starts(b"MZ") && bytes.len() > 64 || starts(b"\x7fELF") || is_mach_o(bytes);
    if is_program || PROGRAMS.contains(&extension.as_str()) {
        return PartKind::Program;
    }
    if SCRIPTS.contains(&extension.as_str()) || starts(b"ITSF") {
        return PartKind::Script;
    }
    if extension == "svg" || item.media_type.eq_ignore_ascii_case("image/svg+xml") {
        return PartKind::Drawing;
    }
    if format == "html" {
        return PartKind::Page;
    }
    PartKind::Other
}

fn is_mach_o(bytes: &[u8]) -> bool {
    [&b"\xcf\xfa\xed\xfe"[..], b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce"]
        .iter()
        .any(|magic| bytes.starts_with(magic))
}

/// What Windows and macOS mount with a double click.
const DISK_IMAGES: [&str; 8] = ["iso", "img", "vhd", "vhdx", "udf", "dmg", "wim", "vmdk"];
/// Documents that are named after the macros in them.
const MACRO_DOCUMENTS: [&str; 9] = ["docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "ppsm", "potm", "ppam"];
/// Texts whose links a program offers to open: invitations, cards, and the list of links of a document.
const TEXTS: [&str; 4] = ["ics", "vcs", "vcf", "rels"];
/// The longest of them.
const MOST_TEXT: usize = 256 << 10;
/// What runs with a double click.
const PROGRAMS: [&str; 19] = [
    "exe",
    "scr",
    "com",
    "cpl",
    "msi",
    "msp",
    "msix",
    "msixbundle",
    "appx",
    "appxbundle",
    "application",
    "appref-ms",
    "jar",
    "dll",
    "xll",
    "gadget",
    "pkg",
    "apk",
    "deb",
];
/// What a system program runs with a double click, or what makes one connect.
const SCRIPTS: [&str; 33] = [
    "js",
    "jse",
    "mjs",
    "vbs",
    "vbe",
    "vb",
    "wsf",
    "wsh",
    "wsc",
    "sct",
    "hta",
    "ps1",
    "psm1",
    "ps1xml",
    "bat",
    "cmd",
    "reg",
    "inf",
    "chm",
    "scf",
    "rdp",
    "settingcontent-ms",
    "library-ms",
    "search-ms",
    "searchconnector-ms",
    "diagcab",
    "msc",
    "iqy",
    "slk",
    "theme",
    "themepack",
    "command",
    "terminal",
];

#[cfg(test)]
mod tests {
    use vauban_model::Location;

    use super::*;

    #[test]
    fn kinds_are_told_by_bytes_and_by_name() {
        let location = Location::file("m.eml").inside("x");
        for (name, bytes, expected) in [
            ("programme.pdf.lnk", &b"L\0\0\0\x01\x14\x02\0"[..], PartKind::Shortcut),
            ("notes.txt", b"L\0\0\0\x01\x14\x02\0", PartKind::Shortcut),
            ("photos.iso", b"\0\0\0", PartKind::DiskImage),
            ("a.one", b"", PartKind::Notebook),
            ("facture.js", b"var a", PartKind::Script),
            ("session.rdp", b"full address:s:", PartKind::Script),
            ("setup.exe", b"not a program", PartKind::Program),
            ("a.jpg", b"\xff\xd8\xff", PartKind::Other),
        ] {
            let item = Item { location: &location, name, media_type: "", bytes };
            assert_eq!(kind(&item, ""), expected, "{name}");
        }
        let location = Location::file("m.eml").inside("a.doc").inside("VBA/Module1");
        assert_eq!(
            kind(&Item { location: &location, name: "", media_type: "", bytes: b"Sub" }, "plain"),
            PartKind::Macro
        );
    }
}
