//! Who is served: people who stand for releases, parties, streams. Names of parties stay on the desk.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use vauban_hub::{
    desk::DeskError,
    store::{Party, Stream},
};
use vauban_model::printable;

use super::{
    form::Filled,
    kept::{Again, Wrong, line, reason},
    seat::{Seat, trouble},
};
use crate::{
    page::{page, time},
    request::Visitor,
};

/// All of it.
struct Audience {
    people: Vec<String>,
    parties: Vec<Party>,
    /// Each with its readers.
    streams: Vec<(Stream, Vec<Party>)>,
}

pub(super) async fn show(State(seat): State<Seat>, visitor: Visitor) -> Response {
    render(&seat, &visitor, None).await
}

/// The page, with a form that was wrong.
pub(super) async fn again(seat: &Seat, visitor: &Visitor, filled: &Filled, wrong: &Wrong) -> Response {
    render(seat, visitor, Some(Again { filled, wrong })).await
}

async fn render(seat: &Seat, visitor: &Visitor, again: Option<Again<'_>>) -> Response {
    let visitor = Visitor { path: "/audience".to_owned(), ..visitor.clone() };
    let audience = match read(seat).await {
        Ok(audience) => audience,
        Err(error) => return trouble(&visitor, &error),
    };
    let status = if again.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let content = html! {
        p { (visitor.say(
            "Les noms des organisations ne quittent pas le bureau ; aucune n'apprend qui sont les autres.",
            "The names of organisations do not leave the desk; none learns who the others are.",
        )) }
        (parties(&visitor, &audience, again))
        (streams(&visitor, &audience, again))
        (people(&visitor, &audience, again))
    };
    (status, page(&visitor, visitor.say("Destinataires", "Audience"), &content)).into_response()
}

async fn read(seat: &Seat) -> Result<Audience, DeskError> {
    let store = seat.desk.store();
    let mut streams = Vec::new();
    for stream in store.streams().await? {
        let members = store.members(stream.info.id).await?;
        streams.push((stream, members));
    }
    let people = seat.desk.approvers()?.names().map(printable).collect();
    Ok(Audience { people, parties: store.parties().await?, streams })
}

/// What is wrong, for the form that it is about: two forms of the page have a field of the same name.
fn of<'a>(again: Option<Again<'a>>, form: &str) -> Option<Again<'a>> {
    again.filter(|again| again.filled.text("form") == form)
}

fn parties(visitor: &Visitor, audience: &Audience, again: Option<Again<'_>>) -> Markup {
    let again = of(again, "party");
    html! {
        h2 id="parties" { (visitor.say("Organisations", "Parties")) }
        @if audience.parties.is_empty() { p.calm { (visitor.say("Aucune encore.", "None yet.")) } } @else {
            table {
                caption { (visitor.say("Qui est servi", "Who is served")) }
                thead { tr {
                    th scope="col" { (visitor.say("Nom", "Name")) } th scope="col" { (visitor.say("Depuis", "Since")) }
                    th scope="col" { (visitor.say("Ce qu'elle verra", "What it will see")) } th scope="col" { (visitor.say("Fin", "End")) }
                } }
                tbody { @for Party { party, created, revoked } in &audience.parties {
                    tr {
                        td.place { (printable(&party.name)) }
                        td { (time(*created)) }
                        td { a href={ "/audience/parties/" (party.id.0) } { (visitor.say("Regarder", "Look")) span.hidden { " " (printable(&party.name)) } } }
                        td { @match revoked {
                            Some(at) => { (visitor.say("n'est plus servie depuis le", "served no more since")) " " (time(*at)) },
                            None => form method="post" action={ "/audience/parties/" (party.id.0) "/revoke" } {
                                button.second type="submit" { (visitor.say("Ne plus servir", "Serve no more")) span.hidden { " " (printable(&party.name)) } }
                            },
                        } }
                    }
                } }
            }
            p.soft { (visitor.say("Ne plus servir vaut dès la prochaine publication.", "To serve no more counts from the next publication on.")) }
        }
        form method="post" action="/audience/parties" {
            input type="hidden" name="form" value="party";
            fieldset {
                legend { (visitor.say("Prendre une organisation", "Take a party in")) }
                (field(visitor, again, ("party-name", "name"), visitor.say("Nom", "Name")))
                (field(visitor, again, ("budget", "budget"), visitor.say("Paquets de questions aveugles par jour (1 sinon)", "Blind batches a day (else 1)")))
                button type="submit" { (visitor.say("Prendre", "Take in")) }
            }
        }
    }
}

fn streams(visitor: &Visitor, audience: &Audience, again: Option<Again<'_>>) -> Markup {
    let again = of(again, "stream");
    html! {
        h2 id="streams" { (visitor.say("Flux", "Streams")) }
        @if audience.streams.is_empty() { p.calm { (visitor.say("Aucun encore.", "None yet.")) } }
        @for (stream, members) in &audience.streams { (one_stream(visitor, audience, stream, members)) }
        form method="post" action="/audience/streams" {
            input type="hidden" name="form" value="stream";
            fieldset {
                legend { (visitor.say("Ouvrir un flux", "Open a stream")) }
                (line(visitor, again, "title", visitor.say("Titre, que ses lecteurs voient", "Title, which its readers see")))
                (line(visitor, again, "about", visitor.say("Ce qu'il contient (facultatif)", "What it holds (optional)")))
                div.choice {
                    input type="checkbox" id="one" name="one" value="yes" checked[again.is_some_and(|again| again.filled.has("one", "yes"))];
                    label for="one" { (visitor.say("Une seule organisation le lit : alors il peut porter TLP:AMBER+STRICT.", "One organisation alone reads it: then it may carry TLP:AMBER+STRICT.")) }
                }
                p { (visitor.say("Qui le lit :", "Who reads it:")) }
                (reason(visitor, again, "party"))
                @for party in audience.parties.iter().filter(|party| party.revoked.is_none()) {
                    @let id = party.party.id.0.to_string();
                    div.choice {
                        input type="checkbox" id={ "p-" (id) } name="party" value=(id) checked[again.is_some_and(|again| again.filled.has("party", &id))];
                        label for={ "p-" (id) } { (printable(&party.party.name)) }
                    }
                }
                button type="submit" { (visitor.say("Ouvrir", "Open")) }
            }
        }
    }
}

fn one_stream(visitor: &Visitor, audience: &Audience, stream: &Stream, members: &[Party]) -> Markup {
    let id = stream.info.id.0.to_string();
    let is_full = stream.info.is_for_one && !members.is_empty();
    let others = audience.parties.iter().filter(|party| party.revoked.is_none());
    let others: Vec<&Party> =
        others.filter(|party| !members.iter().any(|own| own.party.id == party.party.id)).collect();
    html! {
        section.compartment aria-labelledby={ "t-" (id) } {
            h3 id={ "t-" (id) } { (printable(&stream.info.title)) }
            @if !stream.info.description.is_empty() { p { (printable(&stream.info.description)) } }
            @if stream.info.is_for_one { p.soft { (visitor.say("Pour une seule organisation : peut porter TLP:AMBER+STRICT.", "For one organisation: may carry TLP:AMBER+STRICT.")) } }
            @if members.is_empty() { p { (visitor.say("Personne ne le lit.", "Nobody reads it.")) } }
            @for party in members {
                form.row method="post" action={ "/audience/streams/" (id) "/leave" } {
                    span { (printable(&party.party.name)) }
                    input type="hidden" name="party" value=(party.party.id.0);
                    button.second type="submit" { (visitor.say("Ne le lit plus", "Reads it no more")) span.hidden { " " (printable(&party.party.name)) } }
                }
            }
            @if !is_full && !others.is_empty() {
                form.row method="post" action={ "/audience/streams/" (id) "/join" } {
                    label for={ "j-" (id) } { (visitor.say("Le lit aussi", "Reads it too")) }
                    select id={ "j-" (id) } name="party" { @for party in others { option value=(party.party.id.0) { (printable(&party.party.name)) } } }
                    button.second type="submit" { (visitor.say("Ajouter", "Add")) }
                }
            }
        }
    }
}

fn people(visitor: &Visitor, audience: &Audience, again: Option<Again<'_>>) -> Markup {
    let again = of(again, "person");
    html! {
        h2 id="people" { (visitor.say("Qui peut rédiger et signer", "Who may draft and sign")) }
        p { @if audience.people.is_empty() { (visitor.say("Personne encore.", "Nobody yet.")) } @else { (audience.people.join(", ")) } }
        p.soft { (visitor.say("Il en faut deux pour publier : qui rédige n'approuve pas.", "It takes two to publish: who drafts does not approve.")) }
        form method="post" action="/audience/people" {
            input type="hidden" name="form" value="person";
            fieldset {
                legend { (visitor.say("Nommer quelqu'un", "Name somebody")) }
                (field(visitor, again, ("person-name", "name"), visitor.say("Nom, celui de son compte sur cette machine", "Name, that of their account on this machine")))
                div.field {
                    label for="key" { (visitor.say("Clé publique (le contenu de minisign.pub)", "Public key (what is in minisign.pub)")) }
                    (reason(visitor, again, "key"))
                    textarea id="key" name="key" rows="3" { (Again::text(again, "key")) }
                }
                button type="submit" { (visitor.say("Nommer", "Name")) }
            }
        }
    }
}

/// A field of one line whose id is not its name.
fn field(visitor: &Visitor, again: Option<Again<'_>>, (id, name): (&str, &str), label: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { (label) }
            (reason(visitor, again, name))
            input type="text" id=(id) name=(name) value=(Again::text(again, name)) maxlength="300" autocomplete="off";
        }
    }
}
