//! What goes between the desk and a front besides releases.

use std::{collections::HashMap, fmt::Write as _};

use vauban_hub::{
    desk::{Collected, Desk},
    store::{Act, PartyId, Place},
};
use vauban_model::{Lang, Text, printable};

use super::{super::failed, rng};
use crate::failure::Failure;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Collect what waits at the front: who joined, receipts, objects and sightings; exit code 1 when something does not hold
    Collect {
        /// The database of the front: a file, or postgres://…
        #[arg(long, value_name = "DATABASE")]
        front: String,
    },
    /// Tell the front who may read what, without a release: whoever was revoked is refused from then on
    Audience {
        /// The database of the front: a file, or postgres://…
        #[arg(long, value_name = "DATABASE")]
        front: String,
    },
    /// Begin a new epoch of the blind tier, with a new key; every party looks everything up again
    Rotate,
}

pub(super) async fn run(desk: &Desk, act: Act<'_>, command: &Command, lang: Lang) -> Result<(String, bool), Failure> {
    match command {
        Command::Collect { front } => {
            let collected = desk.collect(act, &Place::named(front)).await.map_err(|error| failed(&error))?;
            Ok((shown(desk, &collected, lang).await?, collected.wrong.is_empty()))
        }
        Command::Audience { front } => {
            desk.hand_over_audience(&Place::named(front)).await.map_err(|error| failed(&error))?;
            let words = Text::new("la façade sait qui lit quoi\n", "the front knows who reads what\n");
            Ok((words.get(lang).to_owned(), true))
        }
        Command::Rotate => {
            let epoch = desk.rotate(act, &mut rng()?).await.map_err(|error| failed(&error))?;
            let file = desk.roles_folder().join("signer.toml");
            let words = Text::new(
                format!(
                    "l'époque {epoch} commence. Publiez une livraison de chaque flux, puis remettez {} au signataire et relancez-le.\n",
                    file.display()
                ),
                format!(
                    "epoch {epoch} begins. Publish a release of every stream, then hand {} to the signer and start it again.\n",
                    file.display()
                ),
            );
            Ok((words.get(lang).to_owned(), true))
        }
    }
}

async fn shown(desk: &Desk, collected: &Collected, lang: Lang) -> Result<String, Failure> {
    let parties = desk.store().parties().await.map_err(|error| failed(&error))?;
    let names: HashMap<PartyId, String> =
        parties.into_iter().map(|party| (party.party.id, printable(&party.party.name))).collect();
    let name = |id: &PartyId| names.get(id).cloned().unwrap_or_else(|| id.0.to_string());
    let mut text = String::new();
    let mut line = |words: Text| {
        let _ = writeln!(text, "{}", words.get(lang));
    };
    for (party, fingerprint) in &collected.joined {
        let party = name(party);
        line(Text::new(
            format!("{party} s'est inscrite. Comparez au téléphone l'empreinte de sa clé :\n    {fingerprint}"),
            format!("{party} joined. Compare the fingerprint of its key over the telephone:\n    {fingerprint}"),
        ));
    }
    for (party, stream, number) in &collected.receipts {
        let (party, stream) = (name(party), stream.0);
        line(Text::new(
            format!("{party} a reçu le numéro {number} du flux {stream}"),
            format!("{party} received number {number} of stream {stream}"),
        ));
    }
    for (party, count) in &collected.objects {
        let party = name(party);
        line(Text::new(
            format!("{party} envoie {count} objets à relire"),
            format!("{party} sends {count} objects to review"),
        ));
    }
    for seen in &collected.sightings {
        let (party, by, note) = (name(&seen.party), printable(&seen.by), printable(&seen.note));
        let what = seen.object.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
        line(Text::new(
            format!("{party} a vu {what} ({by}) : {note}\n    {}", seen.file.display()),
            format!("{party} saw {what} ({by}): {note}\n    {}", seen.file.display()),
        ));
    }
    for (party, why) in &collected.wrong {
        let (party, why) = (name(party), printable(why));
        line(Text::new(format!("ne tient pas : {party} : {why}"), format!("does not hold: {party}: {why}")));
    }
    if text.is_empty() {
        let words = Text::new("rien n'attend\n", "nothing waits\n");
        return Ok(words.get(lang).to_owned());
    }
    Ok(text)
}
