//! `vauban intel hub`: what a person does with an agency's hub besides bringing it up to date.

use std::{fmt::Write as _, path::PathBuf};

use jiff::Timestamp;
use vauban_model::{Lang, Text, printable};
use vauban_party::{Day, Outcome, Party, Preview, shown};
use vauban_release::{Digest, HeadWords, Moment, StreamId};

use super::{
    counts,
    hubs::{advice, failed, open, told},
};
use crate::{
    failure::Failure,
    place::{Place, who},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Print the words to compare with another recipient over the telephone
    Words {
        /// The hub's name here
        hub: String,
    },
    /// Show what was seen here and the agency knows, with what to do
    Hits {
        /// The hub's name here
        hub: String,
    },
    /// Take a release from a stick
    Take {
        /// The hub's name here
        hub: String,
        /// The folder of the release
        folder: PathBuf,
        /// It is of a stream that was not received here yet, and it is for us
        #[arg(long)]
        new_stream: bool,
    },
    /// Let a stream go on that was stopped because the hub contradicted itself, once you know what happened
    Resume {
        /// The hub's name here
        hub: String,
        /// The stream
        stream: String,
    },
    /// Show the exact bytes that would tell the agency of a hit; nothing is sent
    Sighting {
        /// The hub's name here
        hub: String,
        /// The label's id, as `hits` shows it
        label: String,
        /// Who consents
        #[arg(long)]
        by: String,
        /// What to tell the agency: nothing else is said of what was seen
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Show what counts would tell the agency, agree to tell them, or end it; nothing is told unless somebody agreed
    Counts(counts::Arguments),
    /// Send a sighting that was shown, byte for byte
    Send {
        /// The hub's name here
        hub: String,
        /// The digest that was shown with it
        digest: String,
    },
}

pub(super) fn run(command: &Command, place: &Place) -> Result<String, Failure> {
    let lang = place.lang;
    match command {
        Command::Words { hub } => words(&open(hub, place)?, lang),
        Command::Hits { hub } => hits(&open(hub, place)?, lang),
        Command::Take { hub, folder, new_stream } => {
            let moment = Moment::new(Timestamp::now());
            let taken = open(hub, place)?.take_folder(folder, *new_stream, moment);
            let (stream, outcome) = taken.map_err(|error| failed(&error))?;
            let words = match outcome {
                Outcome::Taken(_) => Text::new("livraison acceptée", "the release was accepted"),
                _ => Text::new("rien de nouveau", "nothing new"),
            };
            Ok(format!("{stream}  {}\n", words.get(lang)))
        }
        Command::Resume { hub, stream } => {
            let id: StreamId = stream.parse().map_err(|_| unknown(stream))?;
            let resumed = open(hub, place)?.resume(id, &who(), Timestamp::now().into());
            resumed.map_err(|error| told(&error.words(), Text::default()))?;
            Ok(Text::new("le flux reprend\n", "the stream goes on\n").get(lang).to_owned())
        }
        Command::Sighting { hub, label, by, note } => sighting(&open(hub, place)?, hub, (label, by, note), lang),
        Command::Counts(arguments) => counts::run(arguments, place),
        Command::Send { hub, digest } => send(&open(hub, place)?, digest, lang),
    }
}

fn unknown(what: &str) -> Failure {
    let what = printable(what);
    let words = Text::new(format!("{what} : inconnu ici"), format!("{what}: not known here"));
    Failure::new("hub", words, Text::default())
}

fn words(party: &Party, lang: Lang) -> Result<String, Failure> {
    let mut text = String::new();
    let said = |words: HeadWords| match lang {
        Lang::Fr => words.fr.join(" "),
        Lang::En => words.en.join(" "),
    };
    for stream in party.streams() {
        let Some(current) = stream.current() else { continue };
        let (chain, number) = (current.chain(), current.signed().manifest().number);
        if let Some(log) = chain.log() {
            let label = Text::new("clés de la recherche aveugle", "keys of the blind tier");
            let _ = writeln!(text, "{}:\n    {}", label.get(lang), said(log.words()));
        }
        if let Some(head) = chain.head() {
            let label = Text::new(
                format!("flux {}, numéro {number}", stream.id()),
                format!("stream {}, number {number}", stream.id()),
            );
            let _ = writeln!(text, "{}:\n    {}", label.get(lang), said(head.words()));
        }
    }
    let how = Text::new(
        "Appelez un autre destinataire, pas l'agence, et laissez-le lire d'abord. Si les mots sont les mêmes, l'agence montre la même chose à tous les deux.",
        "Call another recipient, not the agency, and let them read first. The same words: the agency shows both of you the same.",
    );
    let _ = writeln!(text, "{}", how.get(lang));
    Ok(text)
}

pub(super) fn day(party: &Party) -> Result<Day, Failure> {
    Day::open(party).map_err(|error| told(&error.words(), Text::default()))
}

fn hits(party: &Party, lang: Lang) -> Result<String, Failure> {
    let day = day(party)?;
    let mut text = String::new();
    for hit in day.hits() {
        let _ = writeln!(text, "{}  {}  {}", hit.label.id, hit.kind, printable(&hit.value));
        let _ = writeln!(text, "    {}", advice(hit, lang));
    }
    let waiting = day.waiting();
    let words = Text::new(
        format!("{} rencontres ; {waiting} noms attendent leur tour", day.hits().len()),
        format!("{} hits; {waiting} names wait for their turn", day.hits().len()),
    );
    let _ = writeln!(text, "{}", words.get(lang));
    for (digest, _) in shown(party).map_err(|error| Failure::output(&error))? {
        let words = Text::new("signalement montré, pas envoyé", "sighting shown, not sent");
        let _ = writeln!(text, "{}: {digest}", words.get(lang));
    }
    Ok(text)
}

fn sighting(party: &Party, hub: &str, (label, by, note): (&str, &str, &str), lang: Lang) -> Result<String, Failure> {
    let day = day(party)?;
    let hit = day.hits().iter().find(|hit| hit.label.id.to_string() == label).ok_or_else(|| unknown(label))?;
    let refused = |error: vauban_party::SightingError| told(&error.words(), Text::default());
    let preview = Preview::new(party, hit, by, note, Timestamp::now()).map_err(refused)?;
    preview.keep(party).map_err(refused)?;
    let digest = preview.digest();
    let words = Text::new(
        format!("Rien n'a été envoyé. Pour envoyer exactement cela :\n    vauban intel hub send {hub} {digest}"),
        format!("Nothing was sent. To send exactly this:\n    vauban intel hub send {hub} {digest}"),
    );
    Ok(format!("{}\n{}\n", String::from_utf8_lossy(preview.bytes()), words.get(lang)))
}

fn send(party: &Party, digest: &str, lang: Lang) -> Result<String, Failure> {
    let digest: Digest = digest.parse().map_err(|_| unknown(digest))?;
    let refused = |error: vauban_party::SightingError| told(&error.words(), Text::default());
    let door = party.membership().door().map_err(|error| failed(&error.into()))?;
    let receipt = Preview::kept(party, digest).map_err(refused)?.consent().send(&door, party).map_err(refused)?;
    let words = Text::new(
        format!("envoyé ; l'accusé de réception : {}\n", receipt.display()),
        format!("sent; the receipt: {}\n", receipt.display()),
    );
    Ok(words.get(lang).to_owned())
}
