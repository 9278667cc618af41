//! `vauban hub signer`: the key of the blind tier, and nothing else.

use std::{fs, path::PathBuf, process::ExitCode};

use tokio::net::{TcpListener, UnixListener};
use vauban_blind::BatchSize;
use vauban_hub::{
    SignerRole,
    signer::{Local, SignerAddress, serve, serve_unix},
};
use vauban_model::Text;

use super::{failed, handed, log, stop};
use crate::{
    failure::Failure,
    place::{Place, random},
    terminal,
};

/// The signer: evaluates blind look-ups with the key of the blind tier
///
/// It listens on this machine alone, or on a socket of its file system, and is never told who asks. Bring a front on another machine to it by a tunnel.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The file that the desk wrote for it (`desk/roles/signer.toml`)
    #[arg(long, default_value = "signer.toml", value_name = "FILE")]
    config: PathBuf,
}

pub(super) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let SignerRole { listen, secret, signer } = handed(&arguments.config, "signer.toml", SignerRole::read)?;
    let epoch = signer.pin().epoch;
    log();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| failed(&error))?;
    runtime.block_on(async {
        let local = Local::new(signer, random);
        let tell = |at: &str| {
            let words =
                Text::new(format!("signataire sur {at}, époque {epoch}"), format!("signer on {at}, epoch {epoch}"));
            terminal::talk(words.get(place.lang));
        };
        match listen {
            SignerAddress::Tcp(address) => {
                let listener = TcpListener::bind(&address).await.map_err(|error| failed(&error))?;
                tell(&listener.local_addr().map_err(|error| failed(&error))?.to_string());
                serve(listener, local, BatchSize::USUAL, secret, stop()).await.map_err(|error| failed(&error))
            }
            SignerAddress::Unix(path) => {
                // What a signer that was killed left behind answers to nobody.
                if std::os::unix::net::UnixStream::connect(&path).is_err() {
                    let _ = fs::remove_file(&path);
                }
                let listener = UnixListener::bind(&path).map_err(|error| failed(&error))?;
                tell(&format!("unix:{}", path.display()));
                serve_unix(listener, local, BatchSize::USUAL, secret, stop()).await;
                let _ = fs::remove_file(&path);
                Ok(())
            }
        }
    })?;
    Ok(ExitCode::SUCCESS)
}
