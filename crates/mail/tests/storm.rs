//! Damaged messages are judged without a panic, and the same damage gives the same verdict.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::{fs, path::Path};

use vauban_intake::{Budget, Limits, StopFlag};
use vauban_mail::{Known, Letter, Organisation, Weights, facts};

/// A small generator: the storm is the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(most.max(1)).unwrap()).unwrap()
    }
}

/// Pieces that parsers stumble over.
const SHARP: [&[u8]; 26] = [
    b"\0",
    b"\xff\xfe",
    b"\r\n",
    b"\n\n",
    b"=?utf-8?b?",
    b"?=",
    b"<a href=\"",
    b"http://xn--",
    b"://@",
    b"%",
    b"%2",
    b"&#x1F;",
    b"<<>>",
    b"\xe2\x80\x8b",
    b"\xd0\xb0",
    b"From: ",
    b"Content-Type: multipart/mixed; boundary=",
    b"--",
    b"data:text/html;base64,",
    b"aHR0cHM6Ly",
    b"<input type=password",
    b"\xf0\x9f\x92\xa9",
    b"\\\\",
    b"[::1]",
    b"<form action=",
    b"Received: from a by ",
];

fn damaged(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        match random.below(5) {
            0 if !bytes.is_empty() => {
                let at = at.min(bytes.len() - 1);
                bytes[at] = u8::try_from(random.below(256)).unwrap();
            }
            1 => bytes.truncate(at),
            2 => {
                let end = (at + random.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                let end = (at + random.below(60)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            _ => {
                let sharp = SHARP[random.below(SHARP.len())];
                bytes.splice(at..at, sharp.iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn damaged_messages_are_judged() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../observe/src/formats/mail/fixtures");
    let mut seeds: Vec<Vec<u8>> = fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "expected"))
        .map(|path| fs::read(path).unwrap())
        .collect();
    seeds.sort();
    seeds.push(
        "From: \"hugo.bernard@campagne.example\" <x@xn--cmpagne-3fg.example>\r\nTo: claire@campagne.example\r\nReply-To: y@evil.test\r\nSubject: RE: mot de passe\r\n\
         In-Reply-To: <1@campagne.example>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p style='display:none'>x</p><a href='https://www.google.com/url?q=https%3A%2F%2Fowa-campagne0.example'>https://drive.google.com</a>\
         <form action='http://203.0.113.7/p' method=post><input type=password></form><a href='\\\\192.0.2.1\\s'>y</a>"
            .as_bytes()
            .to_vec(),
    );
    assert!(seeds.len() > 3, "{}", seeds.len());
    let known = Known::new(Organisation {
        domains: vec!["campagne.example".to_owned()],
        providers: vec!["Microsoft 365".to_owned()],
        ..Organisation::default()
    });
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let judge = |bytes: &[u8]| {
        let budget = Budget::new(Limits::default(), StopFlag::default());
        Weights::built_in().judge(&facts(&Letter::read(bytes, Vec::new(), &budget), &known))
    };
    for round in 0..4000 {
        let seed = &seeds[round % seeds.len()];
        let bytes = damaged(seed, &mut random);
        assert_eq!(judge(&bytes), judge(&bytes));
    }
}
