//! Cookies: what they are called, how they are written and read. One that cannot be read is none.

use std::fmt::{self, Write as _};

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use vauban_people::Started;

use crate::visit::Browser;

/// How long a browser's own cookie lasts after it was last asked something, in seconds: longer than any ceremony, shorter than a day's work.
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
    /// What a tool asked for, while somebody signs in: one cookie for each request, with its [`mark`](Mark) at the end.
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
                waiting: "__Host-vauban-waiting-",
                is_tls: true,
            }
        } else {
            Self {
                session: "vauban-session",
                browser: "vauban-browser",
                pass: "vauban-pass",
                way: "vauban-way",
                waiting: "vauban-waiting-",
                is_tls: false,
            }
        }
    }

    /// Has a browser keep the cookie of a session for as long as it is good.
    pub(crate) fn begin(&self, started: &Started, now: Timestamp) -> Option<HeaderValue> {
        self.keep(self.session, &started.token.text(), Some(started.until.duration_since(now).as_secs()))
    }

    /// Has a browser keep what tells it from others, while it is in the middle of something. Anew each time: on a page that stands open, the
    /// cookie would be over else between a question and its answer.
    pub(crate) fn told_apart(&self, browser: &Browser) -> Option<HeaderValue> {
        self.keep(self.browser, &browser.token.text(), Some(BROWSER_SECONDS))
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

    /// The name of the cookie of what a tool asked for.
    pub(crate) fn waiting_for(&self, mark: &Mark) -> String {
        format!("{}{mark}", self.waiting)
    }

    /// The requests of tools that wait in this browser. Browsers write the oldest cookie first (RFC 6265bis, section 5.7.3).
    pub(crate) fn all_waiting(&self, headers: &HeaderMap) -> Vec<Mark> {
        pairs(headers).filter_map(|(name, _)| Mark::new(name.strip_prefix(self.waiting)?)).collect()
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
    pairs(headers).find_map(|(key, value)| (key == name).then_some(value))
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// Tells the requests of one browser apart: the beginning of a request's name. The rest of it stays in the cookie, so that an address is worth nothing
/// elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark(String);

impl Mark {
    /// Characters of base64url: 48 bits.
    const LENGTH: usize = 8;

    /// As an address or a cookie has it.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        (is_plain && text.len() == Self::LENGTH).then(|| Self(text.to_owned()))
    }

    /// That of a request's name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::new(name.get(..Self::LENGTH)?)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
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
    fn what_waits_is_told_apart_by_a_mark_that_is_plain() {
        let cookies = Cookies::of("http://localhost:9783");
        let line =
            "vauban-waiting-AAAAAAA1=x; a=b; vauban-waiting-=x; vauban-waiting-aaaa aaa=x; vauban-waiting-AAAAAAA2=y";
        let headers: HeaderMap = [(header::COOKIE, HeaderValue::from_static(line))].into_iter().collect();
        let waiting: Vec<String> = cookies.all_waiting(&headers).iter().map(Mark::to_string).collect();
        assert_eq!(waiting, ["AAAAAAA1", "AAAAAAA2"]);
        for none in ["", "AAAAAAA", "AAAAAAAAA", "AAAAAAA;", "AAAA\r\nAA", "AAAAAA\u{e9}"] {
            assert_eq!(Mark::new(none), None, "{none:?}");
        }
        assert_eq!(Mark::of("AAAAAAA1AAAA"), Mark::new("AAAAAAA1"));
        assert_eq!(Mark::of("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}"), None);
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
