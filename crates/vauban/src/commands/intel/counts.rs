//! `vauban intel hub counts`: what would be told of the use of releases, and the agreement to tell it.

use std::fmt::Write as _;

use jiff::Timestamp;
use vauban_model::{Lang, Text, printable};
use vauban_party::{CountsAgreement, CountsError, CountsState, KeptCounts};
use vauban_release::Week;

use super::{
    hub::day,
    hubs::{open, told},
};
use crate::{
    failure::Failure,
    place::{Place, who},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The hub's name here
    hub: String,
    /// Agree that such statements are sent from this week on, until you stop it
    #[arg(long, requires = "by", conflicts_with = "stop")]
    agree: bool,
    /// Who agrees
    #[arg(long, value_name = "NAME", requires = "agree")]
    by: Option<String>,
    /// End it: nothing of it is sent from now on
    #[arg(long)]
    stop: bool,
}

pub(super) fn run(arguments: &Arguments, place: &Place) -> Result<String, Failure> {
    let (party, now, lang) = (open(&arguments.hub, place)?, Timestamp::now(), place.lang);
    if arguments.stop {
        party.stop_counts(&who(), now.into()).map_err(|error| refused(&error))?;
        let words = Text::new("c'est arrêté : plus aucun décompte ne part\n", "it is ended: no more counts are sent\n");
        return Ok(words.get(lang).to_owned());
    }
    let signed = party.counts_of(Week::of(now), &day(&party)?, &place.record()).map_err(|error| refused(&error))?;
    if arguments.agree {
        if signed.is_empty() {
            let words = Text::new(
                "rien n'a encore été livré : il n'y a rien à montrer, donc rien à accepter",
                "nothing was released yet, so there is nothing to show and nothing to agree to",
            );
            return Err(Failure::new("hub", words, Text::default()));
        }
        let by = arguments.by.as_deref().unwrap_or_default();
        party.agree_to_counts(by, now.into()).map_err(|error| refused(&error))?;
    }
    let agreement = party.counts_agreement().map_err(|error| refused(&error))?;
    let mut text = state(agreement.as_ref(), lang);
    for one in &signed {
        let _ = writeln!(text, "{}", one.to_text());
    }
    text.push_str(&meaning(&arguments.hub, Week::of(now), agreement.is_some(), lang));
    for one in party.kept_counts().map_err(|error| refused(&error))? {
        text.push_str(&kept(&one, lang));
    }
    Ok(text)
}

fn refused(error: &CountsError) -> Failure {
    told(&error.words(), Text::default())
}

/// Whether anything is agreed to, before what is told.
fn state(agreement: Option<&CountsAgreement>, lang: Lang) -> String {
    let words = match agreement {
        None => Text::new(
            "Rien n'est accepté, et rien n'est envoyé. Si vous acceptez, l'agence recevra chaque semaine et pour chaque flux un texte comme celui-ci, qui est celui de la semaine en cours, jusqu'ici :\n\n",
            "Nothing is agreed to, and nothing is sent. If you agree, the agency gets such a text each week for each stream. This is the one of this week, so far:\n\n",
        ),
        Some(CountsAgreement { by, since }) => {
            let by = printable(by);
            Text::new(
                format!("{by} a donné son accord le {since}. Le texte de la semaine en cours, jusqu'ici :\n\n"),
                format!("{by} agreed on {since}. The text of this week, so far:\n\n"),
            )
        }
    };
    words.get(lang).to_owned()
}

/// What is told, how often, and how it begins and ends.
fn meaning(hub: &str, week: Week, is_agreed: bool, lang: Lang) -> String {
    let next = week.ends();
    let begin = if is_agreed {
        let end = format!("    vauban intel hub counts {hub} --stop");
        Text::new(format!("Pour arrêter :\n{end}\n"), format!("To end it:\n{end}\n"))
    } else {
        let begin = format!("    vauban intel hub counts {hub} --agree --by \"…\"");
        Text::new(format!("Pour accepter :\n{begin}\n"), format!("To agree:\n{begin}\n"))
    };
    let words = Text::new(
        format!(
            "Ce texte dit : combien d'indicateurs lisibles du flux ont rencontré quelque chose ici cette semaine-là (open), combien d'étiquettes aveugles se sont ouvertes (blind), par tranches (0, 1, 2-9, 10-99, 100+), et quelle livraison était là. Il ne dit ni quoi, ni où, ni quand, ni chez qui. L'agence sait qu'il vient de vous.\nIl part une fois par semaine, même s'il n'y a rien à dire, et aussi pour les flux à venir. Le prochain : après le {next}.\n"
        ),
        format!(
            "It says how many readable indicators of the stream met something here in that week (open), how many blind labels opened (blind), in bands (0, 1, 2-9, 10-99, 100+), and which release was here; not what, where, when or with whom. The agency knows that it comes from you.\nIt is sent once a week, also with nothing to tell, and for streams that come later, too. The next one: after {next}.\n"
        ),
    );
    format!("{}{}", words.get(lang), begin.get(lang))
}

fn kept(one: &KeptCounts, lang: Lang) -> String {
    let state = match one.state {
        CountsState::Waiting => Text::new("pas encore pris par l'agence", "not taken by the agency yet"),
        CountsState::Taken => Text::new("pris par l'agence", "taken by the agency"),
        CountsState::GivenUp => Text::new("n'est plus envoyé", "is sent no more"),
    };
    let line = one.text.lines().next().unwrap_or_default();
    format!("{}  {}  {}\n    {}\n", one.week, one.stream, state.get(lang), printable(line))
}
