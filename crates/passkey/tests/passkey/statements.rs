//! Models as their makers describe them: FIDO metadata statements.

use data_encoding::BASE64;
use serde_json::{Value, json};
use vauban_passkey::{LONGEST_STATEMENT, Models, NotARoot, NotAStatement};

use crate::{
    models::{MODEL, Maker, OTHER, of, required},
    support::door,
};

/// What a maker says of a model, among what is not asked for.
fn statement(maker: &Maker, model: &str) -> Value {
    let mut root = BASE64.encode(&maker.root);
    root.insert_str(64, "\n  ");
    json!({
        "description": "A security key",
        "aaguid": model,
        "protocolFamily": "fido2",
        "schema": 3,
        "attestationTypes": ["basic_full"],
        "attestationRootCertificates": [root],
        "icon": "data:image/png;base64,AAAA",
    })
}

fn read(statement: &Value) -> Result<Models, NotAStatement> {
    let mut models = Models::default();
    models.trust_statement(statement.to_string().as_bytes()).map(|_| models)
}

#[test]
fn a_statement_lets_its_roots_vouch_for_its_model_alone() {
    let (maker, second) = (Maker::new("Root"), Maker::new("Another root"));
    let mut said = statement(&maker, MODEL);
    said["attestationRootCertificates"].as_array_mut().unwrap().push(BASE64.encode(&second.root).into());
    let mut models = Models::default();
    assert_eq!(models.trust_statement(said.to_string().as_bytes()).unwrap().to_string(), MODEL);
    let door = door().trusting(models);
    for maker in [&maker, &second] {
        assert!(required(&door, of(maker.batch(|_| {}), MODEL)).is_ok());
        assert!(required(&door, of(maker.batch(|_| {}), OTHER)).is_err());
    }
    assert!(required(&door, of(Maker::new("Root").batch(|_| {}), MODEL)).is_err(), "a maker of the same name");
}

#[test]
fn what_is_no_statement_is_told_and_trusts_nobody() {
    let maker = Maker::new("Root");
    let changed = |key: &str, value: Value| {
        let mut said = statement(&maker, MODEL);
        said[key] = value;
        read(&said).map(drop).unwrap_err()
    };
    let roots = "attestationRootCertificates";
    assert_eq!(changed("aaguid", Value::Null), NotAStatement::NoModel, "a key of U2F");
    assert_eq!(changed("aaguid", "4e4e#4005".into()), NotAStatement::NoModel, "what is no AAGUID");
    assert_eq!(changed("aaguid", "00000000-0000-0000-0000-000000000000".into()), NotAStatement::NoModel);
    assert_eq!(changed(roots, json!([])), NotAStatement::NoRoot);
    assert_eq!(
        changed(roots, json!([BASE64.encode(&maker.root), "AAAA"])),
        NotAStatement::Root(NotARoot::NotACertificate)
    );
    assert_eq!(changed(roots, json!(["?"])), NotAStatement::Root(NotARoot::NotACertificate));
    assert_eq!(changed(roots, json!(vec![BASE64.encode(&maker.root); 257])), NotAStatement::Root(NotARoot::TooMany));
    assert_eq!(changed(roots, json!("AAAA")), NotAStatement::Unreadable);

    let mut models = Models::default();
    // A root beside it that is none: the good one is not trusted either.
    let mut said = statement(&maker, MODEL);
    said[roots] = json!([BASE64.encode(&maker.root), "AAAA"]);
    assert!(models.trust_statement(said.to_string().as_bytes()).is_err() && models.is_empty());
    for bytes in [b"".as_slice(), b"{", b"[]", b"-----BEGIN CERTIFICATE-----", &[0xff; 8], &[b'['; 100_000]] {
        assert_eq!(models.trust_statement(bytes), Err(NotAStatement::Unreadable));
    }
    assert_eq!(models.trust_statement(&vec![b' '; LONGEST_STATEMENT + 1]), Err(NotAStatement::TooLong));
}
