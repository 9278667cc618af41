//! What a form said: fields by name, any of them more than once, and files where they are sent.

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts as _, Multipart, Request},
    http::header,
    response::Response,
};

use super::seat::Seat;
use crate::{page::failed, request::Visitor};

/// The fields of a form. Whoever sends something else is told so on a page.
#[derive(Debug, Default)]
pub(super) struct Filled {
    fields: Vec<(String, String)>,
    files: Vec<(String, Vec<u8>)>,
}

impl Filled {
    /// Reads a form of either kind.
    async fn read(request: Request) -> Result<Self, String> {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            let Form(fields) = Form::from_request(request, &()).await.map_err(|error| error.body_text())?;
            return Ok(Self { fields, files: Vec::new() });
        }
        let mut parts = Multipart::from_request(request, &()).await.map_err(|error| error.body_text())?;
        let mut filled = Self::default();
        while let Some(part) = parts.next_field().await.map_err(|error| error.body_text())? {
            let (name, file) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
            match file {
                Some(file) => {
                    let bytes = part.bytes().await.map_err(|error| error.body_text())?;
                    // A field for files that nobody chose comes as a file without a name.
                    if !file.is_empty() || !bytes.is_empty() {
                        filled.files.push((file, bytes.to_vec()));
                    }
                }
                None => filled.fields.push((name, part.text().await.map_err(|error| error.body_text())?)),
            }
        }
        Ok(filled)
    }

    /// A field, without the spaces around it; empty where it is missing.
    pub(super) fn text<'f>(&'f self, name: &str) -> &'f str {
        let found = self.fields.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// All fields of a name.
    pub(super) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.fields.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box of a value is ticked.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|own| own == value)
    }

    /// The files, each by its name.
    pub(super) fn files(&self) -> &[(String, Vec<u8>)] {
        &self.files
    }
}

impl FromRequest<Seat> for Filled {
    type Rejection = Response;

    async fn from_request(request: Request, seat: &Seat) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, seat).await?;
        let next = visitor.say("Rien n'a été changé. Essayez de nouveau.", "Nothing was changed. Try again.");
        Self::read(Request::from_parts(parts, body)).await.map_err(|why| failed(&visitor, &why, next))
    }
}

/// Text as part of an address.
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let one = |byte: u8| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_address_ends_it() {
        assert_eq!(encoded("indicator--a1"), "indicator--a1");
        assert_eq!(encoded("x&y=\"/../é"), "x%26y%3D%22%2F..%2F%C3%A9");
    }
}
