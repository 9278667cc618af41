//! What each type of MISP attribute looks for.

use vauban_model::{ObservableKind, Test};

use crate::{
    formats::yara,
    value::{NotAValue, of_kind, pattern_constant},
};

/// What an attribute is.
pub(super) enum Meaning {
    /// Something to look for.
    Look(Vec<Test>),
    /// Where the public can read more.
    Reference,
    /// It names nothing to look for.
    Nothing,
}

/// What an attribute of this type and value looks for.
///
/// # Errors
/// Why the value is not of its type.
pub(super) fn meaning(kind: &str, category: &str, value: &str) -> Result<Meaning, String> {
    use ObservableKind::{
        AppId, CertificateFingerprint, DomainName, EmailAddr, FileHash, FileName, Ipv4Addr, Ja3, Ja4, ProcessName, Url,
    };
    if kind == "link"
        || (matches!(category, "External analysis" | "Internal reference") && matches!(kind, "url" | "uri"))
    {
        return Ok(Meaning::Reference);
    }
    let as_kind = |kind| of_kind(kind, value).map(Meaning::Look).map_err(|error: NotAValue| error.to_string());
    let pattern =
        |path: &str| Ok(Meaning::Look(vec![Test::Pattern(format!("[{path} = {}]", pattern_constant(value)).into())]));
    match kind {
        "domain" | "hostname" => as_kind(DomainName),
        "url" => as_kind(Url),
        "ip-src" | "ip-dst" => as_kind(Ipv4Addr),
        "email" | "email-src" | "email-dst" | "email-reply-to" | "eppn" => as_kind(EmailAddr),
        "md5" | "sha1" | "sha256" | "sha512" => as_kind(FileHash),
        "filename" | "email-attachment" => as_kind(FileName),
        "ja3-fingerprint-md5" => as_kind(Ja3),
        "ja4-plus" | "ja4" => as_kind(Ja4),
        "x509-fingerprint-md5" | "x509-fingerprint-sha1" | "x509-fingerprint-sha256" => as_kind(CertificateFingerprint),
        // Either half of these names the attack by itself.
        "domain|ip" | "ip-src|port" | "ip-dst|port" | "hostname|port" => halves(kind, value),
        // The name of a file says little beside its hash: the hash alone is looked for.
        _ if kind.starts_with("filename|") || kind.starts_with("malware-sample") => {
            let (_, hash) = value.rsplit_once('|').ok_or("not of the form name|hash")?;
            match of_kind(FileHash, hash) {
                Ok(tests) => Ok(Meaning::Look(tests)),
                Err(_)
                    if matches!(
                        kind,
                        "filename|ssdeep"
                            | "filename|imphash"
                            | "filename|tlsh"
                            | "filename|vhash"
                            | "filename|authentihash"
                            | "filename|impfuzzy"
                            | "filename|pehash"
                    ) =>
                {
                    Ok(Meaning::Nothing)
                }
                Err(error) => Err(error.to_string()),
            }
        }
        "uri" => match of_kind(Url, value) {
            Ok(tests) if !value.starts_with('/') => Ok(Meaning::Look(tests)),
            _ if value.trim().len() > 4 => {
                let wanted = value.trim().replace('%', "\\%").replace('_', "\\_");
                Ok(Meaning::Look(vec![Test::Pattern(
                    format!("[url:value LIKE {}]", pattern_constant(&format!("%{wanted}%"))).into(),
                )]))
            }
            _ => Err("too short to look for".to_owned()),
        },
        "regkey" => pattern("windows-registry-key:key"),
        "regkey|value" => {
            let (key, data) = value.split_once('|').ok_or("not of the form key|value")?;
            let text = format!(
                "[windows-registry-key:key = {} AND windows-registry-key:values[*].data = {}]",
                pattern_constant(key),
                pattern_constant(data)
            );
            Ok(Meaning::Look(vec![Test::Pattern(text.into())]))
        }
        "mutex" => pattern("mutex:name"),
        "user-agent" => pattern("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"),
        "email-subject" => pattern("email-message:subject"),
        "email-body" => pattern("email-message:body"),
        "email-message-id" => pattern("email-message:message_id"),
        "process-name" => as_kind(ProcessName),
        "mobile-application-id" => as_kind(AppId),
        "mac-address" => pattern("mac-addr:value"),
        "stix2-pattern" => match crate::formats::plain_alternatives(value) {
            Ok(Some(tests)) => Ok(Meaning::Look(tests)),
            Ok(None) if value.trim_start().starts_with(['[', '(']) => {
                Ok(Meaning::Look(vec![Test::Pattern(value.trim().into())]))
            }
            Ok(None) => Err("not a STIX pattern".to_owned()),
            Err(error) => Err(error.to_string()),
        },
        "yara" => {
            let split = yara::split(value);
            if split.rules.is_empty() {
                return Err(split
                    .broken
                    .into_iter()
                    .next()
                    .map_or_else(|| "no YARA rule".to_owned(), |broken| broken.reason));
            }
            Ok(Meaning::Look(
                split
                    .rules
                    .into_iter()
                    .map(|rule| Test::Yara { rule: rule.name.into(), text: rule.text.into() })
                    .collect(),
            ))
        }
        "sigma" => crate::formats::sigma_tests(value).map(Meaning::Look),
        _ => Ok(Meaning::Nothing),
    }
}

fn halves(kind: &str, value: &str) -> Result<Meaning, String> {
    let (first, second) = value.split_once('|').or_else(|| value.rsplit_once(':')).ok_or("not of the form a|b")?;
    let mut tests = of_kind(ObservableKind::DomainName, first).map_err(|error| error.to_string())?;
    if kind == "domain|ip" {
        tests.extend(of_kind(ObservableKind::Ipv4Addr, second).map_err(|error| error.to_string())?);
    }
    Ok(Meaning::Look(tests))
}
