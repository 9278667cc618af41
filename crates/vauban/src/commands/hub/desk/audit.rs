//! The audit trail: who did what, and whether nothing of it was changed.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use vauban_hub::{
    desk::Desk,
    store::{Audited, Sequence},
};
use vauban_model::{Lang, Text, printable};

use super::super::failed;
use crate::failure::Failure;

/// Lines that are read in one go.
const AT_ONCE: u64 = 1_000;

pub(super) async fn run(desk: &Desk, lang: Lang) -> Result<(String, bool), Failure> {
    let (mut text, mut after) = (String::new(), Sequence(0));
    loop {
        let lines = desk.store().audit(after, AT_ONCE).await.map_err(|error| failed(&error))?;
        let Some(last) = lines.last() else { break };
        after = last.sequence;
        for line in &lines {
            let (who, what) = (printable(&line.who), printable(&line.what));
            let _ = writeln!(text, "{}  {}  {who}  {what}", line.sequence, line.at);
        }
    }
    let (said, is_whole) = match desk.store().verify_audit(None).await.map_err(|error| failed(&error))? {
        Audited::Whole(head) => {
            let hash = HEXLOWER.encode(&head.hash.0);
            (Text::new(format!("le journal est entier : {hash}"), format!("the trail is whole: {hash}")), true)
        }
        Audited::Broken(at) => {
            let fr = format!("le journal a été changé à partir de la ligne {at}");
            (Text::new(fr, format!("the trail was changed from line {at} on")), false)
        }
    };
    let _ = writeln!(text, "{}", said.get(lang));
    Ok((text, is_whole))
}
