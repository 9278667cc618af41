//! What the front's store costs: `store_costs PLACE ENTRIES`, where PLACE is a new file or `postgres://…`. Prints one line a measure.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that fails may stop at once")]

use std::time::Instant;

use jiff::Timestamp;
use uuid::Uuid;
use vauban_hub::store::{
    Asked, Audience, Credential, CredentialHash, Detail, Digest, Epoch, Filter, FrontStore, NewEntry, ObjectId,
    ObjectType, Place, Publication, Reading, ReleaseNumber, Sequence, SpecVersion, StreamId, StreamInfo, Version,
    Versions,
};
use vauban_model::Marking;

const READER: CredentialHash = CredentialHash([1; 32]);
const STREAM: StreamId = StreamId(Uuid::from_u128(1));
const TOGETHER: u64 = 100_000;
const ROUNDS: u32 = 200;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + i64::try_from(seconds).unwrap()).unwrap()
}

fn id(number: u64) -> ObjectId {
    ObjectId::new(&format!("indicator--{}", Uuid::new_v5(&Uuid::NAMESPACE_DNS, &number.to_be_bytes()))).unwrap()
}

/// An indicator as feeds have them: some 600 bytes.
fn entry(number: u64) -> NewEntry {
    let (id, modified) = (id(number), at(number % 1_000));
    NewEntry {
        version: Version::new(modified),
        kind: ObjectType::new(if number.is_multiple_of(1_000) { "malware" } else { "indicator" }).unwrap(),
        spec_version: SpecVersion::new("2.1").unwrap(),
        marking: Marking::Green,
        expires: None,
        json: format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"{id}","created_by_ref":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff","created":"{modified}","modified":"{modified}","name":"Domain of a campaign against newsrooms, number {number}","description":"Seen in messages that ask for a sign-in to a shared document.","indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'host-{number}.campaign.example']","pattern_type":"stix","valid_from":"{modified}","object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]}}"#
        ),
        object: id,
    }
}

fn release(number: u64, entries: Vec<NewEntry>) -> Publication {
    let digest = |number: u64| {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&number.to_be_bytes());
        Digest(digest)
    };
    Publication {
        stream: STREAM,
        number: ReleaseNumber(number),
        epoch: Epoch(1),
        digest: digest(number),
        previous: (number > 1).then(|| digest(number - 1)),
        manifest: Vec::new(),
        signature: Vec::new(),
        parts: Vec::new(),
        withdrawn: Vec::new(),
        entries,
    }
}

fn audience() -> Audience {
    let info = StreamInfo { id: STREAM, title: "costs".to_owned(), description: String::new(), is_for_one: false };
    let streams = vec![Reading { stream: STREAM, may_write: true }];
    Audience {
        streams: vec![info],
        credentials: vec![Credential { hash: READER, receipt_key: None, budget: 1, streams }],
    }
}

/// Seconds of processor time of this process, in its own code and in the system's.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn asked(
    credential: CredentialHash,
    stream: StreamId,
    filter: &Filter,
    after: Sequence,
    most: u64,
    now: Timestamp,
) -> Asked<'_> {
    Asked { credential, stream, filter, after, most, now }
}

async fn page(front: &FrontStore, name: &str, filter: Filter, after: u64, most: u64, expected: usize) {
    let (start, before) = (Instant::now(), processor());
    for round in 0..ROUNDS {
        let after = Sequence(after + u64::from(round) % 7);
        let asked = front.page(asked(READER, STREAM, &filter, after, most, at(0)), Detail::Objects).await;
        assert_eq!(asked.unwrap().unwrap().entries.len(), expected, "{name}");
    }
    let rounds = f64::from(ROUNDS);
    let (wall, cpu) = (start.elapsed().as_secs_f64() / rounds * 1e3, (processor() - before) / rounds * 1e3);
    println!("{name}: {wall:.2} ms, {cpu:.2} ms of this process");
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (place, total) = (arguments.next().unwrap(), arguments.next().unwrap().parse::<u64>().unwrap());
    let is_server = place.starts_with("postgres:");
    let at_place = if is_server { Place::Server(place.clone()) } else { Place::File(place.clone().into()) };
    let front = FrontStore::open(&at_place).await.unwrap();
    front.set_audience(&audience()).await.unwrap();
    let mut bytes = 0;
    let there = front.streams(READER).await.unwrap()[0].head.0;
    for number in there..total / TOGETHER {
        let entries: Vec<NewEntry> = (number * TOGETHER..(number + 1) * TOGETHER).map(entry).collect();
        bytes += entries.iter().map(|entry| entry.json.len() as u64).sum::<u64>();
        let (start, before) = (Instant::now(), processor());
        front.publish(&release(number + 1, entries), at(number)).await.unwrap();
        println!(
            "publish {TOGETHER}: {:.2} s, {:.2} s of this process",
            start.elapsed().as_secs_f64(),
            processor() - before
        );
    }
    if !is_server {
        let size = std::fs::metadata(&place).unwrap().len();
        println!("bytes an entry: {} in the file, {} of them the object", size / total, bytes / total);
    }
    let last = || Filter { versions: Versions::last(), ..Filter::default() };
    page(&front, "1,000 objects from the middle", last(), total / 2, 1_000, 1_000).await;
    page(&front, "1,000 objects from the start", last(), 0, 1_000, 1_000).await;
    let (start, before) = (Instant::now(), processor());
    for _ in 0..ROUNDS {
        let asked = front.joined(asked(READER, STREAM, &last(), Sequence(total / 2), 1_000, at(0))).await;
        assert_eq!(asked.unwrap().unwrap().count, 1_000);
    }
    let (wall, cpu) = (start.elapsed().as_secs_f64(), processor() - before);
    println!("1,000 objects, joined: {:.2} ms, {:.2} ms of this process", wall * 5.0, cpu * 5.0);
    let rare = Filter { types: vec![ObjectType::new("malware").unwrap()], ..last() };
    page(&front, "100 of a rare type", rare.clone(), 0, 100, 100).await;
    let two = Filter { types: vec![ObjectType::new("malware").unwrap(), ObjectType::new("tool").unwrap()], ..rare };
    page(&front, "100 of two rare types", two, 0, 100, 100).await;
    page(&front, "one object by its id", Filter { objects: vec![id(total / 3)], ..last() }, 0, 100, 1).await;
    let start = Instant::now();
    let new = release(total / TOGETHER + 1, vec![entry(total + 1)]);
    front.publish(&new, at(total)).await.unwrap();
    println!("publish one more: {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
    let since = Filter { added_after: Some(at(total / TOGETHER + 1)), ..last() };
    page(&front, "the one new object, by when it was added", since, 0, 1_000, 1).await;
    let start = Instant::now();
    let (mut after, mut seen) = (Sequence(0), 0);
    while let Some(page) = front.joined(asked(READER, STREAM, &last(), after, 1_000, at(0))).await.unwrap() {
        seen += page.count;
        after = page.last;
        if !page.more || seen >= 100_000 {
            break;
        }
    }
    println!("{seen} objects in pages of 1,000: {:.2} s", start.elapsed().as_secs_f64());
}
