//! Plans that are refused, each with its sentence, and what stands in those that are not.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use vauban_egress::{NetworkTable, Plan, Problem};
use vauban_policy::{Policy, Rules};

const POLICY: &str = r#"
    policy = { otherwise = "guest" }
    compartment.work = { networks = ["10.20.0.0/16"], egress = "named" }
    compartment.guest = { networks = ["10.40.0.0/16"] }
"#;
const NETWORK: &str = r#"
    outside = ["eth0"]
    resolvers = ["10.20.0.1"]
    administrators = ["10.20.0.5"]
"#;

fn plan(policy: &str, network: &str, from: Option<&str>) -> Result<Plan, Vec<Problem>> {
    let rules = Rules::new(toml::from_str::<Policy>(policy).unwrap()).unwrap();
    let table: NetworkTable = toml::from_str(network).unwrap();
    let from = from.map(|text| text.parse().unwrap());
    Plan::new(&rules, &table, from, "2026-12-01T00:00:00Z".parse().unwrap())
}

#[test]
fn a_plan_that_would_lock_the_administrator_out_is_refused_and_says_so() {
    for (never, word) in [("10.20.0.0/24", "10.20.0.5"), ("10.20.0.5", "10.20.0.5"), ("10.20.0.1", "10.20.0.1")] {
        let policy = POLICY.replace("guest = { ", &format!("guest = {{ never = [{never:?}], "));
        let problems = plan(&policy, NETWORK, None).unwrap_err();
        assert!(problems.iter().any(|problem| problem.word == word), "{problems:?}");
        assert!(problems.iter().all(|problem| problem.what.en.contains("would cut off an administrator")));
    }
    let problems = plan(POLICY, NETWORK, Some("192.0.2.77")).unwrap_err();
    assert!(problems[0].what.en.contains("you are connected from this address"), "{problems:?}");
    for from in [None, Some("10.20.0.5"), Some("::ffff:10.20.0.5"), Some("127.0.0.1")] {
        assert!(plan(POLICY, NETWORK, from).is_ok(), "{from:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let network = r#"
        outside = ["eth0", "an interface"]
        resolvers = ["resolver"]
        administrators = ["0.0.0.0/0"]
        interfaces = { work = ["eth0"], home = ["eth7"], guest = [] }
        between = [{ from = "work", to = "printers" }]
        confirm_seconds = 5
    "#;
    let policy = POLICY.replace("10.40.0.0/16", "0.0.0.0/1");
    let problems = plan(&policy, network, None).unwrap_err();
    let told: Vec<String> = problems.iter().map(|problem| format!("{} {}", problem.key, problem.word)).collect();
    for wrong in [
        "network.outside an interface",
        "network.resolvers resolver",
        "network.administrators 0.0.0.0/0",
        "network.interfaces.work eth0",
        "network.interfaces home",
        "network.interfaces.guest ",
        "network.between.to printers",
        "network.confirm_seconds 5",
        "compartment.guest.networks 0.0.0.0/1",
    ] {
        assert!(told.contains(&wrong.to_owned()), "{wrong}: {told:#?}");
    }
    assert_eq!(problems.len(), 9, "{told:#?}");
    let nothing = plan(POLICY, "", None).unwrap_err();
    let keys: Vec<&str> = nothing.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["network.outside", "network.administrators", "network.resolvers"]);
}

#[test]
fn a_plan_says_what_it_comes_to_and_tells_the_kernel_no_more_than_it_needs() {
    let plan = plan(POLICY, NETWORK, None).unwrap();
    let english: Vec<&str> = plan.summary().iter().map(|text| text.en.as_str()).collect();
    assert_eq!(
        english,
        [
            "guest (10.40.0.0/16): reaches everything but what is blocked.",
            "work (10.20.0.0/16): reaches only what our resolver just answered to the device.",
            "QUIC goes where TCP may go.",
            "Never blocked: 10.20.0.1, 10.20.0.5.",
            "To the internet by eth0.",
        ]
    );
    let text = plan.document().to_string();
    assert!(!text.contains("\"log\""), "packets are counted, not written down");
    assert!(!text.contains("flush ruleset") && !text.contains("\"ruleset\""), "other tables are not ours");
}
