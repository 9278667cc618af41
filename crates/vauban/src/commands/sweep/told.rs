//! What a sweep told, for the reports and while it runs.

use std::{collections::BTreeMap, time::Duration};

use vauban_model::{Lang, Sighting, Unread};
use vauban_record::FormatCount;
use vauban_report::{jsonl, progress_line};
use vauban_sweep::{Event, Progress};

use super::Format;
use crate::terminal;

/// What is kept for the reports and told while the sweep runs.
#[derive(Default)]
pub(super) struct Told {
    format: Format,
    lang: Lang,
    pub(super) sightings: Vec<Sighting>,
    pub(super) unread: Vec<Unread>,
    /// Files and unread files of each format.
    formats: BTreeMap<String, (u64, u64)>,
    last_progress: Duration,
    pub(super) output: Option<std::io::Error>,
}

impl Told {
    pub(super) fn new(format: Format, lang: Lang) -> Self {
        Self { format, lang, ..Self::default() }
    }

    pub(super) fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Sighting(sighting) => {
                self.line(|| jsonl::sighting(sighting));
                self.sightings.push((*sighting).clone());
            }
            Event::Unread(unread) => {
                self.line(|| jsonl::unread(unread));
                self.unread.push((*unread).clone());
            }
            Event::File(result, _) => {
                let format = &result.examined.format;
                let (files, unread) = match self.formats.get_mut(format) {
                    Some(counts) => counts,
                    None => self.formats.entry(format.clone()).or_default(),
                };
                *files += 1;
                *unread += u64::from(!result.unread.is_empty());
            }
            Event::Progress(progress) => self.progress(progress),
        }
    }

    pub(super) fn formats(&self) -> Vec<FormatCount> {
        let count = |(format, (files, unread)): (&String, &(u64, u64))| FormatCount {
            format: format.clone(),
            files: *files,
            unread: *unread,
        };
        self.formats.iter().map(count).collect()
    }

    /// One line of data, if that is what stdout carries.
    fn line(&mut self, text: impl FnOnce() -> String) {
        if self.format == Format::Jsonl && self.output.is_none() {
            self.output = terminal::data(&format!("{}\n", text())).err();
        }
    }

    fn progress(&mut self, progress: &Progress) {
        const OFTEN: Duration = Duration::from_millis(250);
        if progress.elapsed.saturating_sub(self.last_progress) >= OFTEN {
            self.last_progress = progress.elapsed;
            let Progress { files_done, files_found, all_found, bytes_done, elapsed } = *progress;
            terminal::progress(&progress_line(self.lang, files_done, files_found, all_found, bytes_done, elapsed));
        }
    }
}
