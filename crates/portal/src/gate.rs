//! What every request passes: from this machine's own pages only, and every answer tells the browser to trust nothing else.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

/// What a browser is told with every answer.
const HEADERS: [(&str, &str); 6] = [
    // Nothing runs, nothing is fetched from elsewhere, nobody frames it.
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // Not `no-referrer`: browsers would then send forms with the origin `null`, as those of strangers.
    ("referrer-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Turns away whoever comes by another name (a page elsewhere whose name was made to lead here), and forms of other pages.
pub(crate) async fn gate(State(port): State<u16>, request: Request, next: Next) -> Response {
    let allowed = is_own(request.method(), request.headers(), port);
    let mut answer =
        if allowed { next.run(request).await } else { (StatusCode::FORBIDDEN, "not from here\n").into_response() };
    let headers = answer.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn is_own(method: &Method, headers: &HeaderMap, port: u16) -> bool {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let names = [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")];
    let Some(host) = value(header::HOST).filter(|host| names.iter().any(|name| name == host)) else { return false };
    // Forms change something: they come from a page of this very address.
    method == Method::GET || method == Method::HEAD || value(header::ORIGIN) == Some(&format!("http://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_and_other_pages_are_turned_away() {
        let own = |method: Method, host: &str, origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert("host", host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert("origin", origin.parse().unwrap());
            }
            is_own(&method, &headers, 9782)
        };
        assert!(own(Method::GET, "127.0.0.1:9782", None) && own(Method::GET, "localhost:9782", None));
        assert!(!own(Method::GET, "evil.example:9782", None), "a name made to lead here");
        assert!(own(Method::POST, "127.0.0.1:9782", Some("http://127.0.0.1:9782")));
        for origin in [None, Some("http://evil.example"), Some("null"), Some("https://127.0.0.1:9782")] {
            assert!(!own(Method::POST, "127.0.0.1:9782", origin), "{origin:?}");
        }
    }
}
