//! Who opens these pages: an administrator whose session is bound. The store asks again at each change; here it is asked so that nobody
//! else reads who belongs to the organisation, and so that the reason stands where the page would.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use vauban_people::{Actor, Person, Refusal};

use crate::{
    SignIn,
    pages::{named::id, refused::refused},
    seat::Seat,
};

/// An administrator whose session is bound.
pub(crate) struct Administrator(pub(super) Seat);

impl FromRequestParts<SignIn> for Administrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        let seat = Seat::from_request_parts(parts, site).await?;
        match seat.must_administer() {
            Ok(()) => Ok(Self(seat)),
            Err(refusal) => Err(refused(site, &seat, "/mine", &refusal.into())),
        }
    }
}

/// The person that an address names, and the administrator who looks at them.
pub(crate) struct Subject {
    pub(super) seat: Seat,
    pub(super) person: Person,
}

impl Subject {
    /// Who asks.
    pub(super) const fn actor(&self) -> Actor {
        self.seat.actor()
    }

    /// The page of the person.
    pub(super) fn path(&self) -> String {
        format!("/people/{}", self.person.id)
    }
}

impl FromRequestParts<SignIn> for Subject {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        let Administrator(seat) = Administrator::from_request_parts(parts, site).await?;
        let found = match id(parts, site).await {
            Some(id) => site.people().person(id),
            None => Err(Refusal::NoSuchPerson.into()),
        };
        match found {
            Ok(person) => Ok(Self { seat, person }),
            Err(error) => Err(refused(site, &seat, "/people", &error.into())),
        }
    }
}
