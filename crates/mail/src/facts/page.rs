//! What pages ask for, hide and run.

use crate::{
    Code, Facts, Known, Letter,
    letter::{Page, PartKind, is_invisible},
};

pub(super) fn look(letter: &Letter, known: &Known, facts: &mut Facts) {
    for page in &letter.pages {
        forms(letter, page, "", known, facts);
        if page.hidden > 400 && page.hidden > page.text.chars().filter(|c| c.is_alphanumeric()).count() {
            facts.add(Code::HiddenText, format!("{}", page.hidden));
        }
        let shown = page.text.chars().filter(|c| c.is_alphanumeric()).count();
        let leads_on = |longest: usize| page.links.iter().any(|(_, text)| text.len() <= longest);
        if !page.images.is_empty() && (shown < 100 && leads_on(39) || shown < 250 && leads_on(0)) {
            facts.add(Code::PictureOnly, format!("{}", page.images.len()));
        }
        if let Some(words) = split_words(&page.text) {
            facts.add(Code::DisguisedWords, words);
        }
    }
    if let Some(words) = split_words(&letter.header.subject) {
        facts.add(Code::DisguisedWords, words);
    }
    for part in &letter.parts {
        match (part.kind, &part.page) {
            (PartKind::Page, Some(page)) => {
                facts.add(Code::PageAttached, &part.location);
                forms(letter, page, &part.location, known, facts);
                scripts(&page.scripts, &part.location, facts);
                if let Some(address) = page.refresh.as_ref().or_else(|| page.frames.first()) {
                    facts.add(Code::ScriptInPage, format!("{} → {address}", part.location));
                }
            }
            (PartKind::Drawing, _) if !part.scripts.trim().is_empty() => {
                facts.add(Code::ScriptInPage, &part.location);
                scripts(&part.scripts, &part.location, facts);
            }
            _ => {}
        }
    }
}

fn forms(letter: &Letter, page: &Page, location: &str, known: &Known, facts: &mut Facts) {
    for form in &page.forms {
        let to = crate::letter::Target::parse(&form.action);
        if to.as_ref().is_some_and(|to| known.is_own(&to.host)) {
            continue;
        }
        let shown = to.as_ref().map_or_else(|| "?".to_owned(), crate::letter::Target::shown);
        let evidence = format!("{location} → {shown}");
        if form.asks_password {
            facts.add(Code::CredentialForm, evidence.trim_start_matches(" → "));
        } else if form.fields > 1 && form.is_posted && !to.as_ref().is_some_and(|to| letter.is_near_author(&to.host)) {
            facts.add(Code::Form, evidence.trim_start_matches(" → "));
        }
    }
}

/// Code that builds a file, or unwraps itself.
fn scripts(code: &str, location: &str, facts: &mut Facts) {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    let decodes = has(&["atob(", "fromCharCode", "Uint8Array", "charCodeAt", "decodeURIComponent(", "unescape("]);
    let builds =
        has(&["newBlob(", "createObjectURL", "msSaveOrOpenBlob", "msSaveBlob", "newFile(", "data:application/"]);
    let hands_over =
        has(&[".download", "msSaveOrOpenBlob", "msSaveBlob", "download=", ".click()", "location.href", "window.open("]);
    let writes = has(&["eval(", "document.write", "innerHTML", "newFunction(", "document.body.append", "location="]);
    let leads_on = has(&["location.replace(", "location.href=", "window.location=", "eval("]);
    if builds && (decodes || hands_over) {
        facts.add(Code::HtmlSmuggling, location);
    } else if decodes && writes || leads_on {
        facts.add(Code::ScriptInPage, location);
    }
}

/// Words with invisible characters between their letters, or with letters of two alphabets.
fn split_words(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let odd: Vec<&str> = text
        .split_whitespace()
        .filter(|word| {
            let letters: Vec<char> = word.chars().take(200).collect();
            let split = letters
                .windows(3)
                .any(|window| matches!(*window, [a, hidden, b] if a.is_ascii_alphabetic() && is_invisible(hidden) && hidden != '\u{ad}' && b.is_ascii_alphabetic()));
            let latin = letters.iter().any(char::is_ascii_alphabetic);
            let foreign = letters.iter().any(|c| matches!(*c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{4ff}'));
            let costumed = letters.iter().filter(|c| matches!(**c, '\u{1d400}'..='\u{1d7ff}')).count() >= 3;
            split || latin && foreign && vauban_lookalike::mixes_scripts(word) || costumed
        })
        .take(3)
        .collect();
    (odd.len() >= 2).then(|| odd.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Facts {
        let mut facts = Facts::default();
        scripts(code, "a.html", &mut facts);
        facts
    }

    #[test]
    fn pages_that_build_files_are_told() {
        assert!(
            found("var b = atob('UEsD'); var x = new Blob([b]); a.href = URL.createObjectURL(x); a.download = 'f.iso'")
                .has(Code::HtmlSmuggling)
        );
        assert!(
            found("const u = Uint8Array.from(d); navigator.msSaveOrOpenBlob(new Blob([u]), 'f.zip')")
                .has(Code::HtmlSmuggling)
        );
        assert!(found("eval(unescape('%61'))").has(Code::ScriptInPage));
        assert!(found("document.getElementById('x').textContent = total").iter().next().is_none());
    }

    #[test]
    fn split_words_are_told() {
        assert!(split_words("Ver\u{200b}ify your acc\u{200c}ount").is_some());
        assert!(split_words("С\u{43e}ngr\u{430}tulations y\u{43e}ur").is_some());
        assert!(split_words("L'été à Paris — très bien").is_none());
        assert!(split_words("семейство кошачьих cats").is_none());
    }
}
