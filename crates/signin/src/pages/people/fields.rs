//! What forms of these pages hold, as people write it.

use std::collections::BTreeSet;

use axum::{
    Form,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use maud::{Markup, html};
use serde::de::DeserializeOwned;
use vauban_model::Text;
use vauban_people::{Group, Name, PeopleError};

use crate::{
    SignIn,
    failed::Failed,
    language,
    pages::{
        refused::{refused, turned_away},
        room::room,
    },
    seat::Seat,
};

/// A form; one that cannot be read is answered with a page.
pub(crate) struct Filled<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<SignIn> for Filled<T> {
    type Rejection = Response;

    async fn from_request(request: Request, site: &SignIn) -> Result<Self, Response> {
        let lang = language(request.headers(), site.settings().lang);
        match Form::from_request(request, site).await {
            Ok(Form(filled)) => Ok(Self(filled)),
            Err(rejection) => {
                let mut page = turned_away(site, lang, &Failed::Unreadable);
                *page.status_mut() = rejection.into_response().status();
                Err(page)
            }
        }
    }
}

/// Why what was filled in will not do.
#[derive(Debug, thiserror::Error)]
pub(super) enum Wrong {
    /// No name, or one with characters that hide something.
    #[error("the name will not do")]
    Name,
    /// A group that has no name.
    #[error("the name of a group will not do")]
    Group,
    /// No day.
    #[error("the day cannot be read")]
    Day,
    /// A rule refused, or something failed.
    #[error(transparent)]
    Failed(#[from] Failed),
}

impl Wrong {
    /// What a person reads.
    pub(super) fn text(&self) -> Text {
        match self {
            Self::Name => Text::new(
                "Ce nom ne peut pas servir : il en faut un, de 80 caractères au plus, tous visibles.",
                "This name will not do: there must be one, of 80 characters at most, all to be seen.",
            ),
            Self::Group => Text::new(
                "Un groupe a un nom de 64 caractères au plus, tous visibles.",
                "A group has a name of 64 characters at most, all to be seen.",
            ),
            Self::Day => Text::new(
                "Ce jour n'existe pas. Exemple : 2027-05-08.",
                "There is no such day. For example: 2027-05-08.",
            ),
            Self::Failed(failed) => failed.text(),
        }
    }

    /// The page that says so.
    pub(super) fn page(&self, site: &SignIn, seat: &Seat, back: &str) -> Response {
        if let Self::Failed(failed) = self {
            return refused(site, seat, back, failed);
        }
        let content = html! {
            p.alarm role="alert" { (self.text().get(seat.browser.lang)) }
            p { a href=(back) { (seat.say("Retour", "Back")) } }
        };
        let page = room(site, seat, back, seat.say("Cela n'a pas été fait", "This was not done"), &content);
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    }
}

impl From<PeopleError> for Wrong {
    fn from(error: PeopleError) -> Self {
        Self::Failed(error.into())
    }
}

pub(super) fn name(text: &str) -> Result<Name, Wrong> {
    text.parse().map_err(|_| Wrong::Name)
}

/// Groups, one on each line.
pub(super) fn groups(text: &str) -> Result<BTreeSet<Group>, Wrong> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| line.parse().map_err(|_| Wrong::Group)).collect()
}

/// The end that a last day means: the whole day still counts.
pub(super) fn end(text: &str) -> Result<Option<Timestamp>, Wrong> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let next = text.trim().parse::<Date>().and_then(Date::tomorrow).map_err(|_| Wrong::Day)?;
    TimeZone::UTC.to_timestamp(next.at(0, 0, 0, 0)).map(Some).map_err(|_| Wrong::Day)
}

/// The last day before an end.
pub(super) fn last_day(end: Timestamp) -> Timestamp {
    end - jiff::SignedDuration::from_millis(1)
}

/// The field for groups.
pub(super) fn groups_field(seat: &Seat, groups: &str) -> Markup {
    html! {
        div.field {
            label for="groups" { (seat.say("Groupes, un par ligne", "Groups, one on each line")) }
            textarea id="groups" name="groups" rows="3" { (groups) }
        }
    }
}

/// The field for an end.
pub(super) fn end_field(seat: &Seat, day: &str) -> Markup {
    html! {
        div.field {
            label for="until" { (seat.say("Dernier jour (un bénévole en a toujours un)", "Last day (a volunteer always has one)")) }
            input type="date" id="until" name="until" value=(day);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_still_counts() {
        let end = end("2027-05-08").unwrap().unwrap();
        assert_eq!(end.to_string(), "2027-05-09T00:00:00Z");
        assert_eq!(last_day(end).strftime("%Y-%m-%d").to_string(), "2027-05-08");
        assert!(super::end(" ").unwrap().is_none());
        for bad in ["2027-02-30", "tomorrow", "9999-12-31", "2027-05-08T25:00", "-"] {
            assert!(super::end(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn groups_stand_on_lines() {
        let read = groups(" work \r\n\r\npress, and more\nwork\n").unwrap();
        assert_eq!(read.iter().map(Group::as_str).collect::<Vec<_>>(), ["press, and more", "work"]);
        assert!(groups("a\u{202e}b").is_err());
        assert!(groups(&"x".repeat(65)).is_err());
    }
}
