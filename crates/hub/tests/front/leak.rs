//! A thief of the front: its database, the files beside it and its log hold none of the blind tier's names.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tracing_subscriber::fmt::MakeWriter;
use vauban_blind::Observable;
use vauban_hub::{
    desk::publication,
    store::{FrontStore, Place},
};

use crate::{
    client::Client,
    made::{ALICE, GROUP, audience, batch, front, indicator, now, release, served},
};

const PLANTED: u64 = 1_000;

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// A name that nothing else holds.
fn name(number: u64) -> String {
    let noise = HEXLOWER.encode(&Sha256::digest(number.to_be_bytes())[..9]);
    format!("{noise}.planted.example")
}

/// How a name could stand in a file. In base64 its letters depend on what stands before it: all three, without the ends that others
/// share.
pub(crate) fn written(name: &str) -> Vec<Vec<u8>> {
    let raw = name.as_bytes();
    let wide = |order: fn(u16) -> [u8; 2]| name.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
    let percent = |byte: &u8| format!("%{byte:02x}");
    let mut forms = vec![
        raw.to_vec(),
        name.to_uppercase().into_bytes(),
        raw.iter().rev().copied().collect(),
        HEXLOWER.encode(raw).into_bytes(),
        HEXUPPER.encode(raw).into_bytes(),
        raw.iter().map(percent).collect::<String>().into_bytes(),
        raw.iter().map(percent).collect::<String>().to_uppercase().into_bytes(),
        Sha256::digest(raw).to_vec(),
        HEXLOWER.encode(&Sha256::digest(raw)).into_bytes(),
        Sha256::digest([b"domain-name\0", raw].concat()).to_vec(),
        little.clone(),
        big.clone(),
    ];
    for encoding in [BASE64_NOPAD, BASE64URL_NOPAD, BASE64] {
        for shift in 0..3 {
            for text in [raw, &little, &big] {
                let shifted = [&b"xyz"[..shift], text].concat();
                let encoded = encoding.encode(&shifted);
                forms.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
            }
        }
    }
    forms
}

#[tokio::test]
async fn a_dump_of_the_front_holds_no_blind_name() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    let mut wide = audience();
    wide.credentials[0].budget = 1_000;
    store.set_audience(&wide).await.unwrap();
    let names: Vec<String> = (0..PLANTED).map(name).collect();
    let first = release(GROUP, None, &[indicator(1, "2026-01-01T00:00:00.000Z")], &names);
    store.publish(&publication(&first, None).unwrap(), now()).await.unwrap();
    let client = Client::bearer(&served(front(store.clone())).await, ALICE);
    for number in 0..100 {
        let asked: Vec<Observable> =
            (0..8).map(|at| Observable::new("domain-name", &names[number * 8 + at]).unwrap()).collect();
        let came = client.ask("POST", "/hub/v1/blind", &[], &batch(number as u64, &asked).0).await;
        assert_eq!(came.status, 200);
        client.get(&format!("/hub/v1/streams/{}/releases/latest", GROUP.0)).await;
    }
    // Whoever does not speak HTTP is told of in the log, and so would be more than that.
    let noise = client.head("GET", &format!("/{}\0", names[0]), &[], 0);
    let mut stream = tokio::net::TcpStream::connect(&client.address).await.unwrap();
    stream.write_all(&noise).await.unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
    tokio::task::yield_now().await;
    let mut dump = log.0.lock().unwrap().clone();
    assert!(!dump.is_empty(), "there is a log to look at");
    for file in std::fs::read_dir(folder.path()).unwrap() {
        dump.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    // What is open is there, so what is not found was looked for where things are.
    assert!(found(&dump, &["[domain-name:value = 'n1.example']".to_owned()]) > 0);
    assert_eq!(found(&dump, &names), 0);
}

/// How many names stand in the dump in any form.
fn found(dump: &[u8], names: &[String]) -> usize {
    // Forms begin with eight bytes that few places have: those places alone are compared.
    let forms: Vec<(usize, Vec<u8>)> =
        names.iter().enumerate().flat_map(|(at, name)| written(name).into_iter().map(move |form| (at, form))).collect();
    let mut starts = std::collections::HashMap::<[u8; 8], Vec<usize>>::new();
    for (at, (_, form)) in forms.iter().enumerate() {
        starts.entry(form[..8].try_into().unwrap()).or_default().push(at);
    }
    let mut seen = std::collections::BTreeSet::new();
    for (place, eight) in dump.windows(8).enumerate() {
        for at in starts.get(eight).into_iter().flatten() {
            if dump[place..].starts_with(&forms[*at].1) {
                seen.insert(forms[*at].0);
            }
        }
    }
    seen.len()
}
