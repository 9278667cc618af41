//! Objects under review: taken in, marked, granted, withdrawn, seen as a party will see them.

use std::{fmt::Write as _, fs, path::PathBuf};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use uuid::Uuid;
use vauban_hub::{
    desk::{Incoming, RefusedObject, incoming},
    store::{DeskObject, Imported, ObjectId, PartyId, State, StreamId, Tier, Version},
};
use vauban_model::{Lang, Marking, Text, printable};

use super::{
    super::{failed, wrong},
    folder::Desk,
};
use crate::failure::Failure;

/// Objects that are shown of a list.
const SHOWN: u64 = 10_000;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Take documents in for review: STIX, MISP, lists, CSV, hosts files, RPZ, reports; exit code 1 when something of them was refused
    Import {
        /// Whom they are from
        #[arg(long)]
        source: String,
        /// The marking of what a document does not mark
        #[arg(long, default_value = "amber")]
        tlp: Marking,
        /// The documents
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List objects in a state: imported, reviewed, granted or withdrawn
    Objects {
        /// The state
        #[arg(default_value = "imported")]
        state: String,
    },
    /// Decide how objects may be used: who may see them, how they leave, and until when
    Review {
        /// The marking, from now on
        #[arg(long)]
        tlp: Marking,
        /// How they leave: open (readable), blind (matches without being readable) or held (not at all)
        #[arg(long)]
        tier: String,
        /// The last day on which they count
        #[arg(long, value_name = "2026-12-31")]
        until: Option<Date>,
        /// The objects, or `all` that were imported
        #[arg(required = true)]
        objects: Vec<String>,
    },
    /// Grant reviewed objects to exactly these streams
    Grant {
        /// A stream
        #[arg(long = "to", value_name = "STREAM", required = true)]
        streams: Vec<Uuid>,
        /// The objects, or `all` that were reviewed
        #[arg(required = true)]
        objects: Vec<String>,
    },
    /// Withdraw an object: it leaves every stream with the next release, and does not come back
    Withdraw {
        /// The object
        object: String,
    },
    /// Show what a party would see of each of its streams, if it were published now
    Preview {
        /// The party
        party: Uuid,
    },
}

pub(super) async fn run(desk: &Desk, command: &Command, lang: Lang) -> Result<(String, bool), Failure> {
    let text = match command {
        Command::Import { source, tlp, files } => return import(desk, source, *tlp, files, lang).await,
        Command::Objects { state } => {
            let state = state_of(state)?;
            let objects = desk.store.objects(state, None, SHOWN).await.map_err(|error| failed(&error))?;
            objects.iter().map(row).collect()
        }
        Command::Review { tlp, tier, until, objects } => review(desk, *tlp, tier, *until, objects, lang).await?,
        Command::Grant { streams, objects } => grant(desk, streams, objects, lang).await?,
        Command::Withdraw { object } => {
            let id = id_of(object)?;
            desk.store.withdraw(desk.act(), &id).await.map_err(|error| failed(&error))?;
            let words = Text::new(
                "il part de tous les flux à la prochaine publication\n",
                "it leaves every stream with the next release\n",
            );
            words.get(lang).to_owned()
        }
        Command::Preview { party } => preview(desk, PartyId(*party), lang).await?,
    };
    Ok((text, true))
}

async fn import(
    desk: &Desk,
    source: &str,
    tlp: Marking,
    files: &[PathBuf],
    lang: Lang,
) -> Result<(String, bool), Failure> {
    let (mut text, mut is_well) = (String::new(), true);
    for file in files {
        let bytes = fs::read(file).map_err(|error| failed(&error))?;
        let name = file.display().to_string();
        let Incoming { objects, refused, held } = incoming(&name, source, &bytes, tlp, Timestamp::now());
        let taken = desk.store.import(desk.act(), &objects).await.map_err(|error| failed(&error))?;
        is_well &= refused.is_empty();
        let count = |wanted: fn(&Imported) -> bool| taken.iter().filter(|one| wanted(one)).count();
        let (new, known) =
            (count(|one| matches!(one, Imported::New | Imported::Version)), count(|one| *one == Imported::Known));
        let same = count(|one| matches!(one, Imported::SameAs(_)));
        let words = Text::new(
            format!(
                "{new} à revoir, {same} sous un autre nom déjà, {known} connus, {} retenus, {} refusés",
                held.len(),
                refused.len()
            ),
            format!(
                "{new} to review, {same} known under another id, {known} known, {} held, {} refused",
                held.len(),
                refused.len()
            ),
        );
        let _ = writeln!(text, "{}: {}", printable(&name), words.get(lang));
        for RefusedObject { what, why } in held.iter().chain(&refused) {
            let _ = writeln!(text, "    {}: {}", printable(what), printable(why.get(lang)));
        }
    }
    Ok((text, is_well))
}

async fn review(
    desk: &Desk,
    tlp: Marking,
    tier: &str,
    until: Option<Date>,
    objects: &[String],
    lang: Lang,
) -> Result<String, Failure> {
    let tier = [Tier::Open, Tier::Blind, Tier::Held].into_iter().find(|known| known.name() == tier);
    let tier = tier.ok_or_else(|| wrong("tier", "open, blind ou held", "open, blind or held"))?;
    let end = |day: Date| TimeZone::UTC.to_timestamp(day.tomorrow().ok()?.at(0, 0, 0, 0)).ok();
    let until = until.and_then(end);
    let chosen = chosen(desk, objects, State::Imported).await?;
    for (id, version, own) in &chosen {
        let until = until.or(*own);
        desk.store.review(desk.act(), id, *version, tlp, tier, until).await.map_err(|error| failed(&error))?;
    }
    let number = chosen.len();
    let words = Text::new(
        format!("{number} objets : {}, {}\n", tlp.as_str(), tier.name()),
        format!("{number} objects: {}, {}\n", tlp.as_str(), tier.name()),
    );
    Ok(words.get(lang).to_owned())
}

async fn grant(desk: &Desk, streams: &[Uuid], objects: &[String], lang: Lang) -> Result<String, Failure> {
    let streams: Vec<StreamId> = streams.iter().map(|stream| StreamId(*stream)).collect();
    let chosen = chosen(desk, objects, State::Reviewed).await?;
    for (id, version, _) in &chosen {
        desk.store.grant(desk.act(), id, *version, &streams).await.map_err(|error| failed(&error))?;
    }
    let number = chosen.len();
    let words = Text::new(format!("{number} objets accordés\n"), format!("{number} objects granted\n"));
    Ok(words.get(lang).to_owned())
}

/// The objects that are meant: each by its id, in its newest version, or all in a state.
async fn chosen(
    desk: &Desk,
    objects: &[String],
    state: State,
) -> Result<Vec<(ObjectId, Version, Option<Timestamp>)>, Failure> {
    if objects.iter().any(|object| object == "all") {
        let all = desk.store.objects(state, None, SHOWN).await.map_err(|error| failed(&error))?;
        return Ok(all.into_iter().map(|object| (object.id, object.version, object.expires)).collect());
    }
    let mut chosen = Vec::new();
    for object in objects {
        let id = id_of(object)?;
        let versions = desk.store.object(&id).await.map_err(|error| failed(&error))?;
        let newest = versions.into_iter().next().ok_or_else(|| wrong(object, "aucun objet", "no object"))?;
        chosen.push((newest.id, newest.version, newest.expires));
    }
    Ok(chosen)
}

async fn preview(desk: &Desk, party: PartyId, lang: Lang) -> Result<String, Failure> {
    let mut text = String::new();
    let streams = desk.store.preview(party, Timestamp::now(), SHOWN).await.map_err(|error| failed(&error))?;
    for (stream, objects) in streams {
        let (open, blind): (Vec<_>, Vec<_>) =
            objects.into_iter().partition(|releasable| releasable.object.tier == Tier::Open);
        let words = Text::new(
            format!("{} lisibles, {} aveugles", open.len(), blind.len()),
            format!("{} readable, {} blind", open.len(), blind.len()),
        );
        let _ = writeln!(text, "{}  {}", stream.0, words.get(lang));
        text.extend(open.iter().map(|releasable| format!("    {}", row(&releasable.object))));
    }
    Ok(text)
}

fn row(object: &DeskObject) -> String {
    let name = serde_json::from_str::<serde_json::Value>(&object.json).ok();
    let name = name.as_ref().and_then(|json| json.get("name")?.as_str()).map(printable).unwrap_or_default();
    format!(
        "{}  {}  {}  {}  {name}\n",
        object.id,
        object.marking.as_str(),
        object.tier.name(),
        printable(&object.source)
    )
}

fn state_of(word: &str) -> Result<State, Failure> {
    let all = [State::Imported, State::Reviewed, State::Granted, State::Withdrawn];
    let found = all.into_iter().find(|state| state.name() == word);
    found.ok_or_else(|| wrong(word, "aucun état", "no state"))
}

fn id_of(text: &str) -> Result<ObjectId, Failure> {
    ObjectId::new(text).ok_or_else(|| wrong(text, "aucun identifiant", "no id"))
}
