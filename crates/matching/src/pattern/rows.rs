//! The rows of `vauban pattern check` and `vauban pattern match`: JSON in, JSON out, one a line.

use serde_json::{Value, json};

use super::{check, observations, parse};

/// Answers a row `{"pattern": P}` with `{"valid": …, "error": …}`. A line that is no such row is not valid.
#[must_use]
pub fn check_row(line: &str) -> String {
    let answer = match serde_json::from_str::<Value>(line) {
        Err(error) => json!({ "valid": false, "error": format!("not a row: {error}") }),
        Ok(row) => match row.get("pattern").and_then(Value::as_str) {
            None => json!({ "valid": false, "error": "not a row: no pattern" }),
            Some(pattern) => match check(pattern) {
                Ok(_) => json!({ "valid": true, "error": null }),
                Err(error) => json!({ "valid": false, "error": error.to_string() }),
            },
        },
    };
    answer.to_string()
}

/// Answers a row `{"pattern": P, "observed": [observed-data or bundle, …]}` with
/// `{"result": "match|nomatch|error", "error": …}`.
#[must_use]
pub fn match_row(line: &str) -> String {
    let answer = match evaluate(line) {
        Ok(true) => json!({ "result": "match", "error": null }),
        Ok(false) => json!({ "result": "nomatch", "error": null }),
        Err(error) => json!({ "result": "error", "error": error }),
    };
    answer.to_string()
}

fn evaluate(line: &str) -> Result<bool, String> {
    let row: Value = serde_json::from_str(line).map_err(|error| format!("not a row: {error}"))?;
    let pattern = row.get("pattern").and_then(Value::as_str).ok_or("not a row: no pattern")?;
    let observed = match row.get("observed") {
        Some(Value::Array(documents)) => documents.clone(),
        Some(document @ Value::Object(_)) => vec![document.clone()],
        _ => return Err("not a row: no observed data".into()),
    };
    let pattern = parse(pattern).map_err(|error| error.to_string())?;
    let observed = observations(&observed).map_err(|error| error.to_string())?;
    pattern.matches(&observed).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, fs, path::PathBuf};

    use super::*;

    fn shared(name: &str) -> Option<String> {
        let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/stix")).join(name);
        let text = fs::read_to_string(&path).ok();
        if text.is_none() {
            assert!(std::env::var_os("VAUBAN_REQUIRE_SHARED").is_none(), "{} is missing", path.display());
            println!("skipped: no shared data");
        }
        text
    }

    #[test]
    fn every_syntax_row_of_the_conformance_cases() {
        let Some(text) = shared("pattern_syntax.jsonl") else { return };
        let mut wrong = Vec::new();
        for line in text.lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let answer: Value = serde_json::from_str(&check_row(line)).unwrap();
            if answer["valid"] != json!(row["expected"] == "valid") {
                wrong.push(format!("{} {} {}", row["expected"], row["pattern"], answer["error"]));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn every_match_row_of_the_conformance_cases() {
        let (Some(text), Some(observed)) = (shared("pattern_match.jsonl"), shared("pattern_match.observations.json"))
        else {
            return;
        };
        let observed: HashMap<String, Value> = serde_json::from_str(&observed).unwrap();
        let mut wrong = Vec::new();
        for line in text.lines() {
            let mut row: Value = serde_json::from_str(line).unwrap();
            row["observed"] = observed[row["observed_ref"].as_str().unwrap()].clone();
            let answer: Value = serde_json::from_str(&match_row(&row.to_string())).unwrap();
            if answer["result"] != row["expected"] {
                wrong.push(format!(
                    "wanted {}, got {answer}: {} over {}",
                    row["expected"], row["pattern"], row["observed_ref"]
                ));
            }
        }
        assert!(wrong.is_empty(), "{} rows: {wrong:#?}", wrong.len());
    }

    #[test]
    fn hostile_rows_are_answered() {
        for line in ["", "{", "[]", r#"{"pattern":5}"#, r#"{"pattern":"[a:b=1]"}"#] {
            assert!(match_row(line).contains("\"error\":\""), "{line}");
        }
        let deep = format!(r#"{{"pattern":"{}[a:b = 1]{}"}}"#, "(".repeat(100_000), ")".repeat(100_000));
        assert!(check_row(&deep).contains("inside each other"));
        let long = format!(r#"{{"pattern":"[a:b = 1{}]"}}"#, " OR a:b = 1".repeat(20_000));
        assert!(check_row(&long).contains("true"));
    }

    fn row(pattern: &str, observed: usize) -> String {
        let objects: Vec<Value> = (0..observed)
            .map(|n| json!({"type":"observed-data","first_observed":"2020-01-01T00:00:00Z","last_observed":"2020-01-01T00:00:00Z","number_observed":1,
                "objects":{"0":{"type":"a","b":n,"s":"a".repeat(40)}}}))
            .collect();
        json!({ "pattern": pattern, "observed": objects }).to_string()
    }

    #[test]
    fn explosions_end_as_errors() {
        let impossible = "([a:b >= 0] REPEATS 10 TIMES AND [a:b < 0 OR a:b >= 0] REPEATS 15 TIMES AND [a:b >= 0]) WITHIN 1 SECONDS AND [a:b >= 0] REPEATS 5 TIMES";
        assert!(match_row(&row(impossible, 30)).contains("combinations"));
        let catastrophic = "[a:s MATCHES '(?=(a+)+)(a+)+(?!a)b']";
        assert!(!match_row(&row(catastrophic, 1)).contains(r#""match""#));
        assert!(match_row(&row("[a:b >= 0] REPEATS 1000 TIMES", 1000)).contains(r#""match""#));
        assert!(match_row(&row("[a:b >= 0] REPEATS 1000 TIMES", 999)).contains("nomatch"));
    }

    #[test]
    fn values_and_references_keep_their_types() {
        let observed = json!([{"type":"observed-data","first_observed":"2020-01-01T00:00:00Z",
            "last_observed":"2020-01-01T00:00:00Z","number_observed":1,"objects":{
                "0":{"type":"a","zero":0,"b_ref":"1","bad_ref":5,"gone_ref":"9","raw_bin":"aGk="},
                "1":{"type":"b","name":"x"}}}]);
        for (pattern, wanted) in [
            ("[a:zero = 0.0]", "match"),
            ("[a:zero = false]", "nomatch"),
            ("[a:zero IN (false, true)]", "nomatch"),
            ("[a:raw_bin IN ('hi', 'ho')]", "match"),
            ("[a:raw_bin = h'6869']", "match"),
            ("[a:b_ref.name = 'x' AND a:zero < 1]", "match"),
            ("[a:b_ref.name = 'x' AND b:name = 'x']", "nomatch"),
            ("[a:b_ref.name = 'x'] AND [b:name = 'x']", "nomatch"),
            ("[a:gone_ref.name != 'x']", "nomatch"),
            ("[a:bad_ref.name = 'x']", "error"),
            ("[a:zero >= t'2020-02-30T00:00:00Z']", "error"),
        ] {
            let answer = match_row(&json!({ "pattern": pattern, "observed": observed }).to_string());
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(answer["result"], wanted, "{pattern}: {answer}");
        }
    }

    fn minutes(count: usize) -> Vec<Value> {
        (0..count)
            .map(|n| {
                let time = format!("2020-01-{:02}T{:02}:{:02}:00Z", 1 + n / 1440, n / 60 % 24, n % 60);
                json!({"type":"observed-data","first_observed":time,"last_observed":time,"number_observed":1,
                    "objects":{"0":{"type":"a","b":n}}})
            })
            .collect()
    }

    #[test]
    fn a_rhythm_is_looked_for_in_a_long_log() {
        let over = |pattern: &str| match_row(&json!({ "pattern": pattern, "observed": minutes(1000) }).to_string());
        assert!(over("[a:b >= 0] REPEATS 5 TIMES WITHIN 239 SECONDS").contains("nomatch"));
        assert!(over("[a:b >= 0] REPEATS 5 TIMES WITHIN 240 SECONDS").contains(r#""match""#));
        let chain = "([a:b = 998] FOLLOWEDBY [a:b >= 0] FOLLOWEDBY [a:b >= 0]) WITHIN 240 SECONDS";
        assert!(over(chain).contains("nomatch"));
        assert!(over(&chain.replace("998", "997")).contains(r#""match""#));
    }

    #[test]
    fn thousands_of_sides_do_not_end_the_stack() {
        let many = vec!["[a:b >= 0]"; 40_000];
        let observed = json!([{"type":"observed-data","first_observed":"2020-01-01T00:00:00Z",
            "last_observed":"2020-01-01T00:00:00Z","number_observed":4_000_000_000_u64,"objects":{"0":{"type":"a","b":1}}}]);
        for (operator, wanted) in [(" AND ", "combinations"), (" FOLLOWEDBY ", "combinations"), (" OR ", r#""match""#)]
        {
            let row = json!({ "pattern": many.join(operator), "observed": observed }).to_string();
            let answer = std::thread::Builder::new().stack_size(1 << 20).spawn(move || match_row(&row)).unwrap();
            assert!(answer.join().unwrap().contains(wanted), "{operator}");
        }
        let qualified = format!("{}[a:b = 1]{}", "(".repeat(99), " REPEATS 1 TIMES WITHIN 9 SECONDS)".repeat(99));
        let row = json!({ "pattern": qualified, "observed": observed }).to_string();
        let answer = std::thread::Builder::new().stack_size(1 << 20).spawn(move || match_row(&row)).unwrap();
        assert!(answer.join().unwrap().contains(r#""match""#));
    }

    #[test]
    fn references_that_multiply_end_as_an_error() {
        let ids: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let objects: serde_json::Map<String, Value> =
            ids.iter().map(|id| (id.clone(), json!({"type":"a","x_refs":ids}))).collect();
        let observed = json!([{"type":"observed-data","first_observed":"2020-01-01T00:00:00Z",
            "last_observed":"2020-01-01T00:00:00Z","number_observed":1,"objects":objects}]);
        let pattern = format!("[a:x_refs[*]{} = 'y']", ".x_refs[*]".repeat(9));
        assert!(match_row(&json!({ "pattern": pattern, "observed": observed }).to_string()).contains("combinations"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}") {
            let _ = check(&text);
        }

        #[test]
        fn no_token_soup_panics(words in proptest::collection::vec(proptest::sample::select(vec![
            "[", "]", "(", ")", "a", ":", "b-c", ".", "d", "'s'", "=", "!=", "IN", "NOT", "AND", "OR", "FOLLOWEDBY",
            "1", "-2.5", "t'2020-01-01T00:00:00Z'", "WITHIN", "SECONDS", "REPEATS", "2", "TIMES", "*", ",", "h'00'",
        ]), 0..40)) {
            let text = words.join(" ");
            if let Ok(pattern) = check(&text) {
                let _ = (pattern.as_alternatives(), pattern.anchors(), pattern.matches(&[]));
            }
        }
    }
}
