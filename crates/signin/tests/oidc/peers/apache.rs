//! Apache with mod_auth_openidc: a page that only who signed in here sees, until the session ends.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use jiff::Timestamp;
use vauban_oidc::{Algorithm, Delivery};

use super::walk::{skipped, through};
use crate::{
    browser::{Browser, Came},
    house::House,
    tool::Tool,
};

const PROGRAM: &str = "/usr/sbin/apache2";
const MODULES: &str = "/usr/lib/apache2/modules";

/// Apache on a port of its own, until the test is over.
struct Apache(Child);

impl Apache {
    fn start(folder: &Path, port: u16, tool: &Tool, issuer: &str) -> Self {
        // Whoever starts it as root has it work as somebody else.
        fs::write(folder.join("index.html"), "the page\n").unwrap();
        let path = folder.join("apache.conf");
        fs::write(&path, configuration(folder, port, tool, issuer)).unwrap();
        let mut command = Command::new(PROGRAM);
        command.arg("-f").arg(path).args(["-D", "FOREGROUND"]).stdin(Stdio::null());
        let apache = Self(command.spawn().unwrap());
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return apache;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("apache does not listen: {}", fs::read_to_string(folder.join("error.log")).unwrap_or_default());
    }
}

impl Drop for Apache {
    fn drop(&mut self) {
        // By its own signal, so that it takes its workers along.
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

fn configuration(folder: &Path, port: u16, tool: &Tool, issuer: &str) -> String {
    let folder = folder.display();
    let modules: String = ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "headers", "auth_openidc"]
        .iter()
        .map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n"))
        .collect();
    let (id, secret, redirect) = (&tool.id, tool.secret.as_ref().unwrap(), &tool.redirect);
    format!(
        "ServerRoot {folder}\nServerName localhost:{port}\nListen 127.0.0.1:{port}\nPidFile {folder}/apache.pid\n\
         DefaultRuntimeDir {folder}\nErrorLog {folder}/error.log\nDocumentRoot {folder}\n{modules}\
         User www-data\nGroup www-data\n\
         OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration\nOIDCClientID {id}\nOIDCClientSecret {secret}\n\
         OIDCRedirectURI {redirect}\nOIDCCryptoPassphrase of-this-test-alone\nOIDCScope \"openid profile groups\"\n\
         OIDCPKCEMethod S256\nOIDCRemoteUserClaim sub\n\
         <Directory {folder}>\nAuthType openid-connect\nRequire claim name:Ana\nDirectoryIndex index.html\n\
         Header always set X-User \"expr=%{{REMOTE_USER}}\"\n</Directory>\n\
         <Location /cb>\nAuthType openid-connect\nRequire valid-user\n</Location>\n"
    )
}

fn location(came: &Came) -> &str {
    let found = came.head.lines().find_map(|line| line.strip_prefix("Location: "));
    found.unwrap_or_else(|| panic!("{came:?}"))
}

/// Cookies of Apache, whose headers have capitals.
fn keep(browser: &mut Browser, came: &Came) {
    for line in came.head.lines().filter_map(|line| line.strip_prefix("Set-Cookie: ")) {
        let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
        browser.cookies.insert(name.to_owned(), value.to_owned());
    }
}

#[test]
fn mod_auth_openidc_lets_in_and_hears_of_logout() {
    if !Path::new(PROGRAM).is_file() || !Path::new(MODULES).join("mod_auth_openidc.so").is_file() {
        return skipped("Apache, which needs libapache2-mod-auth-openidc");
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let own = format!("http://localhost:{port}");
    let mut house = House::with_rsa();
    let tool = house.add("apache", |new| {
        new.algorithm = Algorithm::Rs256;
        new.redirects = vec![format!("{own}/cb").parse().unwrap()];
        new.told_of_logout = Some(format!("{own}/cb?logout=backchannel").parse().unwrap());
    });
    let folder = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let _apache = Apache::start(folder.path(), port, &tool, &house.origin());

    let mut browser = Browser::new(&format!("localhost:{port}"));
    // Whoever takes no page is told 401, since no person is there to be sent anywhere.
    browser.more = "Accept: text/html\r\n".to_owned();
    let came = browser.get("/");
    assert_eq!(came.status, 302, "{came:?}\n{}", log(folder.path()));
    keep(&mut browser, &came);
    let landed = through(&mut house.ana, location(&came));
    let came = browser.get(landed.to.strip_prefix(&own).unwrap());
    assert_eq!(came.status, 302, "{came:?}\n{}", log(folder.path()));
    keep(&mut browser, &came);
    let page = browser.get("/");
    assert_eq!((page.status, page.body.contains("the page")), (200, true), "{page:?}\n{}", log(folder.path()));
    assert!(page.head.contains(&format!("X-User: {}", house.person("Ana"))), "{}", page.head);

    house.suspend("Ana");
    house.provider.tend(&house.site, Timestamp::now()).unwrap();
    let deliveries = house.provider.deliveries(10, Timestamp::now()).unwrap();
    let [delivery @ Delivery { to, .. }] = deliveries.as_slice() else { panic!("{deliveries:?}") };
    let body = house.provider.logout_form(delivery, Timestamp::now()).unwrap();
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let told = Browser::new(&browser.address).send("POST", to.strip_prefix(&own).unwrap(), form, body.as_bytes());
    assert_eq!(told.status, 200, "{told:?}\n{}", log(folder.path()));
    assert_eq!(browser.get("/").status, 302, "out there, too");
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("error.log")).unwrap_or_default()
}
