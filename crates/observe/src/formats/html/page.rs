//! The text of a page, sorted by what it is for. Tokens come from a tokenizer that follows the WHATWG standard
//! (section 13.2.5), so that text hides from us no better than from a browser.

use std::borrow::Cow;

use html5gum::{Span, emitters::callback::CallbackEvent};
use vauban_intake::{Budget, Problem};

use super::quiet::html_tokens;

/// What a page says, by where it says it.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// What a person sees, with a line for each block.
    pub(super) text: String,
    /// The value of every attribute, each on a line of its own.
    pub(super) attributes: String,
    /// Scripts and styles.
    pub(super) scripts: String,
    /// Comments.
    pub(super) comments: String,
    /// What stands in conditional comments, which is markup again.
    pub(super) conditional: String,
    /// `data:` addresses, from which a page unpacks files that no network filter saw.
    pub(super) carried: Vec<String>,
}

/// Events after which the time is looked at.
const OFTEN: usize = 64;

impl Page {
    /// Adds the tokens of this text.
    pub(super) fn read(&mut self, html: &str, budget: &Budget) -> Result<(), Problem> {
        let mut state = State { html, ..State::default() };
        self.text.reserve(html.len() / 4);
        self.attributes.reserve(html.len() / 4);
        let mut events = 0_usize;
        let tokens = html_tokens(html, true, |event: CallbackEvent<'_>, span: Span<usize>| {
            self.take(event, span, &mut state);
            events = events.wrapping_add(1);
            events.is_multiple_of(OFTEN).then_some(())
        });
        budget.check_time()?;
        for () in tokens {
            budget.check_time()?;
        }
        // A tag that is never closed is dropped by browsers and by the tokenizer.
        let rest = if state.in_tag { state.tag } else { state.end };
        if html.len() > rest {
            self.odd(html.get(rest..));
        }
        Ok(())
    }

    fn take(&mut self, event: CallbackEvent<'_>, span: Span<usize>, state: &mut State<'_>) {
        // An error at the end of the text is no sign that what stands before it was handed over.
        if !matches!(event, CallbackEvent::Error(_)) {
            state.end = state.end.max(span.end);
        }
        match event {
            CallbackEvent::OpenStartTag { name } => {
                state.in_code = matches!(name, b"script" | b"style");
                (state.tag, state.in_tag, state.is_odd) = (span.start, true, is_odd(name));
                self.step(name);
            }
            CallbackEvent::CloseStartTag { .. } => {
                state.in_tag = false;
                if state.is_odd {
                    self.odd(state.html.get(state.tag..span.end));
                }
            }
            CallbackEvent::EndTag { name } => {
                state.in_code = false;
                if is_odd(name) || span.end.saturating_sub(span.start) > name.len().saturating_add(16) {
                    self.odd(state.html.get(span.start..span.end));
                }
                self.step(name);
            }
            CallbackEvent::AttributeName { name } => {
                state.is_odd |= is_odd(name);
                state.attribute.clear();
                state.attribute.extend_from_slice(name);
            }
            CallbackEvent::AttributeValue { value } => {
                self.attribute(&state.attribute, &lossy(value));
            }
            CallbackEvent::String { value } => {
                let value = lossy(value);
                if state.in_code {
                    self.scripts.push_str(&value);
                    self.scripts.push('\n');
                } else {
                    push_visible(&mut self.text, &value);
                }
            }
            CallbackEvent::Comment { value } => {
                let value = lossy(value);
                let condition = value.strip_prefix("[if").and_then(|rest| rest.split_once(']'));
                let (into, value) = match condition {
                    Some((_, markup)) => (&mut self.conditional, markup.trim_start_matches('>')),
                    None => (&mut self.comments, &*value),
                };
                into.push_str(value);
                into.push('\n');
            }
            CallbackEvent::Doctype { .. } => {
                let whole = state.html.get(span.start..span.end).unwrap_or_default();
                if whole.len() > "<!doctype html>".len() {
                    self.odd(Some(whole));
                }
            }
            CallbackEvent::Error(_) => {}
        }
    }

    /// Source that no browser shows and that may say something all the same: an address between angle brackets, say.
    fn odd(&mut self, source: Option<&str>) {
        self.comments.push_str(source.unwrap_or_default());
        self.comments.push('\n');
    }

    /// A tag: a block ends the line, a word runs on through anything else.
    fn step(&mut self, name: &[u8]) {
        if is_block(name) && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn attribute(&mut self, name: &[u8], value: &str) {
        let trimmed = value.trim_start();
        if trimmed.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
            self.carried.push(trimmed.to_owned());
            let is_coded = |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "+/=%".contains(c);
            if trimmed.split_once(',').is_some_and(|(_, data)| data.chars().all(is_coded)) {
                return;
            }
        }
        if value.is_empty() {
            return;
        }
        if matches!(name, b"srcset" | b"style" | b"content" | b"alt" | b"title" | b"srcdoc" | b"value")
            || name.starts_with(b"on")
        {
            self.attributes.push_str(value);
        } else {
            // Browsers drop tabs and line ends inside an address; phishers put them there to split it.
            if memchr::memchr3(b'\t', b'\n', b'\r', value.as_bytes()).is_none() {
                self.attributes.push_str(value);
            } else {
                self.attributes.extend(value.split(['\t', '\n', '\r']));
            }
        }
        self.attributes.push('\n');
    }
}

#[derive(Debug, Default)]
struct State<'h> {
    html: &'h str,
    in_code: bool,
    attribute: Vec<u8>,
    /// Where the last start tag begins, whether it is still open, and whether its own source must be kept.
    tag: usize,
    in_tag: bool,
    is_odd: bool,
    /// Where the last event ended.
    end: usize,
}

/// Whether this name of a tag or an attribute is none, but text in the place of one.
fn is_odd(name: &[u8]) -> bool {
    name.len() > 31 || name.ends_with(b":") || name.iter().any(|byte| matches!(byte, b'.' | b'@' | b'%' | b'['))
}

/// The text of these bytes. The standard library looks at UTF-8 more slowly where it expects something else.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Appends what of a text takes room.
fn push_visible(into: &mut String, text: &str) {
    if text.is_ascii() {
        into.push_str(text);
    } else {
        into.extend(text.chars().filter(|c| !is_invisible(*c)));
    }
}

/// Characters that take no room: they split a word for a filter and for nobody else.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Elements that do not stand in the line of the text around them (HTML standard, section 15.3, and the
/// replaced elements of section 15.4, which part words too).
fn is_block(name: &[u8]) -> bool {
    matches!(
        name,
        b"address"
            | b"article"
            | b"aside"
            | b"blockquote"
            | b"body"
            | b"br"
            | b"button"
            | b"caption"
            | b"center"
            | b"dd"
            | b"details"
            | b"dialog"
            | b"dir"
            | b"div"
            | b"dl"
            | b"dt"
            | b"embed"
            | b"fieldset"
            | b"figcaption"
            | b"figure"
            | b"footer"
            | b"form"
            | b"frame"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"head"
            | b"header"
            | b"hgroup"
            | b"hr"
            | b"html"
            | b"iframe"
            | b"img"
            | b"input"
            | b"legend"
            | b"li"
            | b"main"
            | b"menu"
            | b"nav"
            | b"object"
            | b"ol"
            | b"optgroup"
            | b"option"
            | b"p"
            | b"pre"
            | b"search"
            | b"section"
            | b"select"
            | b"summary"
            | b"table"
            | b"tbody"
            | b"td"
            | b"template"
            | b"textarea"
            | b"tfoot"
            | b"th"
            | b"thead"
            | b"title"
            | b"tr"
            | b"ul"
            | b"video"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_part_lines_and_phrases_do_not() {
        for block in ["address", "br", "td", "video", "p"] {
            assert!(is_block(block.as_bytes()), "{block}");
        }
        for phrase in ["b", "a", "span", "wbr", "font"] {
            assert!(!is_block(phrase.as_bytes()), "{phrase}");
        }
    }
}
