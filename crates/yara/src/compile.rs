//! Compiling rules into groups that are evaluated only where they can match.

use std::collections::BTreeSet;

use vauban_model::{RefusedRule, RuleSource};
use yara_x::{Compiler, Rules};
use yara_x_parser::ast::{AST, Item, Rule, RuleFlags};

use crate::{
    demands::{Bounds, Demands, demands},
    filter::Filter,
    literals::worth,
};

/// Compiled rules.
#[derive(Debug)]
pub struct RuleSet {
    pub(crate) groups: Vec<Group>,
    pub(crate) filter: Filter,
    pub(crate) rules: usize,
    pub(crate) refused: Vec<RefusedRule>,
}

/// Rules that are evaluated together.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) rules: Rules,
    /// What each of them demands, one of its alternatives; the group is evaluated where one of all these is met.
    pub(crate) members: Vec<Vec<Demands>>,
    /// Whether one of them asks for the file's name or the like.
    pub(crate) asks_for_hints: bool,
}

/// Variables that rules of the common scanners use. They are empty texts where nothing is known.
pub(crate) const VARIABLES: &[&str] = &["filename", "filepath", "extension", "filetype", "owner", "md5"];

/// Rules that are evaluated together when a literal of one of them occurs: few, so that one common literal costs
/// little, and not too few, because every group that is evaluated reads the bytes once.
const GROUP_SIZE: usize = 24;
/// A literal of no more than this [worth] stands in many files.
const COMMON: usize = 3;
/// Rules for pages and scripts say that these are small. Most bytes of a disk are in larger files.
const SMALL: u64 = 1 << 20;

impl RuleSet {
    /// Compiles rules. One that does not compile is [refused](Self::refused) and costs the others nothing. Warnings, for
    /// slow strings among them, refuse nothing: the time of a scan is bounded.
    #[must_use]
    pub fn compile(sources: &[RuleSource<'_>]) -> Self {
        let mut refused = Vec::new();
        let mut accepted = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            match check(source) {
                Ok(checked) => accepted.push((number, checked)),
                Err(reason) => refused.push(RefusedRule { number, reason }),
            }
        }
        let mut groups = Vec::new();
        for chunk in divide(&mut accepted) {
            let (rules, kept) = build(sources, chunk, &mut refused);
            if !kept.is_empty() {
                groups.push(Group {
                    rules,
                    members: kept.iter().map(|checked| checked.demands.clone()).collect(),
                    asks_for_hints: kept.iter().any(|checked| checked.asks_for_hints),
                });
            }
        }
        refused.sort_by_key(|one| one.number);
        Self::from_groups(groups, refused)
    }

    pub(crate) fn from_groups(groups: Vec<Group>, refused: Vec<RefusedRule>) -> Self {
        let filter = Filter::new(groups.iter().map(|group| group.members.iter().flatten()));
        let rules = groups.iter().map(|group| group.members.len()).sum();
        Self { groups, filter, rules, refused }
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

    /// Whether one of them asks for the name of the file or the like: then the same bytes under another name are another
    /// matter.
    #[must_use]
    pub fn asks_for_hints(&self) -> bool {
        self.groups.iter().any(|group| group.asks_for_hints)
    }

    /// How the rules are divided, for people who measure.
    #[must_use]
    pub fn shape(&self) -> Shape {
        let members = || self.groups.iter().flat_map(|group| &group.members);
        Shape {
            groups: self.groups.len(),
            guarded: members().filter(|all| all.iter().all(|one| !one.bounds.prefixes.is_empty())).count(),
            filtered: members().filter(|all| all.iter().all(|one| !one.sets.is_empty())).count(),
            everywhere: members().filter(|all| matches!(Place::of(all), Place::Everywhere(_))).count(),
        }
    }
}

/// How a rule set is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Groups of rules that are evaluated together.
    pub groups: usize,
    /// Rules that demand first bytes.
    pub guarded: usize,
    /// Rules that demand a literal.
    pub filtered: usize,
    /// Rules that demand neither and are evaluated on everything of a fitting size.
    pub everywhere: usize,
}

/// What bytes must be like for a rule to match them: within one of these bounds. None for a rule that is refused.
#[must_use]
pub fn reach(source: &RuleSource<'_>) -> Vec<Bounds> {
    check(source).map_or_else(|_| Vec::new(), |checked| checked.demands.into_iter().map(|one| one.bounds).collect())
}

/// What is known of a rule before it is compiled.
#[derive(Debug)]
struct Checked {
    /// One of these is met.
    demands: Vec<Demands>,
    /// Whether the bytes have to be searched for strings: without any, evaluating it costs next to nothing.
    has_patterns: bool,
    imports: BTreeSet<String>,
    asks_for_hints: bool,
}

/// Modules that no file answers, with the reason to tell.
const UNANSWERED: &[(&str, &str)] = &[
    ("cuckoo", "the module cuckoo needs the report of a sandbox, which is not at hand"),
    ("magic", "the module magic is not built in"),
];

/// Reads a rule's demands and refuses what would be refused in every group.
fn check(source: &RuleSource<'_>) -> Result<Checked, String> {
    let ast = AST::from(source.text);
    if let Some(error) = ast.errors().first() {
        return Err(one_line(&format!("{error:?}")));
    }
    if ast.items().any(|item| matches!(item, Item::Include(_))) {
        // An include would read a file that the author of the rule chose.
        return Err("include is not followed".to_owned());
    }
    let imports: BTreeSet<String> = ast.imports().map(|import| import.module_name.to_owned()).collect();
    if let Some((_, reason)) = UNANSWERED.iter().find(|(module, _)| imports.contains(*module)) {
        return Err((*reason).to_owned());
    }
    let rules: Vec<&Rule<'_>> = ast.rules().collect();
    let is_reported = |rule: &&Rule<'_>| !rule.flags.contains(RuleFlags::Private);
    let at = rules.iter().position(is_reported).ok_or("every rule in it is private")?;
    let (before, rest) = rules.split_at(at);
    // With a second rule that is reported, one's demands are not the other's.
    let alone = rest.iter().filter(|rule| is_reported(rule)).count() == 1;
    let has_patterns = rules.iter().any(|rule| rule.patterns.as_ref().is_some_and(|patterns| !patterns.is_empty()));
    Ok(Checked {
        demands: if alone { demands(rest[0], before) } else { vec![Demands::default()] },
        has_patterns,
        imports,
        asks_for_hints: VARIABLES.iter().any(|variable| source.text.contains(variable)),
    })
}

/// Where rules stand that are evaluated on the same items.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// On everything of a fitting size, which is a small one for all of them or not.
    Everywhere(bool),
    /// Where one of a few strings is found by its probe.
    Probed,
    /// On what begins with one of these, and on what has a literal besides.
    Beginning(Vec<Vec<u8>>),
    /// Where a literal stands that stands in many files; of small ones, if so for all of them.
    Common(bool),
    /// Where a literal stands.
    Literal,
}

impl Place {
    fn of(demands: &[Demands]) -> Self {
        let small = demands.iter().all(|one| one.bounds.largest <= SMALL);
        let without: Vec<&Bounds> =
            demands.iter().filter(|one| one.sets.is_empty() && one.probes.is_empty()).map(|one| &one.bounds).collect();
        if without.is_empty() && demands.iter().any(|one| one.sets.is_empty()) {
            return Self::Probed;
        }
        if without.iter().any(|bounds| bounds.prefixes.is_empty()) {
            return Self::Everywhere(small);
        }
        if without.is_empty() {
            let least = demands.iter().filter_map(|one| one.sets.first()).map(|set| worth(set)).min();
            return if least <= Some(COMMON) { Self::Common(small) } else { Self::Literal };
        }
        let mut prefixes: Vec<Vec<u8>> = without.iter().flat_map(|bounds| bounds.prefixes.iter().cloned()).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        Self::Beginning(prefixes)
    }
}

/// Divides the rules so that those that are evaluated on the same items stand together.
fn divide(accepted: &mut [(usize, Checked)]) -> impl Iterator<Item = &[(usize, Checked)]> {
    let searches_all =
        |checked: &Checked| checked.has_patterns && Place::of(&checked.demands) == Place::Everywhere(false);
    let everything_is_searched = accepted.iter().any(|(_, checked)| searches_all(checked));
    let place = move |checked: &Checked| match Place::of(&checked.demands) {
        // Searching for a few more strings costs less than a second search of most files.
        Place::Everywhere(true) | Place::Common(_) if everything_is_searched => Place::Everywhere(false),
        place => place,
    };
    let searched = move |checked: &Checked| checked.has_patterns || everything_is_searched;
    // Rules that use a module stand together: it reads the item anew for each group. Neighbours in the order of their
    // literals are often of one family.
    let literals = |checked: &Checked| checked.demands.iter().map(|one| one.sets.clone()).collect::<Vec<_>>();
    accepted.sort_by_cached_key(|(number, checked)| {
        (place(checked), searched(checked), checked.imports.clone(), literals(checked), *number)
    });
    let together = move |(_, one): &(usize, Checked), (_, other): &(usize, Checked)| {
        place(one) == place(other) && searched(one) == searched(other)
    };
    accepted.chunk_by(together).flat_map(move |chunk| {
        let alike = chunk.first().is_some_and(|(_, checked)| place(checked) != Place::Literal);
        chunk.chunks(if alike { usize::MAX } else { GROUP_SIZE })
    })
}

fn build<'c>(
    sources: &[RuleSource<'_>],
    chunk: &'c [(usize, Checked)],
    refused: &mut Vec<RefusedRule>,
) -> (Rules, Vec<&'c Checked>) {
    let mut compiler = Compiler::new();
    compiler.relaxed_re_syntax(true).enable_includes(false).switch_all_warnings(false);
    for variable in VARIABLES {
        compiler.define_global(variable, "").expect("the names are distinct and the values are texts");
    }
    let mut kept = Vec::new();
    for (number, checked) in chunk {
        compiler.new_namespace(&number.to_string());
        match compiler.add_source(sources[*number].text) {
            Ok(_) => kept.push(checked),
            Err(error) => refused.push(RefusedRule { number: *number, reason: one_line(&error.to_string()) }),
        }
    }
    (compiler.build(), kept)
}

fn one_line(reason: &str) -> String {
    reason.lines().next().unwrap_or_default().chars().take(200).collect()
}
