//! What goes between the desk and a front besides releases.

use std::{collections::HashMap, fmt::Write as _};

use vauban_hub::{
    desk::{Collected, Desk, Reach},
    store::{Act, PartyId},
};
use vauban_model::{Lang, Text, printable};

use super::{super::failed, carry, counts, rng, unheard};
use crate::failure::Failure;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Collect what waits at the front: who joined, receipts, objects, sightings and counts; exit code 1 when something does not hold
    Collect {
        /// The front: its database (a file, or postgres://…), or stick:FOLDER to carry it there
        #[arg(long, value_name = "FRONT")]
        front: String,
    },
    /// Show what parties told of the use of releases, for each week: how many indicators of a stream met something, in bands, and by how many
    /// parties it was said. No party is named; exit code 1 when a file was changed
    Counts,
    /// Tell the front who may read what, without a release: whoever was revoked is refused as soon as it has heard
    Audience {
        /// The front: its database (a file, or postgres://…), or stick:FOLDER to carry it there
        #[arg(long, value_name = "FRONT")]
        front: String,
    },
    /// Begin a new epoch of the blind tier, with a new key; every party looks everything up again
    Rotate,
}

pub(super) async fn run(desk: &Desk, act: Act<'_>, command: &Command, lang: Lang) -> Result<(String, bool), Failure> {
    match command {
        Command::Collect { front } => {
            let reach = Reach::named(front);
            let collected = desk.collect(act, &reach).await.map_err(|error| unheard(&error))?;
            let mut text = shown(desk, &collected, lang).await?;
            if collected.rest.more {
                let words =
                    Text::new("la façade en a d'autres : refaites l'échange\n", "the front has more: exchange again\n");
                text.push_str(words.get(lang));
            }
            text.push_str(&carry(&reach, collected.rest, lang));
            Ok((text, collected.wrong.is_empty()))
        }
        Command::Counts => counts::run(desk, lang),
        Command::Audience { front } => {
            let reach = Reach::named(front);
            let rest = desk.hand_over_audience(&reach, act.at).await.map_err(|error| unheard(&error))?;
            let words = match &reach {
                Reach::Database(_) => Text::new("la façade sait qui lit quoi\n", "the front knows who reads what\n"),
                Reach::Stick(_) => Text::new(
                    "la clé dit qui lit quoi ; la façade ne le sait pas encore\n",
                    "the stick says who reads what; the front does not know it yet\n",
                ),
            };
            Ok((words.get(lang).to_owned() + &carry(&reach, rest, lang), true))
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
    for sum in &collected.counts {
        let shown = counts::shown(sum, lang);
        line(Text::new(shown.trim_end(), shown.trim_end()));
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
