//! Objects under review: taken in, marked, granted, withdrawn, seen as a party will see them.

use std::{fmt::Write as _, fs, path::PathBuf};

use jiff::civil::Date;
use uuid::Uuid;
use vauban_hub::{
    desk::{Chosen, Decision, Desk, DeskError, RefusedObject},
    store::{Act, DeskObject, ObjectId, PartyId, State, StreamId, Tier},
};
use vauban_model::{Lang, Marking, Text, printable};

use super::super::{failed, wrong};
use crate::failure::Failure;

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

pub(super) async fn run(desk: &Desk, act: Act<'_>, command: &Command, lang: Lang) -> Result<(String, bool), Failure> {
    let text = match command {
        Command::Import { source, tlp, files } => return import(desk, act, source, *tlp, files, lang).await,
        Command::Objects { state } => desk.objects(state_of(state)?).await.map_err(said)?.iter().map(row).collect(),
        Command::Review { tlp, tier, until, objects } => {
            let decision = Decision { marking: *tlp, tier: tier_of(tier)?, last_day: *until };
            review(desk, act, decision, objects, lang).await?
        }
        Command::Grant { streams, objects } => grant(desk, act, streams, objects, lang).await?,
        Command::Withdraw { object } => {
            desk.withdraw(act, &id_of(object)?).await.map_err(said)?;
            let words = Text::new(
                "il part de tous les flux à la prochaine publication\n",
                "it leaves every stream with the next release\n",
            );
            words.get(lang).to_owned()
        }
        Command::Preview { party } => preview(desk, act, PartyId(*party), lang).await?,
    };
    Ok((text, true))
}

async fn import(
    desk: &Desk,
    act: Act<'_>,
    source: &str,
    tlp: Marking,
    files: &[PathBuf],
    lang: Lang,
) -> Result<(String, bool), Failure> {
    let (mut text, mut is_well) = (String::new(), true);
    for file in files {
        let bytes = fs::read(file).map_err(|error| failed(&error))?;
        let name = file.display().to_string();
        let taken = desk.import(act, (&name, source), &bytes, tlp).await.map_err(said)?;
        is_well &= taken.refused.is_empty();
        let (new, same, known) = (taken.to_review(), taken.same(), taken.known());
        let (held, refused) = (taken.held.len(), taken.refused.len());
        let words = Text::new(
            format!("{new} à revoir, {same} sous un autre nom déjà, {known} connus, {held} retenus, {refused} refusés"),
            format!("{new} to review, {same} known under another id, {known} known, {held} held, {refused} refused"),
        );
        let _ = writeln!(text, "{}: {}", printable(&name), words.get(lang));
        for RefusedObject { what, why } in taken.held.iter().chain(&taken.refused) {
            let _ = writeln!(text, "    {}: {}", printable(what), printable(why.get(lang)));
        }
    }
    Ok((text, is_well))
}

async fn review(
    desk: &Desk,
    act: Act<'_>,
    decision: Decision,
    objects: &[String],
    lang: Lang,
) -> Result<String, Failure> {
    let ids = ids(objects)?;
    let number = desk.review(act, chosen(&ids), decision).await.map_err(said)?;
    let (marking, tier) = (decision.marking.as_str(), decision.tier.name());
    let words =
        Text::new(format!("{number} objets : {marking}, {tier}\n"), format!("{number} objects: {marking}, {tier}\n"));
    Ok(words.get(lang).to_owned())
}

async fn grant(desk: &Desk, act: Act<'_>, streams: &[Uuid], objects: &[String], lang: Lang) -> Result<String, Failure> {
    let streams: Vec<StreamId> = streams.iter().map(|stream| StreamId(*stream)).collect();
    let ids = ids(objects)?;
    let number = desk.grant(act, chosen(&ids), &streams).await.map_err(said)?;
    let words = Text::new(format!("{number} objets accordés\n"), format!("{number} objects granted\n"));
    Ok(words.get(lang).to_owned())
}

/// The objects that are meant; none for `all`.
fn ids(objects: &[String]) -> Result<Option<Vec<ObjectId>>, Failure> {
    let is_all = objects.iter().any(|object| object == "all");
    if is_all { Ok(None) } else { objects.iter().map(|object| id_of(object)).collect::<Result<_, _>>().map(Some) }
}

fn chosen(ids: &Option<Vec<ObjectId>>) -> Chosen<'_> {
    ids.as_deref().map_or(Chosen::All, Chosen::These)
}

async fn preview(desk: &Desk, act: Act<'_>, party: PartyId, lang: Lang) -> Result<String, Failure> {
    let mut text = String::new();
    for preview in desk.preview(party, act.at).await.map_err(said)? {
        let (open, blind) = (preview.open.len(), preview.blind.len());
        let words = Text::new(format!("{open} lisibles, {blind} aveugles"), format!("{open} readable, {blind} blind"));
        let _ = writeln!(text, "{}  {}", preview.stream.0, words.get(lang));
        text.extend(preview.open.iter().map(|object| format!("    {}", row(object))));
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

fn tier_of(word: &str) -> Result<Tier, Failure> {
    let found = [Tier::Open, Tier::Blind, Tier::Held].into_iter().find(|tier| tier.name() == word);
    found.ok_or_else(|| wrong("tier", "open, blind ou held", "open, blind or held"))
}

fn said(error: DeskError) -> Failure {
    match error {
        DeskError::NoObject(id) => wrong(id.as_str(), "aucun objet", "no object"),
        error => failed(&error),
    }
}
