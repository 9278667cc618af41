//! Devices by their keys of WireGuard, in user space: who it is, is the key's; an address that is not the key's stays outside.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use hickory_proto::rr::RecordType;

use crate::{
    ask,
    filter::{Process, Vauban},
    internet::Internet,
    yard::{Yard, can_run},
};

const CONFIG: &str = r#"
[guard]
http = "127.0.0.1:9180"
wireguard = ["FOLDER/peers"]
[dns]
listen = ["10.40.0.1:53", "10.99.0.1:53"]
upstream = ["udp://192.0.2.53:53"]
validate = false
[policy]
otherwise = "guest"
[compartment.work]
never = ["private-messaging"]
[compartment.guest]
[device]
phone-alice = { compartment = "work", wireguard = "KEY" }
"#;

/// The device of the tunnel at an end: these have one name for all namespaces, because programs find them by a socket of the file system.
fn device(place: &str) -> String {
    format!("vb{}{}", std::process::id(), &place[..2])
}

/// Two ends of a tunnel, which end with these.
fn tunnel(yard: &Yard) -> [Process; 2] {
    ["gateway", "guest"].map(|place| {
        let mut end = Process::default();
        let mut command = yard.command(place, "wireguard-go");
        end.begin(command.args(["-f", &device(place)]).env("LOG_LEVEL", "silent").stderr(Stdio::null()));
        end
    })
}

/// Runs `wg` at an end; what it prints, if it succeeds.
fn tries(yard: &Yard, place: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new("ip").args(["netns", "exec", &yard.name(place), "wg"]).args(arguments).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

fn wg(yard: &Yard, place: &str, arguments: &[&str]) -> String {
    tries(yard, place, arguments).unwrap_or_else(|| panic!("wg {arguments:?}"))
}

/// Makes a key at an end; gives its public half.
fn key(yard: &Yard, place: &str) -> String {
    let file = yard.folder.path().join(format!("{place}.key"));
    fs::write(&file, wg(yard, place, &["genkey"])).unwrap();
    let file = file.display().to_string();
    // The device of the tunnel takes its moment to come.
    let is_set = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(50));
        tries(yard, place, &["set", &device(place), "private-key", &file]).is_some()
    });
    assert!(is_set, "no tunnel at {place}");
    wg(yard, place, &["show", &device(place), "public-key"])
}

#[test]
fn whoever_comes_through_the_tunnel_is_who_has_the_key() {
    if !can_run(&[]) {
        return;
    }
    if Command::new("wireguard-go").arg("--version").output().is_err() || Command::new("wg").arg("-v").output().is_err()
    {
        assert!(std::env::var_os("VAUBAN_SLOW").is_none(), "wireguard-go and wg are missing");
        println!("skipped: there is no wireguard-go or wg");
        return;
    }
    let yard = Yard::new();
    let _internet = Internet::start(&yard);
    let _tunnel = tunnel(&yard);
    let (gateway, phone) = (key(&yard, "gateway"), key(&yard, "guest"));
    wg(
        &yard,
        "gateway",
        &["set", &device("gateway"), "listen-port", "51820", "peer", &phone, "allowed-ips", "10.99.0.2/32"],
    );
    wg(
        &yard,
        "guest",
        &["set", &device("guest"), "peer", &gateway, "allowed-ips", "10.99.0.0/24", "endpoint", "10.40.0.1:51820"],
    );
    for (place, addresses) in [("gateway", &["10.99.0.1/24"][..]), ("guest", &["10.99.0.2/24", "10.99.0.9/24"])] {
        addresses.iter().for_each(|address| yard.ip(place, &format!("addr add {address} dev {}", device(place))));
        yard.ip(place, &format!("link set {} up", device(place)));
    }
    let folder = yard.folder.path();
    fs::write(folder.join("peers"), wg(&yard, "gateway", &["show", &device("gateway"), "allowed-ips"])).unwrap();
    let config = CONFIG.replace("FOLDER", &folder.display().to_string()).replace("KEY", &phone);
    fs::write(folder.join("vauban.toml"), config).unwrap();
    let mut guard = Process::default();
    let log = fs::File::create(folder.join("log")).unwrap();
    let file = folder.join("vauban.toml").display().to_string();
    guard.begin(Vauban::vauban(&yard, &["guard", "--config", &file]).stderr(log));

    let asked = |at: &str, name: &str| {
        let patience = Duration::from_secs(2);
        yard.inside("guest", || (0..30).find_map(|_| ask::udp(at, name, RecordType::A, patience)))
            .unwrap_or_else(|| panic!("{at} answers nothing: {}", fs::read_to_string(folder.join("log")).unwrap()))
    };
    assert!(!asked("10.99.0.1", "www.harmless.example").addresses().is_empty());
    assert!(asked("10.99.0.1", "web.whatsapp.com").addresses().is_empty(), "at work, by its key");
    assert!(!asked("10.40.0.1", "web.whatsapp.com").addresses().is_empty(), "a guest beside the tunnel");
    // Another address in the tunnel is not its own: the gateway's end throws the packet away.
    let spoofed = yard.inside("guest", || {
        ask::udp_from("10.99.0.9", "10.99.0.1", "web.whatsapp.com", RecordType::A, Duration::from_millis(700))
    });
    assert!(spoofed.is_none(), "{spoofed:?}");
}
