//! What a person reads of a refusal, in English and French: what is wrong, and what to do.

use super::{Missing, Refusal};
use crate::request::BodyError;

/// The same sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

fn words(en: impl Into<String>, fr: impl Into<String>) -> Words {
    Words { en: en.into(), fr: fr.into() }
}

impl Refusal {
    /// What is wrong and what to do.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Unauthenticated(_) => words("Sign in, then ask again.", "Authentifiez-vous, puis recommencez."),
            Self::Forbidden => words(
                "Your account may not do this here. Ask the agency for the right to.",
                "Votre compte n’a pas ce droit ici. Demandez-le à l’agence.",
            ),
            Self::NotFound(missing) => missing.words(),
            Self::NoSlash => words("End the path with a slash.", "Terminez le chemin par une barre oblique."),
            Self::Method(methods) => words(
                format!("Use one of these methods here: {methods}."),
                format!("Utilisez ici l’une de ces méthodes : {methods}."),
            ),
            Self::NotAcceptable => words(
                "Ask for application/taxii+json;version=2.1 in the Accept header.",
                "Demandez application/taxii+json;version=2.1 dans l’en-tête Accept.",
            ),
            Self::TooLarge(most) => words(
                format!("Send at most {most} bytes at a time."),
                format!("Envoyez au plus {most} octets à la fois."),
            ),
            Self::UriTooLong => words("Ask for fewer values at a time.", "Demandez moins de valeurs à la fois."),
            Self::MediaType => words(
                "Send application/taxii+json;version=2.1 and say so in the Content-Type header.",
                "Envoyez application/taxii+json;version=2.1 et indiquez-le dans l’en-tête Content-Type.",
            ),
            Self::Unknown(name) => words(
                format!("This endpoint has no parameter “{name}”. Leave it out."),
                format!("Ce point d’accès n’a pas de paramètre « {name} ». Retirez-le."),
            ),
            Self::Repeated(name) => words(
                format!("Give the parameter “{name}” once, with commas between its values."),
                format!("Donnez le paramètre « {name} » une seule fois, ses valeurs séparées par des virgules."),
            ),
            Self::Malformed(name) => words(
                format!("The value of “{name}” cannot be read. Correct it."),
                format!("La valeur de « {name} » est illisible. Corrigez-la."),
            ),
            Self::Limit => words(
                "Give a limit that is a whole number above zero.",
                "Donnez une limite qui soit un nombre entier supérieur à zéro.",
            ),
            Self::Cursor => words(
                "This “next” was not given for this query. Start again without it.",
                "Ce « next » n’a pas été donné pour cette requête. Recommencez sans lui.",
            ),
            Self::Body(cause) => cause.words(),
            Self::Unavailable => words("Ask again in a minute.", "Recommencez dans une minute."),
            Self::Internal => words(
                "The server failed. Give the number of this error to whoever runs it.",
                "Le serveur a échoué. Donnez le numéro de cette erreur à son responsable.",
            ),
        }
    }

    /// A short title in English (section 3.6.1 has one only).
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self.status() {
            400 => "The request is not understood",
            401 => "Not authenticated",
            403 => "Forbidden",
            404 => "Not found",
            405 => "Method not allowed",
            406 => "Not acceptable",
            413 => "The body is too large",
            414 => "The address is too long",
            415 => "The media type is not supported",
            422 => "The body cannot be processed",
            503 => "Not available now",
            _ => "The server failed",
        }
    }
}

impl Missing {
    fn words(self) -> Words {
        match self {
            Self::Endpoint => words("There is nothing at this path.", "Il n’y a rien à ce chemin."),
            Self::Discovery => {
                words("There is no discovery for you here.", "Il n’y a pas de découverte pour vous ici.")
            }
            Self::Root => words("There is no such API root for you.", "Il n’y a pas de telle racine pour vous."),
            Self::Collection => {
                words("There is no such collection for you.", "Il n’y a pas de telle collection pour vous.")
            }
            Self::Object => words("There is no such object for you.", "Il n’y a pas de tel objet pour vous."),
            Self::Status => words(
                "There is no such status for you, or no longer.",
                "Il n’y a pas de tel état pour vous, ou il n’y en a plus.",
            ),
        }
    }
}

impl BodyError {
    fn words(&self) -> Words {
        match self {
            Self::NotJson => words("Send JSON in UTF-8.", "Envoyez du JSON en UTF-8."),
            Self::NoObjects => words(
                "Send an envelope: {\"objects\": […]} with at least one object.",
                "Envoyez une enveloppe : {\"objects\": […]} avec au moins un objet.",
            ),
            Self::Object { at } => words(
                format!("Object {at} of the envelope has no readable id, type or spec_version."),
                format!("L’objet {at} de l’enveloppe n’a pas d’id, de type ou de spec_version lisible."),
            ),
            Self::TooMany { most } => words(
                format!("Send at most {most} objects at a time."),
                format!("Envoyez au plus {most} objets à la fois."),
            ),
        }
    }
}
