//! `vauban hub desk` from an empty folder to a published release, with the minisign of the distribution.

use std::fs;

use super::steps::{FEED, desk, does, first_line, has_minisign, minisign};

#[test]
fn a_release_goes_from_a_document_to_the_front_by_two_people() {
    if !has_minisign() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    let made = does(here, &["init", "--name", "CERT", "--call", "CERT, 01 00 00 00 00"]);
    assert!(made.contains("RW") && made.contains("words"), "{made}");
    assert!(!desk(here, &["init", "--name", "CERT", "--call", "again"]).status.success(), "a desk is left alone");
    for name in ["claire", "marc"] {
        let (public, secret) = (format!("{name}.pub"), format!("{name}.key"));
        assert!(minisign(here, &["-G", "-W", "-p", &public, "-s", &secret]));
        does(here, &["person", name, "--key", &public]);
    }
    let party = does(here, &["party", "Party A"]);
    assert!(party.lines().last().unwrap().split('-').count() == 12, "{party}");
    let stream = first_line(&does(here, &["stream", "Parties", "--party", &first_line(&party)]));

    fs::write(here.join("feed.json"), FEED).unwrap();
    let import = desk(here, &["import", "--source", "CERT-FR", "feed.json"]);
    let said = String::from_utf8_lossy(&import.stdout).into_owned();
    assert_eq!(import.status.code(), Some(1), "one is refused: {said}");
    assert!(said.contains("2 to review") && said.contains("000000000003") && said.contains("STIX 2.1"), "{said}");
    let (loud, quiet) =
        ("indicator--00000000-0000-4000-8000-000000000001", "indicator--00000000-0000-4000-8000-000000000002");
    does(here, &["review", "--tlp", "green", "--tier", "open", loud]);
    does(here, &["review", "--tlp", "amber", "--tier", "blind", quiet]);
    does(here, &["grant", "--to", &stream, loud, quiet]);
    let preview = does(here, &["preview", &first_line(&party)]);
    assert!(
        preview.contains("loud") && !preview.contains("quiet") && preview.contains("1 readable, 1 blind"),
        "{preview}"
    );

    let draft = first_line(&does(here, &["draft", &stream, "--author", "claire", "--advice-en", "Read this."]));
    assert!(!desk(here, &["publish", &draft, "--front", "front.sqlite"]).status.success(), "nobody approved it");
    let manifest = format!("desk/drafts/{draft}/manifest.json");
    let sign = |who: &str| {
        let (key, out) = (format!("{who}.key"), format!("{who}.minisig"));
        assert!(minisign(here, &["-S", "-s", &key, "-m", &manifest, "-x", &out]));
        out
    };
    let own = desk(here, &["approve", &draft, "--signature", &sign("claire")]);
    assert!(!own.status.success() && String::from_utf8_lossy(&own.stderr).contains("author"), "{own:?}");
    does(here, &["approve", &draft, "--signature", &sign("marc")]);
    let published = does(here, &["publish", &draft, "--front", "front.sqlite"]);
    assert!(published.contains("number 1"), "{published}");
    does(here, &["publish", &draft, "--front", "front.sqlite"]);

    // The stick can be checked by hand, and holds nothing of the quiet one; nor does the front.
    let stick = here.join("desk/releases").join(&stream).join("00000001");
    let key = made.lines().find(|line| line.starts_with("RW")).unwrap();
    assert!(minisign(&stick, &["-V", "-P", key, "-m", "manifest.json"]));
    let mut files: Vec<_> = fs::read_dir(&stick).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.extend(
        fs::read_dir(here)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("front.sqlite")),
    );
    assert!(files.len() > 4, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).unwrap();
        for secret in ["quiet", "Party A"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {}", file.display());
        }
    }

    // The next one follows it, and the object that was withdrawn has left.
    does(here, &["withdraw", loud]);
    let second = first_line(&does(here, &["draft", &stream, "--author", "marc"]));
    let manifest = fs::read_to_string(here.join(format!("desk/drafts/{second}/manifest.json"))).unwrap();
    assert!(manifest.contains("\"number\":2") && manifest.contains("\"before\":\""), "{manifest}");
    let trail = does(here, &["audit"]);
    assert!(trail.contains("the trail is whole") && trail.contains("approved"), "{trail}");
}
