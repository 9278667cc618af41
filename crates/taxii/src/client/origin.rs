//! The one origin that is asked.

use url::{Host, Url};

use super::WalkError;

/// The longest URL that is written, in bytes.
const LONGEST: usize = 2 << 10;

/// Reads the URL that a person named.
pub(super) fn start(text: &str) -> Result<Url, WalkError> {
    let wrong = || WalkError::Url(text.chars().take(200).collect());
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_private = url.scheme() == "https" || url.scheme() == "http" && is_here;
    if is_private && is_plain(&url) { Ok(with_slash(url)) } else { Err(wrong()) }
}

/// The URL of an API root that the server named, when it is at the same origin (section 4.1.1).
pub(super) fn root(discovery: &Url, text: &str) -> Option<Url> {
    let url = discovery.join(text).ok().filter(|_| text.len() <= LONGEST)?;
    (url.origin() == discovery.origin() && is_plain(&url)).then(|| with_slash(url))
}

/// Neither a query nor a fragment nor credentials.
fn is_plain(url: &Url) -> bool {
    url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none()
}

fn with_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_encrypted_or_here_is_asked() {
        assert_eq!(start("https://hub.example/taxii2").unwrap().as_str(), "https://hub.example/taxii2/");
        assert!(start("http://127.0.0.1:5000/taxii2/").is_ok());
        for text in [
            "http://hub.example/taxii2/",
            "ftp://hub.example/",
            "hub.example",
            "https://a:b@hub.example/",
            "https://hub.example/?x",
            "http://localhost.evil.example/",
        ] {
            assert!(matches!(start(text), Err(WalkError::Url(_))), "{text}");
        }
    }

    #[test]
    fn an_api_root_elsewhere_is_none() {
        let discovery = start("https://hub.example/taxii2/").unwrap();
        assert_eq!(root(&discovery, "/one/").unwrap().as_str(), "https://hub.example/one/");
        assert_eq!(root(&discovery, "https://hub.example:443/one").unwrap().as_str(), "https://hub.example/one/");
        for text in [
            "//evil.example/one/",
            "https://evil.example/",
            "http://hub.example/one/",
            "https://hub.example:8443/",
            "/one/?x=y",
            "https://x@hub.example/",
            "javascript:1",
        ] {
            assert_eq!(root(&discovery, text), None, "{text}");
        }
    }
}
