//! The next steps that follow from all sightings together: each advice once, the most urgent first.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use vauban_model::{Lang, Sighting, printable};

use crate::words::{defanged, say};

/// One thing to do.
pub(crate) struct Step<'s> {
    /// What to do.
    pub(crate) advice: &'s str,
    /// The indicators it is about, defanged and printable.
    values: BTreeSet<String>,
}

impl Step<'_> {
    /// The first few indicators it is about, and how many more.
    pub(crate) fn about(&self, lang: Lang, most: usize) -> String {
        let mut text = self.values.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
        if let Some(more) = self.values.len().checked_sub(most).filter(|more| *more > 0) {
            text.push_str(&format!(" {} {more} {}", say(lang, "et", "and"), say(lang, "de plus", "more")));
        }
        text
    }
}

/// All steps, in order.
pub(crate) fn steps<'s>(sightings: &'s [Sighting], lang: Lang) -> Vec<Step<'s>> {
    let mut sorted: Vec<&Sighting> = sightings.iter().collect();
    sorted.sort_by_key(|sighting| Reverse((sighting.severity, sighting.exposure)));
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut steps: Vec<Step<'s>> = Vec::new();
    for sighting in sorted {
        let advice = sighting.advice.get(lang);
        let place = *places.entry(advice).or_insert_with(|| {
            steps.push(Step { advice, values: BTreeSet::new() });
            steps.len() - 1
        });
        if let Some(step) = steps.get_mut(place) {
            step.values.insert(printable(&defanged(sighting.observable.kind, &sighting.indicator.value)));
        }
    }
    steps
}
