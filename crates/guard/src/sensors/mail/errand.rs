//! What people ask of the guard by mail to its own address: to look at a message, or to get one that was kept back.
//!
//! Only the organisation's own people are answered, and only they: who signed in, or whose own domain proves it. Anybody
//! could write in their name else, and the guard would become a way to send them mail.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
};

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use vauban_mail::{Judgement, Said, Verdict, Weights};
use vauban_model::{Lang, Text, printable};
use vauban_record::{Asked, Kind, Quarantine, Reported};

use super::{
    judge::{Carried, Judge, Judged},
    means::{Means, is_ours},
    message::Message,
    notice::Notice,
    release::{Release, ReleaseError, may_ask},
};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Errand {
    /// To look at the message that it carries.
    Report,
    /// To get the message that this token stands for.
    Ask(String),
}

/// What stands before a token: in the id of a word that is answered, and in `vauban+ask-TOKEN@campagne.example`.
pub(super) const ASK: &str = "ask-";
/// Errands that are done in an hour, of all and of one person; whoever reports mail does not reach it, a program does.
const MOST_AN_HOUR: u32 = 120;
const MOST_OF_ONE: u32 = 20;
/// Messages of one report that are answered.
const MOST_REPORTED: usize = 5;

impl Errand {
    /// What a recipient stands for, when it is the guard's own address.
    pub(super) fn of(recipient: &str, own: &str) -> Option<Self> {
        let recipient = recipient.to_lowercase();
        let (local, domain) = own.rsplit_once('@')?;
        let (to, at) = recipient.rsplit_once('@')?;
        let rest = to.strip_prefix(local.to_lowercase().as_str()).filter(|_| at.eq_ignore_ascii_case(domain))?;
        match rest.strip_prefix('+').and_then(|rest| rest.strip_prefix(ASK)) {
            Some(token) => Some(Self::Ask(token.to_owned())),
            None => rest.is_empty().then_some(Self::Report),
        }
    }

    /// The address that asks with this token.
    pub(super) fn address(own: &str, token: &str) -> String {
        let (local, domain) = own.rsplit_once('@').unwrap_or((own, ""));
        format!("{local}+{ASK}{token}@{domain}")
    }
}

/// What a token is known by.
pub(super) fn print(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// What was done in this hour, in all and for each person.
#[derive(Debug, Default)]
pub(super) struct Hour(Mutex<(Timestamp, u32, HashMap<String, u32>)>);

impl Hour {
    /// Whether one more may be done for this person. What is too much for one counts for nobody else.
    pub(super) fn takes(&self, person: &str, now: Timestamp) -> bool {
        let mut hour = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(hour.0).abs() >= SignedDuration::from_hours(1) {
            *hour = (now, 0, HashMap::new());
        }
        let (_, all, of_each) = &mut *hour;
        if *all >= MOST_AN_HOUR {
            return false;
        }
        let own = of_each.entry(person.to_lowercase()).or_default();
        if *own >= MOST_OF_ONE {
            return false;
        }
        *own += 1;
        *all += 1;
        true
    }
}

/// Why an errand was not done: its sender comes again, or is told.
#[derive(Debug, thiserror::Error)]
pub(super) enum ErrandError {
    #[error(transparent)]
    Record(#[from] vauban_record::RecordError),
    #[error("{}", .0.word())]
    Say(#[from] super::means::SayError),
    #[error(transparent)]
    Release(#[from] ReleaseError),
}

/// One who asks, and with what it is done.
pub(super) struct Desk<'d> {
    pub(super) judge: &'d Judge,
    pub(super) means: &'d Means,
    pub(super) message: &'d Message,
    pub(super) now: Timestamp,
}

impl Desk<'_> {
    /// Does an errand. Blocks.
    pub(super) fn run(&self, errand: &Errand, read: &Judged) -> Result<(), ErrandError> {
        let asker = self.message.sender.to_lowercase();
        // Nobody answers a program, or whoever is not here: mail would go round for ever. And what proves an author proves
        // nothing of an envelope that names somebody else.
        let is_person = !read.said.is_automatic && asker == read.said.address.to_lowercase();
        if !is_person || !is_ours(&self.judge.known, &asker) {
            tracing::warn!(sensor = "mail", queue_id = self.message.queue_id, "an errand of a program was dropped");
            return Ok(());
        }
        let answered = read.said.answers.iter().filter(|id| is_ours(&self.judge.known, id));
        let token = answered.filter_map(|id| id.split('@').next()?.strip_prefix(ASK)).next();
        match (errand, token) {
            (Errand::Ask(token), _) => self.ask(&asker, token),
            (Errand::Report, Some(token)) if read.carried.is_empty() => self.ask(&asker, token),
            (Errand::Report, _) => self.report(&asker, read),
        }
    }

    fn report(&self, reporter: &str, read: &Judged) -> Result<(), ErrandError> {
        let weights = Weights::built_in();
        let mut answers = Vec::new();
        for Carried { said, facts, candidates } in read.carried.iter().take(MOST_REPORTED) {
            let judgement = weights.judge(facts);
            let id = self.means.bytes::<6>().map_err(super::means::SayError::from)?;
            let reported = Reported {
                id: HEXLOWER.encode(&id),
                reporter: reporter.to_owned(),
                author: said.address.clone(),
                message_id: said.message_id.clone(),
                verdict: judgement.verdict.word().to_owned(),
                score: judgement.score,
                codes: judgement.reasons.iter().map(|reason| reason.code.word()).collect(),
                candidates: candidates.clone(),
            };
            self.means.write_down(self.now, Kind::Reported, &reported)?;
            tracing::info!(sensor = "mail", id = reported.id, verdict = reported.verdict, "a message was reported");
            answers.push((said.clone(), judgement));
        }
        let body = move |lang| {
            if answers.is_empty() {
                return how_to_forward(lang).to_owned();
            }
            answers.iter().map(|(said, judgement)| explained(said, judgement, lang)).collect::<Vec<_>>().join("\n\n")
        };
        self.answer(reporter, read, Text::new("Votre signalement", "Your report"), &body)
    }

    fn ask(&self, asker: &str, token: &str) -> Result<(), ErrandError> {
        let store = Quarantine::open(&self.means.quarantine)?;
        let Some((held, reader)) = store.asked_with(&print(token))? else {
            let body = |lang| gone(lang).to_owned();
            return self.answer(asker, &Judged::default(), Text::new("Message retenu", "Message kept back"), &body);
        };
        let quarantine = self.judge.table.quarantine.as_ref();
        // Whoever has another's token reads an alias, or was forwarded the word: that is for somebody else to decide.
        let given = reader == asker && quarantine.is_some_and(|table| may_ask(table, &held));
        let asked = Asked { id: held.message.id.clone(), reader: asker.to_owned(), given };
        self.means.write_down(self.now, Kind::Asked, &asked)?;
        store.ask(&held.message.id, &reader, self.now)?;
        if let Some(quarantine) = quarantine.filter(|_| given) {
            let Means { record, post, keys, random, .. } = self.means;
            let release = Release { store: &store, record, post, keys: keys.as_ref(), random: *random, now: self.now };
            return Ok(release.to_one(&held, &quarantine.key_file, &reader)?);
        }
        let body = |lang| asked_for(lang).to_owned();
        self.answer(asker, &Judged::default(), Text::new("Demande reçue", "Request received"), &body)
    }

    fn answer(&self, to: &str, read: &Judged, subject: Text, body: &dyn Fn(Lang) -> String) -> Result<(), ErrandError> {
        let table = &self.judge.table;
        let answers = &read.said.message_id;
        self.means.say(
            &Notice { from: &table.address, to, reply_to: None, id: "", answers, subject, body },
            table,
            self.now,
        )?;
        Ok(())
    }
}

/// A verdict in plain words, with what to do.
fn explained(said: &Said, judgement: &Judgement, lang: Lang) -> String {
    let mut text = String::new();
    let (from, subject) = match lang {
        Lang::Fr => ("De :", "Objet :"),
        Lang::En => ("From:", "Subject:"),
    };
    // Writing to a string cannot fail. What an attacker wrote must not become a link in the answer.
    let _ = writeln!(text, "{from} {}\n{subject} {}\n", blunt(&said.from), blunt(&said.subject));
    text.push_str(match (judgement.verdict, lang) {
        (Verdict::Quarantine, Lang::Fr) => "C'est très probablement un piège. Ne cliquez sur rien, n'ouvrez aucune pièce jointe, n'y répondez pas, et supprimez ce message.\n",
        (Verdict::Quarantine, Lang::En) => "This is very probably a trap. Click on nothing, open no attachment, do not answer, and delete the message.\n",
        (Verdict::Flag, Lang::Fr) => "Ce message est suspect. N'y touchez pas avant d'avoir vérifié auprès de l'expéditeur par un autre moyen : le téléphone, à un numéro que vous connaissiez déjà.\n",
        (Verdict::Flag, Lang::En) => "This message is suspicious. Leave it alone until you have asked its sender in another way: by telephone, at a number you already knew.\n",
        (Verdict::Deliver, Lang::Fr) => "Nous n'y voyons rien de dangereux. Cela ne prouve pas qu'il est honnête : s'il vous demande de l'argent, un mot de passe ou un document, vérifiez par téléphone.\n",
        (Verdict::Deliver, Lang::En) => "We see nothing dangerous in it. That does not prove it honest: if it asks for money, a password or a document, check by telephone.\n",
    });
    if !judgement.reasons.is_empty() {
        text.push_str(if lang == Lang::Fr { "\nPourquoi :\n" } else { "\nWhy:\n" });
        for reason in &judgement.reasons {
            let _ = writeln!(text, "  - {}", reason.text.get(lang));
            if !reason.evidence.is_empty() {
                let _ = writeln!(text, "    {}", blunt(&reason.evidence));
            }
        }
    }
    text.push_str(match lang {
        Lang::Fr => "\nSi vous avez déjà cliqué, ouvert une pièce jointe ou donné un mot de passe, appelez tout de suite votre responsable informatique : ce n'est pas une faute, et chaque minute compte.\n\nMerci de l'avoir signalé.\n",
        Lang::En => "\nIf you have already clicked, opened an attachment or given a password, call your IT lead now: it is no fault, and every minute counts.\n\nThank you for reporting it.\n",
    });
    text
}

/// Words of a stranger, for a mail that must not contain a link of theirs.
pub(super) fn blunt(text: &str) -> String {
    printable(text).replace("://", "[:]//").replace('.', "[.]")
}

const fn how_to_forward(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => {
            "Votre message ne contient pas le mail suspect entier : son en-tête, qui dit d'où il vient, manque.\n\nTransférez-le comme pièce jointe : dans Outlook, « Autres actions » puis « Transférer comme pièce jointe » ; dans Thunderbird, menu « Message » puis « Transférer en » puis « Pièce jointe » ; dans Gmail, les trois points puis « Transférer en tant que pièce jointe ».\n\nEn attendant, ne cliquez sur rien et ne répondez pas.\n"
        }
        Lang::En => {
            "Your message does not contain the whole suspicious mail: its header, which says where it comes from, is missing.\n\nForward it as an attachment: in Outlook, 'More actions', then 'Forward as attachment'; in Thunderbird, menu 'Message', then 'Forward as', then 'Attachment'; in Gmail, the three dots, then 'Forward as attachment'.\n\nUntil then click on nothing and do not answer.\n"
        }
    }
}

const fn gone(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => {
            "Ce message n'est plus là : il a été remis, supprimé, ou son délai est passé. Si vous l'attendez toujours, demandez à son expéditeur de vous appeler.\n"
        }
        Lang::En => {
            "That message is no longer there: it was released, deleted, or its time is over. If you still wait for it, ask its sender to call you.\n"
        }
    }
}

const fn asked_for(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => {
            "Votre demande est notée. Une deuxième personne regarde le message et vous le remet s'il est sans danger.\n\nSi c'est urgent, appelez votre responsable informatique.\n"
        }
        Lang::En => {
            "Your request is noted. A second person looks at the message and releases it to you if it is harmless.\n\nIf it is urgent, call your IT lead.\n"
        }
    }
}

#[cfg(test)]
mod tests {
    use vauban_mail::{Code, Facts};

    use super::*;

    #[test]
    fn errands_are_told_by_the_address_alone() {
        let own = "Vauban@campagne.example";
        assert_eq!(Errand::of("vauban@CAMPAGNE.example", own), Some(Errand::Report));
        let ask = Errand::address(own, "abc");
        assert_eq!(ask, "Vauban+ask-abc@campagne.example");
        assert_eq!(Errand::of(&ask, own), Some(Errand::Ask("abc".to_owned())));
        for other in ["vauban2@campagne.example", "vauban@evil.example", "vauban+x@campagne.example", "", "vauban"] {
            assert_eq!(Errand::of(other, own), None, "{other}");
        }
        assert_eq!(Errand::of("a@b.example", ""), None);
    }

    #[test]
    fn a_program_cannot_keep_the_guard_busy() {
        let hour = Hour::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!((0..200).filter(|_| hour.takes("a@b.example", at(10_000))).count(), 20);
        assert!(hour.takes("c@b.example", at(10_000)), "nobody else is kept out by it");
        assert!(hour.takes("A@b.example", at(10_000 + 3600)));
    }

    #[test]
    fn an_answer_explains_and_links_to_nothing() {
        let mut facts = Facts::default();
        facts.add(Code::Shortcut, "https://evil.example/a.lnk");
        let said = Said {
            from: "IT <it@evil.example>".to_owned(),
            subject: "see http://evil.example".to_owned(),
            ..Said::default()
        };
        for lang in [Lang::Fr, Lang::En] {
            let text = explained(&said, &Weights::built_in().judge(&facts), lang);
            assert!(!text.contains("evil.example") && !text.contains("http://"), "{text}");
            assert!(text.contains("evil[.]example"));
        }
    }
}
