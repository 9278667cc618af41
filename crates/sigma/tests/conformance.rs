//! The modifiers, values and conditions of the Sigma specification, one small rule each, with events that meet it and
//! events that do not. A case without events is a rule that must be refused.

use serde_json::Value;
use vauban_sigma::{LogSource, RuleSource, SigmaSet};

fn met(text: &str, source: &LogSource<'_>, fields: &Value) -> bool {
    let set = SigmaSet::compile(&[RuleSource { rule: "case", text }]);
    assert!(set.refused().is_empty(), "{:?}\n{text}", set.refused());
    !set.matching(source, fields).is_empty()
}

const WINDOWS: LogSource<'_> =
    LogSource { product: "windows", category: "", service: "", channel: "Security", event_id: 1 };

#[test]
fn rules_mean_what_the_specification_says() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("cases.json")).unwrap();
    assert!(cases.len() > 60);
    for case in &cases {
        let text = case["rule"].as_str().unwrap();
        if case["hits"].is_null() {
            let set = SigmaSet::compile(&[RuleSource { rule: "case", text }]);
            assert_eq!((set.len(), set.refused().len()), (0, 1), "{text}");
            continue;
        }
        for (events, wanted) in [(&case["hits"], true), (&case["misses"], false)] {
            for event in events.as_array().unwrap() {
                assert_eq!(met(text, &WINDOWS, event), wanted, "{event}\n{text}");
            }
        }
    }
}

fn rule(body: &str) -> String {
    format!("title: t\nlogsource: {{product: windows}}\ndetection:\n  s: {body}\n  condition: s\nlevel: low\n")
}

#[test]
fn hostile_rules_are_refused_in_bounds() {
    let mut aliases = "title: x\na0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..10 {
        let again = vec![format!("*a{}", level - 1); 9].join(",");
        aliases.push_str(&format!("a{level}: &a{level} [{again}]\n"));
    }
    aliases.push_str("logsource: {product: windows}\ndetection: {s: {A: x}, condition: s}\n");
    let condition = |condition: String| rule("{A: x}").replace("condition: s", &format!("condition: {condition}"));
    let expressions: Vec<String> = (0..600).map(|number| format!("'a{number}'")).collect();
    let hostile = [
        aliases,
        condition("not ".repeat(100_000) + "s"),
        condition("not ".repeat(3_000) + "s"),
        condition("(".repeat(3_000) + "s" + &")".repeat(3_000)),
        format!("title: t\nx: {}{}\n", "[".repeat(50_000), "]".repeat(50_000)),
        rule(&format!("{{'A|re': '{}'}}", "(a{1,100}){1,100}".repeat(20))),
        rule(&format!("{{'A|re': [{}]}}", expressions.join(","))),
        rule("{'A|expand': '%list%'}"),
        rule(&format!("{{A: '{}'}}", "x".repeat(1 << 20))),
        format!("{}---\n{}", rule("{A: x}"), rule("{A: y}")),
        String::new(),
        "\0\u{ffff}".to_owned(),
    ];
    let sources: Vec<_> = hostile.iter().map(|text| RuleSource { rule: "hostile", text }).collect();
    let set = SigmaSet::compile(&sources);
    let refused: Vec<_> = set.refused().iter().map(|refused| refused.number).collect();
    assert_eq!(refused, (0..hostile.len()).collect::<Vec<_>>());
}

#[test]
fn a_refused_rule_costs_the_others_nothing_and_numbers_stay() {
    let (first, last) = (rule("{A: x}"), rule("{'A|startswith': x}"));
    let texts = [first.as_str(), "no rule", last.as_str()];
    let set = SigmaSet::compile(&texts.map(|text| RuleSource { rule: "r", text }));
    let fields = serde_json::json!({"A": "X"});
    let met = set.matching(&WINDOWS, &fields);
    assert_eq!(
        met.iter().map(|one| (one.number, one.fields.join(" "))).collect::<Vec<_>>(),
        [(0, "A".to_owned()), (2, "A".to_owned())]
    );
}

#[test]
fn audited_processes_have_the_names_of_sysmon() {
    let text = rule("{'Image|endswith': '\\x.exe'}").replace("product: windows", "category: process_creation");
    let fields = serde_json::json!({"NewProcessName": "C:\\x.exe"});
    let audit = LogSource { event_id: 4688, ..WINDOWS };
    assert!(met(&text, &audit, &fields));
    assert!(!met(&text, &WINDOWS, &fields));
}
