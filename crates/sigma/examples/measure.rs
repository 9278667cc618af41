//! Compiles every rule below a folder and tells what was refused and how long events take: `measure RULES [EVENTS]`,
//! where EVENTS holds one line of JSON for each event, with `channel`, `id` and `fields`.
#![expect(clippy::print_stdout, reason = "an example speaks on the terminal")]

use std::{env, fs, io, path::Path, time::Instant};

use serde_json::Value;
use vauban_sigma::{LogSource, RuleSource, SigmaSet};

fn collect(folder: &Path, out: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, out)?;
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            out.push((path.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(rules) = arguments.first() else { return Ok(()) };
    let mut texts = Vec::new();
    collect(Path::new(rules), &mut texts)?;
    let start = Instant::now();
    let sources: Vec<_> = texts.iter().map(|(rule, text)| RuleSource { rule, text }).collect();
    let set = SigmaSet::compile(&sources);
    println!("{} of {} rules in {:?}", set.len(), texts.len(), start.elapsed());
    for refused in set.refused() {
        println!("refused {}: {}", texts[refused.number].0, refused.reason);
    }
    let Some(events) = arguments.get(1) else { return Ok(()) };
    let events: Vec<Value> =
        fs::read_to_string(events)?.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let start = Instant::now();
    let mut hits = std::collections::BTreeMap::new();
    for event in &events {
        let source = LogSource {
            product: "windows",
            channel: event["channel"].as_str().unwrap_or_default(),
            event_id: event["id"].as_u64().unwrap_or_default(),
            ..LogSource::default()
        };
        for met in set.matching(&source, &event["fields"]) {
            *hits.entry(met.number).or_insert(0_u64) += 1;
        }
    }
    let took = start.elapsed();
    println!("{} events in {took:?}: {} rules met, {} times", events.len(), hits.len(), hits.values().sum::<u64>());
    Ok(())
}
