//! Compiling rules into groups of one log source each.

use std::collections::BTreeMap;

use rsigma_eval::{CompiledRule, Engine, compile_rule};
use rsigma_parser::{Detection, Modifier, SigmaRule, SigmaValue, parse_sigma_yaml};
use vauban_model::{RefusedRule, RuleSource};

use crate::{mend::mend, source::Wanted};

/// Compiled rules.
pub struct SigmaSet {
    pub(crate) groups: Vec<Group>,
    rules: usize,
    refused: Vec<RefusedRule>,
}

/// Rules of one log source.
pub(crate) struct Group {
    pub(crate) wanted: Wanted,
    pub(crate) engine: Engine,
}

/// The longest text of a rule, in bytes.
const LONGEST_RULE: usize = 1 << 20;
/// The longest condition: the engine follows its nesting by recursion.
const LONGEST_CONDITION: usize = 4096;
/// Values in one rule.
const MOST_VALUES: usize = 20_000;
/// Regular expressions in one rule, and the memory of each. A few may be large; together this bounds what one rule takes.
const MOST_EXPRESSIONS: usize = 512;
const ORDINARY_EXPRESSION: usize = 64 << 10;
const MOST_LARGE: usize = 16;
const LARGEST_EXPRESSION: usize = 4 << 20;
/// Opening brackets in one text: the YAML reader takes quadratic time for lists that nest and never end.
const MOST_BRACKETS: usize = 4096;
/// How deep lists of detections may stand in each other.
const DEEPEST: usize = 16;

impl SigmaSet {
    /// Compiles rules. One that does not compile is [refused](Self::refused) and costs the others nothing.
    #[must_use]
    pub fn compile(sources: &[RuleSource<'_>]) -> Self {
        let mut refused = Vec::new();
        let mut by_source: BTreeMap<Wanted, Vec<CompiledRule>> = BTreeMap::new();
        let mut rules = 0;
        for (number, source) in sources.iter().enumerate() {
            match read(source.text, number) {
                Ok((wanted, rule)) => {
                    rules += 1;
                    by_source.entry(wanted).or_default().push(rule);
                }
                Err(reason) => refused.push(RefusedRule { number, reason }),
            }
        }
        let groups = by_source.into_iter().map(|(wanted, rules)| {
            let mut engine = Engine::new();
            engine.extend_compiled_rules(rules);
            Group { wanted, engine }
        });
        Self { groups: groups.collect(), rules, refused }
    }

    /// The rules that could not be compiled, in the order of their sources.
    #[must_use]
    pub fn refused(&self) -> &[RefusedRule] {
        &self.refused
    }

    /// How many rules are in it.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rules
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rules == 0
    }
}

impl std::fmt::Debug for SigmaSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigmaSet").field("rules", &self.rules).field("refused", &self.refused).finish_non_exhaustive()
    }
}

/// Compiles rule number so-and-so, and refuses what cannot be evaluated, or not within bounds.
fn read(text: &str, number: usize) -> Result<(Wanted, CompiledRule), String> {
    if text.len() > LONGEST_RULE {
        return Err(format!("longer than {LONGEST_RULE} bytes"));
    }
    if text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > MOST_BRACKETS {
        return Err(format!("more than {MOST_BRACKETS} opening brackets"));
    }
    let parsed = parse_sigma_yaml(text).map_err(|error| one_line(&error.to_string()))?;
    if let Some(error) = parsed.errors.first() {
        return Err(one_line(error));
    }
    if !parsed.correlations.is_empty() || !parsed.filters.is_empty() {
        return Err("correlations and filters are not evaluated: each event is looked at alone".to_owned());
    }
    let [rule] =
        <[SigmaRule; 1]>::try_from(parsed.rules).map_err(|rules| format!("{} rules in one text", rules.len()))?;
    if rule.detection.condition_strings.iter().any(|condition| condition.len() > LONGEST_CONDITION) {
        return Err(format!("a condition longer than {LONGEST_CONDITION} bytes"));
    }
    let rule = mend(rule)?;
    let mut bounds = Bounds::default();
    rule.detection.named.values().try_for_each(|detection| bounds.check(detection, 0))?;
    // The engine hands ids back: ours is the number in the list.
    let rule = SigmaRule { id: Some(number.to_string()), ..rule };
    let compiled = compile_rule(&rule).map_err(|error| one_line(&error.to_string()))?;
    Ok((Wanted::of(&rule.logsource), compiled))
}

/// What a rule has used up.
#[derive(Default)]
struct Bounds {
    values: usize,
    expressions: usize,
    large: usize,
}

impl Bounds {
    fn check(&mut self, detection: &Detection, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err("detections nest too deep".to_owned());
        }
        match detection {
            Detection::AllOf(items) => items.iter().try_for_each(|item| {
                self.count(item.values.len())?;
                if item.field.has_modifier(Modifier::Expand) {
                    return Err("placeholders need a list that is not at hand".to_owned());
                }
                if item.field.has_modifier(Modifier::Re) {
                    item.values.iter().try_for_each(|value| self.expression(value))?;
                }
                Ok(())
            }),
            Detection::AnyOf(list) => list.iter().try_for_each(|one| self.check(one, depth + 1)),
            Detection::Keywords(values) => self.count(values.len()),
            _ => Err("conditions over lists in events are not evaluated".to_owned()),
        }
    }

    fn count(&mut self, more: usize) -> Result<(), String> {
        self.values = self.values.saturating_add(more);
        if self.values > MOST_VALUES { Err(format!("more than {MOST_VALUES} values")) } else { Ok(()) }
    }

    fn expression(&mut self, value: &SigmaValue) -> Result<(), String> {
        self.expressions += 1;
        if self.expressions > MOST_EXPRESSIONS {
            return Err(format!("more than {MOST_EXPRESSIONS} regular expressions"));
        }
        let SigmaValue::String(text) = value else { return Ok(()) };
        // The engine evaluates in linear time whatever the expression; this bounds what one takes in memory.
        let build = |limit| regex::RegexBuilder::new(&text.original).size_limit(limit).build();
        if let Err(regex::Error::CompiledTooBig(_)) = build(ORDINARY_EXPRESSION) {
            self.large += 1;
            if self.large > MOST_LARGE {
                return Err(format!("more than {MOST_LARGE} large regular expressions"));
            }
        }
        build(LARGEST_EXPRESSION).map(|_| ()).map_err(|error| one_line(&error.to_string()))
    }
}

fn one_line(reason: &str) -> String {
    reason.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}
