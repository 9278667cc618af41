//! HTTPS and SVCB records (RFC 9460): the addresses that they hint at, and how to take out `ech`, the parameter that lets
//! a client hide from the network which site it visits.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::wire::{self, Message, Record, flag, kind};

const MANDATORY: u16 = 0;
const IPV4_HINT: u16 = 4;
const ECH: u16 = 5;
const IPV6_HINT: u16 = 6;

/// A response after `ech` was taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WithoutEch {
    /// There was none: use the bytes as they are.
    Unchanged,
    /// There was, and this is the message without it.
    Changed(Vec<u8>),
    /// The bytes are no message. Nothing of it should be handed on.
    Malformed,
}

/// Takes the parameter `ech` out of every HTTPS and SVCB record of a response.
///
/// When there was one, the message is written anew: signatures of HTTPS and SVCB records are taken out, because they do
/// not hold any more, AD is cleared, and a record that declares `ech` mandatory goes, because no client could use it
/// without (RFC 9460 section 8); so does one whose data is damaged. Everything else stays; an OPT record does not, as answers here have none. A client that
/// set DO gets records without signatures, which it must take for bogus if it validates: it cannot have both.
#[must_use]
pub fn without_ech(bytes: &[u8]) -> WithoutEch {
    let Ok(message) = Message::parse(bytes) else { return WithoutEch::Malformed };
    let Some((name, kind, class)) = &message.question else { return WithoutEch::Unchanged };
    let all = || message.answers.iter().chain(&message.authorities);
    if !all().any(|record| is_service(record) && hides(&record.data)) {
        return WithoutEch::Unchanged;
    }
    let kept = |records: &[Record]| records.iter().filter_map(stripped).collect::<Vec<_>>();
    let (answers, authorities) = (kept(&message.answers), kept(&message.authorities));
    let flags = message.flags & !flag::AUTHENTIC_DATA;
    let Some(mut written) = wire::write(flags, (name, *kind, *class), &answers, &authorities) else {
        return WithoutEch::Malformed;
    };
    written.bytes[..2].copy_from_slice(&bytes[..2]);
    WithoutEch::Changed(written.bytes)
}

/// The addresses that a record hints at, with where they are in its data.
pub(crate) fn hints(data: &[u8], mut found: impl FnMut(usize, IpAddr)) {
    for (key, at, value) in parameters(data) {
        match key {
            IPV4_HINT => {
                for (index, octets) in value.as_chunks::<4>().0.iter().enumerate() {
                    found(at + index * 4, Ipv4Addr::from(*octets).into());
                }
            }
            IPV6_HINT => {
                for (index, octets) in value.as_chunks::<16>().0.iter().enumerate() {
                    found(at + index * 16, Ipv6Addr::from(*octets).into());
                }
            }
            _ => {}
        }
    }
}

fn is_service(record: &Record) -> bool {
    matches!(record.kind, kind::HTTPS | kind::SVCB)
}

/// Keys, where their values are, and the values. Ends where the data does, or makes no sense.
fn parameters(data: &[u8]) -> impl Iterator<Item = (u16, usize, &[u8])> {
    let mut at = wire::end_of_names(kind::HTTPS, data).unwrap_or(data.len());
    std::iter::from_fn(move || {
        let [k0, k1, l0, l1] = *data.get(at..)?.first_chunk()?;
        let start = at + 4;
        let end = start + usize::from(u16::from_be_bytes([l0, l1]));
        at = end;
        Some((u16::from_be_bytes([k0, k1]), start, data.get(start..end)?))
    })
}

/// Whether there is `ech` in it, or might be: nobody knows what a client finds in damaged data.
fn hides(data: &[u8]) -> bool {
    is_damaged(data) || parameters(data).any(|(key, ..)| key == ECH)
}

fn is_damaged(data: &[u8]) -> bool {
    let start = wire::end_of_names(kind::HTTPS, data);
    let end = parameters(data).last().map(|(_, at, value)| at + value.len()).or(start);
    end != Some(data.len())
}

fn stripped(record: &Record) -> Option<Record> {
    let covered = || u16::from_be_bytes([record.data[0], record.data[1]]);
    if record.kind == kind::RRSIG && record.data.len() > 2 && matches!(covered(), kind::HTTPS | kind::SVCB) {
        return None;
    }
    if !is_service(record) || !hides(&record.data) {
        return Some(record.clone());
    }
    if is_damaged(&record.data) {
        return None;
    }
    let is_mandatory = parameters(&record.data)
        .any(|(key, _, value)| key == MANDATORY && value.as_chunks::<2>().0.contains(&ECH.to_be_bytes()));
    if is_mandatory {
        return None;
    }
    let start = wire::end_of_names(kind::HTTPS, &record.data)?;
    let mut data = record.data.get(..start)?.to_vec();
    for (key, at, value) in parameters(&record.data).filter(|(key, ..)| *key != ECH) {
        data.extend_from_slice(&key.to_be_bytes());
        data.extend_from_slice(&record.data[at - 2..at]);
        data.extend_from_slice(value);
    }
    Some(Record { data: data.into_boxed_slice(), ..record.clone() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Answer, Name, Question, Security, answer::Parts};

    fn record(kind: u16, data: &[u8]) -> Record {
        Record { owner: Name::from_text("site.example").unwrap(), kind, class: 1, ttl: 300, data: data.into() }
    }

    /// alpn=h2, ipv4hint of two, ech of three bytes, ipv6hint.
    fn service(mandatory: &[u16]) -> Record {
        let mut data = b"\x00\x01\x00".to_vec();
        let mut add = |key: u16, value: &[u8]| {
            data.extend_from_slice(&key.to_be_bytes());
            data.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
            data.extend_from_slice(value);
        };
        if !mandatory.is_empty() {
            add(0, &mandatory.iter().flat_map(|key| key.to_be_bytes()).collect::<Vec<_>>());
        }
        add(1, b"\x02h2");
        add(4, &[192, 0, 2, 1, 192, 0, 2, 2]);
        add(5, b"ech");
        add(6, &Ipv6Addr::LOCALHOST.octets());
        record(kind::HTTPS, &data)
    }

    fn answer(answers: Vec<Record>) -> Answer {
        let question = Question::new(Name::from_text("site.example").unwrap(), kind::HTTPS);
        Answer::compose(&question, Parts { answers, security: Security::Secure, ..Parts::default() }, None).unwrap()
    }

    #[test]
    fn ech_goes_with_its_signatures_and_the_rest_stays() {
        let signature = record(kind::RRSIG, &[&[0, 65][..], &[0; 16], b"\x00signature"].concat());
        let before = answer(vec![service(&[4]), signature, record(kind::A, &[192, 0, 2, 1])]);
        let WithoutEch::Changed(after) = without_ech(&before.bytes) else { panic!("nothing was taken out") };
        let message = Message::parse(&after).unwrap();
        assert_eq!(message.answers.len(), 2);
        assert!(message.flags & flag::AUTHENTIC_DATA == 0 && message.flags & flag::RESPONSE != 0);
        let keys: Vec<u16> = parameters(&message.answers[0].data).map(|(key, ..)| key).collect();
        assert_eq!(keys, [0, 1, 4, 6]);
        assert_eq!(without_ech(&after), WithoutEch::Unchanged);
    }

    #[test]
    fn what_is_useless_without_it_goes_whole() {
        let before = answer(vec![service(&[1, 5])]);
        let WithoutEch::Changed(after) = without_ech(&before.bytes) else { panic!("nothing was taken out") };
        assert!(Message::parse(&after).unwrap().answers.is_empty());
    }

    #[test]
    fn damaged_data_hides_nothing() {
        let mut damaged = service(&[]);
        let mut data = damaged.data.into_vec();
        data.splice(3..3, [0xFF, 0xFF, 0xFF, 0xFF]);
        damaged.data = data.into_boxed_slice();
        let WithoutEch::Changed(after) = without_ech(&answer(vec![damaged]).bytes) else { panic!("it was left in") };
        assert!(Message::parse(&after).unwrap().answers.is_empty());
    }

    #[test]
    fn hints_are_found_where_they_are() {
        let answer = answer(vec![service(&[])]);
        let values: Vec<String> = answer.addresses.iter().map(|found| found.value.to_string()).collect();
        assert_eq!(values, ["192.0.2.1", "192.0.2.2", "::1"]);
        for found in &answer.addresses {
            let at = usize::from(found.offset);
            let bytes = &answer.bytes[at..at + if found.value.is_ipv4() { 4 } else { 16 }];
            let expected = match found.value {
                IpAddr::V4(value) => value.octets().to_vec(),
                IpAddr::V6(value) => value.octets().to_vec(),
            };
            assert!(found.hint && bytes == expected);
        }
    }

    proptest! {
        #[test]
        fn damaged_messages_do_no_harm(place in 0..200usize, byte: u8, cut in 0..250usize) {
            let mut bytes = answer(vec![service(&[4]), service(&[])]).bytes.into_vec();
            if let Some(damaged) = bytes.get_mut(place) { *damaged = byte; }
            bytes.truncate(bytes.len().saturating_sub(cut / 3));
            if let WithoutEch::Changed(after) = without_ech(&bytes) {
                prop_assert_eq!(without_ech(&after), WithoutEch::Unchanged);
                prop_assert!(after.len() <= 65_535);
            }
        }

        #[test]
        fn any_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = without_ech(&bytes);
        }
    }
}
