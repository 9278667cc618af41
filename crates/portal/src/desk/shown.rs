//! An object as people see it: its name, and what it names. All of it is somebody else's text.

use maud::{Markup, html};
use serde_json::{Map, Value};
use vauban_hub::store::DeskObject;
use vauban_model::printable;

use super::form::encoded;
use crate::{page::time, request::Visitor};

/// Characters that are shown of one text in a list.
const LONGEST: usize = 300;

/// What is shown of an object.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Its id.
    pub(super) id: String,
    /// Its type.
    pub(super) kind: String,
    /// What its author calls it.
    pub(super) name: String,
    /// Its pattern, or its value.
    pub(super) what: String,
}

impl Shown {
    /// Of an object's JSON.
    pub(super) fn of(json: &str) -> Self {
        let Ok(json) = serde_json::from_str::<Map<String, Value>>(json) else { return Self::default() };
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(short).unwrap_or_default();
        let what = ["pattern", "value", "path", "description"].into_iter().map(text).find(|text| !text.is_empty());
        Self { id: text("id"), kind: text("type"), name: text("name"), what: what.unwrap_or_default() }
    }

    /// Its name, else its id.
    pub(super) fn title(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }
}

fn short(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(LONGEST).collect();
    let rest = if chars.next().is_some() { " …" } else { "" };
    format!("{}{rest}", printable(&start))
}

/// The cells that say which object it is: its name with the way to its page, and what it names.
pub(super) fn cells(object: &DeskObject) -> Markup {
    let shown = Shown::of(&object.json);
    html! {
        td.place { a href={ "/objects/" (encoded(object.id.as_str())) } { (shown.title()) } br; span.soft { (shown.kind) } }
        td.place { code { (shown.what) } }
    }
}

/// When an object ends.
pub(super) fn end(visitor: &Visitor, object: &DeskObject) -> Markup {
    html! { @match object.expires {
        Some(end) if end <= visitor.now => { strong { (visitor.say("a pris fin le", "ended on")) " " (time(end)) } },
        Some(end) => { (visitor.say("jusqu'au", "until")) " " (time(end)) },
        None => (visitor.say("sans fin", "no end")),
    } }
}

/// Lines of JSON as a list of names with what each names.
pub(super) fn lines(lines: &[String]) -> Markup {
    html! {
        ul { @for line in lines {
            @let shown = Shown::of(line);
            li.place { strong { (shown.title()) } " " code { (shown.what) } }
        } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_shown_as_text_and_cut() {
        let json = format!(r#"{{"id":"x--1","name":"<b>\u202egnp.exe","pattern":"{}"}}"#, "a".repeat(400));
        let shown = Shown::of(&json);
        assert!(!shown.name.contains('\u{202e}'), "{}", shown.name);
        assert_eq!(shown.what.chars().count(), LONGEST + 2);
        let html = html! { (shown.title()) }.into_string();
        assert!(html.starts_with("&lt;b&gt;"), "{html}");
        assert_eq!(Shown::of("not json").title(), "");
    }
}
