//! `vauban people`: from the first administrator to a sign-in in a real browser.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_people::{
    Actor, Agent, Approval, Binding, CredentialId, Enrolment, Means, NewKey, People, Rules, SpareKey, Used, Visit,
};

/// A process that is stopped by its number.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn people(state: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vauban"));
    command.args(["--lang", "en", "--state"]).arg(state).arg("people").args(arguments).output().unwrap()
}

fn works(state: &Path, arguments: &[&str]) -> String {
    let output = people(state, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(state: &Path, arguments: &[&str]) -> String {
    let output = people(state, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn people_are_founded_asked_for_and_shut_out() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path();
    assert!(works(state, &["list"]).contains("nobody yet"));
    let origin = "https://vauban.campagne.example";
    for name in ["Ana", "Bob"] {
        let link = works(state, &["found", name, "--origin", origin]);
        assert!(link.starts_with(&format!("{origin}/enrol#")) && link.contains("in person"), "{link}");
    }
    assert!(refused(state, &["found", "Eve", "--origin", origin]).contains("founders"), "a third");
    let month = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 30);
    let until = month.strftime("%Y-%m-%d").to_string();
    assert!(refused(state, &["invite", "Chloé", "--volunteer", "--until", "2199-05-08"]).contains("too far away"));
    let asked = works(state, &["invite", "Chloé", "--volunteer", "--until", &until, "--group", "work"]);
    assert!(asked.contains("Chloé") && asked.contains("Two administrators approve"), "{asked}");
    let request = asked.lines().next().unwrap().to_owned();
    assert!(works(state, &["requests"]).contains(&format!("{request}  invite  waiting  0 approval(s)")));
    assert!(refused(state, &["link", &request, "--origin", origin]).contains("two, of two people"));
    assert!(refused(state, &["invite", "Zoé", "--volunteer"]).contains("--until"));
    assert!(refused(state, &["invite", "a\u{202e}b"]).contains("cannot be seen"));
    let removed = works(state, &["remove", "Bob"]);
    assert!(removed.contains("done"), "{removed}");
    assert!(!works(state, &["list"]).contains("Bob") && works(state, &["list", "--gone"]).contains("Bob"));
    let audit = works(state, &["audit"]);
    assert!(audit.contains("Ana") && audit.contains("the machine") && !audit.contains("enrol#"), "{audit}");
}

fn random() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([3; 32])
}

fn key(number: u8) -> NewKey {
    NewKey {
        id: CredentialId::new(&[number; 16]).unwrap(),
        credential: vec![number; 64],
        label: "key".parse().unwrap(),
        attested: true,
    }
}

/// Ana and Bob, who came in, and three keys that they approved.
fn with_break_glass_keys(state: &Path) {
    let people = People::open(&state.join("people.sqlite"), Rules::default()).unwrap();
    let (now, mut rng) = (jiff::Timestamp::now(), random());
    let founders = ["Ana", "Bob"].map(|name| {
        let request = people.found(name.parse().unwrap(), &mut rng, now).unwrap();
        let link = people.give_link(&Actor::Machine, request.id, &mut rng, now).unwrap().hash();
        let visit = Visit { binding: Binding::Plain, address: None, agent: Agent::new("test") };
        let key = key(name.as_bytes()[0]);
        let enrolment = Enrolment { request: request.id, link, means: Means::Key(&key), visit: &visit };
        (people.enrol(&enrolment, &mut rng, now).unwrap().person.id, key)
    });
    let keys = [1, 2, 3].map(|number| {
        let NewKey { id, credential, label, attested } = key(number);
        SpareKey { id, credential, label, attested }
    });
    let request = people.ask_break_glass_keys(&Actor::Machine, &keys, &mut rng, now).unwrap();
    for (approver, NewKey { id, credential, .. }) in &founders {
        let used = Used { id, before: credential, after: credential };
        let (request, digest) = (request.id, request.digest());
        people.approve(&Approval { request, approver: *approver, used, digest, proof: b"signed" }, now).unwrap();
    }
    people.carry_out(request.id, now + Rules::default().delay).unwrap();
}

#[test]
fn where_nobody_is_left_who_approves_it_says_where_to_go() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path();
    let origin = ["--origin", "https://vauban.campagne.example"];
    let with = |words: &[&str]| works(state, &[words, &origin].concat());
    with_break_glass_keys(state);
    let asked = with(&["recover", "Ana"]);
    let request = asked.lines().next().unwrap().to_owned();
    let place = format!("https://vauban.campagne.example/glass/{request}");
    assert!(asked.contains(&place) && asked.contains("Two administrators approve"), "{asked}");
    assert!(with(&["requests"]).contains(&place));
    assert!(works(state, &["veto", &request]).contains("stopped"));
    assert!(!with(&["requests"]).contains(&request));
    assert!(refused(state, &["veto", &request]).contains("vetoed this request"));
    assert!(refused(state, &["veto", "x"]).contains("no such request"));
    let member = with(&["role", "Bob", "member"]);
    assert!(member.contains("done by itself") && !member.contains("/glass/"), "{member}");
    assert!(refused(state, &["role", "Ana", "king"]).contains("administrator"));
    assert!(
        refused(state, &[&["role", "Ana", "administrator"][..], &origin].concat()).contains("has that role already")
    );
    assert!(refused(state, &[&["found", "Eve"][..], &origin].concat()).contains("vauban people recover"));
    let audit = works(state, &["audit"]);
    assert!(audit.contains("A veto against the request about Ana"), "{audit}");
}

fn client<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["client"], arguments, &["--origin", "https://vauban.campagne.example"]].concat()
}

#[test]
fn tools_are_added_by_who_runs_the_machine() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path();
    assert!(works(state, &client(&["list"])).contains("no tool yet"));
    let redirect = "https://cloud.campagne.example/apps/user_oidc/code";
    let added = works(state, &client(&["add", "cloud", "--name", "Nextcloud", "--redirect", redirect]));
    assert!(
        added.starts_with("issuer = https://vauban.campagne.example\nclient_id = cloud\nclient_secret = "),
        "{added}"
    );
    assert!(refused(state, &client(&["add", "cloud", "--redirect", redirect])).contains("a client of this name"));
    for (address, why) in
        [("https://a.example/#b", "fragment"), ("http://a.example/", "https"), ("javascript:alert(1)", "will not do")]
    {
        assert!(refused(state, &client(&["add", "bad", "--redirect", address])).contains(why), "{address}");
    }
    assert!(refused(state, &client(&["add", "Bad Name", "--redirect", redirect])).contains("is no client_id"));
    let listed = works(state, &client(&["list"]));
    assert!(listed.contains("cloud  Nextcloud  cloud.campagne.example  PKCE required"), "{listed}");
    assert!(works(state, &client(&["legacy", "cloud"])).contains("\u{1b}[31mWITHOUT PKCE"));
    assert!(works(state, &client(&["legacy", "cloud", "--off"])).contains("PKCE required"));
    let shown = works(state, &client(&["show", "cloud"]));
    for line in [
        "issuer = https://vauban.campagne.example\n",
        "client_name = Nextcloud\n",
        "token_endpoint_auth_method = client_secret_basic",
        "redirect_uri = https://cloud.campagne.example/apps/user_oidc/code\n",
        "PKCE required\n",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let told = "https://cloud.campagne.example/told";
    let changed = works(state, &client(&["change", "cloud", "--told-of-logout", told, "--after-logout", told]));
    assert!(changed.contains(&format!("backchannel_logout_uri = {told}\n")) && changed.contains(redirect), "{changed}");
    assert!(changed.contains(&format!("post_logout_redirect_uri = {told}\n")), "{changed}");
    let changed = works(state, &client(&["change", "cloud", "--no-told-of-logout", "--redirect", told]));
    assert!(!changed.contains("backchannel") && !changed.contains(redirect), "{changed}");
    assert!(refused(state, &client(&["change", "cloud"])).contains("--redirect"));
    assert!(refused(state, &client(&["show", "nobody"])).contains("no client of this name"));
    let secret = added.lines().find_map(|line| line.strip_prefix("client_secret = ")).unwrap();
    let renewed = works(state, &client(&["secret", "cloud"]));
    assert!(renewed.starts_with("client_secret = ") && !renewed.contains(secret), "{renewed}");
    for (name, text) in
        [("oidc.sqlite", secret), ("oidc.sqlite", renewed.trim().strip_prefix("client_secret = ").unwrap())]
    {
        let bytes = std::fs::read(state.join(name)).unwrap();
        assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "a secret stands in {name}");
    }
    assert!(works(state, &client(&["remove", "cloud"])).contains("done"));
    assert!(refused(state, &client(&["remove", "cloud"])).contains("no client of this name"));
}

/// A server of these arguments, and what it says first.
fn serving(state: &Path, arguments: &[&str]) -> (Running, impl Iterator<Item = String> + use<>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vauban"));
    command.args(["--lang", "en", "--state"]).arg(state).args(["people", "serve"]).args(arguments);
    let mut serving = Running(command.stderr(Stdio::piped()).spawn().unwrap());
    let said = BufReader::new(serving.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    (serving, said)
}

/// What a proxy is answered that asks for a page of the wiki.
fn asked_for_the_wiki(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = "GET /forward HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-Host: wiki.campagne.example\r\n";
    stream.write_all(format!("{head}Sec-Fetch-Mode: navigate\r\n\r\n").as_bytes()).unwrap();
    let mut came = String::new();
    stream.read_to_string(&mut came).unwrap();
    came
}

#[test]
fn the_policy_says_who_reaches_what_or_it_is_said_that_there_is_none() {
    let home = tempfile::tempdir().unwrap();
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (one, two) = (free(), free());
    let (origin, listen) = (format!("http://localhost:{one}"), format!("127.0.0.1:{one}"));
    let (_open, mut said) = serving(home.path(), &["--origin", &origin, "--listen", &listen]);
    assert!(said.next().unwrap().contains(&origin));
    let warned = said.next().unwrap();
    assert!(warned.contains("every tool is open to everybody"), "{warned}");
    assert!(asked_for_the_wiki(one).starts_with("HTTP/1.1 403"), "a tool that nobody named");

    let file = home.path().join("vauban.toml");
    let table = format!(
        "[signin]\norigin = \"http://localhost:{two}\"\nlisten = \"127.0.0.1:1\"\ntools = [\"https://wiki.campagne.example\"]\n"
    );
    std::fs::write(&file, &table).unwrap();
    let (file, listen) = (file.to_str().unwrap(), format!("127.0.0.1:{two}"));
    let (closed, mut said) = serving(home.path(), &["--config", file, "--listen", &listen]);
    let first = said.next().unwrap();
    assert!(first.contains(&format!("http://localhost:{two}")), "{first}");
    assert!(asked_for_the_wiki(two).starts_with("HTTP/1.1 302"), "one that the configuration names");
    drop(closed);
    assert!(said.all(|line| !line.contains("every tool is open")));

    assert!(refused(home.path(), &["serve", "--config", "none.toml"]).contains("none.toml"));
    std::fs::write(file, format!("{table}[compartment.work]\nnever = [\"tool:nowhere\"]\n")).unwrap();
    let why = refused(home.path(), &["serve", "--config", file, "--listen", &listen]);
    assert!(why.contains("nowhere"), "a policy that names what there is not is none: {why}");
}

#[test]
fn a_tool_that_signs_has_keys_in_a_secrets_stead() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path();
    let file = |name: &str, more: &str| {
        let path = state.join(name);
        let key = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
        std::fs::write(&path, format!(r#"{{"keys":[{{{key}{more}}}]}}"#)).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let (good, private) = (file("good.json", ""), file("private.json", r#","d":"AA""#));
    let add = ["add", "signs", "--redirect", "https://signs.example/cb", "--keys"];
    let add_with = |keys| client(&[add.as_slice(), &[keys]].concat());
    assert!(refused(state, &add_with(private.as_str())).contains("public half alone"));
    assert!(refused(state, &add_with("/nowhere")).contains("/nowhere"));
    let added = works(state, &add_with(&good));
    assert!(added.contains("client_id = signs\n") && !added.contains("secret"), "{added}");
    assert!(works(state, &client(&["show", "signs"])).contains("private_key_jwt (1)"));
    assert!(works(state, &client(&["keys", "signs", &good])).contains("private_key_jwt (1)"));
    assert!(refused(state, &client(&["keys", "signs", &private])).contains("public half alone"));
    assert!(refused(state, &client(&["secret", "signs"])).contains("no secret"));
}

#[test]
fn a_real_browser_signs_in() {
    let Some(modules) = std::env::var_os("VAUBAN_BROWSER") else {
        assert!(std::env::var_os("VAUBAN_SLOW").is_none() || std::env::var_os("CI").is_none(), "CI must not skip this");
        println!("skipped: signing in with a browser, which needs chromium, playwright-core and axe-core");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let origin = format!("http://localhost:{port}");
    let link = works(home.path(), &["found", "Ana", "--origin", &origin]).lines().next().unwrap().to_owned();
    let (_serving, mut said) = serving(home.path(), &["--origin", &origin, "--listen", &format!("127.0.0.1:{port}")]);
    let said = said.next().unwrap();
    assert!(said.contains(&origin), "{said}");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/signin/walk.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(modules).arg(link).args(std::env::var_os("VAUBAN_PICTURES"));
    let walked = node.output().unwrap();
    let told = String::from_utf8_lossy(&walked.stdout).into_owned();
    assert!(walked.status.success(), "{told} {}", String::from_utf8_lossy(&walked.stderr));
    println!("{told}");
    let audit = works(home.path(), &["audit", "--person", "Ana"]);
    assert!(audit.lines().count() >= 3, "{audit}");
}
