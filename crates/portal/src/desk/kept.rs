//! Parts that several of the desk's pages have.

use maud::{Markup, html};
use vauban_hub::{
    desk::{Desk, DeskError},
    store::Stream,
};
use vauban_model::{Text, printable};

use super::{form::Filled, words::MARKINGS};
use crate::request::Visitor;

/// What is wrong with a field, said beside it.
#[derive(Debug)]
pub(super) struct Wrong {
    /// The field.
    pub(super) field: &'static str,
    /// Why.
    pub(super) why: Text,
}

impl Wrong {
    pub(super) fn new(field: &'static str, fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self { field, why: Text::new(fr, en) }
    }

    pub(super) fn said(field: &'static str, why: Text) -> Self {
        Self { field, why }
    }
}

/// A form that is shown again: what it said, and what is wrong with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Again<'a> {
    pub(super) filled: &'a Filled,
    pub(super) wrong: &'a Wrong,
}

impl<'a> Again<'a> {
    /// What a field said the last time.
    pub(super) fn text(again: Option<Self>, name: &str) -> &'a str {
        again.map(|again| again.filled.text(name)).unwrap_or_default()
    }
}

/// The reason beside a field, if it is this one that is wrong.
pub(super) fn reason(visitor: &Visitor, again: Option<Again<'_>>, field: &str) -> Markup {
    html! { @if let Some(Again { wrong, .. }) = again && wrong.field == field {
        p.alarm role="alert" id={ "wrong-" (field) } { (printable(visitor.tell(&wrong.why))) }
    } }
}

/// A field of one line.
pub(super) fn line(visitor: &Visitor, again: Option<Again<'_>>, name: &str, label: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            (reason(visitor, again, name))
            input type="text" id=(name) name=(name) value=(Again::text(again, name)) maxlength="300" autocomplete="off";
        }
    }
}

/// The choice of a marking. What was chosen before, else nothing.
pub(super) fn marking(visitor: &Visitor, again: Option<Again<'_>>, otherwise: &str) -> Markup {
    let chosen = again.map_or(otherwise, |again| again.filled.text("marking"));
    html! {
        div.field {
            label for="marking" { (visitor.say("Marquage (TLP 2.0)", "Marking (TLP 2.0)")) }
            (reason(visitor, again, "marking"))
            select id="marking" name="marking" {
                option value="" { (visitor.say("choisir", "choose")) }
                @for marking in MARKINGS {
                    option value=(marking.as_str()) selected[marking.as_str() == chosen] { (marking.as_str()) }
                }
            }
        }
    }
}

/// The choice of streams.
pub(super) fn streams(visitor: &Visitor, again: Option<Again<'_>>, streams: &[(Stream, Vec<String>)]) -> Markup {
    html! {
        fieldset {
            legend { (visitor.say("À ces flux exactement", "To exactly these streams")) }
            (reason(visitor, again, "stream"))
            @if streams.is_empty() {
                p { a href="/audience" { (visitor.say("Il n'y a encore aucun flux : ouvrez-en un.", "There is no stream yet: open one.")) } }
            }
            @for (stream, names) in streams {
                @let id = stream.info.id.0.to_string();
                div.choice {
                    input type="checkbox" id={ "s-" (id) } name="stream" value=(id) checked[again.is_some_and(|again| again.filled.has("stream", &id))];
                    label for={ "s-" (id) } {
                        (printable(&stream.info.title))
                        " " span.soft { (readers(visitor, stream, names)) }
                    }
                }
            }
        }
    }
}

/// Who reads a stream: names that stay here.
pub(super) fn readers(visitor: &Visitor, stream: &Stream, names: &[String]) -> String {
    let one = if stream.info.is_for_one {
        visitor.say("pour une seule organisation : ", "for one organisation: ")
    } else {
        ""
    };
    let names = if names.is_empty() { visitor.say("personne", "nobody").to_owned() } else { names.join(", ") };
    format!("({one}{names})")
}

/// All streams, each with the names of who reads it.
pub(super) async fn all_streams(desk: &Desk) -> Result<Vec<(Stream, Vec<String>)>, DeskError> {
    let mut all = Vec::new();
    for stream in desk.store().streams().await? {
        let members = desk.store().members(stream.info.id).await?;
        all.push((stream, members.iter().map(|party| printable(&party.party.name)).collect()));
    }
    Ok(all)
}
