//! Tests of the reader of Outlook messages.

use std::{fs, io::Write as _};

use vauban_intake::StopFlag;
use vauban_model::{Location, Reason};

use super::*;
use crate::{
    reader_for,
    testing::{fixtures, read},
};

/// Streams as Outlook lays them out: a message with a sender, transport headers, bodies in three forms, a file and a
/// message attached to it.
fn streams_of_a_message() -> Vec<(String, Vec<u8>)> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let fixed = |header: usize, entries: &[(u16, u16, u64)]| {
        let mut bytes = vec![0; header];
        for (kind, number, value) in entries {
            bytes.extend_from_slice(&kind.to_le_bytes());
            bytes.extend_from_slice(&number.to_le_bytes());
            bytes.extend_from_slice(&[6, 0, 0, 0]);
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes
    };
    let rtf =
        br#"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag84 <a href="http://rtf.example/">}link{\*\htmltag92 </a>}}"#;
    let uncompressed = [&[0_u8; 8][..], b"MELA\0\0\0\0", rtf].concat();
    let attached = "__attach_version1.0_#00000000";
    let message = "__attach_version1.0_#00000001";
    let object = format!("{message}/__substg1.0_3701000D");
    let property = |storage: &str, name: &str| format!("{storage}/__substg1.0_{name}");
    vec![
        (
            FIXED.to_owned(),
            fixed(32, &[(0x40, id::SUBMITTED, 131_028_500_700_000_000), (3, id::INTERNET_CODEPAGE, 28591)]),
        ),
        ("__substg1.0_0037001F".to_owned(), wide("Agenda of desk.example")),
        ("__substg1.0_5D01001F".to_owned(), wide("desk@sender.example")),
        ("__substg1.0_007D001F".to_owned(), wide("Received: from relay.example ([203.0.113.9])\r\n")),
        ("__substg1.0_1000001F".to_owned(), wide("see http://plain.example/\r\n")),
        ("__substg1.0_10130102".to_owned(), b"<p>R\xe9union <a href='http://html.example/'>ici</a></p>".to_vec()),
        ("__substg1.0_10090102".to_owned(), uncompressed),
        ("__substg1.0_0C190102".to_owned(), b"\0\0SMTP\0entry@binary.example\0".to_vec()),
        ("__recip_version1.0_#00000000/__substg1.0_39FE001F".to_owned(), wide("jo@party.example")),
        (format!("{attached}/{FIXED}"), fixed(8, &[(3, 0x3705, 1)])),
        (property(attached, "3704001F"), wide("INVOIC~1.DOC")),
        (property(attached, "3707001F"), wide("invoice of may.doc")),
        (property(attached, "370E001F"), wide("application/msword")),
        (property(attached, "37010102"), b"attached http://attached.example/".to_vec()),
        (format!("{message}/{FIXED}"), fixed(8, &[(3, 0x3705, 5)])),
        (property(message, "3001001F"), wide("Fwd: inner")),
        (format!("{object}/{FIXED}"), fixed(24, &[(0x40, id::DELIVERED, 131_028_500_700_000_000)])),
        (property(&object, "1000001F"), wide("inner http://inner.example/")),
        (property(&object, "001A001F"), wide("IPM.Note")),
    ]
}

fn build() -> Vec<u8> {
    let mut file = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, bytes) in streams_of_a_message() {
        if let Some((storage, _)) = path.rsplit_once('/') {
            file.create_storage_all(format!("/{storage}")).unwrap();
        }
        file.create_stream(format!("/{path}")).unwrap().write_all(&bytes).unwrap();
    }
    let storages: Vec<_> =
        file.walk().filter(|entry| !entry.is_stream()).map(|entry| entry.path().to_path_buf()).collect();
    for path in storages {
        file.set_created_time(&path, std::time::SystemTime::UNIX_EPOCH).unwrap();
        file.set_modified_time(&path, std::time::SystemTime::UNIX_EPOCH).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn fixtures_read_as_expected() {
    let path = fixtures("msg").join("agenda.msg");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, build()).unwrap();
    }
    assert_eq!(fs::read(&path).unwrap(), build(), "the fixture is what `build` makes");
    crate::testing::check_fixtures(&Msg);
}

#[test]
fn a_message_in_a_message_is_one_of_its_own() {
    let (result, transcript) = read(&Msg, "a.msg", &build());
    assert!(result.is_ok());
    let (segment, bytes) = transcript.children.last().unwrap();
    assert_eq!(segment, "Fwd: inner");
    let location = Location::file("a.msg").inside(segment);
    let item = Item { location: &location, name: "", media_type: "", bytes };
    assert_eq!(reader_for(crate::READERS, &item).map(Reader::name), Some("msg"));
    let (result, transcript) = read(&Msg, "", bytes);
    assert!(result.is_ok());
    assert!(transcript.passages.iter().any(|text| text.contains("http://inner.example/")), "{}", transcript.text);
    assert!(transcript.text.contains("2016-03-19T08:34:30Z"), "{}", transcript.text);
}

#[test]
fn every_stream_of_a_message_is_handed_over() {
    let (_, transcript) = read(&Msg, "a.msg", &build());
    for wanted in [
        "desk.example",
        "desk@sender.example",
        "relay.example",
        "http://plain.example/",
        "http://html.example/",
        "Réunion",
        "http://rtf.example/",
        "entry@binary.example",
        "jo@party.example",
    ] {
        assert!(transcript.passages.iter().any(|text| text.contains(wanted)), "{wanted}: {}", transcript.text);
    }
    assert_eq!(
        transcript.children[0],
        ("invoice of may.doc".to_owned(), b"attached http://attached.example/".to_vec())
    );
}

#[test]
fn a_cut_message_says_so() {
    let whole = build();
    let (result, _) = read(&Msg, "a.msg", &whole[..whole.len() / 3]);
    assert_eq!(result.unwrap_err().reason, Reason::Corrupt);
}

#[test]
fn another_compound_file_is_not_a_message() {
    let mut file = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_storage("/ObjectPool").unwrap();
    file.create_stream(format!("/ObjectPool/{FIXED}")).unwrap().write_all(b"x").unwrap();
    file.flush().unwrap();
    let bytes = file.into_inner().into_inner();
    let location = Location::file("a.doc");
    assert!(!Msg.recognises(&Item { location: &location, name: "a.doc", media_type: "", bytes: &bytes }));
    let stop = StopFlag::default();
    stop.raise();
    let budget = Budget::new(vauban_intake::Limits::default(), stop);
    let mut transcript = crate::testing::Transcript::default();
    let bytes = build();
    let item = Item { location: &location, name: "a.msg", media_type: "", bytes: &bytes };
    assert_eq!(Msg.read(&item, &budget, &mut transcript).unwrap_err().reason, Reason::Timeout);
}
