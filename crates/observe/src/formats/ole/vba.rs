//! The source of VBA macros ([MS-OVBA] section 2.3.4): the `dir` stream says which streams are modules and where
//! in them the compressed source begins. A project whose `dir` is broken or gone is searched for sources instead.

use encoding_rs::Encoding;
use vauban_intake::{Budget, Problem, Unpacked, expand_vba};

use super::streams::Stream;
use crate::{Child, Context, Passage, Sink};

/// Every source begins so, behind the flags of its first chunk.
const FIRST_WORDS: &[u8] = b"\0Attribut";

/// Hands over the source of every module as `VBA/NAME`. Returns those segments.
pub(super) fn read(streams: &[Stream], budget: &Budget, sink: &mut dyn Sink) -> Result<Vec<String>, Problem> {
    let mut written = Vec::new();
    for stream in streams {
        budget.check_time()?;
        let project = stream.storage();
        let in_vba =
            project.trim_end_matches('/').rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case("VBA"));
        if !in_vba || !stream.name().eq_ignore_ascii_case("dir") {
            continue;
        }
        let directory = expand_vba(&stream.bytes, budget);
        // The libraries and templates it refers to are named by path and sometimes by URL.
        let how = &["vba"];
        sink.passage(Passage { bytes: &directory.bytes, offset: None, how, context: Context::default() });
        let (modules, encoding) = modules(&directory.bytes);
        for module in modules {
            let path = format!("{project}{}", module.stream);
            let Some(home) = streams.iter().find(|stream| stream.path.eq_ignore_ascii_case(&path)) else { continue };
            let source = home.bytes.get(module.offset..).map(|container| expand_vba(container, budget));
            let Some(source) = source.filter(|source| !source.bytes.is_empty()) else { continue };
            hand_over(&module.name, source, encoding, home, &mut written, budget, sink)?;
        }
    }
    // A module that no `dir` names: hidden, or of a project whose `dir` was wiped.
    for stream in streams.iter().filter(|stream| !written.iter().any(|(path, _)| *path == stream.path)) {
        budget.check_time()?;
        let start = memchr::memmem::find(&stream.bytes, FIRST_WORDS).and_then(|at| at.checked_sub(3));
        let Some(container) = start.and_then(|start| stream.bytes.get(start..)) else { continue };
        let source = expand_vba(container, budget);
        if source.bytes.starts_with(b"Attribut") {
            hand_over_plain(stream, source, budget, sink)?;
        }
    }
    Ok(written.into_iter().map(|(_, segment)| segment).collect())
}

/// One module: its name, the stream that holds it and where its source begins there.
struct Module {
    name: String,
    stream: String,
    offset: usize,
}

/// The modules that the `dir` stream lists, and the code page of the project.
fn modules(directory: &[u8]) -> (Vec<Module>, &'static Encoding) {
    const CODE_PAGE: u16 = 0x03;
    const VERSION: u16 = 0x09;
    const MODULE_NAME: u16 = 0x19;
    const MODULE_STREAM: u16 = 0x1a;
    const MODULE_STREAM_UNICODE: u16 = 0x32;
    const MODULE_OFFSET: u16 = 0x31;
    const MODULE_END: u16 = 0x2b;

    let mut encoding = encoding_rs::WINDOWS_1252;
    let (mut found, mut name, mut stream) = (Vec::new(), String::new(), String::new());
    let mut offset = None;
    let mut rest = directory;
    while let Some((&[id_low, id_high, s0, s1, s2, s3], body)) = rest.split_first_chunk::<6>() {
        let id = u16::from_le_bytes([id_low, id_high]);
        // The version record states a size of 4 and has 6 bytes.
        let size = if id == VERSION { 6 } else { u32::from_le_bytes([s0, s1, s2, s3]) };
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(body.len());
        let (value, after) = body.split_at(size);
        match id {
            CODE_PAGE => encoding = value.try_into().map_or(encoding, |page| code_page(u16::from_le_bytes(page))),
            MODULE_NAME => name = encoding.decode_without_bom_handling(value).0.into_owned(),
            MODULE_STREAM => stream = encoding.decode_without_bom_handling(value).0.into_owned(),
            MODULE_STREAM_UNICODE => {
                stream = encoding_rs::UTF_16LE.decode_without_bom_handling(value).0.into_owned();
            }
            MODULE_OFFSET => {
                offset = value.try_into().ok().and_then(|bytes| usize::try_from(u32::from_le_bytes(bytes)).ok());
            }
            MODULE_END => {
                if let Some(offset) = offset.take() {
                    let name = if name.is_empty() { stream.clone() } else { name.clone() };
                    found.push(Module { name, stream: stream.clone(), offset });
                }
                name.clear();
                stream.clear();
            }
            _ => {}
        }
        rest = after;
    }
    (found, encoding)
}

fn hand_over(
    name: &str,
    source: Unpacked,
    encoding: &'static Encoding,
    home: &Stream,
    written: &mut Vec<(String, String)>,
    budget: &Budget,
    sink: &mut dyn Sink,
) -> Result<(), Problem> {
    budget.spend_entry()?;
    let text = encoding.decode_without_bom_handling(&source.bytes).0;
    let segment = format!("VBA/{name}");
    let file = format!("{name}.bas");
    let context = Context::default();
    let child = Child { segment: &segment, name: &file, media_type: "text/x-vba", bytes: text.as_bytes(), context };
    match source.problem {
        Some(problem) => sink.partial_child(child, problem),
        None => sink.child(child),
    }
    written.push((home.path.clone(), segment));
    Ok(())
}

fn hand_over_plain(stream: &Stream, source: Unpacked, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    let (mut written, encoding) = (Vec::new(), encoding_rs::WINDOWS_1252);
    hand_over(stream.name(), source, encoding, stream, &mut written, budget, sink)
}

/// The encoding of a Windows code page, by its number.
fn code_page(number: u16) -> &'static Encoding {
    let label: &[u8] = match number {
        874 => b"windows-874",
        932 => b"shift_jis",
        936 => b"gbk",
        949 => b"euc-kr",
        950 => b"big5",
        1250 => b"windows-1250",
        1251 => b"windows-1251",
        1253 => b"windows-1253",
        1254 => b"windows-1254",
        1255 => b"windows-1255",
        1256 => b"windows-1256",
        1257 => b"windows-1257",
        1258 => b"windows-1258",
        10000 => b"macintosh",
        65001 => b"utf-8",
        _ => b"windows-1252",
    };
    Encoding::for_label(label).unwrap_or(encoding_rs::WINDOWS_1252)
}
