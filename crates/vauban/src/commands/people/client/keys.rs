//! The file with a tool's public keys.

use std::{fs::File, io::Read as _, path::Path};

use vauban_model::Text;
use vauban_oidc::{Authentication, InvalidKeys};

use crate::failure::Failure;

/// A set of keys, at most.
const LONGEST: u64 = 64 << 10;

/// Reads it.
pub(super) fn read(path: &Path) -> Result<Authentication, Failure> {
    let mut text = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_end(&mut text))
        .map_err(|error| failed(path, &error.to_string(), &error.to_string()))?;
    Authentication::by_keys(&text).map_err(|error| failed(path, french(error), &error.to_string()))
}

const fn french(error: InvalidKeys) -> &'static str {
    match error {
        InvalidKeys::NotASet => "pas un ensemble de clés (JSON Web Key Set)",
        InvalidKeys::Count => "un ensemble a 1 à 16 clés",
        InvalidKeys::Private => "une clé privée ou partagée ; seule la moitié publique a sa place ici",
        InvalidKeys::Useless => {
            "une clé dont aucune signature n'est vérifiée ici : il faut RSA à partir de 2048 bits, P-256 ou Ed25519, pour signer"
        }
    }
}

fn failed(path: &Path, fr: &str, en: &str) -> Failure {
    let path = path.display();
    let hint = Text::new(
        "un fichier {\"keys\": [...]} avec les clés publiques de l'outil (RFC 7517)",
        "a file {\"keys\": [...]} with the tool's public keys (RFC 7517)",
    );
    Failure::new("people", Text::new(format!("{path} : {fr}"), format!("{path}: {en}")), hint)
}
