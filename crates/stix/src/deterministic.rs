//! The ids of observables (sections 2.9 and 3.4): the same observable has the same id, whoever names it.

use serde_json::{Map, Value};
use uuid::{Uuid, uuid};

use crate::{canonical::canonical, form::ObjectId, object::Object};

/// The namespace that the standard gives to observables.
const NAMESPACE: Uuid = uuid!("00abedb4-aa42-466c-9c01-fed23315a9b7");

/// The id that the standard's rules give an observable. `None` when it is of a type without such rules, or when it has none of
/// the properties that an id is made of: then a random one (version 4) is right.
#[must_use]
pub fn deterministic_id(observable: &Object) -> Option<ObjectId> {
    let object_type = observable.object_type()?;
    let (_, names) = CONTRIBUTING.iter().find(|(name, _)| *name == object_type)?;
    let mut named = Map::new();
    for name in *names {
        let Some(value) = observable.get(name) else { continue };
        let value = if *name == "hashes" { one_hash(value)? } else { value.clone() };
        named.insert((*name).to_owned(), value);
    }
    if named.is_empty() {
        return None;
    }
    let text = canonical(&Value::Object(named));
    ObjectId::new(object_type, Uuid::new_v5(&NAMESPACE, text.as_bytes())).ok()
}

/// One hash stands for all: the first of those that the standard prefers, else the first by name.
fn one_hash(hashes: &Value) -> Option<Value> {
    let hashes = hashes.as_object()?;
    let preferred = ["MD5", "SHA-1", "SHA-256", "SHA-512"].into_iter().find(|name| hashes.contains_key(*name));
    let name = preferred.or_else(|| hashes.keys().map(String::as_str).min())?;
    Some(Value::Object(Map::from_iter([(name.to_owned(), hashes.get(name)?.clone())])))
}

/// The properties that an id is made of.
const CONTRIBUTING: &[(&str, &[&str])] = &[
    ("artifact", &["hashes", "payload_bin"]),
    ("autonomous-system", &["number"]),
    ("directory", &["path"]),
    ("domain-name", &["value"]),
    ("email-addr", &["value"]),
    ("email-message", &["from_ref", "subject", "body"]),
    ("file", &["hashes", "name", "extensions", "parent_directory_ref"]),
    ("ipv4-addr", &["value"]),
    ("ipv6-addr", &["value"]),
    ("mac-addr", &["value"]),
    ("mutex", &["name"]),
    ("network-traffic", &["start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"]),
    ("software", &["name", "cpe", "swid", "vendor", "version"]),
    ("url", &["value"]),
    ("user-account", &["account_type", "user_id", "account_login"]),
    ("windows-registry-key", &["key", "values"]),
    ("x509-certificate", &["hashes", "serial_number"]),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(value: Value) -> Option<String> {
        deterministic_id(&Object::new(value).expect("an object")).map(|id| id.to_string())
    }

    /// The ids of the standard's own examples, as its first errata corrected them.
    #[test]
    fn the_standards_examples_have_their_ids() {
        let certificate = "fe90a7e910cb3a4739bed9180e807e93fa70c90f25a8915476f5e4bfbac681db";
        for (value, expected) in [
            (json!({"type": "ipv4-addr", "value": "198.51.100.3"}), "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"),
            (
                json!({"type": "mac-addr", "value": "d2:fb:49:24:37:18"}),
                "mac-addr--757b1725-9903-54f5-a855-1240691d7659",
            ),
            (json!({"type": "mutex", "name": "__CLEANSWEEP__"}), "mutex--f93fe911-e545-5239-b9b0-597840d0c871"),
            (
                json!({"type": "autonomous-system", "number": 15139, "name": "Slime Industries"}),
                "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff",
            ),
            (
                json!({"type": "directory", "path": "C:\\Windows\\System32"}),
                "directory--0a58d0c1-59e6-5afd-8252-dcd3f13e5622",
            ),
            (
                json!({"type": "file", "name": "foo.dll", "hashes": {"SHA-256": certificate}}),
                "file--949eb97a-da1e-5292-8959-03c4249dc9f3",
            ),
            (
                json!({"type": "user-account", "account_type": "unix", "user_id": "1001", "account_login": "jdoe"}),
                "user-account--f94d689e-707d-58c3-b803-c720bb6ed096",
            ),
        ] {
            assert_eq!(id(value).as_deref(), Some(expected));
        }
    }

    #[test]
    fn one_hash_names_a_file_and_nothing_names_a_process() {
        let md5 = "b4d33b0c7306351b9ed96578465c5579";
        let one = id(json!({"type": "file", "hashes": {"MD5": md5}}));
        let two = id(json!({"type": "file", "hashes": {"SHA-256": "00", "MD5": md5}}));
        assert!(one.is_some() && one == two);
        assert_eq!(id(json!({"type": "process", "pid": 1})), None);
        assert_eq!(id(json!({"type": "user-account", "display_name": "x"})), None);
        assert_eq!(id(json!({"type": "indicator"})), None);
    }
}
