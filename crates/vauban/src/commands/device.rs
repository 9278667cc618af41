//! `vauban device`: names of the resolver for devices, so that each has its compartment wherever it is.

use std::{fmt::Write as _, fs, path::PathBuf, process::ExitCode};

use jiff::Timestamp;
use vauban_guard::{
    config::{Config, DnsTable},
    sensors::dns::{DeviceStore, Profile},
};
use vauban_model::{Lang, Text, printable};

use crate::{
    commands::config,
    failure::Failure,
    place::{Place, random, who},
    terminal,
};

/// Give a device its own name of the resolver, or take it back
///
/// A phone on a train is in its compartment when it asks the filter of names under a name of its own (DNS over TLS or HTTPS).
/// The name is a secret: it is shown once, and only its digest is kept. docs/dns.md says where each system wants it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a name for a device of the policy, and show what to type or scan
    Name {
        /// The device, as the policy calls it
        device: String,
        /// The configuration
        #[arg(long, default_value = "vauban.toml", value_name = "FILE")]
        config: PathBuf,
        /// Write a profile for iPhone, iPad and Mac
        #[arg(long, value_name = "FILE.mobileconfig")]
        apple: Option<PathBuf>,
        /// Write the code as a picture
        #[arg(long, value_name = "FILE.svg")]
        picture: Option<PathBuf>,
    },
    /// List the devices that have names, and since when
    List,
    /// Take all names of a device back: from that moment on it is a stranger
    Revoke {
        /// The device
        device: String,
    },
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    place.make().map_err(|error| Failure::output(&error))?;
    let store = DeviceStore::open(&place.state);
    let failed = |error: std::io::Error| cannot(&error.to_string());
    let text = match &arguments.command {
        Command::Name { device, config: file, apple, picture } => {
            let config = config::read(file)?;
            let table = table_of(&config, device)?;
            let mut bytes = [0; 15];
            random(&mut bytes).map_err(failed)?;
            let token = store.add(device, bytes, Timestamp::now(), &who()).map_err(failed)?;
            let profile = profile(&table, device, token);
            if let Some(path) = apple {
                profile.apple().and_then(|bytes| fs::write(path, bytes)).map_err(failed)?;
            }
            if let Some(path) = picture {
                fs::write(path, profile.picture().unwrap_or_default()).map_err(failed)?;
            }
            shown(&profile, place.lang)
        }
        Command::List => {
            let mut text = String::new();
            for one in store.all().map_err(failed)? {
                let _ = writeln!(text, "{}  {}  {}", one.made, printable(&one.device), printable(&one.by));
            }
            text
        }
        Command::Revoke { device } => {
            let number = store.revoke(device).map_err(failed)?;
            let words = Text::new(
                format!("{number} nom(s) repris ; la garde l'applique dans la seconde"),
                format!("{number} name(s) taken back; the guard applies it within a second"),
            );
            terminal::talk(words.get(place.lang));
            return Ok(if number > 0 { ExitCode::SUCCESS } else { ExitCode::from(1) });
        }
    };
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    Ok(ExitCode::SUCCESS)
}

/// The table of the filter of names; the device has to be one of the policy's, and there has to be a door for it.
fn table_of(config: &Config, device: &str) -> Result<DnsTable, Failure> {
    if !config.device.contains_key(device) {
        return Err(Failure::new(
            "device",
            Text::new(
                format!("la politique ne connaît pas l'appareil {device:?}"),
                format!("the policy does not know the device {device:?}"),
            ),
            Text::new("ajoutez [device.…] dans vauban.toml", "add [device.…] to vauban.toml"),
        ));
    }
    let table = config.dns.clone().unwrap_or_default();
    if table.name.is_empty() || (table.tls.is_empty() && table.https.is_empty()) {
        return Err(Failure::new(
            "device",
            Text::new(
                "le résolveur n'a ni nom ni porte chiffrée",
                "the resolver has neither a name nor an encrypted door",
            ),
            Text::new(
                "dans [dns] : name, certificate, key, et tls ou https",
                "in [dns]: name, certificate, key, and tls or https",
            ),
        ));
    }
    Ok(table)
}

fn profile(table: &DnsTable, device: &str, token: String) -> Profile {
    let port = |texts: &[String]| texts.first()?.rsplit_once(':')?.1.parse().ok();
    Profile {
        device: device.to_owned(),
        token,
        name: table.name.clone(),
        tls: !table.tls.is_empty(),
        https: port(&table.https),
    }
}

fn shown(profile: &Profile, lang: Lang) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", profile.code().unwrap_or_default());
    let mut line = |fr: &str, en: &str, value: &str| {
        let _ = writeln!(text, "{}\n  {value}", Text::new(fr, en).get(lang));
    };
    if profile.tls {
        line(
            "Android : Réseau et Internet, DNS privé, nom d'hôte du fournisseur",
            "Android: Network & internet, Private DNS, provider hostname",
            &profile.hostname(),
        );
    }
    if let Some(url) = profile.url() {
        line(
            "Firefox : Vie privée et sécurité, DNS via HTTPS, protection maximale, personnalisé",
            "Firefox: Privacy & Security, DNS over HTTPS, max protection, custom",
            &url,
        );
    }
    if let Some(stamp) = profile.stamp() {
        line("Autres logiciels (timbre DNS)", "Other programs (DNS stamp)", &stamp);
    }
    let words = Text::new(
        "Ce nom est un secret : il dit de quel appareil vient une question. Il n'est montré qu'une fois ; « vauban device revoke » le reprend.",
        "This name is a secret: it says which device a question comes from. It is shown this once; `vauban device revoke` takes it back.",
    );
    let _ = writeln!(text, "\n{}", words.get(lang));
    text
}

fn cannot(reason: &str) -> Failure {
    Failure::new(
        "device",
        Text::new(format!("impossible : {reason}"), format!("cannot: {reason}")),
        Text::new("le dossier d'état doit être accessible en écriture", "the state directory has to be writable"),
    )
}
