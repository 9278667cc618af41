//! Exports: what leaves, what must not, and that other readers understand it.

use vauban_intel::{
    Document, Reading,
    export::{ExportFormat, Selection, export},
    read_document,
};
use vauban_model::{Indicator, Marking, Test};

fn sample() -> Reading {
    let text = "value,tlp,valid_until,confidence,technique,comment\nevil.example,clear,,70,T1566.002,phish\n192.0.2.0/24,green,,,,\nred.example,red,,,,\nold.example,clear,2020-01-01,,,\nhttp://evil.example/a?b='c',clear,,,,\nspy@evil.example,clear,,,,=cmd()\nd41d8cd98f00b204e9800998ecf8427f,clear,,,,\n";
    let mut reading = read_document(&Document::new("feed.csv", "Source", text.as_bytes()));
    let rules = "import \"pe\"\nprivate rule p { condition: pe.is_pe }\nrule one { condition: p }\nrule two { condition: one and p }\n";
    reading.absorb(read_document(&Document::new("rules.yar", "Source", rules.as_bytes()).with_marking(Marking::Clear)));
    reading
}

fn selection(clearance: Marking) -> Selection {
    Selection { clearance, now: "2026-01-01T00:00:00Z".parse().expect("a test's own data"), expired_too: false }
}

fn values(indicators: &[Indicator]) -> Vec<&str> {
    let mut values: Vec<&str> =
        indicators.iter().flat_map(|indicator| indicator.tests.iter().map(Test::value)).collect();
    values.sort_unstable();
    values
}

#[test]
fn nothing_above_the_clearance_and_nothing_expired_leaves_in_any_format() {
    let reading = sample();
    for format in ["stix", "misp", "rpz", "hosts", "csv", "yara", "suricata"] {
        let exported = export(&reading.indicators, format.parse().unwrap(), &selection(Marking::Green));
        assert_eq!((exported.withheld, exported.expired), (1, 1), "{format}");
        assert!(!exported.text.contains("red.example") && !exported.text.contains("old.example"), "{format}");
        assert_eq!(
            exported.written + exported.inexpressible + exported.withheld + exported.expired,
            reading.indicators.len(),
            "{format}"
        );
    }
    assert!("docx".parse::<ExportFormat>().is_err());
}

#[test]
fn stix_and_misp_read_back_whole() {
    let reading = sample();
    for (format, name) in [(ExportFormat::Stix, "stix"), (ExportFormat::Misp, "misp")] {
        let exported = export(&reading.indicators, format, &Selection { expired_too: true, ..selection(Marking::Red) });
        let again = read_document(&Document::new("export.json", "again", exported.text.as_bytes()));
        assert_eq!(again.format, name);
        assert!(again.refused.is_empty(), "{:?}", again.refused);
        assert_eq!(values(&again.indicators), values(&reading.indicators), "{name}");
        for before in &reading.indicators {
            let after = again.indicators.iter().find(|after| after.id == before.id).unwrap();
            assert_eq!((after.marking, &after.techniques), (before.marking, &before.techniques), "{name}");
        }
    }
}

#[test]
fn what_phones_show_reads_back_with_its_kind() {
    let text = "type,value\nprocess-name,evilD\napp-id,com.evil.app\nconfiguration-profile,76DAB334-7E17-475D-A5D6-0794EB5818A5\nfile-path,/private/var/tmp/l/\n";
    let reading = read_document(&Document::new("feed.csv", "Source", text.as_bytes()).with_marking(Marking::Clear));
    let tests = |reading: &Reading| {
        let mut all: Vec<Test> =
            reading.indicators.iter().flat_map(|indicator| indicator.tests.iter().cloned()).collect();
        all.sort_by(|one, other| one.value().cmp(other.value()));
        all
    };
    assert_eq!(tests(&reading).len(), 4, "{:?}", reading.refused);
    for (format, name) in [(ExportFormat::Stix, "x.json"), (ExportFormat::Misp, "x.json"), (ExportFormat::Csv, "x.csv")]
    {
        let exported = export(&reading.indicators, format, &selection(Marking::Clear));
        let again = read_document(&Document::new(name, "again", exported.text.as_bytes()));
        assert_eq!(tests(&again), tests(&reading), "{}", exported.text);
    }
}

#[test]
fn csv_hosts_rpz_and_yara_read_back_what_they_can_express() {
    let reading = sample();
    for (format, name, expected) in [
        (
            ExportFormat::Csv,
            "x.csv",
            vec![
                "192.0.2.0/24",
                "d41d8cd98f00b204e9800998ecf8427f",
                "evil.example",
                "http://evil.example/a?b='c'",
                "red.example",
                "spy@evil.example",
            ],
        ),
        (ExportFormat::Hosts, "hosts", vec!["evil.example", "red.example"]),
        (ExportFormat::Rpz, "x.rpz", vec!["192.0.2.0/24", "evil.example", "red.example"]),
        (ExportFormat::Yara, "x.yar", vec!["one", "two"]),
    ] {
        let exported = export(&reading.indicators, format, &selection(Marking::Red));
        assert_eq!(exported.written, expected.len(), "{name}");
        let again = read_document(&Document::new(name, "again", exported.text.as_bytes()));
        let mut found = values(&again.indicators);
        if name == "x.csv" {
            found.iter_mut().for_each(|value| *value = value.trim_end_matches('\''));
        }
        let expected: Vec<&str> =
            expected.iter().map(|value| if name == "x.csv" { value.trim_end_matches('\'') } else { value }).collect();
        assert_eq!(found, expected, "{name}: {:?}", again.refused);
    }
    let csv = export(&reading.indicators, ExportFormat::Csv, &selection(Marking::Red)).text;
    assert!(csv.contains("'=cmd()") && !csv.contains(",=cmd()"), "a spreadsheet must not run a cell");
    let yara = export(&reading.indicators, ExportFormat::Yara, &selection(Marking::Red)).text;
    assert_eq!(
        (yara.matches("import").count(), yara.matches("private rule p").count(), yara.matches("rule one").count()),
        (1, 1, 1),
        "{yara}"
    );
}
