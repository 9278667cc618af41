//! What parties told of the use of releases, added up: a party's name stands beside no number.

use std::fmt::Write as _;

use vauban_hub::desk::{Desk, Spread, WeekSum};
use vauban_model::{Lang, Text, printable};

use super::super::failed;
use crate::failure::Failure;

/// All sums that are kept, and whether all files could be read.
pub(super) fn run(desk: &Desk, lang: Lang) -> Result<(String, bool), Failure> {
    let kept = desk.sums().map_err(|error| failed(&error))?;
    let mut text: String = kept.sums.iter().map(|sum| shown(sum, lang)).collect();
    if kept.sums.is_empty() {
        text.push_str(Text::new("personne n'a rien dit\n", "nobody told anything\n").get(lang));
    }
    for file in &kept.damaged {
        let file = printable(&file.display().to_string());
        let words = Text::new(format!("illisible : {file}"), format!("cannot be read: {file}"));
        let _ = writeln!(text, "{}", words.get(lang));
    }
    Ok((text, kept.damaged.is_empty()))
}

/// The sum of one stream and one week. A stream is named by its id: the title of one that is for one party may be that party's name.
pub(super) fn shown(sum: &WeekSum, lang: Lang) -> String {
    let (week, stream, told) = (sum.week, sum.stream.0, sum.told);
    let (open, blind) = (spread(&sum.open, lang), spread(&sum.blind, lang));
    let words = Text::new(
        format!("{week}  flux {stream}  décomptes reçus : {told}\n    lisibles : {open}\n    aveugles : {blind}\n"),
        format!("{week}  stream {stream}  parties that told: {told}\n    readable: {open}\n    blind: {blind}\n"),
    );
    words.get(lang).to_owned()
}

fn spread(spread: &Spread, lang: Lang) -> String {
    let by = Text::new("par", "by");
    let one = |(band, said)| format!("{band} ({} {said})", by.get(lang));
    spread.bands().map(one).collect::<Vec<_>>().join(", ")
}
