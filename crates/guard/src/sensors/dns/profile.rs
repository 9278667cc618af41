//! What a device is told so that it asks under its own name: lines to type, a code to scan, a profile of Apple's.

use std::io;

use data_encoding::BASE64;
use fast_qr::{QRBuilder, convert::svg::SvgBuilder};
use sha2::{Digest as _, Sha256};

/// Where a device finds the resolver, under its own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The device.
    pub device: String,
    /// Its token.
    pub token: String,
    /// The resolver's own name.
    pub name: String,
    /// Whether it speaks TLS, and HTTPS and at which port.
    pub tls: bool,
    /// The port of HTTPS; none where it does not speak it.
    pub https: Option<u16>,
}

impl Profile {
    /// The name of DNS over TLS: what Android calls the private DNS provider's hostname.
    #[must_use]
    pub fn hostname(&self) -> String {
        format!("{}.{}", self.token, self.name)
    }

    /// The address of DNS over HTTPS, as Firefox and Chromium take it.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        let port = match self.https? {
            443 => String::new(),
            port => format!(":{port}"),
        };
        Some(format!("https://{}{port}/dns-query/{}", self.name, self.token))
    }

    /// A code for the terminal that holds the hostname.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        Some(QRBuilder::new(self.hostname()).build().ok()?.to_str())
    }

    /// The same code as a picture (SVG).
    #[must_use]
    pub fn picture(&self) -> Option<String> {
        Some(SvgBuilder::default().to_str(&QRBuilder::new(self.hostname()).build().ok()?))
    }

    /// A profile for devices of Apple's (`com.apple.dnsSettings.managed`). It is not signed: the device says so when it is put
    /// in. The same token makes the same profile, so that putting it in again replaces it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn apple(&self) -> io::Result<Vec<u8>> {
        let text = |value: &str| plist::Value::from(value);
        let mut settings = plist::Dictionary::new();
        match self.url() {
            Some(url) if !self.tls => {
                settings.insert("DNSProtocol".to_owned(), text("HTTPS"));
                settings.insert("ServerURL".to_owned(), text(&url));
            }
            _ => {
                settings.insert("DNSProtocol".to_owned(), text("TLS"));
                settings.insert("ServerName".to_owned(), text(&self.hostname()));
            }
        }
        let payload = |kind: &str, id: &str, salt: &str| {
            let mut payload = plist::Dictionary::new();
            payload.insert("PayloadType".to_owned(), text(kind));
            payload.insert("PayloadVersion".to_owned(), plist::Value::from(1));
            payload.insert("PayloadIdentifier".to_owned(), text(id));
            payload.insert("PayloadUUID".to_owned(), text(&self.uuid(salt)));
            payload.insert("PayloadDisplayName".to_owned(), text(&format!("Vauban DNS ({})", self.device)));
            payload
        };
        let own = format!("vauban.{}", self.name);
        let mut inner = payload("com.apple.dnsSettings.managed", &format!("{own}.dns"), "dns");
        inner.insert("DNSSettings".to_owned(), plist::Value::Dictionary(settings));
        let mut outer = payload("Configuration", &own, "profile");
        outer.insert("PayloadContent".to_owned(), plist::Value::Array(vec![plist::Value::Dictionary(inner)]));
        let mut out = Vec::new();
        plist::Value::Dictionary(outer).to_writer_xml(&mut out).map_err(io::Error::other)?;
        Ok(out)
    }

    /// An id that follows from the token, without telling it.
    fn uuid(&self, salt: &str) -> String {
        let digest = Sha256::digest([salt, &self.name, &self.token].join("/"));
        let mut bytes: [u8; 16] = *digest.first_chunk().unwrap_or(&[0; 16]);
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = |range: std::ops::Range<usize>| data_encoding::HEXUPPER.encode(&bytes[range]);
        format!("{}-{}-{}-{}-{}", hex(0..4), hex(4..6), hex(6..8), hex(8..10), hex(10..16))
    }

    /// The stamp of DNS over HTTPS (`sdns://`), which some programs take.
    #[must_use]
    pub fn stamp(&self) -> Option<String> {
        let https = self.https?;
        let host = if https == 443 { self.name.clone() } else { format!("{}:{https}", self.name) };
        let path = format!("/dns-query/{}", self.token);
        let mut bytes = vec![2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for part in [host, path] {
            bytes.push(u8::try_from(part.len()).ok()?);
            bytes.extend_from_slice(part.as_bytes());
        }
        let text = BASE64.encode(&bytes).replace('+', "-").replace('/', "_");
        Some(format!("sdns://{}", text.trim_end_matches('=')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        Profile {
            device: "phone <alice>".to_owned(),
            token: "abcdefghijklmnopqrstuvwx".to_owned(),
            name: "dns.campagne.example".to_owned(),
            tls: true,
            https: Some(443),
        }
    }

    #[test]
    fn every_device_finds_its_line() {
        let profile = profile();
        assert_eq!(profile.hostname(), "abcdefghijklmnopqrstuvwx.dns.campagne.example");
        assert_eq!(profile.url().unwrap(), "https://dns.campagne.example/dns-query/abcdefghijklmnopqrstuvwx");
        assert!(profile.code().unwrap().lines().count() > 10);
        assert!(profile.picture().unwrap().starts_with("<svg"));
        let other = Profile { https: Some(8443), ..profile.clone() };
        assert!(other.url().unwrap().starts_with("https://dns.campagne.example:8443/"));
    }

    #[test]
    fn the_code_holds_the_hostname() {
        let profile = profile();
        let code = QRBuilder::new(profile.hostname()).build().unwrap();
        let side = code.size;
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(8 * (side + 8), 8 * (side + 8), |x, y| {
            let (x, y) = ((x / 8).wrapping_sub(4), (y / 8).wrapping_sub(4));
            if x < side && y < side && code[y][x].value() { 0 } else { 255 }
        });
        let (_, content) = picture.detect_grids()[0].decode().unwrap();
        assert_eq!(content, profile.hostname());
    }

    #[test]
    fn apples_profile_reads_back() {
        let bytes = profile().apple().unwrap();
        let value = plist::Value::from_reader_xml(&bytes[..]).unwrap();
        let outer = value.as_dictionary().unwrap();
        assert_eq!(outer["PayloadType"].as_string(), Some("Configuration"));
        let inner = outer["PayloadContent"].as_array().unwrap()[0].as_dictionary().unwrap();
        assert_eq!(inner["PayloadType"].as_string(), Some("com.apple.dnsSettings.managed"));
        let settings = inner["DNSSettings"].as_dictionary().unwrap();
        assert_eq!(settings["ServerName"].as_string(), Some("abcdefghijklmnopqrstuvwx.dns.campagne.example"));
        assert_ne!(outer["PayloadUUID"], inner["PayloadUUID"]);
        assert_eq!(bytes, profile().apple().unwrap());
    }
}
