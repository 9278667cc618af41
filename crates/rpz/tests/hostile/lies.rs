//! What a server may say that is not so. Each is refused with its reason, and what is kept stays.

use std::{sync::Arc, time::Duration};

use domain::base::{
    Rtype,
    iana::{Class, Rcode},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use vauban_rpz::{Limits, Outcome, TransferError};

use crate::script::{Answer, KEY, hears, text, tight, transfer, transfer_from, zone};

async fn refused(said: Vec<u8>) -> TransferError {
    hears(&transfer(None, tight()), said, None).await.unwrap_err()
}

#[tokio::test]
async fn a_zone_that_is_whole_is_taken() {
    let said = [
        Answer::axfr().start(7).blocks("Evil.example").framed(),
        Answer::axfr().blocks("b.example").blocks("b.example").framed(),
        Answer::axfr().start(7).framed(),
    ];
    let outcome = hears(&transfer(None, tight()), said.concat(), None).await.unwrap();
    let zone = outcome.zone().unwrap();
    assert_eq!((zone.serial(), zone.len()), (7, 2), "what comes twice is there once");
    assert!(zone.verdict("evil.EXAMPLE").is_some());
    let empty = Answer::axfr().start(7).start(7).framed();
    assert_eq!(hears(&transfer(None, tight()), empty, None).await.unwrap().zone().unwrap().len(), 0);
}

#[tokio::test]
async fn what_is_not_so_is_refused() {
    let other_zone = || Answer::axfr().start_of("rpz.example.net", 7).start(7).framed();
    let cases = [
        ("cut in the middle", Answer::axfr().start(7).blocks("a.example").framed(), TransferError::CutShort),
        (
            "cut in a message",
            Answer::axfr().start(7).blocks("a.example").framed()[..60].to_vec(),
            TransferError::CutShort,
        ),
        ("nothing", Vec::new(), TransferError::CutShort),
        ("an empty message", vec![0, 0], TransferError::Unreadable),
        ("a message without a header", vec![0, 3, 1, 2, 3], TransferError::Unreadable),
        ("an error", Answer::axfr().rcode(Rcode::NOTAUTH).framed(), TransferError::Answer("NOTAUTH".to_owned())),
        ("another id", Answer::axfr().id(1).start(7).start(7).framed(), TransferError::NoAnswer("it has another id")),
        (
            "cut short",
            Answer::axfr().truncated().start(7).start(7).framed(),
            TransferError::NoAnswer("it is cut short"),
        ),
        (
            "another question",
            Answer::ixfr().start(7).start(7).framed(),
            TransferError::NoAnswer("it repeats another question"),
        ),
        (
            "no start",
            Answer::axfr().blocks("a").framed(),
            TransferError::NoAnswer("it does not begin with the zone's start"),
        ),
        ("another zone", other_zone(), TransferError::Outside),
        ("a start inside", Answer::axfr().start(7).start_of("a.rpz.example", 7).framed(), TransferError::Outside),
        (
            "another zone's record",
            Answer::axfr().start(7).blocks("www.example.OUTSIDE").framed(),
            TransferError::Outside,
        ),
        ("another class", Answer::axfr().start(7).blocks_in("a", Class::CH).framed(), TransferError::Outside),
        ("another serial", Answer::axfr().start(7).blocks("a").start(8).framed(), TransferError::Changed),
        ("more behind", Answer::axfr().start(7).start(7).blocks("a").framed(), TransferError::BehindTheEnd),
        ("two zones", Answer::axfr().start(7).start(7).start(7).framed(), TransferError::BehindTheEnd),
    ];
    for (what, said, expected) in cases {
        assert_eq!(refused(said).await, expected, "{what}");
    }
}

#[tokio::test]
async fn records_that_are_none_are_refused() {
    // A name that points at itself, at what is behind it, to nowhere; labels without end; a length that is longer than the message.
    let at = u8::try_from(Answer::axfr().start(7).message().len()).unwrap();
    let loops = [0xC0, at];
    let cases: [(&str, Vec<u8>); 7] = [
        ("points at itself", [&loops[..], &[0, 5, 0, 1, 0, 0, 0, 9, 0, 1, 0]].concat()),
        ("points ahead", [&[0xFF, 0xFF][..], &[0, 5, 0, 1, 0, 0, 0, 9, 0, 1, 0]].concat()),
        ("64 KB of labels", [&b"\x3F".repeat(60_000)[..], &[0, 0, 5, 0, 1, 0, 0, 0, 9, 0, 1, 0]].concat()),
        ("a label of a type that is none", vec![0x80, 0, 5, 0, 1, 0, 0, 0, 9, 0, 1, 0]),
        ("data longer than the message", vec![0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0xFF, 0xFF, 0]),
        ("an address of three bytes", vec![0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 3, 1, 2, 3]),
        ("a signature among the records", vec![0xC0, 12, 0, 250, 0, 1, 0, 0, 0, 9, 0, 0]),
    ];
    for (what, record) in cases {
        assert_eq!(refused(Answer::axfr().start(7).with_raw(&record)).await, TransferError::Unreadable, "{what}");
    }
}

#[tokio::test]
async fn what_has_no_end_has_one_here() {
    let mut many = Answer::axfr().start(7).framed();
    for number in 0..300 {
        let names = (0..50).map(|at| format!("w{number}-{at}.example"));
        many.extend(names.fold(Answer::axfr(), |answer, name| answer.blocks(&name)).framed());
    }
    assert_eq!(refused(many.clone()).await, TransferError::TooManyRecords(5000));
    let limits = Limits { records: 1_000_000, bytes: 100_000, ..tight() };
    let error = hears(&transfer(None, limits), many, None).await.unwrap_err();
    assert_eq!(error, TransferError::TooManyBytes(100_000));
    // Starts without end are records, too; and differences are not for nothing.
    let kept = Arc::new(zone(1, 1));
    let mut starts = Answer::ixfr().start(9).start(1).framed();
    for _ in 0..400 {
        starts.extend((0..20).fold(Answer::ixfr(), |answer, _| answer.start(2).start(2)).framed());
    }
    let error = hears(&transfer(None, tight()), starts, Some(&kept)).await.unwrap_err();
    assert_eq!(error, TransferError::TooManyRecords(5000));
}

#[tokio::test]
async fn whoever_drips_is_cut_off() {
    let said = Answer::axfr().start(7).blocks("a.example").start(7).framed();
    // Message by message in time, and never done: empty answers repeat the question and nothing else.
    let empty = Answer::axfr().framed();
    for (limits, chunk) in [
        (
            Limits { message: Duration::from_millis(200), ..tight() },
            said.chunks(1).map(<[u8]>::to_vec).collect::<Vec<_>>(),
        ),
        (Limits { whole: Duration::from_millis(400), ..tight() }, vec![empty; 500]),
    ] {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let drip = tokio::spawn(async move {
            for chunk in chunk {
                if theirs.write_all(&chunk).await.is_err() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        assert_eq!(transfer(None, limits).over(ours, None).await.unwrap_err(), TransferError::TimedOut);
        drip.abort();
    }
    // Nobody answers at all.
    let (ours, _theirs) = tokio::io::duplex(1 << 16);
    let limits = Limits { message: Duration::from_millis(200), ..tight() };
    assert_eq!(transfer(None, limits).over(ours, None).await.unwrap_err(), TransferError::TimedOut);
}

#[tokio::test]
async fn differences_fit_or_are_refused() {
    let kept = Arc::new(zone(5, 3));
    let ask = |said| hears_kept(said, Arc::clone(&kept));
    let fits = Answer::ixfr().start(7).start(5).blocks("w0.example").start(6).blocks("n.example");
    let fits = fits.start(6).blocks("n.example").start(7).blocks("m.example").start(7).framed();
    let Outcome::Differences { zone: changed, added: 1, deleted: 1 } = ask(fits).await.unwrap() else { panic!() };
    assert_eq!((changed.serial(), changed.len()), (7, 4));
    assert!(changed.verdict("w0.example").is_none() && changed.verdict("n.example").is_none());
    assert!(changed.verdict("m.example").is_some() && changed.verdict("w1.example").is_some());
    assert!(matches!(ask(Answer::ixfr().start(5).framed()).await, Ok(Outcome::Unchanged)));
    let all = Answer::ixfr().start(6).blocks("z.example").start(6).framed();
    assert!(matches!(ask(all).await, Ok(Outcome::Whole(zone)) if zone.len() == 1));
    let empty = Answer::ixfr().start(6).start(6).framed();
    assert!(matches!(ask(empty).await, Ok(Outcome::Whole(zone)) if zone.is_empty()), "an empty zone is no difference");

    let older = TransferError::Older { kept: 5, offered: 4 };
    let cases = [
        ("older", Answer::ixfr().start(4), older.clone()),
        (
            "older by half the circle",
            Answer::ixfr().start(5u32.wrapping_add(1 << 31)),
            TransferError::Older { kept: 5, offered: 0x8000_0005 },
        ),
        ("from elsewhere", Answer::ixfr().start(7).start(6).blocks("a").start(7).start(7), TransferError::Changed),
        (
            "gone twice",
            Answer::ixfr().start(7).start(5).blocks("w0.example").blocks("w0.example"),
            TransferError::DoesNotFit,
        ),
        (
            "never there",
            Answer::ixfr().start(7).start(5).blocks("q.example").start(7).start(7),
            TransferError::DoesNotFit,
        ),
        (
            "there already",
            Answer::ixfr().start(7).start(5).start(7).blocks("w1.example").start(7),
            TransferError::DoesNotFit,
        ),
        (
            "with a hole",
            Answer::ixfr().start(8).start(5).start(6).start(7).start(8).start(8),
            TransferError::DoesNotFit,
        ),
        ("cut", Answer::ixfr().start(7).start(5).blocks("w0.example"), TransferError::CutShort),
        ("more behind", Answer::ixfr().start(7).start(5).start(7).start(7).blocks("a"), TransferError::BehindTheEnd),
        ("behind what is kept", Answer::ixfr().start(5).blocks("a"), TransferError::BehindTheEnd),
    ];
    for (what, said, expected) in cases {
        assert_eq!(ask(said.framed()).await.unwrap_err(), expected, "{what}");
    }
    assert_eq!(text(&kept), text(&zone(5, 3)));
}

async fn hears_kept(said: Vec<u8>, kept: Arc<vauban_rpz::Zone>) -> Result<Outcome, TransferError> {
    hears(&transfer(None, tight()), said, Some(&kept)).await
}

#[tokio::test]
async fn with_a_key_nothing_unsigned_is_believed() {
    let keyed = transfer(Some(KEY), tight());
    let said = Answer::axfr().start(7).blocks("a.example").start(7).framed();
    assert_eq!(hears(&keyed, said, None).await.unwrap_err(), TransferError::Unsigned);
    let error = Answer::axfr().rcode(Rcode::REFUSED).framed();
    assert_eq!(hears(&keyed, error, None).await.unwrap_err(), TransferError::Answer("REFUSED".to_owned()));
}

#[tokio::test]
async fn when_differences_do_not_fit_the_whole_zone_is_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let mut kinds = Vec::new();
        for said in [
            Answer::ixfr().start(7).start(5).blocks("q.example").start(7).start(7).framed(),
            Answer::axfr().start(7).blocks("all.example").start(7).framed(),
            Answer::ixfr().rcode(Rcode::NOTIMP).framed(),
            Answer::axfr().start(4).blocks("all.example").start(4).framed(),
        ] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let length = stream.read_u16().await.unwrap();
            let mut question = vec![0; usize::from(length)];
            stream.read_exact(&mut question).await.unwrap();
            let kind = u16::from_be_bytes([question[25], question[26]]);
            kinds.push(Rtype::from_int(kind));
            stream.write_all(&said).await.unwrap();
        }
        kinds
    });
    let kept = Arc::new(zone(5, 3));
    let transfer = transfer_from(address, None, tight());
    let outcome = transfer.fetch(Some(&kept)).await.unwrap();
    assert!(matches!(outcome, Outcome::Whole(zone) if zone.verdict("all.example").is_some()));
    let older = transfer.fetch(Some(&kept)).await.unwrap_err();
    assert_eq!(older, TransferError::Older { kept: 5, offered: 4 }, "nor is the whole zone taken when it is older");
    assert_eq!(server.await.unwrap(), [Rtype::IXFR, Rtype::AXFR, Rtype::IXFR, Rtype::AXFR]);
}
