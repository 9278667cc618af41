//! Signing in as `[signin]` of a configuration says, for the guard and for whoever serves it alone.

use vauban_guard::config::SignInTable;
use vauban_model::Text;
use vauban_signin::{NoTool, Reach, Settings, Tool};

use super::{elsewhere, models};
use crate::{failure::Failure, place::Place};

/// What the table says, and who may reach which tool.
pub(in crate::commands) fn of(table: &SignInTable, reach: Reach, place: &Place) -> Result<Settings, Failure> {
    Ok(Settings {
        name: table.name.clone(),
        has_client_certificates: table.client_certificates,
        reach,
        tools: named(&table.tools)?,
        models: models::read(table)?,
        kept: table.elsewhere.as_ref().map(|kept| elsewhere::open(kept, &table.origin, place)).transpose()?,
        ..Settings::of(&table.origin, place.lang)
    })
}

/// Tools by their addresses.
fn named(origins: &[String]) -> Result<Vec<Tool>, Failure> {
    let one = |origin: &String| origin.parse().map_err(|error: NoTool| cannot(&format!("{origin}: {error}")));
    origins.iter().map(one).collect()
}

pub(in crate::commands) fn cannot(reason: &str) -> Failure {
    let words = Text::new(
        format!("la connexion ne peut pas être servie : {reason}"),
        format!("sign-in cannot be served: {reason}"),
    );
    let hint =
        Text::new("voyez [signin] de vauban.toml et docs/signin.md", "see [signin] of vauban.toml and docs/signin.md");
    Failure::new("signin", words, hint)
}
