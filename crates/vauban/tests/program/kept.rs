//! A provider that the organisation keeps, as the program is told of it; and what works whatever the program was told.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
    thread,
};

fn people(home: &Path, arguments: &[&str]) -> Output {
    let config = home.join("vauban.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_vauban"));
    command.args(["--lang", "en", "--state"]).arg(home).arg("people").arg("--config").arg(config);
    command.args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A provider that says of itself what it should, and nothing else. It ends with the test's process.
fn provider() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let told = format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{issuer}/a","token_endpoint":"{issuer}/t","jwks_uri":"{issuer}/k"}}"#
    );
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let asked = BufReader::new(&stream).lines().next().unwrap().unwrap();
            let is_known = asked.starts_with("GET /.well-known/openid-configuration ");
            let (status, body) = if is_known { ("200 OK", told.as_str()) } else { ("404 Not Found", "") };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all((head + body).as_bytes()).unwrap();
        }
    });
    issuer
}

#[test]
fn a_provider_is_checked_before_anybody_signs_in_there() {
    let home = tempfile::tempdir().unwrap();
    let (home, issuer) = (home.path(), provider());
    let table = |issuer: &str| {
        let text = format!(
            "[signin]\norigin = \"https://vauban.campagne.example\"\n[signin.elsewhere]\nname = \"Mairie\"\nissuer = \"{issuer}\"\nclient = \"vauban\"\n"
        );
        fs::write(home.join("vauban.toml"), text).unwrap();
    };
    table(&issuer);
    let output = people(home, &["account", "check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("elsewhere-secret"), "there is none yet: {}", said(&output));
    let secret = home.join("elsewhere-secret");
    fs::write(&secret, "a secret\n").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(said(&people(home, &["account", "check"])).contains("chmod 600"));
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let output = people(home, &["account", "check"]);
    assert!(output.status.success(), "{}", said(&output));
    let registered = "redirect_uri = https://vauban.campagne.example/signin/elsewhere\n";
    assert!(said(&output).contains(registered), "{}", said(&output));
    assert!(!said(&output).contains("a secret"));
    for (wrong, why) in [
        (format!("{issuer}/"), "another issuer"),
        (format!("{issuer}/common"), "status 404"),
        ("http://id.campagne.example".to_owned(), "https"),
        ("http://127.0.0.1:9".to_owned(), "does not answer"),
    ] {
        table(&wrong);
        let output = people(home, &["account", "check"]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(said(&output).contains(why), "{wrong}: {}", said(&output));
    }
    assert!(said(&people(home, &["account", "list"])).contains("no account"));
    assert_eq!(people(home, &["account", "remove", "x"]).status.code(), Some(2));
}

#[test]
fn somebody_is_shut_out_whatever_is_wrong_with_the_configuration() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    fs::write(home.join("vauban.toml"), "").unwrap();
    assert!(people(home, &["found", "Ana"]).status.success());
    fs::write(home.join("vauban.toml"), "[signin\norigin = ").unwrap();
    let found = people(home, &["found", "Bob"]);
    assert_eq!(found.status.code(), Some(2), "what hangs on a setting waits for it: {}", said(&found));
    for arguments in [&["list"][..], &["requests"], &["audit"], &["remove", "Ana"]] {
        let output = people(home, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    }
    assert!(!said(&people(home, &["list"])).contains("Ana"));
}
