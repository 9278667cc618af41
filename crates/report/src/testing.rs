//! A believable case for the snapshots, and the comparison with the expected files.

use std::{fs, path::Path};

use vauban_model::{
    Exposure, IndicatorId, IndicatorRef, Location, Marking, Observable, ObservableKind, Reason, Severity, Sighting,
    Summary, Unread,
};

use vauban_record::FormatCount;

use crate::{Findings, SweepInfo, advice};

pub(crate) struct Case {
    pub(crate) sightings: Vec<Sighting>,
    pub(crate) unread: Vec<Unread>,
    pub(crate) summary: Summary,
    sweep: SweepInfo,
}

impl Case {
    pub(crate) fn findings(&self) -> Findings<'_> {
        Findings { sightings: &self.sightings, unread: &self.unread, summary: &self.summary, sweep: &self.sweep }
    }
}

pub(crate) fn findings() -> Case {
    let phish = Location::file("evidence/mailbox.mbox").inside("message 3");
    let sightings = vec![
        sighting(&phish, ObservableKind::DomainName, "login.evil.example", Exposure::Received, Marking::Clear),
        sighting(
            &Location::file("evidence/proxy.log"),
            ObservableKind::Url,
            "http://evil.example/<b>",
            Exposure::Contacted,
            Marking::Green,
        ),
        sighting(
            &Location::file("evidence/no\u{1b}[2Jte.txt"),
            ObservableKind::FileName,
            "dropper.exe",
            Exposure::Present,
            Marking::Amber,
        ),
    ];
    let unread = vec![
        Unread {
            location: Location::file("evidence/secret.zip").inside("plan.doc"),
            reason: Reason::Encrypted,
            detail: "needs a password".into(),
        },
        Unread {
            location: Location::file("evidence/old.rar"),
            reason: Reason::Unsupported,
            detail: "RAR archive".into(),
        },
    ];
    let summary = Summary {
        files: 1234,
        items: 5,
        read: 1237,
        unread: 2,
        sightings: 3,
        unchanged: 0,
        bytes: 1_234_567,
        elapsed_s: 12.3,
        partial: false,
    };
    let sweep = SweepInfo {
        paths: vec!["evidence".into()],
        started: "2026-11-24T08:00:00Z".parse().unwrap(),
        finished: "2026-11-24T08:00:12Z".parse().unwrap(),
        set_version: "0123456789abcdef".into(),
        indicators: 1500,
        set_aside: 12,
        program: "0.1.0".into(),
        formats: vec![
            FormatCount { format: "text".into(), files: 1200, unread: 0 },
            FormatCount { format: "zip".into(), files: 33, unread: 1 },
            FormatCount { format: "rar".into(), files: 1, unread: 1 },
        ],
    };
    Case { sightings, unread, summary, sweep }
}

fn sighting(location: &Location, kind: ObservableKind, value: &str, exposure: Exposure, marking: Marking) -> Sighting {
    let severity = if kind == ObservableKind::FileName { Severity::Low } else { Severity::High };
    Sighting {
        location: location.clone(),
        offset: Some(1234),
        observable: Observable::new(kind, value),
        indicator: IndicatorRef {
            id: IndicatorId::derived("Example agency", kind.as_str(), value),
            value: value.trim_start_matches("login.").into(),
            name: "Fancy phishing kit".into(),
            source: "Example agency".into(),
            marking,
            confidence: Some(85),
            known_since: Some("2016-03-19T00:00:00Z".parse().unwrap()),
            references: vec!["https://agency.example/report".into()],
        },
        how: match kind {
            ObservableKind::DomainName => vec!["subdomain".into(), "base64".into()],
            _ => Vec::new(),
        },
        exposure,
        severity,
        techniques: vec!["T1566.002".parse().unwrap()],
        advice: advice(kind, exposure, severity),
        excerpt: match kind {
            ObservableKind::DomainName => Some("Please <a href=x>sign in</a> at login.evil.example".into()),
            ObservableKind::Url => Some("10.0.3.17 GET http://evil.example/<b> 200".into()),
            _ => None,
        },
        at: Some("2016-03-19T11:28:00Z".parse().unwrap()),
        occurrences: if kind == ObservableKind::Url { 2 } else { 1 },
    }
}

/// Compares with `src/expected/NAME`; with `UPDATE_EXPECTED=1` writes it.
pub(crate) fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/expected").join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap_or_default(), "{} differs", path.display());
}
