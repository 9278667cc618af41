//! Cutting a YARA file into rules that stand alone: each with the imports, the global rules and the rules it refers to.

use std::collections::{BTreeSet, HashMap};

use super::scan::{Scanner, Token};

/// What a file was cut into.
#[derive(Debug, Default)]
pub(crate) struct Split {
    /// The rules that can be reported.
    pub(crate) rules: Vec<Rule>,
    /// What could not be told apart.
    pub(crate) broken: Vec<Broken>,
    /// The names of private rules, which serve others only.
    pub(crate) private: Vec<(String, u32)>,
}

/// A rule that stands alone.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Its identifier.
    pub(crate) name: String,
    /// Its text with all that it needs.
    pub(crate) text: String,
    /// The line it begins on.
    pub(crate) line: u32,
    /// Its `meta` strings.
    pub(crate) meta: Vec<(String, String)>,
}

/// A rule that cannot be cut out.
#[derive(Debug)]
pub(crate) struct Broken {
    /// The line it begins on.
    pub(crate) line: u32,
    /// Its identifier, as far as it could be read.
    pub(crate) name: String,
    /// Why.
    pub(crate) reason: String,
}

/// The text of rules that many others need is copied into each: this stops a small file from becoming a huge one.
const MOST_COPIED: usize = 64;
const SMALLEST_ALLOWANCE: usize = 4 << 20;
/// How often a broken file may be read again, in its own lengths.
const MOST_READINGS: usize = 8;

struct Found<'t> {
    name: &'t str,
    text: &'t str,
    start: usize,
    private: bool,
    global: bool,
    words: BTreeSet<&'t str>,
    meta: Vec<(String, String)>,
}

/// Cuts a file into rules.
pub(crate) fn split(text: &str) -> Split {
    let mut out = Split::default();
    let mut lines = Lines { text, at: 0, line: 1 };
    let (imports, found) = cut(text, &mut lines, &mut out);
    assemble(text, &imports, &found, &mut lines, &mut out);
    out
}

/// The imports of a text and its rules as they stand, private ones too, each with its name.
pub(crate) fn pieces(text: &str) -> (Vec<&str>, Vec<(&str, &str)>) {
    let (imports, found) = cut(text, &mut Lines { text, at: 0, line: 1 }, &mut Split::default());
    (imports, found.into_iter().map(|rule| (rule.name, rule.text)).collect())
}

fn cut<'t>(text: &'t str, lines: &mut Lines<'_>, out: &mut Split) -> (Vec<&'t str>, Vec<Found<'t>>) {
    let mut imports = Vec::new();
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut scanner = Scanner::new(text, 0);
    let (mut private, mut global, mut begin) = (false, false, None);
    let mut wasted = 0_usize;
    while let Some((start, token)) = scanner.next() {
        match token {
            Token::Word("import") => match scanner.next() {
                Some((_, Token::Quoted(module))) => imports.push(module),
                _ => out.broken.push(Broken {
                    line: lines.of(start),
                    name: String::new(),
                    reason: "an import without a module".into(),
                }),
            },
            Token::Word("include") => {
                let file = match scanner.next() {
                    Some((_, Token::Quoted(file))) => file,
                    _ => "",
                };
                out.broken.push(Broken {
                    line: lines.of(start),
                    name: file.into(),
                    reason: "includes another file, which is not followed".into(),
                });
            }
            Token::Word("private") => (private, begin) = (true, begin.or(Some(start))),
            Token::Word("global") => (global, begin) = (true, begin.or(Some(start))),
            Token::Word("rule") => {
                let start = begin.take().unwrap_or(start);
                match body(text, start, &mut scanner) {
                    Ok(rule) => found.push(Found { private, global, ..rule }),
                    Err((name, reason)) => {
                        // What is broken is read again from its second line on. This stops a file of beginnings without
                        // ends from being read as often as it has lines.
                        wasted = wasted.saturating_add(scanner.at().saturating_sub(start));
                        if wasted > text.len().saturating_mul(MOST_READINGS).saturating_add(1 << 20) {
                            let reason = "too much above is broken: what follows was not read".to_owned();
                            out.broken.push(Broken { line: lines.of(start), name: name.to_owned(), reason });
                            break;
                        }
                        out.broken.push(Broken {
                            line: lines.of(start),
                            name: name.to_owned(),
                            reason: reason.to_owned(),
                        });
                        scanner = Scanner::new(text, next_rule(text, start));
                    }
                }
                (private, global) = (false, false);
            }
            _ if begin.is_none() => {
                // Something between the rules: passed over to the next rule, and said.
                let next = next_rule(text, start);
                out.broken.push(Broken {
                    line: lines.of(start),
                    name: String::new(),
                    reason: "neither a rule nor an import".into(),
                });
                scanner = Scanner::new(text, next.max(scanner.at()));
            }
            _ => (private, global, begin) = (false, false, None),
        }
    }
    (imports, found)
}

/// Reads a rule from behind its keyword to its closing brace.
fn body<'t>(text: &'t str, start: usize, scanner: &mut Scanner<'t>) -> Result<Found<'t>, (&'t str, &'static str)> {
    let Some((_, Token::Word(name))) = scanner.next() else { return Err(("", "a rule without a name")) };
    loop {
        match scanner.next() {
            Some((_, Token::Open)) => break,
            Some((_, Token::Word("rule" | "import"))) | None => return Err((name, "a rule without a body")),
            Some((_, Token::Word(_) | Token::Other(':'))) => {}
            Some(_) => return Err((name, "a rule without a body")),
        }
    }
    let mut depth = 1_usize;
    let mut words = BTreeSet::new();
    let mut meta = Vec::new();
    let mut section = "";
    let mut key = "";
    let mut line_start_word = None;
    while let Some((at, token)) = scanner.next() {
        match token {
            Token::Open => depth += 1,
            Token::Close => {
                depth -= 1;
                if depth == 0 {
                    let text = &text[start..scanner.at()];
                    return Ok(Found { name, text, start, private: false, global: false, words, meta });
                }
            }
            Token::Word(word @ ("meta" | "strings" | "condition" | "variables")) if depth == 1 => section = word,
            // A rule cannot begin inside a rule: the one before lost its closing brace.
            Token::Word("rule") if begins_line(text, at) => return Err((name, "a rule without its closing brace")),
            Token::Word(word) if section == "condition" && depth == 1 => {
                words.insert(word);
            }
            Token::Word(word) if section == "meta" => line_start_word = Some(word),
            Token::Other('=') if section == "meta" => key = line_start_word.take().unwrap_or_default(),
            Token::Quoted(value) if section == "meta" && !key.is_empty() && meta.len() < 64 => {
                meta.push((key.to_owned(), unquoted(value)));
                key = "";
            }
            Token::Broken(reason) => return Err((name, reason)),
            _ => {}
        }
    }
    Err((name, "a rule without its closing brace"))
}

fn assemble(text: &str, imports: &[&str], found: &[Found<'_>], lines: &mut Lines<'_>, out: &mut Split) {
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    let mut allowance = text.len().saturating_mul(16).max(SMALLEST_ALLOWANCE);
    let globals: Vec<usize> = (0..found.len()).filter(|&index| found[index].global).collect();
    // A rule may refer to earlier ones only, so what an earlier one needs is known already.
    let mut needs: Vec<BTreeSet<usize>> = Vec::with_capacity(found.len());
    for (index, rule) in found.iter().enumerate() {
        let mut needed = BTreeSet::new();
        for other in rule.words.iter().filter_map(|word| by_name.get(word)) {
            needed.insert(*other);
            needed.extend(needs.get(*other).into_iter().flatten().copied());
        }
        needed.extend(globals.iter().copied().filter(|&global| global != index));
        let line = lines.of(rule.start);
        let mut refuse =
            |reason: &str| out.broken.push(Broken { line, name: rule.name.to_owned(), reason: reason.to_owned() });
        if by_name.contains_key(rule.name) {
            refuse("a rule of this name stands above");
            needs.push(BTreeSet::new());
            continue;
        }
        by_name.insert(rule.name, index);
        if rule.private {
            out.private.push((rule.name.to_owned(), line));
        } else if needed.len() > MOST_COPIED {
            refuse("refers to more rules than allowed");
        } else {
            let whole = alone(imports, found, &needed, rule);
            match allowance.checked_sub(whole.len()) {
                Some(left) => {
                    allowance = left;
                    out.rules.push(Rule { name: rule.name.to_owned(), text: whole, line, meta: rule.meta.clone() });
                }
                None => refuse("the rules it refers to are too large to be copied once more"),
            }
        }
        needs.push(needed);
    }
}

/// The rule with all it needs. A rule that it refers to is made private, so that it is not reported in its place.
fn alone(imports: &[&str], found: &[Found<'_>], needed: &BTreeSet<usize>, rule: &Found<'_>) -> String {
    let mut whole = String::new();
    let used = |module: &str| {
        let name = format!("{}.", module.trim_matches('"'));
        needed.iter().filter_map(|&index| found.get(index)).chain([rule]).any(|one| one.text.contains(&name))
    };
    let mut seen = BTreeSet::new();
    for module in imports.iter().filter(|module| used(module)) {
        if seen.insert(module) {
            whole.push_str(&format!("import {module}\n"));
        }
    }
    for other in needed.iter().filter_map(|&index| found.get(index)) {
        if !other.private {
            whole.push_str("private ");
        }
        whole.push_str(other.text);
        whole.push('\n');
    }
    whole.push_str(rule.text);
    whole.push('\n');
    whole
}

fn unquoted(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    inner.replace("\\\"", "\"")
}

/// Where the next line begins that begins a rule, after `start`.
fn next_rule(text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(end) = text.get(at..).and_then(|rest| rest.find('\n')) {
        at += end + 1;
        let line = text.get(at..).unwrap_or_default();
        let begins = ["rule", "private", "global", "import"]
            .iter()
            .any(|word| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace())));
        if begins {
            return at;
        }
    }
    text.len()
}

/// Whether the token at `at` is the first of its line, or follows `private` or `global` there.
fn begins_line(text: &str, at: usize) -> bool {
    let line = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
    line.is_empty()
        || line.split_whitespace().all(|word| matches!(word, "private" | "global"))
            && !line.starts_with(char::is_whitespace)
}

/// Line numbers, counted once over the whole text.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn of(&mut self, at: usize) -> u32 {
        if at < self.at {
            (self.at, self.line) = (0, 1);
        }
        let newlines =
            self.text.get(self.at..at).map_or(0, |between| between.bytes().filter(|byte| *byte == b'\n').count());
        self.line = self.line.saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
        self.at = at;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r##"
import "pe"
/* rule in_comment { condition: true } */
private rule helper { strings: $a = "}" condition: $a }
rule first : tag { meta: description = "a \"b\"" tlp = "amber" strings: $a = { 4D [2] 5A } $r = /a\/}{"/ condition: $a and helper }
rule broken { strings: $a = "unfinished
 condition: $a }
rule second { condition: pe.number_of_sections / 2 > 1 and 4/2 == 2 // }
}
rule no_end { condition: true
rule third
{
    condition: first
}
"##;

    #[test]
    fn each_rule_stands_alone_and_a_bad_one_costs_itself() {
        let split = split(FILE);
        let names: Vec<&str> = split.rules.iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["first", "second", "third"], "{:?}", split.broken);
        let broken: Vec<(&str, u32)> = split.broken.iter().map(|broken| (broken.name.as_str(), broken.line)).collect();
        assert_eq!(broken, [("broken", 6), ("no_end", 10)]);
        assert_eq!(split.private, [("helper".to_owned(), 4)]);
        assert!(split.rules[0].text.starts_with("private rule helper"));
        assert_eq!(split.rules[0].meta[0], ("description".to_owned(), "a \"b\"".to_owned()));
        assert!(split.rules[1].text.starts_with("import \"pe\""));
        assert!(
            split.rules[2].text.contains("private rule helper") && split.rules[2].text.contains("private rule first")
        );
    }

    #[test]
    fn beginnings_without_ends_are_not_read_again_for_each_line() {
        for line in ["private \n rule x { condition: { \n", "rule x { /* \n"] {
            let split = split(&line.repeat(40_000));
            assert!(split.rules.is_empty() && split.broken.last().unwrap().reason.contains("not read"));
            assert!(split.broken.len() < 40_000, "{}", split.broken.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(rule|private|import|[{}\"/\n a=:$]|\\PC){0,60}") {
            let _ = split(&text);
        }
    }
}
