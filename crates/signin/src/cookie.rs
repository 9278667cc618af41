//! Cookies: what they are called, how they are written and read. One that cannot be read is none.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use vauban_people::Started;

use crate::visit::Browser;

/// How long a browser's own cookie lasts, in seconds: longer than any ceremony, shorter than a day's work.
const BROWSER_SECONDS: i64 = 3_600;

/// The names, which say where a cookie holds: with the prefix, a browser takes it over TLS from this very host alone (RFC 6265bis, section 4.1.3.2).
#[derive(Debug)]
pub(crate) struct Cookies {
    /// Whoever holds it is signed in.
    pub(crate) session: &'static str,
    /// Tells one browser from another, for as long as a ceremony lasts.
    pub(crate) browser: &'static str,
    /// Whoever holds it at a tool may come in.
    pub(crate) pass: &'static str,
    /// Tells a browser that set out from a tool to get a pass.
    pub(crate) way: &'static str,
    /// What a tool asked for, while somebody signs in.
    pub(crate) waiting: &'static str,
    is_tls: bool,
}

impl Cookies {
    /// Those of an origin. Without TLS, which is this machine itself, browsers refuse the prefix.
    pub(crate) fn of(origin: &str) -> Self {
        if origin.starts_with("https://") {
            Self {
                session: "__Host-vauban-session",
                browser: "__Host-vauban-browser",
                pass: "__Host-vauban-pass",
                way: "__Host-vauban-way",
                waiting: "__Host-vauban-waiting",
                is_tls: true,
            }
        } else {
            Self {
                session: "vauban-session",
                browser: "vauban-browser",
                pass: "vauban-pass",
                way: "vauban-way",
                waiting: "vauban-waiting",
                is_tls: false,
            }
        }
    }

    /// Has a browser keep the cookie of a session for as long as it is good.
    pub(crate) fn begin(&self, started: &Started, now: Timestamp) -> Option<HeaderValue> {
        self.keep(self.session, &started.token.text(), Some(started.until.duration_since(now).as_secs()))
    }

    /// Has a browser keep what tells it from others, while it is in the middle of something; nothing, where it does already.
    pub(crate) fn told_apart(&self, browser: &Browser) -> Option<HeaderValue> {
        self.keep(self.browser, &browser.token.text(), Some(BROWSER_SECONDS)).filter(|_| browser.is_new)
    }

    /// What all of them have in common.
    pub(crate) const fn attributes(&self) -> &'static str {
        if self.is_tls { "Path=/; HttpOnly; SameSite=Strict; Secure" } else { "Path=/; HttpOnly; SameSite=Strict" }
    }

    /// Has a browser keep a value until it is closed, or for so many seconds.
    pub(crate) fn keep(&self, name: &str, value: &str, seconds: Option<i64>) -> Option<HeaderValue> {
        self.written(name, value, self.attributes(), seconds)
    }

    /// The same for a cookie that comes along when a page elsewhere leads here: tools are reached by links.
    pub(crate) fn keep_across(&self, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
        self.written(name, value, &self.attributes().replace("Strict", "Lax"), Some(seconds))
    }

    fn written(&self, name: &str, value: &str, attributes: &str, seconds: Option<i64>) -> Option<HeaderValue> {
        let mut text = format!("{name}={value}; {attributes}");
        if let Some(seconds) = seconds {
            let _ = write!(text, "; Max-Age={}", seconds.max(0));
        }
        HeaderValue::from_str(&text).ok()
    }
}

/// The value of a cookie. Of two with one name the first counts, as browsers write the more specific one first.
#[must_use]
pub fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_cannot_be_read_is_none() {
        let headers = |lines: &[&[u8]]| {
            let values = lines.iter().map(|line| (header::COOKIE, HeaderValue::from_bytes(line).unwrap()));
            values.collect::<HeaderMap>()
        };
        assert_eq!(value(&headers(&[b"a=b; c=d; c=e"]), "c"), Some("d"));
        assert_eq!(value(&headers(&[b"\xff\xfe=1; c=d", b"c=e"]), "c"), Some("e"));
        for none in [&b"c"[..], b"cc=d", b"; ;", b"=", b" c =d"] {
            assert_eq!(value(&headers(&[none]), "c"), None, "{none:?}");
        }
        let huge = [b"x=".as_slice(), &vec![b'y'; 1 << 20]].concat();
        assert_eq!(value(&headers(&[&huge]), "c"), None);
    }

    #[test]
    fn cookies_are_of_this_host_alone() {
        let tls = Cookies::of("https://id.campagne.example");
        let kept = tls.keep(tls.session, "secret", Some(300)).unwrap();
        assert_eq!(kept, "__Host-vauban-session=secret; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=300");
        assert!(tls.keep("a", "b\nc", None).is_none());
        assert_eq!(Cookies::of("http://localhost:9782").session, "vauban-session");
    }
}
