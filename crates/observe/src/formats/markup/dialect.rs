//! Which elements stand inside a word and which end it, by the vocabulary they belong to. Word and Impress cut a
//! word into runs wherever a spelling mark falls, so `evil.` and `example` must come out as one word.

use std::collections::HashMap;

/// What a tag does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The word runs on.
    Join,
    /// A space.
    Space,
    /// A new line.
    Break,
}

/// A vocabulary, told by its namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// WordprocessingML and DrawingML (ECMA-376).
    Document,
    /// SpreadsheetML (ECMA-376).
    Sheet,
    /// OpenDocument text.
    OpenText,
    /// XHTML and SVG.
    Web,
}

/// The vocabularies of one document by their prefixes.
#[derive(Debug, Default)]
pub(super) struct Dialects(HashMap<String, Dialect>);

impl Dialects {
    /// Learns from a namespace declaration; `prefix` is empty for the default one.
    pub(super) fn declare(&mut self, prefix: &str, namespace: &str) {
        let dialect = if namespace.contains("wordprocessingml") || namespace.contains("drawingml") {
            Dialect::Document
        } else if namespace.contains("spreadsheetml") {
            Dialect::Sheet
        } else if namespace.ends_with("opendocument:xmlns:text:1.0") {
            Dialect::OpenText
        } else if namespace.ends_with("/1999/xhtml") || namespace.ends_with("/2000/svg") {
            Dialect::Web
        } else {
            self.0.remove(prefix);
            return;
        };
        self.0.insert(prefix.to_owned(), dialect);
    }

    /// What a tag of this name does. Unknown vocabularies break: joining two values makes a third that is false.
    pub(super) fn step(&self, prefix: &str, name: &str) -> Step {
        match self.0.get(prefix) {
            None => Step::Break,
            Some(Dialect::Document) => match name {
                "p" | "tc" | "tr" | "tbl" | "br" | "tab" | "cr" | "ptab" | "body" | "fldChar" | "fldSimple"
                | "drawing" | "pict" | "object" | "txbxContent" | "footnote" | "endnote" | "comment" | "docPart"
                | "hdr" | "ftr" | "sym" | "instr" => Step::Break,
                _ => Step::Join,
            },
            Some(Dialect::Sheet) => match name {
                "r" | "t" | "rPr" | "" | "i" | "u" | "sz" | "color" | "rFont" | "family" | "scheme" | "charset"
                | "vertAlign" | "strike" => Step::Join,
                _ => Step::Break,
            },
            Some(Dialect::OpenText) => match name {
                "span" | "a" | "bookmark" | "bookmark-start" | "bookmark-end" | "soft-page-break" | "meta" => {
                    Step::Join
                }
                "s" => Step::Space,
                _ => Step::Break,
            },
            Some(Dialect::Web) => match name {
                "a" | "abbr" | "" | "bdi" | "bdo" | "big" | "cite" | "code" | "em" | "font" | "i" | "kbd" | "label"
                | "mark" | "q" | "s" | "samp" | "small" | "span" | "strike" | "strong" | "sub" | "sup" | "tspan"
                | "tt" | "u" | "var" | "wbr" => Step::Join,
                _ => Step::Break,
            },
        }
    }
}
