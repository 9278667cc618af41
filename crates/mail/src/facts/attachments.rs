//! What is attached.

use crate::{
    Code, Facts, Known, Letter,
    letter::{Part, PartKind},
};

pub(super) fn look(letter: &Letter, _: &Known, facts: &mut Facts) {
    for part in &letter.parts {
        let code = match part.kind {
            PartKind::DiskImage => Some(Code::DiskImage),
            PartKind::Shortcut => Some(Code::Shortcut),
            PartKind::Program => Some(Code::Program),
            PartKind::Script => Some(Code::Script),
            PartKind::Notebook => Some(Code::Notebook),
            PartKind::Macro => Some(Code::Macro),
            PartKind::Page | PartKind::Drawing | PartKind::Other => None,
        };
        if let Some(code) = code {
            facts.add(code, &part.location);
        }
        if part.is_encrypted && !is_encrypted_mail(part) {
            facts.add(Code::EncryptedAttachment, &part.location);
        }
        if is_disguised(&part.name) {
            facts.add(Code::DisguisedFileName, &part.location);
        }
    }
}

/// A message that its author encrypted to the reader is no locked attachment.
fn is_encrypted_mail(part: &Part) -> bool {
    let name = part.location.to_lowercase();
    name.ends_with(".asc")
        || name.ends_with(".p7m")
        || name.ends_with(".gpg")
        || name.ends_with(".pgp")
        || name.contains("pgp message")
}

/// A second ending before one that runs, writing from right to left, or room that pushes the ending out of sight.
fn is_disguised(name: &str) -> bool {
    if name.chars().any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')) {
        return true;
    }
    let lower = name.to_lowercase();
    let mut endings = lower.rsplit('.').map(str::trim);
    let (last, before) = (endings.next().unwrap_or_default(), endings.next().unwrap_or_default());
    let runs = RUNS.contains(&last);
    runs && DOCUMENTS.contains(&before) || (runs || last.len() <= 4) && lower.contains("      ")
}

const DOCUMENTS: [&str; 16] = [
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "jpg", "jpeg", "png", "mp3", "mp4", "csv", "rtf", "odt",
];
const RUNS: [&str; 22] = [
    "exe", "scr", "com", "lnk", "js", "jse", "vbs", "vbe", "wsf", "hta", "bat", "cmd", "ps1", "pif", "cpl", "msi",
    "jar", "html", "htm", "iso", "img", "url",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_endings_are_told() {
        for name in
            ["facture.pdf.exe", "photo.jpg.lnk", "Rapport\u{202e}fdp.exe", "a.pdf            .exe", "doc.docx.html"]
        {
            assert!(is_disguised(name), "{name:?}");
        }
        for name in ["facture.pdf", "archive.tar.gz", "v1.2.exe", "page.html", "notes 2027.docx"] {
            assert!(!is_disguised(name), "{name:?}");
        }
    }
}
