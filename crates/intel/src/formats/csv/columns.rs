//! What the names of columns mean.

use vauban_model::ObservableKind;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// Values of a kind that another column, or the value itself, tells.
    Value,
    /// Values of this kind.
    Of(ObservableKind),
    /// The kind of the values in [`Column::Value`].
    Kind,
    /// What is said of the indicator.
    Description,
    /// A name of malware, a group or a campaign.
    Label,
    /// The publisher.
    Source,
    /// A TLP label.
    Marking,
    /// How sure.
    Confidence,
    /// From when.
    From,
    /// Until when.
    Until,
    /// Where to read more.
    Reference,
    /// ATT&CK techniques.
    Technique,
    /// Nothing we use.
    Unknown,
}

/// What a column of this name holds.
pub(super) fn column(name: &str) -> Column {
    use ObservableKind::{CertificateFingerprint, DomainName, EmailAddr, FileHash, FileName, Ipv4Addr, Ja3, Ja4, Url};
    let plain: String = name
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '"' | '\u{feff}'))
        .to_ascii_lowercase()
        .chars()
        .map(|c| if matches!(c, ' ' | '-' | '.') { '_' } else { c })
        .collect();
    match plain.as_str() {
        "indicator" | "indicators" | "ioc" | "iocs" | "ioc_value" | "indicator_value" | "value" | "observable"
        | "observable_value" | "artifact" => Column::Value,
        "domain" | "domains" | "domain_name" | "hostname" | "host" | "fqdn" | "dns" => Column::Of(DomainName),
        "ip" | "ips" | "ip_address" | "ipaddress" | "ipv4" | "ipv6" | "ip_addr" | "dst_ip" | "dstip" | "src_ip"
        | "srcip" | "address" | "c2_ip" | "network" | "cidr" => Column::Of(Ipv4Addr),
        "url" | "urls" | "uri" => Column::Of(Url),
        "hash" | "hashes" | "file_hash" | "filehash" | "md5" | "md5_hash" | "sha1" | "sha_1" | "sha1_hash"
        | "sha256" | "sha_256" | "sha256_hash" | "sha512" | "sha512_hash" => Column::Of(FileHash),
        "email" | "e_mail" | "email_address" | "sender" | "from" | "mail" => Column::Of(EmailAddr),
        "filename" | "file_name" | "filenames" | "file" | "file_path" | "path" => Column::Of(FileName),
        "ja3" | "ja3_md5" | "ja3_fingerprint" => Column::Of(Ja3),
        "ja4" => Column::Of(Ja4),
        "certificate_fingerprint" | "cert_sha1" | "cert_sha256" | "cert_fingerprint" => {
            Column::Of(CertificateFingerprint)
        }
        "type" | "ioc_type" | "indicator_type" | "kind" | "observable_type" | "category_type" | "data_type" => {
            Column::Kind
        }
        "comment" | "comments" | "description" | "note" | "notes" | "context" | "details" | "listing_reason" => {
            Column::Description
        }
        "malware" | "malware_family" | "malware_printable" | "family" | "signature" | "threat" | "threat_actor"
        | "actor" | "campaign" | "group" | "name" | "tag" | "tags" | "labels" | "label" => Column::Label,
        "source" | "feed" | "publisher" | "reporter" | "provider" => Column::Source,
        "tlp" | "marking" | "sharing" => Column::Marking,
        "confidence" | "confidence_level" | "score" => Column::Confidence,
        "first_seen" | "first_seen_utc" | "firstseen" | "valid_from" | "date" | "dateadded" | "date_added"
        | "created" | "timestamp" | "added" => Column::From,
        "valid_until" | "valid_to" | "expires" | "expiration" | "expiry" | "valid_till" => Column::Until,
        "reference" | "references" | "report" | "link" | "reference_url" | "more_information" => Column::Reference,
        "technique" | "techniques" | "attack" | "att&ck" | "mitre" | "mitre_attack" | "ttp" | "ttps" => {
            Column::Technique
        }
        _ => Column::Unknown,
    }
}

/// The kind that a word in a [`Column::Kind`] cell names.
pub(super) fn kind(word: &str) -> Option<ObservableKind> {
    match column(word) {
        // As a column it holds paths of many machines, of which the name alone is the same; as a kind it says what it means.
        _ if word.trim().eq_ignore_ascii_case("file-path") => Some(ObservableKind::FilePath),
        Column::Of(kind) => Some(kind),
        _ => match word.trim().to_ascii_lowercase().as_str() {
            "domain-name" | "hostname" => Some(ObservableKind::DomainName),
            "ipv4-addr" | "ipv6-addr" | "ip-dst" | "ip-src" | "ip:port" => Some(ObservableKind::Ipv4Addr),
            "email-addr" | "email-src" | "email-dst" => Some(ObservableKind::EmailAddr),
            "process-name" => Some(ObservableKind::ProcessName),
            "app-id" => Some(ObservableKind::AppId),
            "configuration-profile" => Some(ObservableKind::ConfigurationProfile),
            "filehash-md5" | "filehash-sha1" | "filehash-sha256" => Some(ObservableKind::FileHash),
            _ => None,
        },
    }
}
