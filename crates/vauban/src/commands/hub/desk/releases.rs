//! Releases: drafted, approved by a second person, published to a front or onto a stick.

use std::{fmt::Write as _, fs, path::PathBuf};

use uuid::Uuid;
use vauban_hub::{
    desk::{Desk, DeskError, Published, Reach, Wanted},
    store::{Act, StoreError, StreamId},
};
use vauban_model::{Lang, Text, printable};
use vauban_release::{MANIFEST_FILE, Words};

use super::{
    super::{cannot, failed},
    carry, rng, unheard,
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
    /// Publish an approved draft: to the front's database, or onto the stick that goes there
    Publish {
        /// The draft
        draft: Uuid,
        /// The front: its database (a file, or postgres://…), or stick:FOLDER to carry it there
        #[arg(long, value_name = "FRONT")]
        front: String,
    },
}

pub(super) async fn run(desk: &Desk, act: Act<'_>, command: &Command, lang: Lang) -> Result<String, Failure> {
    match command {
        Command::Draft { stream, author, days, advice_fr, advice_en } => {
            let advice = Words::new(advice_fr.as_str(), advice_en.as_str());
            let wanted = Wanted { stream: StreamId(*stream), days: *days, advice };
            draft(desk, Act { who: author, ..act }, &wanted, lang).await
        }
        Command::Drafts => drafts(desk, lang).await,
        Command::Approve { draft, signature } => approve(desk, act, *draft, signature, lang).await,
        Command::Publish { draft, front } => publish(desk, act, *draft, front, lang).await,
    }
}

async fn draft(desk: &Desk, act: Act<'_>, wanted: &Wanted, lang: Lang) -> Result<String, Failure> {
    let (id, drafted) = desk.draft(act, wanted, &mut rng()?).await.map_err(|error| failed(&error))?;
    let words = Text::new(
        format!("{} objets lisibles, {} aveugles. Quelqu'un d'autre relit et signe :", drafted.open, drafted.blind),
        format!("{} readable objects, {} blind. Somebody else reads and signs:", drafted.open, drafted.blind),
    );
    let manifest = desk.draft_folder(id).join(MANIFEST_FILE);
    Ok(format!("{id}\n{}\n    minisign -S -m {} -x approval.minisig\n", words.get(lang), manifest.display()))
}

async fn drafts(desk: &Desk, lang: Lang) -> Result<String, Failure> {
    let mut text = String::new();
    for (draft, approvers) in desk.store().drafts().await.map_err(|error| failed(&error))? {
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

async fn approve(desk: &Desk, act: Act<'_>, id: Uuid, signature: &PathBuf, lang: Lang) -> Result<String, Failure> {
    let bytes = fs::read(signature).map_err(|error| failed(&error))?;
    let who = desk.approve(act, id, &bytes).await.map_err(|error| match error {
        DeskError::Store(StoreError::SecondPerson) => cannot(
            &error,
            Text::new(
                "l'auteur ne peut pas approuver son propre brouillon",
                "the author cannot approve their own draft",
            ),
        ),
        error => failed(&error),
    })?;
    let who = printable(&who);
    let words = Text::new(format!("approuvé par {who}\n"), format!("approved by {who}\n"));
    Ok(words.get(lang).to_owned())
}

async fn publish(desk: &Desk, act: Act<'_>, id: Uuid, front: &str, lang: Lang) -> Result<String, Failure> {
    let reach = Reach::named(front);
    let Published { number, folder, rest } = desk.publish(act, id, &reach).await.map_err(|error| unheard(&error))?;
    let words = Text::new(
        format!("publié : numéro {number} ; le dossier de la livraison : {}\n", folder.display()),
        format!("published: number {number}; the folder of the release: {}\n", folder.display()),
    );
    Ok(words.get(lang).to_owned() + &carry(&reach, rest, lang))
}
