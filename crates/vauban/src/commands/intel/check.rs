//! `vauban intel check`: what documents hold, before anything of it is used.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use vauban_intel::{Benign, Reading, read_path};
use vauban_knowledge::Gathered;
use vauban_matching::set::build;
use vauban_model::{Lang, Text, printable};

use crate::failure::{Failure, chain};

/// What would be looked for, and everything that would not. Good when nothing was refused.
pub(super) fn check(paths: &[PathBuf], lang: Lang) -> Result<(String, bool), Failure> {
    let mut out = String::new();
    let mut all_good = true;
    for path in paths {
        let reading = read(path)?;
        let built = build(&reading.indicators);
        let gathered = Gathered { reading, unusable: Vec::new() };
        let (refused, aside) = gathered.left(lang);
        all_good &= refused.is_empty() && built.refused.is_empty() && !gathered.reading.is_empty();
        let reading = &gathered.reading;
        let words = Text::new(
            format!(
                "{} indicateurs, {} mis de côté, {} refusés, {} ignorés",
                built.indicators,
                aside.len(),
                refused.len() + built.refused.len(),
                reading.ignored.len()
            ),
            format!(
                "{} indicators, {} set aside, {} refused, {} ignored",
                built.indicators,
                aside.len(),
                refused.len() + built.refused.len(),
                reading.ignored.len()
            ),
        );
        let _ = writeln!(out, "{} ({}): {}", printable(&path.display().to_string()), reading.format, words.get(lang));
        let labels = [Text::new("refusé", "refused"), Text::new("mis de côté", "set aside")];
        for (label, rows) in labels.iter().zip([&refused, &aside]) {
            for row in rows {
                let _ = writeln!(
                    out,
                    "  {} {} {:?}: {}",
                    label.get(lang),
                    printable(&row.place),
                    printable(&row.value),
                    row.reason
                );
            }
        }
        for one in &built.refused {
            let _ = writeln!(
                out,
                "  {} {} {:?}: {}",
                labels[0].get(lang),
                one.indicator,
                printable(&one.value),
                one.reason
            );
        }
    }
    Ok((out, all_good))
}

fn read(path: &Path) -> Result<Reading, Failure> {
    let mut reading = read_path(path).map_err(|error| {
        Failure::new(
            "intel",
            Text::new(format!("lecture impossible : {}", chain(&error)), format!("cannot read: {}", chain(&error))),
            Text::new("vérifiez le chemin et les droits", "check the path and the permissions"),
        )
    })?;
    reading.set_benign_aside(&Benign::embedded());
    Ok(reading)
}
