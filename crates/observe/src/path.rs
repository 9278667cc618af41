//! Paths that evidence states of the machine that it came from: the whole path, the file's name, and what the folders
//! of iOS say of the application that they belong to.

use vauban_model::{Observable, ObservableKind};

use crate::member::file_name;

/// A path and the name at its end as observables.
pub(crate) fn stated(path: &str) -> Vec<Observable> {
    let path = path.trim();
    let mut all = Vec::new();
    if path.contains(['/', '\\']) {
        all.push(Observable::new(ObservableKind::FilePath, path));
    }
    let name = file_name(path);
    if !name.is_empty() {
        all.push(Observable::new(ObservableKind::FileName, name));
    }
    all
}

/// Where on the device the folder lies that a domain of an iOS backup stands for.
const DOMAINS: &[(&str, &str)] = &[
    ("HomeDomain", "/private/var/mobile"),
    ("CameraRollDomain", "/private/var/mobile"),
    ("MediaDomain", "/private/var/mobile"),
    ("TonesDomain", "/private/var/mobile"),
    ("HealthDomain", "/private/var/mobile"),
    ("HomeKitDomain", "/private/var/mobile"),
    ("RootDomain", "/private/var/root"),
    ("DatabaseDomain", "/private/var/db"),
    ("KeychainDomain", "/private/var/Keychains"),
    ("ManagedPreferencesDomain", "/private/var/Managed Preferences"),
    ("MobileDeviceDomain", "/private/var/MobileDevice"),
    ("NetworkDomain", "/private/var/networkd"),
    ("ProtectedDomain", "/private/var/protected"),
    ("SystemPreferencesDomain", "/private/var/preferences"),
    ("WirelessDomain", "/private/var/wireless"),
];

/// The path on the device of a file in an iOS backup; below an application's folder, whose place on the device is
/// chance, the domain stands for it.
pub(crate) fn in_backup(domain: &str, relative: &str) -> String {
    if relative.is_empty() {
        return String::new();
    }
    let folder = DOMAINS.iter().find(|(name, _)| *name == domain).map_or(domain, |(_, folder)| folder);
    format!("{folder}/{relative}")
}

/// The application whose domain of a backup this is.
pub(crate) fn app_of_domain(domain: &str) -> Option<&str> {
    ["AppDomain-", "AppDomainPlugin-"].iter().find_map(|prefix| domain.strip_prefix(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_stand_for_folders_of_the_device() {
        assert_eq!(in_backup("HomeDomain", "Library/SMS/sms.db"), "/private/var/mobile/Library/SMS/sms.db");
        assert_eq!(in_backup("AppDomain-com.evil.example", "a"), "AppDomain-com.evil.example/a");
        assert_eq!(app_of_domain("AppDomain-com.evil.example"), Some("com.evil.example"));
        assert_eq!(app_of_domain("HomeDomain"), None);
    }

    #[test]
    fn a_name_alone_is_no_path() {
        let kinds = |path| stated(path).iter().map(|observable| observable.kind).collect::<Vec<_>>();
        assert_eq!(kinds("/a/b"), [ObservableKind::FilePath, ObservableKind::FileName]);
        assert_eq!(kinds("b"), [ObservableKind::FileName]);
        assert_eq!(kinds(""), []);
    }
}
