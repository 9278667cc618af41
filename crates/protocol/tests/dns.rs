//! Queries and replies against a library that was written apart from them, and against broken bytes.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::net::IpAddr;

use hickory_proto::{
    op::{Edns as HisEdns, Message, MessageType, OpCode, Query as HisQuery, ResponseCode},
    rr::{
        Name as HisName, RData, Record, RecordType,
        rdata::{
            TXT,
            opt::{EdnsCode, EdnsOption},
        },
    },
};
use proptest::prelude::*;
use vauban_protocol::dns::{Ede, How, Name, Query, Refused, Reply, kind, rcode};

/// A query as a client's library writes it.
fn packet(name: &str, kind: RecordType, edns: Option<(u16, bool)>) -> Vec<u8> {
    let mut message = Message::new(4711, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(HisQuery::query(HisName::from_ascii(name).unwrap(), kind));
    if let Some((size, dnssec)) = edns {
        let mut edns = HisEdns::new();
        edns.set_max_payload(size).set_dnssec_ok(dnssec);
        message.set_edns(edns);
    }
    message.to_vec().unwrap()
}

/// Somebody's answer, dressed for a query.
fn over<'o>(query: &Query<'_>, answer: &[u8], out: &'o mut Vec<u8>) -> Reply<'o> {
    out.clear();
    out.extend_from_slice(answer);
    Reply::dress(query, out)
}

fn answered(out: &[u8]) -> Message {
    Message::from_vec(out).unwrap()
}

#[test]
fn a_query_is_read_as_it_was_meant() {
    let bytes = packet("LoGin.Evil.Example.", RecordType::HTTPS, Some((4096, true)));
    let query = Query::read(&bytes).unwrap();
    assert_eq!((query.name.text(), query.kind, query.id()), ("login.evil.example", kind::HTTPS, 4711));
    assert!(query.recursion_desired() && query.dnssec_ok() && !query.checking_disabled());
    assert_eq!(query.edns.unwrap().size, 4096);
    assert!(Query::read(&packet(".", RecordType::NS, None)).unwrap().edns.is_none());
}

#[test]
fn what_is_no_question_is_refused_with_its_code() {
    let good = packet("a.example.", RecordType::A, Some((1232, false)));
    let change = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        Query::read(&bytes).map(|query| query.kind)
    };
    let form_err = Err(Refused::With(rcode::FORM_ERR));
    assert_eq!(Query::read(&good[..11]), Err(Refused::Silently));
    assert_eq!(change(2, 0x80), Err(Refused::Silently), "an answer");
    assert_eq!(change(2, 0x28), Err(Refused::With(rcode::NOT_IMP)), "an update");
    assert_eq!(change(5, 2), form_err, "two questions");
    assert_eq!(change(7, 1), form_err, "an answer in a question");
    assert_eq!(change(12, 0xc0), form_err, "a pointer");
    assert_eq!(change(26, 3), Err(Refused::With(rcode::REFUSED)), "another class");
    for kind in [kind::AXFR, kind::IXFR] {
        let [high, low] = kind.to_be_bytes();
        let mut bytes = good.clone();
        (bytes[23], bytes[24]) = (high, low);
        assert_eq!(Query::read(&bytes), Err(Refused::With(rcode::NOT_IMP)), "a transfer");
    }
    assert_eq!(Query::read(&good[..good.len() - 1]).unwrap_err(), Refused::With(rcode::FORM_ERR));
    let more = [&good[..], b"x"].concat();
    assert_eq!(Query::read(&more).unwrap_err(), Refused::With(rcode::FORM_ERR), "bytes that nobody announced");
    let mut version = good.clone();
    let at = version.len() - 5;
    version[at] = 1;
    assert_eq!(Query::read(&version), Err(Refused::With(rcode::BAD_VERS)));
    let mut out = Vec::new();
    Reply::refuse(&version, rcode::BAD_VERS, &mut out);
    // Its name for 16 is that of TSIG.
    assert_eq!(u16::from(answered(&out).metadata.response_code), rcode::BAD_VERS);
    Reply::refuse(&good, rcode::FORM_ERR, &mut out);
    assert_eq!(answered(&out).metadata.response_code, ResponseCode::FormErr);
    assert_eq!(answered(&out).metadata.id, 4711);
}

#[test]
fn a_name_is_kept_out_with_its_reason() {
    let bytes = packet("Evil.Example.", RecordType::A, Some((1232, false)));
    let query = Query::read(&bytes).unwrap();
    let mut out = Vec::new();
    let mut reply = Reply::new(&query, rcode::NX_DOMAIN, &mut out);
    reply.keep_out(&query, How::NoSuchName, 10);
    reply.finish(&query, Some((Ede::BLOCKED, "list/malware")), 1232, false);
    let message = answered(&out);
    assert_eq!(message.metadata.response_code, ResponseCode::NXDomain);
    assert_eq!(message.queries[0].name().to_ascii(), "Evil.Example.", "as it was spelled");
    let soa = &message.authorities[0];
    assert!(matches!(&soa.data, RData::SOA(soa) if soa.minimum == 10));
    assert!(message.metadata.recursion_available && message.metadata.recursion_desired);
    let edns = message.edns.as_ref().unwrap();
    match edns.option(EdnsCode::Unknown(15)) {
        Some(EdnsOption::Unknown(_, data)) => assert_eq!(data, b"\0\x0flist/malware"),
        other => panic!("{other:?}"),
    }

    let page: Vec<IpAddr> = vec!["10.20.0.1".parse().unwrap(), "fd00::1".parse().unwrap()];
    for (kind, given) in [(RecordType::A, 1), (RecordType::AAAA, 1), (RecordType::HTTPS, 0)] {
        let bytes = packet("evil.example.", kind, None);
        let query = Query::read(&bytes).unwrap();
        let mut reply = Reply::new(&query, rcode::NO_ERROR, &mut out);
        reply.keep_out(&query, How::At(&page), 10);
        reply.finish(&query, Some((Ede::BLOCKED, "list/malware")), 512, false);
        let message = answered(&out);
        assert_eq!((message.answers.len(), message.authorities.len()), (given, 1 - given), "{kind}");
        assert!(message.edns.is_none(), "who does not speak EDNS gets none");
    }
}

#[test]
fn what_does_not_fit_is_cut_and_says_so() {
    let bytes = packet("a.example.", RecordType::TXT, Some((512, true)));
    let query = Query::read(&bytes).unwrap();
    let mut out = Vec::new();
    let mut whole = Message::new(0, MessageType::Response, OpCode::Query);
    whole.add_query(HisQuery::query(HisName::from_ascii("a.example.").unwrap(), RecordType::TXT));
    let texts = TXT::new(vec!["x".repeat(225), "x".repeat(225)]);
    whole.add_answer(Record::from_rdata(HisName::from_ascii("a.example.").unwrap(), 10, RData::TXT(texts)));
    let whole = whole.to_vec().unwrap();
    over(&query, &whole, &mut out).finish(&query, Some((Ede::STALE, &"y".repeat(60))), 512, false);
    let message = answered(&out);
    assert!(!message.metadata.truncation && message.answers.len() == 1, "the reason goes before the answer does");
    over(&query, &whole, &mut out).finish(&query, None, 400, false);
    let message = answered(&out);
    assert!(message.metadata.truncation && message.answers.is_empty() && out.len() <= 400);
    assert!(message.edns.unwrap().flags().dnssec_ok);
}

#[test]
fn answers_over_tls_are_padded_when_their_query_was() {
    let plain = packet("a.example.", RecordType::A, None);
    let mut bytes = plain.clone();
    bytes[11] = 1;
    bytes.extend_from_slice(&[0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 6, 0, 12, 0, 2, 0, 0]);
    let query = Query::read(&bytes).unwrap();
    let mut out = Vec::new();
    for (is_encrypted, length) in [(true, 468), (false, 12 + 15 + 11)] {
        Reply::new(&query, rcode::NO_ERROR, &mut out).finish(&query, None, 65_535, is_encrypted);
        assert_eq!(out.len(), length);
        assert!(answered(&out).edns.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn broken_bytes_are_refused_and_never_more(
        name in "[a-zA-Z0-9_][a-zA-Z0-9_-]{0,19}(\\.[a-z]{1,12}){0,4}",
        edns in prop::option::of((0_u16..5000, any::<bool>())),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        room in 0_usize..1300,
    ) {
        let mut bytes = packet(&format!("{name}."), RecordType::A, edns);
        for (at, byte) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        if changes.len() > 3 {
            bytes.truncate(cut.index(bytes.len()));
        }
        let mut out = Vec::new();
        match Query::read(&bytes) {
            Ok(query) => {
                let mut reply = Reply::new(&query, rcode::NX_DOMAIN, &mut out);
                reply.keep_out(&query, How::NoSuchName, 10);
                reply.finish(&query, Some((Ede::BLOCKED, "a reason")), room.max(512), false);
                prop_assert!(out.len() <= room.max(512));
                prop_assert_eq!(Message::from_vec(&out).unwrap().metadata.id, query.id());
                if changes.is_empty() {
                    prop_assert_eq!(query.name.text(), name.to_ascii_lowercase());
                }
            }
            Err(Refused::With(code)) => {
                prop_assert!(!changes.is_empty());
                Reply::refuse(&bytes, code, &mut out);
                prop_assert!(out.len() >= 12 && out.len() <= 23);
            }
            Err(Refused::Silently) => prop_assert!(!changes.is_empty()),
        }
    }

    #[test]
    fn somebody_elses_answer_may_be_anything(answer in prop::collection::vec(any::<u8>(), 0..80)) {
        let bytes = packet("a.example.", RecordType::A, Some((1232, true)));
        let query = Query::read(&bytes).unwrap();
        let mut out = Vec::new();
        over(&query, &answer, &mut out).finish(&query, Some((Ede::OTHER, "x")), 1232, true);
        prop_assert_eq!(&out[..2], &4711_u16.to_be_bytes()[..]);
    }

    #[test]
    fn names_read_as_they_are_written(text in "[a-z0-9_][a-z0-9_-]{0,29}(\\.[a-z0-9-]{1,30}){0,5}") {
        let name = Name::parse(&text).unwrap();
        prop_assert_eq!(name.text(), text);
        prop_assert_eq!(Name::read(name.wire()).unwrap(), name);
    }
}
