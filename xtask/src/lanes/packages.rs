//! Installing Debian packages: all at once, else one by one, else from the backports of the release. Lists of the latter are kept in a
//! folder of our own; the system's sources stay as they are.

use std::{env, fs, path::Path, process::Command};

use super::peers::{is_installed, succeeds};
use crate::say;

/// Installs what can be installed. Where not all can, the reason; what is there then is found on the path.
pub(super) fn install(packages: &[&str], folder: &Path) -> Result<(), &'static str> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if !is_root {
        return Err("is not installed and only root may install it");
    }
    if !is_installed("apt-get") {
        return Err("is not installed and this system has no apt-get");
    }
    say::line(&format!("installing {}", packages.join(" ")));
    if apt(&install_of(packages), None) || (apt(&["update"], None) && apt(&install_of(packages), None)) {
        return Ok(());
    }
    // One package that the release does not have keeps apt-get from installing the others.
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !apt(&install_of(&[package]), None)).collect();
    let more = (!missing.is_empty()).then(|| backports(&folder.join("apt"))).flatten();
    let from = |(name, configuration): &(String, String)| {
        apt(&["update"], Some(configuration))
            && missing.iter().all(|package| apt(&install_of(&[&format!("{package}/{name}")]), Some(configuration)))
    };
    if missing.is_empty() || more.as_ref().is_some_and(from) {
        Ok(())
    } else {
        Err("is not installed and apt-get could not install it")
    }
}

fn install_of<'p>(packages: &[&'p str]) -> Vec<&'p str> {
    [&["install", "-y", "--no-install-recommends"], packages].concat()
}

fn apt(arguments: &[&str], configuration: Option<&str>) -> bool {
    let mut command = Command::new("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    succeeds(command.envs(configuration.map(|path| ("APT_CONFIG", path))))
}

/// The name of the backports of this release, and a configuration that has them beside the release itself.
fn backports(folder: &Path) -> Option<(String, String)> {
    let listed = Command::new("apt-get").args(["indextargets", "--format", "$(REPO_URI) $(CODENAME)"]).output().ok()?;
    let listed = String::from_utf8(listed.stdout).ok()?;
    let (from, codename) =
        listed.lines().filter_map(|line| line.split_once(' ')).find(|(_, name)| !name.contains('-'))?;
    let name = format!("{codename}-backports");
    let sources = format!("deb {from} {codename} main\ndeb {from} {name} main\n");
    let at = env::current_dir().ok()?.join(folder);
    let at = at.to_str()?;
    let configuration = format!(
        "Dir::Etc::sourceparts \"-\"; Dir::Etc::sourcelist \"{at}/sources.list\"; Dir::State::lists \"{at}/lists\";\n"
    );
    fs::create_dir_all(folder.join("lists/partial")).ok()?;
    fs::write(folder.join("sources.list"), sources).ok()?;
    fs::write(folder.join("apt.conf"), configuration).ok()?;
    Some((name, format!("{at}/apt.conf")))
}
