//! The terminal: talk on stderr, data on stdout, colour only where a person looks.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
};

use vauban_model::{Lang, Text};

use crate::failure::Failure;

/// A line of talk.
#[expect(clippy::print_stderr, reason = "the one place that talks to the person")]
pub(crate) fn talk(line: &str) {
    eprintln!("{line}");
}

/// Data. A reader that went away (`| head`) is no failure of ours.
pub(crate) fn data(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other,
    }
}

/// Replaces the last line on a terminal; says nothing elsewhere.
#[expect(clippy::print_stderr, reason = "the one place that talks to the person")]
pub(crate) fn progress(line: &str) {
    if io::stderr().is_terminal() {
        eprint!("\r\u{1b}[2K{line}");
        let _ = io::stderr().flush();
    }
}

/// Asks for a secret, without showing it. `what` says which.
pub(crate) fn secret(what: &Text, lang: Lang) -> Result<String, Failure> {
    rpassword::prompt_password(format!("{}: ", what.get(lang))).map_err(|error| {
        Failure::new(
            "no-terminal",
            Text::new(
                format!("le secret ne peut pas être demandé ici : {error}"),
                format!("the secret cannot be asked for here: {error}"),
            ),
            Text::new(
                "lancez la commande dans un terminal, ou donnez un fichier",
                "run it in a terminal, or name a file",
            ),
        )
    })
}

/// Asks for a new secret, twice.
pub(crate) fn new_secret(what: &Text, lang: Lang) -> Result<String, Failure> {
    let first = secret(what, lang)?;
    let again = Text::new(format!("{} (encore)", what.fr), format!("{} (again)", what.en));
    if first.is_empty() || secret(&again, lang)? != first {
        return Err(Failure::new(
            "secret",
            Text::new("les deux saisies diffèrent ou sont vides", "the two entries differ or are empty"),
            Text::new("recommencez", "try again"),
        ));
    }
    Ok(first)
}

/// Whether stdout is looked at by a person who wants colour (<https://no-color.org>).
pub(crate) fn wants_colour() -> bool {
    io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The language of the environment: French where the locale is French, English elsewhere.
pub(crate) fn lang_of_environment() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default();
    if locale.to_ascii_lowercase().starts_with("fr") { Lang::Fr } else { Lang::En }
}

/// Reads `fr` and `en`.
pub(crate) fn parse_lang(text: &str) -> Result<Lang, String> {
    match text.to_ascii_lowercase().as_str() {
        "fr" => Ok(Lang::Fr),
        "en" => Ok(Lang::En),
        _ => Err("known are fr and en".to_owned()),
    }
}
