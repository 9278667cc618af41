//! Releases: drafted, approved by a second person, published to a front or put on a stick.

use std::{fmt::Write as _, fs, path::PathBuf};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vauban_hub::{
    desk::{Drafting, publication, read_manifest, read_release, write_release},
    store::{self, Draft, Epoch, FrontStore, ReleaseNumber, StoreError, StreamId},
};
use vauban_model::{Lang, Text, printable};
use vauban_release::{Release, SignedManifest, Words};

use super::{
    super::{cannot, failed},
    folder::{Desk, rng, uuid},
};
use crate::failure::Failure;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Draft the next release of a stream: a folder of files, whose manifest somebody else signs
    Draft {
        /// The stream
        stream: Uuid,
        /// Who stands for it
        #[arg(long)]
        author: String,
        /// For how many days it counts as the newest
        #[arg(long, default_value_t = 30)]
        days: u16,
        /// What its readers should know first, in French
        #[arg(long, default_value = "")]
        advice_fr: String,
        /// The same in English
        #[arg(long, default_value = "")]
        advice_en: String,
    },
    /// Show drafts, and who approved each
    Drafts,
    /// Approve a draft with a signature over its manifest (`minisign -S -m FOLDER/manifest.json -x FILE`)
    Approve {
        /// The draft
        draft: Uuid,
        /// The signature
        #[arg(long, value_name = "FILE.minisig")]
        signature: PathBuf,
    },
    /// Publish an approved draft to the front's database
    Publish {
        /// The draft
        draft: Uuid,
        /// The database of the front: a file, or postgres://…
        #[arg(long, value_name = "DATABASE")]
        front: String,
    },
}

pub(super) async fn run(desk: &Desk, command: &Command, lang: Lang) -> Result<String, Failure> {
    match command {
        Command::Draft { stream, author, days, advice_fr, advice_en } => {
            let advice = Words::new(advice_fr.as_str(), advice_en.as_str());
            draft(desk, StreamId(*stream), author, *days, advice, lang).await
        }
        Command::Drafts => drafts(desk, lang).await,
        Command::Approve { draft, signature } => approve(desk, *draft, signature, lang).await,
        Command::Publish { draft, front } => publish(desk, *draft, front, lang).await,
    }
}

async fn draft(
    desk: &Desk,
    stream: StreamId,
    author: &str,
    days: u16,
    advice: Words,
    lang: Lang,
) -> Result<String, Failure> {
    desk.approvers()?.knows(author).map_err(|error| failed(&error))?;
    let before = published(desk, stream).await?;
    let blinding = desk.blinding()?;
    let drafting = Drafting {
        store: &desk.store,
        key: &desk.key,
        hub: desk.id(),
        blinding: Some(&blinding),
        before: &before,
        advice,
        lifetime: SignedDuration::from_hours(24 * i64::from(days)),
        now: Timestamp::now(),
    };
    let drafted = drafting.draft(stream, &mut rng()?).await.map_err(|error| failed(&error))?;
    let (id, signed) = (uuid()?, drafted.release.signed());
    let folder = desk.draft(id);
    write_release(&folder, &drafted.release).map_err(|error| failed(&error))?;
    let kept = Draft {
        id,
        stream,
        number: ReleaseNumber(signed.manifest().number.get()),
        epoch: Epoch(signed.manifest().epoch.get()),
        digest: store::Digest(*signed.digest().bytes()),
        manifest: signed.bytes().to_vec(),
        author: author.to_owned(),
        created: Timestamp::now(),
        published: None,
    };
    desk.store.draft(desk.act_of(author), &kept).await.map_err(|error| failed(&error))?;
    let words = Text::new(
        format!("{} objets lisibles, {} aveugles. Quelqu'un d'autre relit et signe :", drafted.open, drafted.blind),
        format!("{} readable objects, {} blind. Somebody else reads and signs:", drafted.open, drafted.blind),
    );
    let manifest = folder.join("manifest.json");
    Ok(format!("{id}\n{}\n    minisign -S -m {} -x approval.minisig\n", words.get(lang), manifest.display()))
}

/// The manifests of a stream's releases, the oldest first.
async fn published(desk: &Desk, stream: StreamId) -> Result<Vec<SignedManifest>, Failure> {
    let last = desk.store.last_published(stream).await.map_err(|error| failed(&error))?;
    let last = last.map_or(0, |draft| draft.number.0);
    (1..=last).map(|number| read_manifest(&desk.release(stream, number)).map_err(|error| failed(&error))).collect()
}

async fn drafts(desk: &Desk, lang: Lang) -> Result<String, Failure> {
    let mut text = String::new();
    for (draft, approvers) in desk.store.drafts().await.map_err(|error| failed(&error))? {
        let by = match (approvers.as_slice(), lang) {
            ([], Lang::Fr) => "attend une deuxième personne".to_owned(),
            ([], Lang::En) => "waits for a second person".to_owned(),
            (some, _) => some.iter().map(|name| printable(name)).collect::<Vec<_>>().join(", "),
        };
        let author = printable(&draft.author);
        let _ = writeln!(text, "{}  {}  {}  {author}  {by}", draft.id, draft.stream.0, draft.number);
    }
    Ok(text)
}

async fn approve(desk: &Desk, id: Uuid, signature: &PathBuf, lang: Lang) -> Result<String, Failure> {
    let release = read_release(&desk.draft(id)).map_err(|error| failed(&error))?;
    let bytes = fs::read(signature).map_err(|error| failed(&error))?;
    let approvers = desk.approvers()?;
    let who = approvers.who(release.signed(), &bytes).map_err(|error| failed(&error))?;
    let digest = store::Digest(*release.signed().digest().bytes());
    desk.store.approve(desk.act_of(who), id, digest).await.map_err(|error| match error {
        StoreError::SecondPerson => cannot(
            &error,
            Text::new(
                "l'auteur ne peut pas approuver son propre brouillon",
                "the author cannot approve their own draft",
            ),
        ),
        error => failed(&error),
    })?;
    let who = printable(who);
    let words = Text::new(format!("approuvé par {who}\n"), format!("approved by {who}\n"));
    Ok(words.get(lang).to_owned())
}

/// Publishes: the front first, then the desk's note of it. Killed in between, it is done again, and nothing happens twice.
async fn publish(desk: &Desk, id: Uuid, front: &str, lang: Lang) -> Result<String, Failure> {
    let draft = desk.store.approved(id).await.map_err(|error| failed(&error))?;
    let release = read_release(&desk.draft(id)).map_err(|error| failed(&error))?;
    if release.signed().digest().bytes() != &draft.digest.0 {
        return Err(failed(&StoreError::NotWhatWasApproved));
    }
    let before = before(desk, &draft)?;
    let publication = publication(&release, before.as_ref()).map_err(|error| failed(&error))?;
    let place = match front.starts_with("postgres") {
        true => store::Place::Server(front.to_owned()),
        false => store::Place::File(PathBuf::from(front)),
    };
    let front = FrontStore::open(&place).await.map_err(|error| failed(&error))?;
    let audience = desk.store.audience().await.map_err(|error| failed(&error))?;
    front.set_audience(&audience).await.map_err(|error| failed(&error))?;
    front.publish(&publication, Timestamp::now()).await.map_err(|error| failed(&error))?;
    let folder = desk.release(draft.stream, draft.number.0);
    write_release(&folder, &release).map_err(|error| failed(&error))?;
    desk.store.published(desk.act(), id).await.map_err(|error| failed(&error))?;
    let words = Text::new(
        format!("publié : numéro {} ; le dossier pour une clé USB : {}\n", draft.number, folder.display()),
        format!("published: number {}; the folder for a stick: {}\n", draft.number, folder.display()),
    );
    Ok(words.get(lang).to_owned())
}

fn before(desk: &Desk, draft: &Draft) -> Result<Option<Release>, Failure> {
    match draft.number.0.checked_sub(1).filter(|number| *number > 0) {
        None => Ok(None),
        Some(number) => read_release(&desk.release(draft.stream, number)).map(Some).map_err(|error| failed(&error)),
    }
}
