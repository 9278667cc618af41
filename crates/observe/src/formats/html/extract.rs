//! From a page's text to passages: what is seen, where it leads, what it runs, what it hides.

use vauban_intake::{Budget, Problem};

use super::{carried, page::Page};
use crate::{Context, Passage, Sink};

/// Hands over everything in an HTML text as part of the item that holds it. `how` are the steps that were
/// needed to reach the text; files that the page carries inside itself become children `embedded N`.
pub(crate) fn extract(
    html: &str,
    how: &[&'static str],
    context: Context,
    budget: &Budget,
    sink: &mut dyn Sink,
) -> Result<(), Problem> {
    let mut page = Page::default();
    let mut result = page.read(html, budget);
    // Outlook shows the markup in conditional comments, so it is read as markup too.
    let conditional = std::mem::take(&mut page.conditional);
    if result.is_ok() {
        result = page.read(&conditional, budget);
    }
    for text in [&page.text, &page.attributes, &page.scripts, &page.comments, &page.conditional] {
        if !text.trim().is_empty() {
            sink.passage(Passage { bytes: text.as_bytes(), offset: None, how, context });
        }
    }
    result?;
    carried::hand_over(&page, context, budget, sink)
}
