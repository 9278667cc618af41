//! People, requests and events as lines.

use std::fmt::Write as _;

use jiff::Timestamp;
use vauban_model::{Lang, Text};
use vauban_people::{By, Event, People, PeopleError, PersonId, Request, RequestState};

/// Events that are shown at the most.
const MOST: u32 = 1_000;

pub(super) fn asked(request: &Request, lang: Lang) -> String {
    let id = request.id;
    let (fr, en) = if request.kind.has_link() {
        let link = format!("vauban people link {id} --origin https://…");
        (format!("Puis : {link}"), format!("Then: {link}"))
    } else {
        (
            "Puis, après un délai, cela se fait de soi-même.".to_owned(),
            "Then, after a delay, it is done by itself.".to_owned(),
        )
    };
    let how = Text::new(
        format!("Deux administrateurs approuvent ceci dans le navigateur : /requests/{id}\n{fr}"),
        format!("Two administrators approve this in the browser: /requests/{id}\n{en}"),
    );
    format!("{id}\n\n{}\n{}\n", request.text().trim_end(), how.get(lang))
}

/// The same, where it may be that nobody is left who approves.
pub(super) fn asked_in_need(
    people: &People,
    request: &Request,
    origin: &str,
    lang: Lang,
    now: Timestamp,
) -> Result<String, PeopleError> {
    Ok(format!("{}{}", asked(request, lang), broken_glass(people, request, origin, lang, now)?))
}

/// Where break-glass keys approve a request, if they can.
fn broken_glass(
    people: &People,
    request: &Request,
    origin: &str,
    lang: Lang,
    now: Timestamp,
) -> Result<String, PeopleError> {
    if request.state != RequestState::Waiting || !people.is_for_break_glass(request, now)? {
        return Ok(String::new());
    }
    let place = format!("{}/glass/{}", origin.trim_end_matches('/'), request.id);
    let words = Text::new(
        format!("Personne pour approuver ? Deux des trois clés de secours, ici : {place}\n"),
        format!("Nobody left to approve? Two of the three break-glass keys, here: {place}\n"),
    );
    Ok(words.get(lang).to_owned())
}

pub(super) fn people(people: &People, gone: bool, lang: Lang, now: Timestamp) -> Result<String, PeopleError> {
    let mut text = String::new();
    for person in people.persons(gone)? {
        let (keys, accounts) = (people.keys(person.id)?.len(), people.accounts(person.id)?.len());
        let until =
            person.until.map_or_else(String::new, |until| format!("  → {}", until.strftime("%Y-%m-%d %H:%M UTC")));
        let _ = writeln!(text, "{}  {}  {}{until}", person.name, person.role.word(), person.standing.word());
        let words = Text::new(
            format!("{keys} clé(s), {} session(s)", people.sessions(person.id, now)?.len()),
            format!("{keys} key(s), {} session(s)", people.sessions(person.id, now)?.len()),
        );
        let _ = write!(text, "    {}  {}", person.id, words.get(lang));
        if accounts > 0 {
            let words =
                Text::new(format!(", {accounts} compte(s) ailleurs"), format!(", {accounts} account(s) elsewhere"));
            text.push_str(words.get(lang));
        }
        text.push('\n');
    }
    if text.is_empty() {
        let words = Text::new(
            "personne encore : `vauban people found NOM` nomme les deux premiers administrateurs\n",
            "nobody yet: `vauban people found NAME` names the first two administrators\n",
        );
        text.push_str(words.get(lang));
    }
    Ok(text)
}

pub(super) fn requests(people: &People, origin: &str, lang: Lang, now: Timestamp) -> Result<String, PeopleError> {
    let mut text = String::new();
    for request in people.open_requests(now)? {
        let approvals = people.approvers(request.id)?.len();
        let words = Text::new(format!("{approvals} approbation(s)"), format!("{approvals} approval(s)"));
        let _ =
            writeln!(text, "{}  {}  {}  {}", request.id, request.kind.word(), request.state.word(), words.get(lang));
        let glass = broken_glass(people, &request, origin, lang, now)?;
        if !glass.is_empty() {
            let _ = write!(text, "    {glass}");
        }
    }
    if text.is_empty() {
        text.push_str(Text::new("rien n'attend\n", "nothing waits\n").get(lang));
    }
    Ok(text)
}

/// Of a person the newest ones, of everybody all that are kept; the newest last.
pub(super) fn events(people: &People, person: Option<PersonId>, lang: Lang) -> Result<String, PeopleError> {
    let mut text = String::new();
    let mut write = |events: &[Event]| {
        for event in events {
            let by = match &event.by {
                By::Person(person) => person.name.to_string(),
                By::Machine => Text::new("la machine", "the machine").get(lang).to_owned(),
                By::BreakGlass => Text::new("clés de secours", "break-glass keys").get(lang).to_owned(),
                By::Unknown => Text::new("inconnu", "unknown").get(lang).to_owned(),
                By::Time => Text::new("le temps", "time").get(lang).to_owned(),
            };
            let _ = writeln!(text, "{}  {}  ({by})", event.at.strftime("%Y-%m-%d %H:%M:%S"), event.text().get(lang));
        }
    };
    if let Some(person) = person {
        let mut events = people.events_about(person, MOST)?;
        events.sort_by_key(|event| event.number);
        write(&events);
        return Ok(text);
    }
    let mut after = 0;
    loop {
        let events = people.events(after, MOST)?;
        let Some(last) = events.last() else { return Ok(text) };
        after = last.number;
        write(&events);
    }
}
