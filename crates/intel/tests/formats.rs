//! Every format, with broken rows among good ones.

use vauban_intel::{Document, Place, Reading, read_document};
use vauban_model::{Marking, Test};

fn read(name: &str, text: &str) -> Reading {
    read_document(&Document::new(name, "source", text.as_bytes()))
}

fn values(reading: &Reading) -> Vec<&str> {
    reading.indicators.iter().flat_map(|indicator| indicator.tests.iter().map(Test::value)).collect()
}

fn refused_lines(reading: &Reading) -> Vec<u32> {
    reading.refused.iter().map(|refused| if let Place::Line(line) = refused.place { line } else { 0 }).collect()
}

#[test]
fn lists_keep_their_good_lines() {
    let text = "# Campaign X\r\n\u{feff}evil[.]example\r\nhxxp://evil.example/a # dropper\r\n\r\nnot a value here\r\n192.0.2.0/24\r\nspy@evil.example\r\nd41d8cd98f00b204e9800998ecf8427f  *invoice.exe\r\nSHA1 (b.exe) = da39a3ee5e6b4b0d3255bfef95601890afd80700\r\nimplant.dll\r\n";
    let reading = read("list.txt", text);
    assert_eq!(reading.format, "list");
    assert_eq!(reading.title.as_deref(), Some("Campaign X"));
    assert_eq!(
        values(&reading),
        [
            "evil.example",
            "http://evil.example/a",
            "192.0.2.0/24",
            "spy@evil.example",
            "d41d8cd98f00b204e9800998ecf8427f",
            "da39a3ee5e6b4b0d3255bfef95601890afd80700",
            "implant.dll",
        ]
    );
    assert_eq!(reading.indicators[1].description, "dropper");
    assert_eq!(reading.indicators[4].description, "invoice.exe");
    assert_eq!(refused_lines(&reading), [5]);
}

#[test]
fn tables_tell_their_columns_and_keep_their_good_rows() {
    let text = "indicator;type;tlp;confidence;malware;first_seen;valid_until;technique;comment\nevil.example;domain;TLP:RED;80;Fancy;2016-03-19;2030-01-01;T1566.002;phish\n;;;;;;;;\nnonsense value;;;;;;;;\n\"evil2.example\";hostname;purple;high;;;;;\n192.0.2.7;ip;;;;;;;\n";
    let reading = read("feed.csv", text);
    assert_eq!(reading.format, "csv");
    assert_eq!(values(&reading), ["evil.example", "evil2.example", "192.0.2.7"]);
    let first = &reading.indicators[0];
    assert_eq!(
        (first.marking, first.confidence, first.labels.as_slice()),
        (Marking::Red, Some(80), ["Fancy".to_owned()].as_slice())
    );
    assert_eq!(first.techniques[0].as_str(), "T1566.002");
    assert_eq!(first.validity.until, "2030-01-01T00:00:00Z".parse().ok());
    assert_eq!(first.source.line, Some(2));
    assert_eq!(reading.indicators[1].marking, Marking::Red, "a misspelt marking must not set free");
    assert_eq!(refused_lines(&reading), [4]);
    let tabs = read("feed.tsv", "md5\tsha256\tfilename\nd41d8cd98f00b204e9800998ecf8427f\t\timplant.exe\n");
    assert_eq!(values(&tabs), ["d41d8cd98f00b204e9800998ecf8427f", "implant.exe"]);
    assert_eq!(tabs.indicators.len(), 1);
}

#[test]
fn hosts_files_and_policy_zones() {
    let hosts = read(
        "hosts",
        "127.0.0.1 localhost\n0.0.0.0 evil.example www.evil.example # bad\n0.0.0.0 ..\n::1 ip6-localhost\n0.0.0.0 other.example\n",
    );
    assert_eq!((hosts.format, values(&hosts)), ("hosts", vec!["evil.example", "www.evil.example", "other.example"]));
    assert_eq!(refused_lines(&hosts), [3]);
    let zone = "$TTL 60\n$ORIGIN rpz.local.\n@ IN SOA localhost. root.localhost. (\n 1 2 3\n 4 5 )\n  IN NS localhost.\nevil.example CNAME . ; phish\n*.evil.example.rpz.local. 60 IN CNAME .\ngood.example CNAME rpz-passthru.\n24.0.2.0.192.rpz-ip CNAME .\n32.zz.db8.2001.rpz-ip CNAME *.\nevil2.example A 127.0.0.1\nbroken\n99.1.2.rpz-ip CNAME .\n";
    let rpz = read("zone.rpz", zone);
    assert_eq!(
        (rpz.format, values(&rpz)),
        ("rpz", vec!["evil.example", "192.0.2.0/24", "2001:db8::/32", "evil2.example"])
    );
    assert_eq!((rpz.merged, rpz.ignored.len()), (1, 1));
    assert_eq!(refused_lines(&rpz), [13, 14]);
    assert_eq!(rpz.indicators[0].description, "phish");
}

#[test]
fn stix_carries_what_relationships_markings_and_identities_say() {
    let bundle = r#"{"type":"bundle","id":"bundle--6ba7b810-9dad-11d1-80b4-00c04fd43000","objects":[
      {"type":"identity","id":"identity--6ba7b810-9dad-11d1-80b4-00c04fd43001","name":"CERT Example"},
      {"type":"marking-definition","id":"marking-definition--6ba7b810-9dad-11d1-80b4-00c04fd43002","extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{"extension_type":"property-extension","tlp_2_0":"amber+strict"}}},
      {"type":"malware","id":"malware--6ba7b810-9dad-11d1-80b4-00c04fd43003","name":"X-Agent"},
      {"type":"attack-pattern","id":"attack-pattern--6ba7b810-9dad-11d1-80b4-00c04fd43004","external_references":[{"source_name":"mitre-attack","external_id":"T1566.001"}]},
      {"type":"relationship","id":"relationship--6ba7b810-9dad-11d1-80b4-00c04fd43005","relationship_type":"indicates","source_ref":"indicator--6ba7b810-9dad-11d1-80b4-00c04fd43006","target_ref":"malware--6ba7b810-9dad-11d1-80b4-00c04fd43003"},
      {"type":"relationship","id":"relationship--6ba7b810-9dad-11d1-80b4-00c04fd43007","relationship_type":"indicates","source_ref":"indicator--6ba7b810-9dad-11d1-80b4-00c04fd43006","target_ref":"attack-pattern--6ba7b810-9dad-11d1-80b4-00c04fd43004"},
      {"type":"indicator","id":"indicator--6ba7b810-9dad-11d1-80b4-00c04fd43006","modified":"2020-01-01T00:00:00Z","pattern":"[domain-name:value = 'old.example']","valid_from":"2020-01-01T00:00:00Z"},
      {"type":"indicator","id":"indicator--6ba7b810-9dad-11d1-80b4-00c04fd43006","modified":"2021-01-01T00:00:00Z","pattern":"[domain-name:value = 'evil.example' OR ipv4-addr:value = '192.0.2.1']","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z","valid_until":"2022-01-01T00:00:00Z","confidence":85,"created_by_ref":"identity--6ba7b810-9dad-11d1-80b4-00c04fd43001","object_marking_refs":["marking-definition--6ba7b810-9dad-11d1-80b4-00c04fd43002"],"external_references":[{"source_name":"x","url":"https://cert.example/1"}]},
      {"type":"indicator","id":"indicator--6ba7b810-9dad-11d1-80b4-00c04fd43008","pattern":"[process:name = 'a' AND file:name = 'b']","valid_from":"2020-01-01T00:00:00Z","revoked":true},
      {"type":"indicator","id":"not an id","pattern":"[file:name = 'c.exe'] FOLLOWEDBY [file:name = 'd.exe']"},
      {"type":"indicator","id":"indicator--6ba7b810-9dad-11d1-80b4-00c04fd43009"},
      {"type":"indicator","pattern":"alert tcp any","pattern_type":"snort"},
      {"pattern":1}, 7, null,
      {"type":"indicator","id":"indicator--6ba7b810-9dad-11d1-80b4-00c04fd4300a","pattern_type":"yara","pattern":"rule a { condition: true }"}
    ]}"#;
    let reading = read("bundle.json", bundle);
    assert_eq!(reading.format, "stix");
    assert_eq!(
        values(&reading),
        ["evil.example", "192.0.2.1", "[file:name = 'c.exe'] FOLLOWEDBY [file:name = 'd.exe']", "a"]
    );
    let first = &reading.indicators[0];
    assert_eq!(first.id.as_str(), "indicator--6ba7b810-9dad-11d1-80b4-00c04fd43006");
    assert_eq!(
        (first.marking, first.confidence, first.source.name.as_str(), first.name.as_str()),
        (Marking::AmberStrict, Some(85), "CERT Example", "X-Agent")
    );
    assert_eq!(
        (first.labels.as_slice(), first.techniques[0].as_str()),
        (["X-Agent".to_owned()].as_slice(), "T1566.001")
    );
    assert_eq!(first.source.references, ["https://cert.example/1"]);
    assert_eq!(reading.set_aside.len(), 1);
    assert_eq!(reading.ignored.len(), 1);
    assert_eq!(reading.refused.len(), 5);
    assert!(reading.indicators[1].id.as_str().starts_with("indicator--"));
}

#[test]
fn misp_flags_tags_and_objects_count() {
    let event = r#"{"response":[{"Event":{"info":"APT28 phish","date":"2017-04-25","Orgc":{"name":"CERT Example"},
      "Tag":[{"name":"tlp:green"},{"name":"misp-galaxy:threat-actor=\"Sofacy\""},{"name":"misp-galaxy:mitre-attack-pattern=\"Spearphishing Link - T1566.002\""},{"name":"misp:confidence-level=\"usually-confident\""}],
      "Attribute":[
        {"type":"domain|ip","value":"evil.example|192.0.2.1","to_ids":true,"uuid":"6ba7b810-9dad-11d1-80b4-00c04fd43010","timestamp":"1493078400"},
        {"type":"filename|md5","value":"a.exe|d41d8cd98f00b204e9800998ecf8427f","to_ids":true,"Tag":[{"name":"tlp:red"}]},
        {"type":"domain","value":"seen.example","to_ids":false},
        {"type":"domain","value":"..","to_ids":true},
        {"type":"link","category":"External analysis","value":"https://cert.example/report","to_ids":false},
        {"type":"comment","value":"hello","to_ids":false},
        {"type":"mutex","value":"it's","to_ids":true},
        {"value":3}, null],
      "Object":[{"name":"file","Attribute":[{"type":"sha1","object_relation":"sha1","value":"da39a3ee5e6b4b0d3255bfef95601890afd80700","to_ids":true}]}]}}]}"#;
    let reading = read("event.json", event);
    assert_eq!(reading.format, "misp");
    assert_eq!(
        values(&reading),
        [
            "evil.example",
            "192.0.2.1",
            "d41d8cd98f00b204e9800998ecf8427f",
            r"[mutex:name = 'it\'s']",
            "da39a3ee5e6b4b0d3255bfef95601890afd80700"
        ]
    );
    let first = &reading.indicators[0];
    assert_eq!(first.id.as_str(), "indicator--6ba7b810-9dad-11d1-80b4-00c04fd43010");
    assert_eq!(
        (first.marking, first.confidence, first.source.name.as_str()),
        (Marking::Green, Some(75), "CERT Example")
    );
    assert_eq!(
        (first.labels.as_slice(), first.techniques[0].as_str()),
        (["Sofacy".to_owned()].as_slice(), "T1566.002")
    );
    assert_eq!(first.source.references, ["https://cert.example/report"]);
    assert_eq!(reading.indicators[1].marking, Marking::Red);
    assert_eq!(reading.set_aside[0].indicator.tests[0].value(), "seen.example");
    assert_eq!((reading.refused.len(), reading.ignored.len()), (3, 2));
    // A publisher that never sets the flag means all of it.
    let unflagged = read(
        "event.json",
        r#"{"Event":{"info":"x","Attribute":[{"type":"domain","value":"evil.example","to_ids":false}]}}"#,
    );
    assert_eq!(values(&unflagged), ["evil.example"]);
}

#[test]
fn reports_are_refanged_with_their_lines_and_headings() {
    let report = "# Fancy IOCs\n\nRead [our post](https://vendor.example/post), e.g. at https://vendor.example/more.\nIt calls evil[.]example and hxxps://evil.example/a, not ASP.NET or Agent.BTZ version 1.2.3.\n\n## X-Tunnel\n\n### Hashes\n| SHA-1 | File name | Note |\n|---|---|---|\n| `da39a3ee5e6b4b0d3255bfef95601890afd80700` | `notes.zip` | loader |\n\n### C&C servers\n* `evil2.example`\n* 192.0.2.44\n\n### Certificates\n* `da39a3ee5e6b4b0d3255bfef95601890afd80701`\n\n### RC4 keys\n* `da39a3ee5e6b4b0d3255bfef95601890afd80702`\n\n### Paths\n```\nC:\\Users\\x\\implant.dll\nHKLM\\SOFTWARE\\Evil\n```\nWrite to spy[at]evil.example.\n";
    let reading = read("report.md", report);
    assert_eq!(reading.format, "report");
    let found: Vec<(u32, &str)> = reading
        .indicators
        .iter()
        .map(|indicator| (indicator.source.line.unwrap(), indicator.tests[0].value()))
        .collect();
    assert_eq!(
        found,
        [
            (4, "evil.example"),
            (4, "https://evil.example/a"),
            (11, "da39a3ee5e6b4b0d3255bfef95601890afd80700"),
            (11, "notes.zip"),
            (14, "evil2.example"),
            (15, "192.0.2.44"),
            (18, "da39a3ee5e6b4b0d3255bfef95601890afd80701"),
            (25, "implant.dll"),
            (26, r"[windows-registry-key:key = 'HKLM\\SOFTWARE\\Evil']"),
            (28, "spy@evil.example"),
        ]
    );
    assert_eq!(reading.indicators[2].name, "X-Tunnel");
    assert_eq!(reading.indicators[2].labels, ["X-Tunnel", "Fancy"]);
    assert!(reading.indicators[2].description.contains("loader"));
    assert_eq!(reading.indicators[0].source.references, ["https://vendor.example/post", "https://vendor.example/more"]);
    assert!(
        matches!(&reading.indicators[6].tests[0], Test::Observable(found) if found.kind.as_str() == "certificate-fingerprint")
    );
}

#[test]
fn yara_rules_carry_their_meta_and_a_bad_one_costs_itself() {
    let text = "import \"pe\"\nrule good : apt { meta: description = \"d\" tlp = \"GREEN\" reference = \"https://cert.example/\" strings: $a = \"x\" condition: $a and pe.is_pe }\nrule bad { strings: $a = \"x condition: $a }\nrule last { condition: good }\n";
    let reading = read("rules.yar", text);
    assert_eq!((reading.format, values(&reading)), ("yara", vec!["good", "last"]));
    assert_eq!((reading.indicators[0].marking, reading.indicators[0].description.as_str()), (Marking::Green, "d"));
    assert_eq!(refused_lines(&reading), [3]);
}

#[test]
fn sigma_rules_carry_what_they_say_and_a_bad_one_costs_itself() {
    let good = "title: Good\nid: 6ba7b810-9dad-11d1-80b4-00c04fd430c8\ndescription: d\nstatus: test\nlevel: high\ndate: 2024/01/31\ntags:\n  - attack.execution\n  - attack.t1059.001\n  - attack.g0007\n  - tlp.amber\nreferences:\n  - https://cert.example/\nlogsource:\n  product: windows\ndetection:\n  s:\n    A: x\n  condition: s\n";
    let text = format!(
        "{good}---\ntitle: Broken\nlogsource: [\n---\ntitle: Many\ncorrelation:\n  type: event_count\n---\n{}---\n{}",
        good.replace("status: test", "status: deprecated"),
        good.replace("id: 6ba7b810-9dad-11d1-80b4-00c04fd430c8\n", "").replace("Good", "Last"),
    );
    let reading = read("rules.yml", &text);
    assert_eq!((reading.format, values(&reading)), ("sigma", vec!["Good", "Last"]));
    let first = &reading.indicators[0];
    assert_eq!((first.name.as_str(), first.marking, first.confidence), ("Good", Marking::Amber, Some(80)));
    assert_eq!(first.techniques[0].as_str(), "T1059.001");
    assert_eq!((first.labels.as_slice(), first.source.references.len()), (["G0007".to_owned()].as_slice(), 1));
    assert!(first.validity.from.is_some());
    assert_eq!(refused_lines(&reading), [21, 24]);
    assert_eq!(reading.ignored.len(), 1);
}

#[test]
fn hostile_sigma_documents_are_refused() {
    let mut aliases = "title: x\na0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        aliases.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(",")));
    }
    aliases.push_str("logsource:\n  product: windows\ndetection:\n  condition: s\n");
    let deep = format!("title: x\nlogsource: x\ndetection: {}\n", "[".repeat(100_000));
    let deeper = format!("title: x\nlogsource: x\ndetection: {}\n", "[".repeat(4_000));
    for text in [aliases, deep, deeper] {
        let reading = read("rules.yml", &text);
        assert_eq!((reading.format, reading.refused.len(), reading.indicators.len()), ("sigma", 1, 0));
    }
}

#[test]
fn hostile_documents_are_survived_and_said() {
    let deep = format!("{{\"objects\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for (name, bytes) in
        [("deep.json", deep.into_bytes()), ("cut.json", b"{\"type\":\"bundle\",\"objects\":[{\"type\":\"indi".to_vec())]
    {
        let reading = read_document(&Document::new(name, "s", &bytes));
        assert_eq!(reading.refused.len(), 1, "{name}");
    }
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("evil.example\r\nevil2.example\r\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(values(&read_document(&Document::new("list.txt", "s", &utf16))), ["evil.example", "evil2.example"]);
    let broken = b"evil.example\n\xff\xfe\xfa\nevil2.example\n\0\0\nevil3.example\n";
    let reading = read_document(&Document::new("list.txt", "s", broken));
    assert_eq!(values(&reading), ["evil.example", "evil2.example", "evil3.example"]);
    assert_eq!(refused_lines(&reading), [2, 4]);
    assert!(read_document(&Document::new("empty", "s", b"")).is_empty());
}

#[test]
fn what_misp_wrote_is_what_it_means() {
    let text = r#"{"type":"bundle","id":"bundle--6ba7b810-9dad-11d1-80b4-00c04fd43001","objects":[
      {"type":"indicator","id":"indicator--6ba7b810-9dad-11d1-80b4-00c04fd43002","pattern_type":"yara","pattern":"[rule a { strings: $a = { 02 [2] 01 } condition: $a }]"},
      {"type":"indicator","id":"indicator--6ba7b810-9dad-11d1-80b4-00c04fd43003","pattern_type":"stix","pattern":"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1']"},
      {"type":"indicator","id":"indicator--6ba7b810-9dad-11d1-80b4-00c04fd43004","pattern_type":"stix","pattern":"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '192.0.2.2']"}]}"#;
    let reading = read("bundle.json", text);
    let other = "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '192.0.2.2']";
    assert_eq!((values(&reading), reading.refused.len()), (vec!["a", "192.0.2.1", other], 0));
}
