//! Telling readers what is kept back for them: one word for several messages, and not too often.

use std::fmt::Write as _;

use data_encoding::BASE32_NOPAD;
use jiff::{SignedDuration, Timestamp};
use vauban_mail::Weights;
use vauban_model::{Lang, Text};
use vauban_record::{Held, Quarantine, RecordError};

use super::{
    errand::{ASK, Errand, blunt, print},
    judge::Judge,
    means::{Means, SayError, is_ours},
    notice::Notice,
};

/// Messages that one word tells of.
const MOST: usize = 20;
/// Readers who are told at a time: the rest is told the next time.
const MOST_READERS: usize = 50;

/// Why readers could not be told: they are at a later try.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TellError {
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("{}", .0.word())]
    Say(#[from] SayError),
}

/// Tells every reader who is due. How many were told. Blocks.
///
/// # Errors
/// When the store cannot be read, or a word is not taken.
pub(crate) fn tell(judge: &Judge, means: &Means, now: Timestamp) -> Result<usize, TellError> {
    let table = &judge.table;
    let Some(quarantine) = table.quarantine.as_ref().filter(|quarantine| quarantine.digest_hours > 0) else {
        return Ok(0);
    };
    if table.address.is_empty() || !means.quarantine.exists() {
        return Ok(0);
    }
    let store = Quarantine::open(&means.quarantine)?;
    let apart = SignedDuration::from_hours(i64::from(quarantine.digest_hours));
    let mut told = 0;
    // Readers elsewhere are not ours to tell.
    let untold = store.untold()?.into_iter().filter(|(reader, _)| is_ours(&judge.known, reader));
    for (reader, mut messages) in untold {
        if told >= MOST_READERS {
            break;
        }
        if store.last_told(&reader)?.is_some_and(|last| now.duration_since(last) < apart) {
            continue;
        }
        messages.truncate(MOST);
        let mut rows = Vec::new();
        for held in messages {
            let random = means.bytes::<15>().map_err(SayError::from)?;
            rows.push((held, BASE32_NOPAD.encode(&random).to_lowercase()));
        }
        let asks: Vec<String> = rows.iter().map(|(_, token)| Errand::address(&table.address, token)).collect();
        // An answer names what it answers: one message needs no address of its own.
        let id = match rows.as_slice() {
            [(_, token)] => format!("{ASK}{token}"),
            _ => String::new(),
        };
        let body = |lang| words(&rows, &asks, lang);
        let notice = Notice {
            from: &table.address,
            to: &reader,
            reply_to: None,
            id: &id,
            answers: "",
            subject: match rows.len() {
                1 => Text::new("Un message retenu pour vous", "A message kept back for you"),
                many => Text::new(
                    format!("{many} messages retenus pour vous"),
                    format!("{many} messages kept back for you"),
                ),
            },
            body: &body,
        };
        match means.say(&notice, table, now) {
            Ok(()) => told += 1,
            // A mailbox that is gone must not keep the others from being told.
            Err(error) if error.is_permanent() => {
                tracing::warn!(sensor = "mail", error = error.word(), "a reader cannot be told what is kept back");
            }
            Err(error) => return Err(error.into()),
        }
        for (held, token) in &rows {
            store.tell(&held.message.id, &reader, &print(token), now)?;
        }
    }
    Ok(told)
}

fn words(rows: &[(Held, String)], asks: &[String], lang: Lang) -> String {
    let mut text = String::from(match lang {
        Lang::Fr => {
            "Des messages pour vous ont été retenus, parce qu'ils ressemblent à des pièges. Vous n'avez rien à faire si vous n'attendiez rien.\n\n"
        }
        Lang::En => {
            "Messages for you were kept back because they look like traps. If you expected nothing, there is nothing to do.\n\n"
        }
    });
    for ((held, _), ask) in rows.iter().zip(asks) {
        let message = &held.message;
        let sender = blunt(if message.sender.is_empty() { "<>" } else { &message.sender });
        let (at, until) = (held.arrived.strftime("%Y-%m-%d %H:%M UTC"), message.expires.strftime("%Y-%m-%d"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{at}  {sender}");
        for reason in Weights::built_in().explain(&message.codes).iter().take(3) {
            let _ = writeln!(text, "  - {}", reason.text.get(lang));
        }
        let _ = match (lang, asks.len()) {
            (Lang::Fr, 1) => {
                writeln!(text, "  Pour l'avoir malgré tout : répondez à ce mail, sans rien ajouter (avant le {until}).")
            }
            (Lang::En, 1) => {
                writeln!(text, "  To have it all the same: answer this mail, with nothing added (before {until}).")
            }
            (Lang::Fr, _) => writeln!(text, "  Pour l'avoir malgré tout, avant le {until}, écrivez à\n  {ask}"),
            (Lang::En, _) => writeln!(text, "  To have it all the same, before {until}, write to\n  {ask}"),
        };
        text.push('\n');
    }
    text.push_str(match lang {
        Lang::Fr => "Un doute ? Appelez l'expéditeur, à un numéro que vous connaissiez déjà.\n",
        Lang::En => "In doubt? Call the sender, at a number you already knew.\n",
    });
    text
}
