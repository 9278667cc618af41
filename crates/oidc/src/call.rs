//! What an endpoint for programs is told of a request.

/// A request to an endpoint that clients speak with themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Call<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The header `Authorization`.
    pub authorization: Option<&'a str>,
    /// All headers `DPoP`.
    pub proofs: &'a [&'a str],
    /// The body.
    pub body: &'a [u8],
}
