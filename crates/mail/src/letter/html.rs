//! A page as its reader meets it: what is shown and what is not, where its links lead, what it asks to be filled in,
//! what it would run.

use std::borrow::Cow;

use html5gum::{Span, emitters::callback::CallbackEvent};
use vauban_intake::Budget;
use vauban_observe::html_tokens;

use super::{is_invisible, tag::Tag};

/// A form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it sends what was filled in; empty when the page does not say.
    pub action: String,
    /// Whether it asks for a password.
    pub asks_password: bool,
    /// Fields that a person fills in.
    pub fields: usize,
    /// Whether what is filled in is sent as such, and not as part of an address: a search is no form to fill in.
    pub is_posted: bool,
}

/// What a page holds.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The text that is shown, with the texts that stand for pictures.
    pub text: String,
    /// Letters that are in the page and not shown.
    pub hidden: usize,
    /// Each link's address and the text over it.
    pub links: Vec<(String, String)>,
    /// Its forms. Fields outside any form count as one.
    pub forms: Vec<Form>,
    /// Its scripts, handlers and `javascript:` addresses.
    pub scripts: String,
    /// Where its pictures come from.
    pub images: Vec<String>,
    /// Where it leads by itself.
    pub refresh: Option<String>,
    /// Pages that it shows inside itself.
    pub frames: Vec<String>,
}

/// The most text of one page that is looked at; what comes after it is not shown by mail programs either (Gmail stops at
/// 102 kB).
const LONGEST: usize = 2 << 20;
/// Links of one page; more tell nothing more.
const MOST_LINKS: usize = 1000;

impl Page {
    /// Reads a page, or the beginning of a very long one.
    #[must_use]
    pub fn read(html: &str, budget: &Budget) -> Self {
        let mut end = LONGEST.min(html.len());
        while !html.is_char_boundary(end) {
            end -= 1;
        }
        let mut reading = Reading::default();
        let (mut tag, mut events) = (Tag::default(), 0_usize);
        let take = |event: CallbackEvent<'_>, _: Span<()>| {
            reading.take(&event, &mut tag);
            events = events.wrapping_add(1);
            events.is_multiple_of(256).then_some(())
        };
        if budget.check_time().is_ok() {
            let tokens = html_tokens(html.get(..end).unwrap_or_default(), false, take);
            let _ = tokens.take_while(|()| budget.check_time().is_ok()).count();
        }
        reading.close_link();
        let mut page = reading.page;
        if reading.loose.fields > 0 {
            page.forms.push(reading.loose);
        }
        page
    }
}

#[derive(Default)]
struct Reading {
    page: Page,
    /// Elements inside the outermost hidden one, itself included; 0 outside.
    hidden_depth: usize,
    in_code: bool,
    in_style: bool,
    in_form: bool,
    link: Option<(String, String)>,
    loose: Form,
}

impl Reading {
    fn take(&mut self, event: &CallbackEvent<'_>, tag: &mut Tag) {
        match event {
            CallbackEvent::OpenStartTag { name } => tag.open(name),
            CallbackEvent::AttributeName { name } => tag.attribute(name),
            CallbackEvent::AttributeValue { value } => tag.value(value),
            CallbackEvent::CloseStartTag { self_closing } => {
                tag.close();
                self.start(tag, *self_closing);
                tag.clear();
            }
            CallbackEvent::EndTag { name } => {
                // Attributes of an end tag mean nothing.
                tag.clear();
                self.end(name);
            }
            CallbackEvent::String { value } => self.text(&lossy(value)),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag, self_closing: bool) {
        let name = tag.name();
        if !is_void(name) && !self_closing && (self.hidden_depth > 0 || hides(tag)) {
            self.hidden_depth = self.hidden_depth.saturating_add(1);
        }
        for (attribute, value) in tag.iter() {
            let is_handler = attribute.starts_with(b"on") && attribute.len() > 3;
            if is_handler || value.get(..11).is_some_and(|start| start.eq_ignore_ascii_case(b"javascript:")) {
                self.page.scripts.push_str(&lossy(value));
                self.page.scripts.push('\n');
            }
        }
        let attribute = |name: &[u8]| tag.get(name).map(lossy).unwrap_or_default();
        match name {
            b"a" | b"area" => {
                self.close_link();
                let href = attribute(b"href");
                if !href.is_empty() && self.page.links.len() < MOST_LINKS {
                    self.link = Some((href.into_owned(), String::new()));
                    if name == b"area" {
                        self.close_link();
                    }
                }
            }
            b"script" => {
                self.in_code = true;
                self.page.scripts.push_str(&attribute(b"src"));
                self.page.scripts.push('\n');
            }
            b"style" => self.in_style = true,
            b"form" => {
                self.in_form = true;
                let is_posted = attribute(b"method").eq_ignore_ascii_case("post");
                self.page.forms.push(Form { action: attribute(b"action").into_owned(), is_posted, ..Form::default() });
            }
            b"input" | b"textarea" => {
                let kind = attribute(b"type").to_lowercase();
                let form = if self.in_form { self.page.forms.last_mut() } else { None }.unwrap_or(&mut self.loose);
                let named = attribute(b"name").to_lowercase();
                form.asks_password |= kind == "password" || named.contains("passw") || named == "pwd";
                form.fields +=
                    usize::from(!matches!(kind.as_str(), "hidden" | "submit" | "button" | "image" | "reset"));
            }
            b"img" => {
                let source = attribute(b"src");
                if !source.is_empty() && self.page.images.len() < MOST_LINKS {
                    self.page.images.push(source.into_owned());
                }
                let alternative = attribute(b"alt");
                if !alternative.is_empty() {
                    self.text(&format!(" {alternative} "));
                }
            }
            b"iframe" | b"frame" | b"embed" | b"object" => {
                let source = attribute(if name == b"object" { b"data" } else { b"src" });
                if !source.is_empty() && self.page.frames.len() < MOST_LINKS {
                    self.page.frames.push(source.into_owned());
                }
            }
            b"meta" if attribute(b"http-equiv").eq_ignore_ascii_case("refresh") => {
                let content = attribute(b"content");
                let address =
                    content.split_once('=').map(|(_, address)| address.trim().trim_matches(['"', '\'']).to_owned());
                self.page.refresh = self.page.refresh.take().or(address);
            }
            _ => {}
        }
        if !is_inline(name) {
            self.text(" ");
        }
    }

    fn end(&mut self, name: &[u8]) {
        if self.hidden_depth > 0 && !is_void(name) {
            self.hidden_depth -= 1;
        }
        match name {
            b"a" => self.close_link(),
            b"script" => self.in_code = false,
            b"style" => self.in_style = false,
            b"form" => self.in_form = false,
            _ => {}
        }
        if !is_inline(name) {
            self.text(" ");
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_code {
            self.page.scripts.push_str(text);
        } else if self.in_style {
        } else if self.hidden_depth > 0 {
            let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
            self.page.hidden = self.page.hidden.saturating_add(letters);
        } else {
            self.page.text.push_str(text);
            match &mut self.link {
                Some((_, over)) if text.is_ascii() => over.push_str(text),
                Some((_, over)) => over.extend(text.chars().filter(|c| !is_invisible(*c))),
                None => {}
            }
        }
    }

    fn close_link(&mut self) {
        if let Some((href, text)) = self.link.take() {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            self.page.links.push((href, text));
        }
    }
}

/// Whether it is an element without content (HTML standard, section 13.1.2).
fn is_void(name: &[u8]) -> bool {
    matches!(
        name,
        b"area"
            | b"base"
            | b"br"
            | b"col"
            | b"embed"
            | b"hr"
            | b"img"
            | b"input"
            | b"link"
            | b"meta"
            | b"source"
            | b"track"
            | b"wbr"
    )
}

/// Whether an element stands in the line of the text around it.
fn is_inline(name: &[u8]) -> bool {
    matches!(
        name,
        b"a" | b"b"
            | b"i"
            | b"u"
            | b"em"
            | b"strong"
            | b"span"
            | b"font"
            | b"small"
            | b"big"
            | b"sub"
            | b"sup"
            | b"wbr"
            | b"s"
    )
}

/// Whether an element's own style keeps it from being seen.
fn hides(tag: &Tag) -> bool {
    if tag.get(b"hidden").is_some() {
        return true;
    }
    let Some(style) = tag.get(b"style") else { return false };
    let style = compact(style);
    let style = style.as_bytes();
    let hides = |(colon, byte): (usize, &u8)| {
        *byte == b':' && {
            let (property, value) = style.split_at(colon);
            HIDING.iter().any(|(end, start)| property.ends_with(end) && value.starts_with(start))
        }
    };
    style.iter().enumerate().any(hides) || style.ends_with(b"font-size:0") || style.ends_with(b"opacity:0")
}

/// Ends of properties, and the beginnings of their values that hide what they are about.
const HIDING: [(&[u8], &[u8]); 7] = [
    (b"display", b":none"),
    (b"visibility", b":hidden"),
    (b"font-size", b":0;"),
    (b"font-size", b":0px"),
    (b"font-size", b":1px"),
    (b"opacity", b":0;"),
    (b"mso-hide", b":all"),
];

/// A style in lower case, without white space and without emphasis.
fn compact(style: &[u8]) -> String {
    let style = lossy(style);
    let mut compact = if style.is_ascii() { style.to_ascii_lowercase() } else { style.to_lowercase() };
    compact.retain(|c| !c.is_whitespace());
    if compact.contains('!') {
        compact = compact.replace("!important", "");
    }
    compact
}

/// The text of these bytes. The standard library looks at UTF-8 more slowly where it expects something else.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use vauban_intake::Limits;

    use super::*;

    fn page(html: &str) -> Page {
        Page::read(html, &Budget::new(Limits::default(), vauban_intake::StopFlag::default()))
    }

    #[test]
    fn links_have_the_text_that_is_seen() {
        let page = page(
            "<p>See <a href='https://evil.example/x'><b>https://</b>drive.<span style='display: none'>x</span>google.com</a></p>",
        );
        assert_eq!(page.links, [("https://evil.example/x".to_owned(), "https://drive.google.com".to_owned())]);
        assert_eq!(page.hidden, 1);
    }

    #[test]
    fn styles_that_hide_are_told() {
        for (style, hidden) in [
            ("DISPLAY : none !important", 1),
            ("color:red;font-size: 0", 1),
            ("font-size:1px", 1),
            ("font-size:10px", 0),
            ("opacity:0.9", 0),
            ("opacity:0", 1),
            ("visibility:\u{a0}hidden", 1),
            ("", 0),
        ] {
            assert_eq!(page(&format!("<p style='{style}'>x</p>")).hidden, hidden, "{style}");
        }
        assert_eq!(page("<p id=a hidden>x</p>").hidden, 1);
    }

    #[test]
    fn what_is_asked_for_is_told() {
        let asked = page(
            "<form action='https://c.example/p' method=post><input name=login><input type=PASSWORD name=p></form>",
        );
        assert_eq!(
            asked.forms,
            [Form { action: "https://c.example/p".to_owned(), asks_password: true, fields: 2, is_posted: true }]
        );
        let loose = page("<input type=password><div onclick='send()'>");
        assert!(loose.forms[0].asks_password && loose.scripts.contains("send()"));
    }

    #[test]
    fn scripts_and_refreshes_are_kept_apart_from_text() {
        let page = page(
            "<meta http-equiv=Refresh content='0; url=https://e.example/'><script>var b = atob('x');</script>Hello<br>you",
        );
        assert_eq!(page.refresh.as_deref(), Some("https://e.example/"));
        assert!(page.scripts.contains("atob") && !page.text.contains("atob"));
        assert_eq!(page.text.split_whitespace().collect::<Vec<_>>(), ["Hello", "you"]);
    }
}
