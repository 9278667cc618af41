//! Who reads the evidence: worker processes, or this process where there can be none.

use std::{os::unix::process::CommandExt as _, process::Command};

use vauban_examine::{Confined, Examiner, Examiners, Rules, Terms, in_process};
use vauban_knowledge::{Knowledge, LoadError, Prepared};
use vauban_model::Text;
use vauban_workers::PoolError;

use crate::failure::chain;

/// Whoever reads.
pub(crate) enum Readers {
    Workers(Confined),
    Here { knowledge: Box<Knowledge>, terms: Terms, why: String },
}

impl Examiners for Readers {
    fn examiner(&self) -> Box<dyn Examiner + '_> {
        match self {
            Self::Workers(confined) => confined.examiner(),
            Self::Here { knowledge, terms, .. } => {
                let rules = Rules {
                    set: &knowledge.set,
                    scanners: &**knowledge,
                    advice: vauban_report::advice,
                    now: terms.now,
                    with_expired: terms.with_expired,
                    remember: terms.remember,
                };
                let onlooker = terms.onlooker.as_ref().and_then(|setup| vauban_mail::onlooker(setup).ok());
                in_process(rules, terms.limits, onlooker)
            }
        }
    }
}

impl Readers {
    /// Starts workers, or reads here where there can be none.
    pub(crate) fn start(prepared: &mut Prepared, terms: &Terms) -> Result<Self, LoadError> {
        let readers = match workers(prepared, terms)? {
            Ok(confined) => {
                prepared.without(confined.refused_rules());
                Self::Workers(confined)
            }
            Err(error) => {
                let knowledge = match Knowledge::open(&prepared.files) {
                    Ok(knowledge) => knowledge,
                    Err(_) => {
                        prepared.compile_again()?;
                        Knowledge::open(&prepared.files)?
                    }
                };
                prepared.without(&knowledge.refused_rules());
                Self::Here { knowledge: Box::new(knowledge), terms: terms.clone(), why: chain(&error) }
            }
        };
        Ok(readers)
    }

    /// Whether a rule asks for names of files.
    pub(crate) fn rules_ask_for_names(&self) -> bool {
        match self {
            Self::Workers(confined) => confined.rules_ask_for_names(),
            Self::Here { knowledge, .. } => knowledge.rules.asks_for_hints(),
        }
    }

    /// What a person should know of the walls around the readers; nothing when all stand.
    pub(crate) fn warning(&self) -> Option<Text> {
        match self {
            Self::Workers(confined) if !confined.confinement().seccomp => Some(Text::new(
                "attention : ce noyau ne filtre pas les appels système (seccomp) ; les lecteurs sont isolés par processus seulement",
                "warning: this kernel does not filter system calls (seccomp); readers are apart by process only",
            )),
            Self::Workers(confined) if !confined.confinement().landlock => Some(Text::new(
                "attention : ce noyau n'a pas Landlock ; les lecteurs sont enfermés par seccomp seul",
                "warning: this kernel has no Landlock; readers are shut in by seccomp alone",
            )),
            Self::Workers(_) => None,
            Self::Here { why, .. } => Some(Text::new(
                format!("attention : pas de processus lecteurs ({why}) ; la lecture se fait sans isolation"),
                format!("warning: no worker processes ({why}); files are read without isolation"),
            )),
        }
    }
}

/// Workers, and nothing less: for what runs day and night on hostile bytes.
pub(crate) fn confined(prepared: &mut Prepared, terms: &Terms) -> Result<Confined, String> {
    workers(prepared, terms).map_err(|error| chain(&error))?.map_err(|error| chain(&error))
}

/// Starts workers; compiles the rules again when those that were kept are refused.
fn workers(prepared: &mut Prepared, terms: &Terms) -> Result<Result<Confined, PoolError>, LoadError> {
    let started = start(prepared, terms);
    if !matches!(started, Err(PoolError::Refused(_))) {
        return Ok(started);
    }
    prepared.compile_again()?;
    Ok(start(prepared, terms))
}

/// The process is this program again: the same file even if it was replaced on disk since.
fn start(prepared: &Prepared, terms: &Terms) -> Result<Confined, PoolError> {
    let mut command = Command::new("/proc/self/exe");
    // Ctrl-C is for the host: it ends its workers when it is ready to.
    command.arg("worker").process_group(0);
    Confined::start(command, &prepared.files, terms)
}
