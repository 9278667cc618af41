//! Whatever an upstream server may answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vauban_resolver::{Answer, Name, Question, Security, WithoutEch, without_ech};

fuzz_target!(|bytes: &[u8]| {
    // The question is whatever the response says it is, so that the answer is looked at.
    let end = bytes.iter().skip(12).position(|byte| *byte == 0).map(|at| at + 13);
    let asked = end.and_then(|end| Some((Name::from_wire(bytes.get(12..end)?)?, bytes.get(end..end + 2)?)));
    if let Some((name, kind)) = asked {
        let question = Question { dnssec_ok: true, ..Question::new(name, u16::from_be_bytes([kind[0], kind[1]])) };
        if let Some(answer) = Answer::read(&question, bytes, Security::Insecure, None) {
            let again = Answer::read(&question, &answer.bytes, Security::Insecure, None);
            assert_eq!(again.map(|again| again.chain), Some(answer.chain));
        }
    }
    if let WithoutEch::Changed(changed) = without_ech(bytes) {
        assert_eq!(without_ech(&changed), WithoutEch::Unchanged);
    }
});
