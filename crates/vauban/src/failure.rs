//! Failures as one sentence: what failed, on what, and what to do next; with a code that never changes.

use vauban_model::{Lang, Text};

use crate::terminal;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    /// A word for scripts and manuals.
    code: &'static str,
    what: Text,
    hint: Text,
}

impl Failure {
    /// A failure with what to do about it.
    pub(crate) fn new(code: &'static str, what: Text, hint: Text) -> Self {
        Self { code, what, hint }
    }

    /// What failed.
    pub(crate) const fn words(&self) -> &Text {
        &self.what
    }

    /// Says it on the terminal.
    pub(crate) fn tell(&self, lang: Lang) {
        let (error, hint) = match lang {
            Lang::Fr => ("erreur", "conseil"),
            Lang::En => ("error", "hint"),
        };
        terminal::talk(&format!("{error} [{}]: {}", self.code, self.what.get(lang)));
        if !self.hint.get(lang).is_empty() {
            terminal::talk(&format!("{hint}: {}", self.hint.get(lang)));
        }
    }

    pub(crate) fn output(error: &std::io::Error) -> Self {
        Self::new(
            "output",
            Text::new(
                format!("impossible d'écrire le résultat : {error}"),
                format!("cannot write the result: {error}"),
            ),
            Text::new("libérez de la place ou choisissez un autre endroit", "free some room or choose another place"),
        )
    }

    pub(crate) fn knowledge(error: &vauban_knowledge::LoadError) -> Self {
        let chain = chain(error);
        Self::new(
            "intel",
            Text::new(format!("indicateurs inutilisables : {chain}"), format!("indicators cannot be used: {chain}")),
            Text::new(
                "essayez `vauban intel check CHEMIN` pour voir ce qui ne va pas",
                "try `vauban intel check PATH` to see what is wrong",
            ),
        )
    }

    pub(crate) fn store(error: &vauban_intel::store::StoreError) -> Self {
        let chain = chain(error);
        Self::new(
            "intel-store",
            Text::new(format!("source refusée : {chain}"), format!("source refused: {chain}")),
            Text::new(
                "la dernière bonne version reste en place ; `vauban intel list` montre les sources",
                "the last good version stays; `vauban intel list` shows the sources",
            ),
        )
    }

    pub(crate) fn record(error: &vauban_record::RecordError) -> Self {
        let chain = chain(error);
        Self::new(
            "record",
            Text::new(format!("registre inutilisable : {chain}"), format!("the record cannot be used: {chain}")),
            Text::new("indiquez un autre dossier avec --state DOSSIER", "name another folder with --state DIR"),
        )
    }
}

/// An error with its causes, once each.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    vauban_model::printable(&text)
}
