//! What the standard recommends: each check finds its fault, and is silent when it is left alone.

use serde_json::{Map, Value, json};
use vauban_stix::{Check, Fault, Object, Requirement, Rules, judge};

use super::samples::changed;

/// The type, the change to its object, and the check that has to find it.
type Row = (&'static str, Value, Check);

fn rows() -> Vec<Row> {
    let reference = |source: &str, target: &str| json!({"source_ref": format!("{source}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"), "target_ref": format!("{target}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")});
    vec![
        ("tool", json!({"id": "tool--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}), Check::Uuid),
        ("mutex", json!({"id": "mutex--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}), Check::Uuid),
        ("tool", json!({"tool_types": ["Own_Words"]}), Check::OpenVocabularyFormat),
        (
            "tool",
            json!({"kill_chain_phases": [{"kill_chain_name": "Own", "phase_name": "a b"}]}),
            Check::KillChainNames,
        ),
        ("mutex", json!({"own_dictionary": {"KEY": 1}}), Check::ObservableDictionaryKeys),
        ("malware-analysis", json!({"product": "Own Engine"}), Check::MalwareAnalysisProduct),
        (
            "process",
            json!({"extensions": {"windows-process-ext": {"priority": "HIGH"}}}),
            Check::WindowsProcessPriority,
        ),
        ("file", json!({"hashes": {"x_234567890123456789012345678901": "x"}}), Check::HashLength),
        ("marking-definition", json!({"definition_type": "own"}), Check::MarkingDefinitionType),
        ("relationship", reference("indicator", "report"), Check::RelationshipTypes),
        ("relationship", reference("identity", "malware"), Check::RelationshipTypes),
        ("threat-actor", json!({"primary_motivation": "own"}), Check::AttackMotivation),
        ("threat-actor", json!({"resource_level": "own"}), Check::AttackResourceLevel),
        ("identity", json!({"identity_class": "own"}), Check::IdentityClass),
        ("indicator", json!({"indicator_types": ["own"]}), Check::IndicatorTypes),
        ("identity", json!({"sectors": ["own"]}), Check::IndustrySector),
        ("malware", json!({"malware_types": ["own"]}), Check::MalwareTypes),
        ("report", json!({"report_types": ["own"]}), Check::ReportTypes),
        ("threat-actor", json!({"threat_actor_types": ["own"]}), Check::ThreatActorTypes),
        ("threat-actor", json!({"roles": ["own"]}), Check::ThreatActorRole),
        ("threat-actor", json!({"sophistication": "own"}), Check::ThreatActorSophistication),
        ("tool", json!({"tool_types": ["own"]}), Check::ToolTypes),
        ("location", json!({"region": "own"}), Check::Region),
        ("grouping", json!({"context": "own"}), Check::GroupingContext),
        ("malware", json!({"implementation_languages": ["own"]}), Check::ImplementationLanguages),
        ("infrastructure", json!({"infrastructure_types": ["own"]}), Check::InfrastructureTypes),
        ("malware", json!({"capabilities": ["own"]}), Check::MalwareCapabilities),
        ("malware", json!({"architecture_execution_envs": ["own"]}), Check::ProcessorArchitecture),
        ("malware-analysis", json!({"result": "own"}), Check::MalwareResult),
        ("file", json!({"hashes": {"own": "x"}}), Check::HashAlgorithm),
        (
            "file",
            json!({"extensions": {"windows-pebinary-ext": {"pe_type": "own", "imphash": "h"}}}),
            Check::WindowsPebinaryType,
        ),
        ("user-account", json!({"account_type": "own"}), Check::AccountType),
        ("indicator", json!({"pattern_type": "own"}), Check::IndicatorPatternTypes),
        ("file", json!({"mime_type": "own"}), Check::MimeType),
        ("network-traffic", json!({"protocols": ["own_protocol"]}), Check::Protocols),
        ("network-traffic", json!({"ipfix": {"own": 1}}), Check::Ipfix),
        (
            "network-traffic",
            json!({"extensions": {"http-request-ext": {"request_method": "get", "request_value": "/", "request_header": {"X-Own": ["x"]}}}}),
            Check::HttpRequestHeaders,
        ),
        (
            "network-traffic",
            json!({"extensions": {"socket-ext": {"address_family": "AF_INET", "options": {"SO_OWN": 1}}}}),
            Check::SocketOptions,
        ),
        ("file", json!({"extensions": {"pdf-ext": {"document_info_dict": {"Own": "x"}}}}), Check::PdfDocInfo),
        ("location", json!({"country": "XX"}), Check::Countries),
        ("network-traffic", json!({"src_port": null}), Check::NetworkTrafficPorts),
        (
            "tool",
            json!({"external_references": [{"source_name": "own", "url": "https://own.example"}]}),
            Check::ExternalReferenceHashes,
        ),
        ("indicator", json!({"description": null}), Check::IndicatorProperties),
        (
            "observed-data",
            json!({"object_refs": null, "objects": {"0": {"type": "mutex", "name": "n"}}}),
            Check::DeprecatedProperties,
        ),
        (
            "observed-data",
            json!({"object_refs": null, "objects": {"own": {"type": "mutex", "name": "n"}}}),
            Check::ObservableObjectKeys,
        ),
        ("extension-definition", json!({"description": null}), Check::ExtensionDescription),
        ("extension-definition", json!({"extension_properties": null}), Check::ExtensionProperties),
        ("tool", json!({"own_property": 1}), Check::ExtensionsUse),
        ("file", json!({"extensions": {"x-own-name-ext": {"own": 1}}}), Check::ExtensionsUse),
        ("file", json!({"extensions": {"ntfs-ext": {"sid": "s", "own_property": 1}}}), Check::ExtensionsUse),
    ]
}

fn judged(row: &Row, rules: &Rules) -> Vec<Fault> {
    let object = changed(row.0, |object| apply(object, &row.1));
    judge(&Object::from(object), rules)
}

fn apply(object: &mut Map<String, Value>, change: &Value) {
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(object.remove(name)),
            value => drop(object.insert(name.clone(), value.clone())),
        }
    }
}

#[test]
fn each_check_finds_its_fault_and_may_be_left_alone() {
    for row in rows() {
        let found = judged(&row, &Rules::default());
        let should = Requirement::Should(row.2);
        assert!(found.iter().any(|fault| fault.requirement == should), "{row:?}: {found:?}");
        assert!(found.iter().all(|fault| matches!(fault.requirement, Requirement::Should(_))), "{row:?}: {found:?}");
        let rest = judged(&row, &Rules::default().without([row.2]));
        assert!(rest.iter().all(|fault| fault.requirement != should), "{row:?}: {rest:?}");
        let only = judged(&row, &Rules::default().only([row.2]));
        assert!(!only.is_empty() && only.iter().all(|fault| fault.requirement == should), "{row:?}: {only:?}");
    }
}

#[test]
fn every_check_has_a_row() {
    let elsewhere = [
        Check::CustomPrefix,
        Check::CustomPrefixLax,
        Check::DuplicateIds,
        Check::StrictTypes,
        Check::StrictProperties,
        Check::ReferencesInBundle,
    ];
    let rows = rows();
    for check in Check::all().filter(|check| !elsewhere.contains(check)) {
        assert!(rows.iter().any(|row| row.2 == check), "{check:?}");
    }
}

#[test]
fn strict_rules_refuse_what_others_warn_of() {
    let row: Row = ("tool", json!({"tool_types": ["own"]}), Check::ToolTypes);
    let mut rules = Rules::default();
    assert!(judged(&row, &rules).iter().all(|fault| !rules.refuses(fault)));
    rules.strict = true;
    assert!(judged(&row, &rules).iter().all(|fault| rules.refuses(fault)));
}

#[test]
fn a_reference_of_an_observable_with_a_broken_id_is_told_and_refused_by_the_pedantic_alone() {
    let row: Row =
        ("network-traffic", json!({"src_ref": "ipv4-addr--e42c19c8-f9fe-5ae9-9fc8-22c398f78fb"}), Check::Uuid);
    let mut rules = Rules::default();
    rules.strict = true;
    let found = judged(&row, &rules);
    assert!(found.len() == 1 && found[0].requirement == Requirement::Tolerated && !rules.refuses(&found[0]));
    rules.pedantic = true;
    assert!(rules.refuses(&found[0]));
}

#[test]
fn custom_names_begin_as_they_should_where_no_extension_is_asked_for() {
    let older = Rules::default().without([Check::ExtensionsUse]);
    let lax = Rules::default().without([Check::ExtensionsUse, Check::CustomPrefix]);
    for (name, of_older, of_lax) in [("own_name", 1, 1), ("x_name", 1, 0), ("x_own_name", 0, 0)] {
        let row: Row = ("tool", json!({name: 1}), Check::CustomPrefix);
        assert_eq!((judged(&row, &older).len(), judged(&row, &lax).len()), (of_older, of_lax), "{name}");
    }
}

#[test]
fn extensions_define_what_is_custom() {
    let id = "extension-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
    let strict = Rules::default().with([Check::StrictProperties, Check::StrictTypes]);
    let top: Row = (
        "tool",
        json!({"own_name": 1, "extensions": {id: {"extension_type": "toplevel-property-extension"}}}),
        Check::ExtensionsUse,
    );
    assert_eq!(judged(&top, &Rules::default()), []);
    assert_eq!(judged(&top, &strict).len(), 1);
    let nested: Row = (
        "file",
        json!({"extensions": {id: {"extension_type": "property-extension", "own_name": 1}}}),
        Check::ExtensionsUse,
    );
    assert_eq!(judged(&nested, &strict), []);
    let own = json!({
        "type": "own-type", "spec_version": "2.1", "id": "own-type--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created": "2026-01-31T08:00:00.000Z", "modified": "2026-01-31T08:00:00.000Z", "own_name": 1,
        "extensions": {id: {"extension_type": "new-sdo"}}
    });
    let own = Object::new(own).unwrap();
    assert_eq!(judge(&own, &Rules::default()), []);
    assert_eq!(judge(&own, &strict).len(), 1);
}
