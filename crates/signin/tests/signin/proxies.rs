//! Real proxies before a tool, with the configuration that the documentation has: nginx and Caddy.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{
    browser::{Browser, Came},
    world::{Person, World},
};

/// A proxy that is stopped by its number.
pub(crate) struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        // nginx ends its workers when it is asked to, not when it is killed.
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

/// A tool that says what it was sent.
fn tool() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
                head.push(byte[0]);
            }
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", head.len());
            let _ = stream.write_all(answer.as_bytes()).and_then(|()| stream.write_all(&head));
        }
    });
    port
}

pub(crate) fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The documentation's configuration for this proxy, with the ports of the test.
fn documented(name: &str, ports: (u16, u16, u16)) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/signin/");
    let text = fs::read_to_string(format!("{path}{name}")).unwrap();
    let (own, vauban, tool) = ports;
    let text = text.replace("127.0.0.1:9783", &format!("127.0.0.1:{vauban}"));
    let text = text.replace("127.0.0.1:3000", &format!("127.0.0.1:{tool}"));
    text.replace("listen 443 ssl;", &format!("listen 127.0.0.1:{own};"))
        .replace("https://wiki.campagne.example", &format!("http://localhost:{own}"))
        .replace("wiki.campagne.example", "localhost")
}

pub(crate) fn is_there(program: &str) -> bool {
    let is_there = Command::new(program).arg("-h").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    assert!(is_there || std::env::var_os("VAUBAN_SLOW").is_none(), "{program} is missing");
    if !is_there {
        println!("skipped: what needs {program}, which is not installed");
    }
    is_there
}

fn started(mut command: Command, port: u16) -> Proxy {
    let proxy = Proxy(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return proxy;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the proxy does not listen: {command:?}");
}

pub(crate) fn nginx(folder: &Path, config: &str, port: u16) -> Proxy {
    let at = folder.display();
    // Debian's has other folders, which belong to root.
    let around = format!(
        "daemon off; pid {at}/pid; error_log {at}/error.log; events {{}} http {{ access_log off;\n\
         client_body_temp_path {at}/b; proxy_temp_path {at}/p; fastcgi_temp_path {at}/f; uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;\n\
         {config}\n}}"
    );
    let path = folder.join("nginx.conf");
    fs::write(&path, around).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(path).arg("-e").arg(folder.join("error.log"));
    started(command, port)
}

pub(crate) fn caddy(folder: &Path, config: &str, port: u16) -> Proxy {
    let path = folder.join("Caddyfile");
    fs::write(&path, format!("{{\n    admin off\n    auto_https off\n}}\n{config}")).unwrap();
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(path);
    command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
    started(command, port)
}

const PAGE: &str = "Sec-Fetch-Mode: navigate\r\n";

/// From the tool to sign-in and back, as a browser with one jar for both ports does.
fn goes_round(ana: &mut Person, world: &World, port: u16) {
    let at = format!("http://localhost:{port}");
    let host = format!("localhost:{port}");
    let ask = |browser: &mut Browser, path: &str, headers: &str| {
        let (address, own) = (browser.address.clone(), browser.host.clone());
        (browser.address, browser.host) = (format!("127.0.0.1:{port}"), host.clone());
        let came = browser.send("GET", path, headers, b"");
        (browser.address, browser.host) = (address, own);
        came
    };
    let location = |came: &Came| {
        let line = came.head.lines().find(|line| line.to_lowercase().starts_with("location: "));
        line.unwrap_or_else(|| panic!("{came:?}"))[10..].to_owned()
    };
    let forged = format!("{PAGE}Remote-User: root\r\nRemote-Name: root\r\nRemote-Groups: administrators\r\n");
    let mut stranger = world.browser();
    let sent = ask(&mut stranger, "/page?a=b&c=d", &forged);
    assert_eq!(sent.status, 302, "{sent:?}");
    let script = ask(&mut stranger, "/api", "Sec-Fetch-Mode: cors\r\n");
    assert!(script.status == 401, "{script:?}");

    let start = location(&sent);
    let out = ask(&mut ana.browser, start.strip_prefix(&at).unwrap(), PAGE);
    let going = location(&out);
    let ticket = ana.browser.get(going.split_once(&world.address).unwrap().1);
    let back = location(&ticket);
    let entered = ask(&mut ana.browser, back.strip_prefix(&at).unwrap(), PAGE);
    assert_eq!(location(&entered), "/page?a=b&c=d");
    let shown = ask(&mut ana.browser, "/page?a=b&c=d", &forged);
    assert_eq!(shown.status, 200, "{shown:?}");
    assert!(shown.body.starts_with("GET /page?a=b&c=d "), "{shown:?}");
    assert!(shown.body.to_lowercase().contains("remote-name: ana"), "{shown:?}");
    assert!(!shown.body.contains("root") && !shown.body.contains("administrators"), "a client's own words: {shown:?}");

    let passless = ask(
        &mut stranger,
        "/page",
        "Sec-Fetch-Mode: navigate\r\nX-Forwarded-Host: evil.example\r\nCookie: vauban-pass=%00\r\n",
    );
    assert!(passless.status == 302 || passless.status == 403, "{passless:?}");
}

/// When sign-in is not there, the tool is closed.
fn closes(world: std::sync::Arc<World>, ana: &mut Person, port: u16) {
    drop(world);
    let mut browser = ana.browser.clone();
    (browser.address, browser.host) = (format!("127.0.0.1:{port}"), format!("localhost:{port}"));
    let came = browser.send("GET", "/page", PAGE, b"");
    assert!(came.status >= 500 && !came.body.contains("GET /page"), "{came:?}");
}

fn behind(config: &str, proxy: impl FnOnce(&Path, &str, u16) -> Proxy) {
    let (port, folder) = (free(), tempfile::tempdir().unwrap());
    let (world, [mut ana, _]) =
        World::with(|settings| settings.tools = vec![format!("http://localhost:{port}").parse().unwrap()]).founded();
    let vauban = world.address.rsplit_once(':').unwrap().1.parse().unwrap();
    let _proxy = proxy(folder.path(), &documented(config, (port, vauban, tool())), port);
    goes_round(&mut ana, &world, port);
    closes(world, &mut ana, port);
}

#[test]
fn a_tool_behind_nginx() {
    if is_there("nginx") {
        behind("nginx.conf", nginx);
    }
}

#[test]
fn a_tool_behind_caddy() {
    if is_there("caddy") {
        behind("Caddyfile", caddy);
    }
}
