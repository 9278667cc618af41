//! What becomes of one message, from the moment it is whole until the mail server is answered.

use std::{collections::BTreeSet, sync::Arc};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use vauban_mail::{Judgement, Leaving, Verdict, Weights, leaving};
use vauban_model::Sighting;
use vauban_protocol::milter::Reply;
use vauban_record::{Judged as Entry, Kind, Way};

use super::{
    answer::{self, Changes, Wrapper},
    errand::{Desk, Errand, Hour},
    history::History,
    judge::{Judge, Judged, NotJudged, Readers},
    keep::Grounds,
    keys::{CannotEncrypt, Keys},
    means::{Means, SayError, is_ours},
    message::Message,
    notice::Notice,
    remember::Memory,
};
use crate::{
    Metrics,
    config::{Banner, LeavingPolicy, OnFailure, OnUnusable, OutgoingTable},
};

/// What all messages share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) readers: Readers,
    pub(super) memory: Memory,
    pub(super) history: History,
    pub(super) metrics: Metrics,
    /// Errands that were done in this hour.
    pub(super) errands: Arc<Hour>,
    /// Words to senders in this hour.
    pub(super) notices: Arc<Hour>,
    /// Messages that are being encrypted to their readers.
    pub(super) sealing: Arc<Semaphore>,
    pub(super) now: fn() -> Timestamp,
}

/// One message on its way.
#[derive(Clone)]
pub(super) struct Course {
    pub(super) judge: Arc<Judge>,
    pub(super) means: Means,
    pub(super) message: Arc<Message>,
    pub(super) shared: Shared,
    /// What the mail server lets a filter change.
    pub(super) changes: Changes,
}

/// What the location of a sighting begins with that came by mail; its message's id follows.
const BY_MAIL: &str = "mail ";

/// Whether a sighting came by mail, through the filter.
#[must_use]
pub fn came_by_mail(sighting: &Sighting) -> bool {
    sighting.location.segments().first().is_some_and(|place| place.starts_with(BY_MAIL))
}

/// A message that was read and weighed.
struct Weighed {
    read: Judged,
    judgement: Judgement,
    /// Whether the author's own domain, which is the organisation's, proves it.
    is_own: bool,
}

impl Course {
    /// Decides, carries it out, and says what the mail server is answered.
    pub(super) async fn run(mut self) -> Vec<Reply> {
        let way = self.judge.way(&self.message);
        let mut replies = Vec::new();
        if let Some((errand, recipient)) = self.errand() {
            let is_alone = self.message.recipients.len() == 1;
            if !is_alone && !self.changes.may_delete_recipients {
                return answer::later();
            }
            let answered = self.run_errand(errand, way).await;
            // What could not be done now is done when the message comes again, and its other readers get it then.
            if is_alone || is_temporary(&answered) {
                return answered;
            }
            replies.push(Reply::DeleteRecipient(format!("<{recipient}>")));
            let mut rest = (*self.message).clone();
            rest.recipients.retain(|other| *other != recipient);
            self.message = Arc::new(rest);
        }
        replies.extend(match way {
            Way::In => self.incoming().await,
            Way::Out => self.outgoing().await,
        });
        replies
    }

    fn errand(&self) -> Option<(Errand, String)> {
        let own = &self.judge.table.address;
        self.message.recipients.iter().find_map(|to| Some((Errand::of(to, own)?, to.clone())))
    }

    async fn run_errand(&self, errand: Errand, way: Way) -> Vec<Reply> {
        let (read, is_own) = match way {
            Way::Out => match self.shared.readers.judge(Arc::clone(&self.judge), Arc::clone(&self.message)).await {
                Ok(read) => (read, true),
                Err(error) => return self.fail(&error),
            },
            Way::In => match self.weighed().await {
                Ok(weighed) => (weighed.read, weighed.is_own),
                Err(error) => return self.fail(&error),
            },
        };
        if !is_own {
            self.count("refused");
            return answer::only_for_own();
        }
        if !self.shared.errands.takes(&self.message.sender, (self.shared.now)()) {
            self.shared.metrics.add("vauban_mail_refused_total", "errands", 1.0);
            return answer::later();
        }
        let course = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let Course { judge, means, message, shared, .. } = &course;
            let desk = Desk { judge, means, message, now: (shared.now)() };
            desk.run(&errand, &read)
        });
        match done.await {
            Ok(Ok(())) => {
                self.count("errand");
                answer::kept()
            }
            outcome => {
                self.shared.metrics.add("vauban_mail_failures_total", "errand", 1.0);
                if let Ok(Err(error)) = outcome {
                    tracing::error!(sensor = "mail", %error, "an errand cannot be done; its sender is to come again");
                }
                answer::later()
            }
        }
    }

    async fn incoming(&self) -> Vec<Reply> {
        let Weighed { read, judgement, .. } = match self.weighed().await {
            Ok(weighed) => weighed,
            Err(error) => return self.fail(&error),
        };
        let grounds = Grounds::from(&judgement);
        if judgement.verdict != Verdict::Quarantine {
            let banner = (judgement.verdict == Verdict::Flag).then_some(self.judge.table.banner);
            let replies = self.delivered(answer::verdict(&judgement), &judgement, banner).await;
            if !is_refusal(&replies) {
                self.note(Way::In, judgement.verdict.word(), "", &grounds, read).await;
            }
            return replies;
        }
        self.kept_back(Way::In, "quarantine", &grounds, read).await.0
    }

    /// Mail of our own people: it passes, unless work leaves for private places.
    async fn outgoing(&self) -> Vec<Reply> {
        let (memory, sent, now) = (self.shared.memory.clone(), Arc::clone(&self.message), (self.shared.now)());
        let _ = tokio::task::spawn_blocking(move || memory.sent(&sent, now)).await;
        let Some(table) = &self.judge.table.outgoing else {
            self.count("outgoing");
            return self.delivered(Vec::new(), &Judgement::nothing(), None).await;
        };
        let read = match self.shared.readers.judge(Arc::clone(&self.judge), Arc::clone(&self.message)).await {
            Ok(read) => read,
            Err(error) => return self.fail(&error),
        };
        let Message { sender, recipients, .. } = &*self.message;
        let is_private = |domain: &str| self.judge.is_private(sender, domain, now);
        let found = leaving(&self.judge.known, &is_private, sender, recipients, &read.said);
        let policy = found.iter().map(|one| policy_of(table, one)).max().unwrap_or(LeavingPolicy::Allow);
        let grounds = Grounds::from(found.as_slice());
        if policy != LeavingPolicy::Hold {
            let replies = self.delivered(Vec::new(), &Judgement::nothing(), None).await;
            if !is_refusal(&replies) {
                let warns = policy == LeavingPolicy::Warn;
                if warns && let Err(error) = self.tell_sender(found, policy, &read).await {
                    self.shared.metrics.add("vauban_mail_failures_total", "notice", 1.0);
                    tracing::error!(
                        sensor = "mail",
                        error = error.word(),
                        "a sender cannot be told about outgoing mail"
                    );
                }
                self.note(Way::Out, if warns { "warn" } else { "outgoing" }, "", &grounds, read).await;
            }
            return replies;
        }
        let said = Judged { said: read.said.clone(), ..Judged::default() };
        let (replies, id) = self.kept_back(Way::Out, "hold", &grounds, read).await;
        let Some(id) = id else { return replies };
        // Nobody may believe that a message left that did not: whoever cannot be told keeps it.
        let Err(error) = self.tell_sender(found, policy, &said).await else { return replies };
        self.shared.metrics.add("vauban_mail_failures_total", "notice", 1.0);
        tracing::error!(
            sensor = "mail",
            error = error.word(),
            "a sender cannot be told that mail is held, and keeps it"
        );
        if let Some(keeper) = self.means.keeper.clone() {
            let now = (self.shared.now)();
            let _ = tokio::task::spawn_blocking(move || keeper.take_back(&id, now)).await;
        }
        answer::later()
    }

    /// Tells the sender what left, or did not.
    async fn tell_sender(&self, found: Vec<Leaving>, policy: LeavingPolicy, read: &Judged) -> Result<(), SayError> {
        // A stranger whose message is forwarded is told nothing; and whoever sends much is not told each time.
        let (sender, now) = (&self.message.sender, (self.shared.now)());
        let is_enough = policy == LeavingPolicy::Warn && !self.shared.notices.takes(sender, now);
        if is_enough || !is_ours(&self.judge.known, sender) {
            return Ok(());
        }
        let course = self.clone();
        let answers = read.said.message_id.clone();
        let told = tokio::task::spawn_blocking(move || {
            let body = |lang| answer::leaving_words(&found, policy, lang);
            let table = &course.judge.table;
            let notice = Notice {
                from: &table.address,
                to: &course.message.sender,
                reply_to: None,
                id: "",
                answers: &answers,
                subject: answer::leaving_subject(policy),
                body: &body,
            };
            course.means.say(&notice, table, now)
        });
        told.await.unwrap_or(Err(SayError::Address))
    }

    /// The message is read, and the records of its domains are asked for at the same time.
    async fn weighed(&self) -> Result<Weighed, NotJudged> {
        let Self { judge, message, shared, .. } = self;
        let reading = shared.readers.judge(Arc::clone(judge), Arc::clone(message));
        let (whole, asked) = (Arc::clone(message), Arc::clone(judge));
        // A task of its own: the header is hostile, and a panic over it must not end the connection.
        let proving = tokio::spawn(async move { asked.authenticator.as_ref()?.ask(&whole).await });
        let (read, proofs) = tokio::join!(reading, proving);
        let mut read = read?;
        let mut is_own = false;
        match proofs {
            Ok(Some(proofs)) => {
                is_own = proofs.is_proven() && judge.known.is_own(&proofs.domain);
                read.facts.extend(proofs.facts(&judge.known));
            }
            Ok(None) if judge.authenticator.is_none() || message.client.is_none() => {}
            Ok(None) | Err(_) => shared.metrics.add("vauban_mail_failures_total", "authentication", 1.0),
        }
        let (memory, remembered, now) = (shared.memory.clone(), Arc::clone(judge), (shared.now)());
        let message = Arc::clone(message);
        let weighed = tokio::task::spawn_blocking(move || {
            let days = remembered.table.learning_days;
            read.facts.extend(memory.facts(&read.said, &remembered.known, days, now));
            let judgement = Weights::built_in().judge(&read.facts);
            // What is kept back makes nobody known.
            if judgement.verdict == Verdict::Deliver {
                memory.delivered(&read.said, &message, now);
            }
            Weighed { read, judgement, is_own }
        });
        weighed.await.map_err(|_| {
            shared.metrics.add("vauban_mail_failures_total", "memory", 1.0);
            NotJudged::Gone
        })
    }

    /// Keeps the message back, or says why its sender keeps it.
    /// Under which short name it is kept, where it is.
    async fn kept_back(
        &self,
        way: Way,
        verdict: &'static str,
        grounds: &Grounds,
        read: Judged,
    ) -> (Vec<Reply>, Option<String>) {
        // What cannot be kept back whole is refused: its sender is told, and has it.
        let Some(keeper) = self.means.keeper.as_ref().filter(|_| !self.message.is_cut) else {
            self.note(way, "refused", "", grounds, read).await;
            return (if way == Way::In { answer::refused() } else { answer::refused_outgoing() }, None);
        };
        let (keeper, now, kept) = (keeper.clone(), (self.shared.now)(), Arc::clone(&self.message));
        let (weighed, said) = (grounds.clone(), read.said.clone());
        match tokio::task::spawn_blocking(move || keeper.keep(&kept, &said, &weighed, way == Way::Out, now)).await {
            Ok(Ok(id)) => {
                self.note(way, verdict, &id, grounds, read).await;
                (answer::kept(), Some(id))
            }
            outcome => {
                self.shared.metrics.add("vauban_mail_failures_total", "quarantine", 1.0);
                if let Ok(Err(error)) = outcome {
                    tracing::error!(sensor = "mail", %error, "a message cannot be kept back; its sender is to come again");
                }
                (answer::later(), None)
            }
        }
    }

    /// Delivers: in clear, or encrypted to those readers who have a key.
    async fn delivered(
        &self,
        fields: Vec<(String, String)>,
        judgement: &Judgement,
        banner: Option<Banner>,
    ) -> Vec<Reply> {
        let wrapper = banner.filter(|_| !self.message.is_cut).and_then(|banner| self.wrapper(banner, judgement));
        let readers = self.readers_with_keys();
        if readers.is_empty() {
            return answer::deliver(&self.message, &fields, wrapper.as_ref(), self.changes);
        }
        let Some(keys) = &self.means.keys else { return answer::later() };
        // A copy for each reader takes memory that nothing else counts: few messages at a time.
        let Ok(_permit) = self.shared.sealing.acquire().await else { return answer::later() };
        let (keys, course) = (keys.clone(), self.clone());
        let (header, around) = (fields.clone(), wrapper.clone());
        let encrypted =
            tokio::task::spawn_blocking(move || course.encrypted(&keys, &readers, &header, around.as_ref()));
        match encrypted.await {
            Ok(Ok(done)) if done.readers.len() == distinct(&self.message.recipients) => answer::kept(),
            Ok(Ok(done)) => {
                let mut fields = fields;
                fields.extend(done.in_clear.map(answer::in_clear));
                let mut replies = answer::deliver(&self.message, &fields, wrapper.as_ref(), self.changes);
                replies
                    .splice(0..0, done.readers.into_iter().map(|reader| Reply::DeleteRecipient(format!("<{reader}>"))));
                replies
            }
            Ok(Err(Undelivered::Key(CannotEncrypt::Key(..)))) => answer::no_key(),
            Ok(Err(Undelivered::Key(CannotEncrypt::Message(..)))) => answer::not_sealed(),
            Ok(Err(Undelivered::Post(error))) => {
                self.shared.metrics.add("vauban_mail_failures_total", "handover", 1.0);
                tracing::error!(sensor = "mail", error = error.word(), "encrypted mail is not taken by the door");
                if error.is_permanent() { answer::not_sealed() } else { answer::later() }
            }
            Err(_) => answer::later(),
        }
    }

    fn wrapper(&self, banner: Banner, judgement: &Judgement) -> Option<Wrapper> {
        let words = answer::banner(banner, judgement)?;
        let random = self.means.bytes::<16>().ok()?;
        Some(Wrapper { words, boundary: format!("=_vauban-{}", HEXLOWER.encode(&random)) })
    }

    /// The readers who have a key, where the message is not encrypted already.
    fn readers_with_keys(&self) -> Vec<String> {
        let Some(keys) = &self.means.keys else { return Vec::new() };
        let with_keys = self.message.recipients.iter().filter(|reader| keys.has(reader));
        let readers: BTreeSet<&String> = with_keys.collect();
        if readers.is_empty() || vauban_openpgp::is_encrypted(&self.message.bytes) {
            return Vec::new();
        }
        readers.into_iter().cloned().collect()
    }

    /// Encrypts a copy for each reader and hands it over, one after the other; first it is known that every key can be used.
    fn encrypted(
        &self,
        keys: &Keys,
        readers: &[String],
        fields: &[(String, String)],
        wrapper: Option<&Wrapper>,
    ) -> Result<Done, Undelivered> {
        let mut done = Done::default();
        let mut usable = Vec::new();
        for reader in readers {
            let can = if self.message.is_cut || !self.changes.may_delete_recipients {
                let why = "it is larger than is held, or the mail server lets no filter take recipients out";
                Err(CannotEncrypt::Message(reader.clone(), why.to_owned()))
            } else {
                keys.usable(reader, (self.shared.now)())
            };
            match can {
                Ok(()) => usable.push(reader),
                Err(why) => self.in_clear(keys, why, &mut done)?,
            }
        }
        let mut whole: Vec<u8> = Vec::new();
        for (name, value) in fields {
            whole.extend(format!("{name}:{}\r\n", value.replace('\n', "\r\n")).into_bytes());
        }
        match wrapper {
            Some(wrapper) => whole.extend(answer::wrapped(&self.message.bytes, wrapper)),
            None => whole.extend(&self.message.bytes),
        }
        for reader in usable {
            match keys.encrypt(reader, &whole, self.means.random, (self.shared.now)()) {
                Ok(Some(copy)) => {
                    self.means.post.hand_over(&self.message.sender, std::slice::from_ref(reader), &copy)?;
                    self.shared.metrics.add("vauban_mail_encrypted_total", "", 1.0);
                    done.readers.push(reader.clone());
                }
                Ok(None) => {}
                Err(why) => self.in_clear(keys, why, &mut done)?,
            }
        }
        Ok(done)
    }

    /// A reader whose mail cannot be encrypted gets it in clear where the policy says so; else nobody gets it now.
    fn in_clear(&self, keys: &Keys, why: CannotEncrypt, done: &mut Done) -> Result<(), CannotEncrypt> {
        self.shared.metrics.add("vauban_mail_failures_total", "encryption", 1.0);
        tracing::error!(
            sensor = "mail",
            why = why.word(),
            queue_id = self.message.queue_id,
            "mail cannot be encrypted"
        );
        if keys.on_unusable() == OnUnusable::Tempfail {
            return Err(why);
        }
        done.in_clear = Some(why.word());
        Ok(())
    }

    /// Counts a message, notes it in the history, logs its verdict, and writes down which indicators it met.
    async fn note(&self, way: Way, verdict: &'static str, held: &str, grounds: &Grounds, read: Judged) {
        self.count(verdict);
        let message = &self.message;
        tracing::info!(
            sensor = "mail",
            verdict,
            score = grounds.score,
            codes = grounds.codes().join(" "),
            queue_id = message.queue_id,
            id = held,
            bytes = message.bytes.len(),
            "judged"
        );
        let entry = Entry {
            way,
            queue_id: message.queue_id.clone(),
            message_id: read.said.message_id.clone(),
            sender: message.sender.clone(),
            recipients: message.recipients.clone(),
            verdict: verdict.to_owned(),
            score: grounds.score,
            codes: grounds.codes(),
            held: held.to_owned(),
        };
        let course = self.clone();
        let noted = tokio::task::spawn_blocking(move || {
            let Course { means, shared, .. } = &course;
            let now = (shared.now)();
            shared.history.note(now, &entry, &read.shown);
            for mut sighting in read.sightings {
                // What stands around it is somebody's letter.
                sighting.excerpt = None;
                sighting.location = sighting.location.moved_to(&format!("{BY_MAIL}{}", entry.message_id));
                if let Err(error) = means.write_down(now, Kind::Sighting, &sighting) {
                    tracing::error!(sensor = "mail", %error, "a sighting cannot be written down");
                }
            }
        });
        let _ = noted.await;
    }

    fn count(&self, verdict: &'static str) {
        self.shared.metrics.add("vauban_mail_messages_total", verdict, 1.0);
    }

    /// What becomes of a message when the filter itself cannot work.
    fn fail(&self, error: &NotJudged) -> Vec<Reply> {
        self.shared.metrics.add("vauban_mail_failures_total", error.word(), 1.0);
        tracing::error!(sensor = "mail", %error, queue_id = self.message.queue_id, "a message cannot be judged");
        // What should be encrypted does not go out unlooked at, in clear.
        match self.judge.table.on_failure {
            OnFailure::Deliver if self.readers_with_keys().is_empty() => {
                answer::unjudged(&self.message, error.word(), self.changes)
            }
            OnFailure::Tempfail | OnFailure::Deliver => answer::later(),
        }
    }
}

/// Readers whose copy was encrypted and handed over.
#[derive(Debug, Default)]
struct Done {
    readers: Vec<String>,
    /// Why another reader with a key gets it in clear.
    in_clear: Option<&'static str>,
}

/// Why encrypted mail was not delivered.
#[derive(Debug, thiserror::Error)]
enum Undelivered {
    #[error(transparent)]
    Key(#[from] CannotEncrypt),
    #[error(transparent)]
    Post(#[from] super::post::PostError),
}

/// Whether the sender is told to come again, or refused.
fn is_refusal(replies: &[Reply]) -> bool {
    matches!(replies.last(), Some(Reply::Refuse(_)))
}

fn is_temporary(replies: &[Reply]) -> bool {
    matches!(replies.last(), Some(Reply::Refuse(words)) if words.starts_with('4'))
}

fn distinct(recipients: &[String]) -> usize {
    recipients.iter().collect::<BTreeSet<_>>().len()
}

const fn policy_of(table: &OutgoingTable, one: &Leaving) -> LeavingPolicy {
    match one.leak {
        vauban_mail::Leak::AutoForward => table.auto_forward,
        vauban_mail::Leak::OwnPrivateMailbox => table.own_private_mailbox,
        vauban_mail::Leak::ColleaguePrivate => table.colleague_private,
    }
}
