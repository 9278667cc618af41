//! From values to a response of the server.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};

/// A response of the crate for TAXII. To HEAD the body is left out, and its length said.
pub(super) fn sent(answered: vauban_taxii::Response, method: &Method) -> Response {
    let length = answered.body.len();
    let body = if method == Method::HEAD { Body::empty() } else { Body::from(answered.body) };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in answered.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            headers.insert(name, value);
        }
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    private(response)
}

/// What one party is told is kept by no cache on the way.
pub(super) fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("authorization, accept"));
    response
}
