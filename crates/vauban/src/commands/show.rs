//! `vauban show SIGHTING`: the whole story of one.

use std::{fs, path::Path, process::ExitCode};

use vauban_model::{Sighting, Text};
use vauban_record::{KnownStore, SqliteRecord, Stat, named, sightings};
use vauban_report::{Circumstances, story};
use vauban_sweep::is_url;

use crate::{failure::Failure, place::Place, terminal};

/// Explain one sighting: where it was, what it is, how sure, what to do, what to keep.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The sighting, as `vauban sweep` names it; the first few characters are enough
    sighting: String,
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let record = super::record::open(place)?;
    let (sighting, first, last) = one(&record, &arguments.sighting)?;
    let all = sightings(&record, None).map_err(|error| Failure::record(&error))?;
    let mut others: Vec<&Sighting> = Vec::new();
    for other in &all {
        let same_thing = other.location == sighting.location && other.observable == sighting.observable;
        let told = |known: &&Sighting| known.indicator.id == other.indicator.id;
        if same_thing && other.indicator.id != sighting.indicator.id && !others.iter().any(told) {
            others.push(other);
        }
    }
    let path = sighting.location.segments().first().map(|path| path.to_string()).unwrap_or_default();
    let whole = match std::path::absolute(&path) {
        Ok(whole) if !is_url(&path) => whole.to_string_lossy().into_owned(),
        _ => path.clone(),
    };
    let known = KnownStore::read_only(&place.known()).ok().and_then(|store| store.file(&whole).ok()?);
    let sha256 =
        known.as_ref().map(|known| known.content.found.sha256.iter().map(|byte| format!("{byte:02x}")).collect());
    let there = fs::metadata(Path::new(&path)).map(|metadata| Stat::of(&metadata)).ok();
    let evidence = match (&known, there) {
        _ if is_url(&path) => {
            Text::new("le message est sur un serveur, non vérifié", "the message is on a server, not checked")
        }
        (_, None) => Text::new("le fichier n'est plus là", "the file is no longer there"),
        (Some(known), Some(now)) if known.stat.size != now.size || known.stat.modified != now.modified => {
            Text::new("le fichier a changé depuis", "the file has changed since")
        }
        (_, Some(_)) => Text::new("le fichier est encore là", "the file is still there"),
    };
    let day = |at: jiff::Timestamp| at.to_string().chars().take(10).collect();
    let around = Circumstances {
        others,
        seen: Some((day(first), day(last))),
        sha256,
        evidence: evidence.get(place.lang).to_owned(),
    };
    let text = story(&sighting, &around, place.lang);
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    Ok(ExitCode::SUCCESS)
}

/// The one sighting of this name.
pub(crate) fn one(record: &SqliteRecord, name: &str) -> Result<(Sighting, jiff::Timestamp, jiff::Timestamp), Failure> {
    let mut found = named(record, name).map_err(|error| Failure::record(&error))?;
    match (found.pop(), found.len()) {
        (Some(one), 0) if !name.is_empty() => Ok(one),
        (Some(_), _) => Err(unclear(Text::new(
            format!("« {name} » désigne plusieurs signalements"),
            format!("{name:?} names several sightings"),
        ))),
        (None, _) => Err(unclear(Text::new(
            format!("aucun signalement ne s'appelle « {name} »"),
            format!("no sighting is named {name:?}"),
        ))),
    }
}

fn unclear(what: Text) -> Failure {
    Failure::new(
        "no-sighting",
        what,
        Text::new(
            "`vauban record list --sweep N` montre leurs noms",
            "`vauban record list --sweep N` shows their names",
        ),
    )
}
