//! An agency's hub as a source: `vauban intel add hub:https://…`, list, update, remove.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, IsTerminal as _},
    path::Path,
};

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use vauban_model::{Lang, Text, printable};
use vauban_party::{Door, Hit, Outcome, Party, PartyError, Round, Rounded, Slotted, StreamUpdate, hubs};
use vauban_release::{Enrolment, Words};
use zeroize::Zeroizing;

use crate::{failure::Failure, place::Place, terminal};

/// What an address of a hub begins with.
pub(super) const SCHEME: &str = "hub:";

/// Enrols at a hub with a code, and goes through a first round.
pub(super) fn add(from: &str, name: Option<&str>, code: Option<&Path>, place: &Place) -> Result<String, Failure> {
    let url = from.trim_start_matches(SCHEME);
    let name = name.map_or_else(|| name_of(url), str::to_owned);
    let code: Enrolment = read_code(code, place.lang)?.parse().map_err(|error: vauban_release::EnrolmentError| {
        let hint = Text::new("le code a douze groupes de cinq signes", "a code has twelve groups of five signs");
        told(&error.words(), hint)
    })?;
    let now = Timestamp::now();
    let mut party =
        Party::enrol(&place.state, &name, &code, url, now.into(), &mut rng()?).map_err(|error| failed(&error))?;
    let mut text = joined(&name, &party, place.lang);
    match round(&name, &mut party, place) {
        Ok(rounded) => text.push_str(&shown(&name, &rounded, place.lang)),
        // A code that somebody else used, or that the hub does not know, makes no member.
        Err(failure @ RoundFailure::Used(_)) => {
            party.remove().map_err(|error| failed(&error))?;
            return Err(failure.into());
        }
        Err(failure) => {
            let failure: Failure = failure.into();
            failure.tell(place.lang);
            let words = Text::new(
                format!("{name} est inscrite ; `vauban intel update {name}` réessaie\n"),
                format!("{name} is enrolled; `vauban intel update {name}` tries again\n"),
            );
            text.push_str(words.get(place.lang));
        }
    }
    Ok(text)
}

/// The part of the address that says who it is.
fn name_of(url: &str) -> String {
    let host = url.split("//").nth(1).and_then(|rest| rest.split(['/', ':']).next()).unwrap_or_default();
    host.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' }).collect()
}

/// A code is never an argument: those are seen by everybody on the machine.
fn read_code(file: Option<&Path>, lang: Lang) -> Result<Zeroizing<String>, Failure> {
    let unreadable = |error: std::io::Error| {
        let words = Text::new(format!("code illisible : {error}"), format!("the code cannot be read: {error}"));
        Failure::new("hub", words, Text::default())
    };
    if let Some(path) = file {
        return fs::read_to_string(path).map(|text| Zeroizing::new(text.trim().to_owned())).map_err(unreadable);
    }
    if std::io::stdin().is_terminal() {
        let words = Text::new("Code d'inscription (il ne s'affiche pas) : ", "Enrolment code (it is not shown): ");
        return rpassword::prompt_password(words.get(lang)).map(Zeroizing::new).map_err(unreadable);
    }
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
    Ok(Zeroizing::new(line.trim().to_owned()))
}

fn joined(name: &str, party: &Party, lang: Lang) -> String {
    let fingerprint = party.membership().fingerprint();
    Text::new(
        format!("{name} : l'empreinte de votre clé, à lire au téléphone à l'agence :\n    {fingerprint}\n"),
        format!(
            "{name}: the fingerprint of your key, to be read to the agency over the telephone:\n    {fingerprint}\n"
        ),
    )
    .get(lang)
    .to_owned()
}

pub(super) fn is_one(place: &Place, name: &str) -> Result<bool, Failure> {
    Ok(hubs(&place.state).map_err(|error| Failure::output(&error))?.iter().any(|hub| hub == name))
}

pub(super) fn open(name: &str, place: &Place) -> Result<Party, Failure> {
    Party::open(&place.state, name).map_err(|error| failed(&error))
}

pub(super) fn remove(name: &str, place: &Place) -> Result<String, Failure> {
    open(name, place)?.remove().map_err(|error| failed(&error))?;
    let words = Text::new(
        format!("{name} retirée ; dites-le à l'agence, qui ferme l'accès\n"),
        format!("{name} removed; tell the agency, which closes the access\n"),
    );
    Ok(words.get(place.lang).to_owned())
}

pub(super) fn update(name: &str, place: &Place) -> Result<String, Failure> {
    let mut party = open(name, place)?;
    Ok(shown(name, &round(name, &mut party, place)?, place.lang))
}

/// All hubs; one that fails keeps no other back.
pub(super) fn update_all(place: &Place) -> Result<String, Failure> {
    let mut text = String::new();
    for name in hubs(&place.state).map_err(|error| Failure::output(&error))? {
        match update(&name, place) {
            Ok(told) => text.push_str(&told),
            Err(failure) => failure.tell(place.lang),
        }
    }
    Ok(text)
}

/// A round at each hub, for whoever keeps watch: its name, and how many labels were met or why it failed.
pub(in crate::commands) fn rounds(place: &Place) -> Vec<(String, Result<usize, Failure>)> {
    let one = |name: String| {
        let outcome = open(&name, place).and_then(|mut party| Ok(round(&name, &mut party, place)?.met.len()));
        (name, outcome)
    };
    hubs(&place.state).unwrap_or_default().into_iter().map(one).collect()
}

/// Why a round failed: a code that was used is no reason to stay.
enum RoundFailure {
    Used(Failure),
    Other(Failure),
}

impl From<RoundFailure> for Failure {
    fn from(failure: RoundFailure) -> Self {
        match failure {
            RoundFailure::Used(failure) | RoundFailure::Other(failure) => failure,
        }
    }
}

fn round(name: &str, party: &mut Party, place: &Place) -> Result<Rounded, RoundFailure> {
    let other = |error: &PartyError| RoundFailure::Other(failed(error));
    let own = party.membership().door().map_err(|error| other(&error.into()))?;
    let ticket = party.membership().joining_door().map_err(|error| other(&error.into()))?;
    let ticket = ticket.as_ref().map(|door| door as &dyn Door);
    let round = Round {
        hub: name,
        known: &place.known(),
        names: &place.names(),
        record: &place.record(),
        now: Timestamp::now(),
    };
    let outcome = round.run(party, ticket, &own, &mut rng().map_err(RoundFailure::Other)?);
    outcome.map_err(|error| {
        let failure = told(&error.words(), Text::default());
        match error {
            vauban_party::RoundError::Party(PartyError::Used) => RoundFailure::Used(failure),
            _ => RoundFailure::Other(failure),
        }
    })
}

/// What a round did, in words.
fn shown(name: &str, rounded: &Rounded, lang: Lang) -> String {
    let mut text = String::new();
    for stream in &rounded.updated.streams {
        let _ = writeln!(text, "{name}  {}  {}", printable(&stream.title), outcome(stream, lang));
    }
    for stream in &rounded.updated.unlisted {
        let words = Text::new("n'est plus proposé", "is listed no more");
        let _ = writeln!(text, "{name}  {stream}  {}", words.get(lang));
    }
    let slot = match &rounded.slot {
        Ok(Slotted::Nothing) => None,
        Ok(Slotted::NotDue { next }) => Some(Text::new(
            format!("recherches aveugles : prochain envoi {next}"),
            format!("blind look-ups: next at {next}"),
        )),
        Ok(Slotted::Answered { asked, .. }) => Some(Text::new(
            format!("recherches aveugles : {asked} envoyées, {} attendent", rounded.waiting),
            format!("blind look-ups: {asked} sent, {} wait", rounded.waiting),
        )),
        Err(error) => Some(text_of(&error.words())),
    };
    if let Some(slot) = slot {
        let _ = writeln!(text, "{name}  {}", slot.get(lang));
    }
    if let Some(words) = counts(rounded) {
        let _ = writeln!(text, "{name}  {}", words.get(lang));
    }
    for hit in &rounded.met {
        let _ = writeln!(text, "{name}  {}  {}", printable(&hit.value), advice(hit, lang));
    }
    text
}

/// What became of counts, where somebody agreed to tell them and any were due.
fn counts(rounded: &Rounded) -> Option<Text> {
    let told = match &rounded.counts {
        Ok(told) if told.taken + told.waiting == 0 => return None,
        Ok(told) => told,
        Err(error) => return Some(text_of(&error.words())),
    };
    let mut words = Text::new(
        format!("décomptes : {} pris, {} en attente", told.taken, told.waiting),
        format!("counts: {} taken, {} wait", told.taken, told.waiting),
    );
    if let Some(why) = told.error.as_ref().map(|error| text_of(&error.words())) {
        words = Text::new(
            format!("{}. {}", words.get(Lang::Fr), why.get(Lang::Fr)),
            format!("{}. {}", words.get(Lang::En), why.get(Lang::En)),
        );
    }
    Some(words)
}

fn outcome(stream: &StreamUpdate, lang: Lang) -> String {
    let text = match &stream.outcome {
        Ok(Outcome::Taken(_)) => Text::new("nouvelle livraison acceptée", "a new release was accepted"),
        Ok(Outcome::Current) => Text::new("à jour", "up to date"),
        Ok(Outcome::Stale) => Text::new(
            "rien de nouveau, et la dernière livraison a expiré : appelez l'agence",
            "nothing new, and the last release has expired: call the agency",
        ),
        Ok(Outcome::Empty) => Text::new("rien n'a encore été livré", "nothing was released yet"),
        Err(error) => text_of(&error.words()),
    };
    text.get(lang).to_owned()
}

/// The hubs with what each gave last.
pub(super) fn list(place: &Place) -> Result<String, Failure> {
    let mut text = String::new();
    let unreadable = |error: std::io::Error| Failure::output(&error);
    let received = vauban_party::received(&place.state).map_err(unreadable)?;
    for name in hubs(&place.state).map_err(unreadable)? {
        let streams = received.iter().flatten().filter(|one| one.hub == name);
        let _ = writeln!(text, "{name:<24} hub");
        for one in streams {
            let manifest = one.current.signed().manifest();
            let (number, expires) = (manifest.number, manifest.expires);
            let words = Text::new(
                format!("numéro {number}, valable jusqu'au {expires}"),
                format!("number {number}, good until {expires}"),
            );
            let _ = writeln!(text, "    {}  {}", one.stream, words.get(place.lang));
        }
    }
    for error in received.iter().filter_map(|one| one.as_ref().err()) {
        terminal::talk(text_of(&error.words()).get(place.lang));
    }
    Ok(text)
}

fn rng() -> Result<ChaCha20Rng, Failure> {
    crate::place::rng().map_err(|error| Failure::output(&error))
}

pub(super) fn failed(error: &PartyError) -> Failure {
    told(&error.words(), Text::default())
}

pub(super) fn told(words: &Words, hint: Text) -> Failure {
    Failure::new("hub", text_of(words), hint)
}

fn text_of(words: &Words) -> Text {
    Text::new(words.fr.clone(), words.en.clone())
}

/// What to do about a hit, and whom to call.
pub(super) fn advice(hit: &Hit, lang: Lang) -> String {
    let advice = match lang {
        Lang::Fr => &hit.label.advice_fr,
        Lang::En => &hit.label.advice_en,
    };
    format!("{}  {}", printable(advice), printable(&hit.label.call))
}
