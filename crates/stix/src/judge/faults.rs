//! What the walk carries: the object in question, and the faults found so far.

use serde_json::{Map, Value};

use crate::{
    fault::{Fault, Path, Problem, Requirement},
    rules::{Check, Rules},
};

/// An object is not worth more faults than a person reads.
const MOST_FAULTS: usize = 200;
/// The longest quotation in a fault, in characters.
const LONGEST: usize = 120;

/// The faults found so far.
pub(crate) struct Faults<'a> {
    pub(crate) rules: &'a Rules,
    found: Vec<Fault>,
}

impl<'a> Faults<'a> {
    pub(crate) const fn new(rules: &'a Rules) -> Self {
        Self { rules, found: Vec::new() }
    }

    /// The standard says MUST.
    pub(crate) fn must(&mut self, path: &Path, section: &'static str, problem: Problem) {
        self.push(path, section, problem, Requirement::Must);
    }

    /// The standard says MUST, and everybody looks away.
    pub(crate) fn tolerated(&mut self, path: &Path, section: &'static str, problem: Problem) {
        self.push(path, section, problem, Requirement::Tolerated);
    }

    /// The standard says SHOULD; told when the rules ask for it.
    pub(crate) fn should(&mut self, check: Check, path: &Path, section: &'static str, problem: Problem) {
        if self.rules.asks(check) {
            self.push(path, section, problem, Requirement::Should(check));
        }
    }

    fn push(&mut self, path: &Path, section: &'static str, problem: Problem, requirement: Requirement) {
        if self.found.len() < MOST_FAULTS {
            self.found.push(Fault { path: path.clone(), problem, requirement, section });
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.found
    }
}

/// The object that a question is about.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// Its type.
    pub(crate) object_type: &'a str,
    /// Its properties.
    pub(crate) object: &'a Map<String, Value>,
    /// Where it stands.
    pub(crate) path: &'a Path,
    /// The section of its type.
    pub(crate) section: &'static str,
}

impl<'a> Subject<'a> {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.object.get(name)?.as_str()
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.object.get(name).and_then(Value::as_bool) == Some(true)
    }

    pub(crate) fn list(&self, name: &str) -> &'a [Value] {
        self.object.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// An extension by its name.
    pub(crate) fn extension(&self, name: &str) -> Option<&'a Map<String, Value>> {
        self.object.get("extensions")?.get(name)?.as_object()
    }

    pub(crate) fn at(&self, name: &str) -> Path {
        self.path.property(name)
    }
}

/// A quotation of bounded length.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
