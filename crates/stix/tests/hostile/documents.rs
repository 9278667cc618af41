//! Documents beyond the limits: the object that is too much is refused, those around it are read.

use std::ops::ControlFlow;

use vauban_stix::{Document, Entry, Limits, ReadError, Refusal, Refused, read, read_all, read_from};

const GOOD: &str = r#"{"type":"mutex","id":"mutex--28bb3599-77cd-5a82-a950-b5bc3caf07c4","name":"n"}"#;

/// The object between two good ones, read from memory and from a source; both have to say the same.
fn between(object: &str, limits: &Limits) -> Document {
    let text = format!(r#"{{"type":"bundle","objects":[{GOOD},{object},{GOOD}],"id":"bundle--1"}}"#);
    let document = read_all(text.as_bytes(), limits).unwrap();
    let mut entries = 0;
    read_from(text.as_bytes(), limits, &mut |_| {
        entries += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(entries, 3);
    document
}

#[test]
fn what_is_refused_costs_its_own_place_alone() {
    let limits = Limits { depth: 8, object_bytes: 10_000, object_values: 1_000, objects: 10 };
    let deep = format!(r#"{{"x":{}1{}}}"#, "[".repeat(100), "]".repeat(100));
    // Deeper than the parser itself would go.
    let deeper = format!(r#"{{"x":{}1{}}}"#, "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let long = format!(r#"{{"x":"{}"}}"#, "a".repeat(20_000));
    let name = format!(r#"{{"{}":1}}"#, "a".repeat(20_000));
    let wide = format!(r#"{{"x":[{}1]}}"#, "1,".repeat(2_000));
    for (object, refusal) in [
        (deep.as_str(), Refusal::TooDeep),
        (&deeper, Refusal::TooDeep),
        (&long, Refusal::TooLarge),
        (&name, Refusal::TooLarge),
        (&wide, Refusal::TooLarge),
        (r#"{"type":"a","type":"b"}"#, Refusal::Duplicate("type".into())),
        (r#"{"x":{"y":1,"\u0079":2}}"#, Refusal::Duplicate("y".into())),
        ("1", Refusal::NotAnObject),
        ("[]", Refusal::NotAnObject),
        ("null", Refusal::NotAnObject),
        ("\"x\"", Refusal::NotAnObject),
    ] {
        let document = between(object, &limits);
        assert_eq!(document.refused, [Refused { index: 1, refusal }]);
        assert_eq!((document.objects.len(), document.envelope.objects), (2, 3));
        assert_eq!(document.envelope.properties.len(), 2);
    }
}

/// From memory, where there is no end to what an object may skip.
#[test]
fn a_million_brackets_are_skipped() {
    let text = format!(r#"{{"objects":[{GOOD},{}{},{GOOD}]}}"#, "[".repeat(1 << 20), "]".repeat(1 << 20));
    let document = read_all(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(document.refused, [Refused { index: 1, refusal: Refusal::TooDeep }]);
    assert_eq!(document.objects.len(), 2);
}

#[test]
fn documents_have_several_forms() {
    let limits = Limits::default();
    let count = |text: &str| {
        read_all(text.as_bytes(), &limits).map(|document| (document.objects.len(), document.refused.len()))
    };
    assert_eq!(count(GOOD).unwrap(), (1, 0));
    assert_eq!(count(&format!("[{GOOD},{GOOD}]")).unwrap(), (2, 0));
    assert_eq!(count(&format!(r#"{{"more":false,"objects":[{GOOD}]}}"#)).unwrap(), (1, 0));
    assert_eq!(count("[]").unwrap(), (0, 0));
    // The container of observed data is no list.
    let observed = read_all(br#"{"type":"observed-data","objects":{"0":{"type":"mutex"}}}"#, &limits).unwrap();
    assert_eq!(observed.objects[0].get("objects").unwrap()["0"]["type"], "mutex");
    let twice = read_all(br#"{"objects":{"0":{"a":1,"a":2}},"type":"observed-data"}"#, &limits).unwrap();
    assert_eq!((twice.objects.len(), twice.refused[0].refusal.clone()), (1, Refusal::Duplicate("a".into())));
}

#[test]
fn what_is_no_document_is_told() {
    let limits = Limits { objects: 2, ..Limits::default() };
    let error = |text: &str| read_all(text.as_bytes(), &limits).unwrap_err();
    for text in
        ["", "{", "{\"a\"}", "[1,", "nul", "{} {}", "{\"objects\":[{}", "\u{feff}{}", "{\"a\":1e999}", "\"\\ud800\""]
    {
        assert!(matches!(error(text), ReadError::Json(_)), "{text}");
    }
    for text in ["1", "-1", "1.5", "true", "null", "\"x\""] {
        assert!(matches!(error(text), ReadError::NoDocument), "{text}");
    }
    assert!(matches!(error("[{},{},{}]"), ReadError::TooMany(2)));
    assert!(matches!(error(r#"{"objects":[{},{},{}]}"#), ReadError::TooMany(2)));
    assert_eq!(read_all(b"[{},{}]", &limits).unwrap().objects.len(), 2);
    assert!(matches!(error(r#"{"objects":[{}],"a":1,"a":2}"#), ReadError::Envelope(Refusal::Duplicate(_))));
    assert!(matches!(error(r#"{"objects":[{}],"objects":[{}]}"#), ReadError::Envelope(Refusal::Duplicate(_))));
}

#[test]
fn a_reader_may_stop() {
    let text = format!("[{GOOD},{GOOD},{GOOD},broken");
    let mut seen = 0;
    let envelope = read(text.as_bytes(), &Limits::default(), &mut |entry| {
        assert!(matches!(entry, Entry::Object(_)));
        seen += 1;
        if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((seen, envelope.unwrap().objects), (2, 2));
}
