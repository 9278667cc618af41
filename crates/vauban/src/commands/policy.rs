//! `vauban policy`: who may reach what, checked, explained, tested.

use std::{
    fmt::Write as _,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use vauban_guard::exceptions::with_exceptions;
use vauban_model::{Lang, Text, printable};
use vauban_policy::{Decision, Known, Object, Policy, Problem, Rules, Subject, Verdict};

use crate::{commands::config, failure::Failure, place::Place, terminal};

/// Check who may reach what, explain a decision, or test the policy
///
/// Work and private apart: compartments (work, private, guest, or any), people, devices, tools and exceptions stand in
/// vauban.toml. docs/policy.md shows one that fits on a page.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say everything that is wrong with the policy in a file, and what it amounts to
    Check {
        /// The file
        #[arg(default_value = "vauban.toml", value_name = "FILE")]
        file: PathBuf,
    },
    /// Say what is decided, by which rule, and why the rules before it did not apply
    Explain {
        /// The file
        #[arg(default_value = "vauban.toml", value_name = "FILE")]
        file: PathBuf,
        /// The person
        #[arg(long, value_name = "NAME")]
        who: Option<String>,
        /// The device
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
        /// The address that it comes from
        #[arg(long, value_name = "ADDRESS")]
        from: Option<IpAddr>,
        /// What it is to reach: a name or an address
        #[arg(long, value_name = "NAME|ADDRESS")]
        to: String,
        /// On which day, as 2026-12-31 [default: today]
        #[arg(long, value_name = "DAY")]
        on: Option<Date>,
    },
    /// Ask every [[expect]] of the file; exit code 1 when one comes out otherwise
    Test {
        /// The file
        #[arg(default_value = "vauban.toml", value_name = "FILE")]
        file: PathBuf,
    },
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let lang = place.lang;
    let (text, is_well) = match &arguments.command {
        Command::Check { file } => (summary(&read(file, place)?, lang), true),
        Command::Explain { file, who, device, from, to, on } => {
            let rules = read(file, place)?;
            known(&rules, who.as_deref(), device.as_deref())?;
            let subject = Subject { person: who.as_deref(), device: device.as_deref(), address: *from };
            let noon = |day: Date| TimeZone::UTC.to_timestamp(day.at(12, 0, 0, 0)).ok();
            let at = on.and_then(noon).unwrap_or_else(Timestamp::now);
            (explained(&rules.decide(subject, Object::Name(to), Known::default(), at), to, lang), true)
        }
        Command::Test { file } => tested(&read(file, place)?, lang),
    };
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Reads the policy of a file; everything that is wrong with it is said, each with its line.
pub(super) fn read(file: &Path, place: &Place) -> Result<Rules, Failure> {
    let text = fs::read_to_string(file).unwrap_or_default();
    // All that is wrong with the policy at once; what else is wrong with the file, its own reader says.
    let policy: Result<Policy, _> = toml::from_str(&text);
    let policy = match policy {
        Ok(policy) => policy,
        Err(_) => config::read(file)?.policy(),
    };
    let said = |problems: Vec<Problem>| wrong("policy", file, &text, &problems, "docs/policy.md");
    Rules::new(policy).map_err(said)?;
    let config = with_exceptions(config::read(file)?, &place.state).map_err(|error| unreadable(&error))?;
    Rules::new(config.policy()).map_err(said)
}

/// The exceptions of the state cannot be read: what would be said without them is not what the guard does.
fn unreadable(error: &io::Error) -> Failure {
    Failure::new(
        "policy",
        Text::new(
            format!("les exceptions faites dans les pages ne peuvent pas être lues : {error}"),
            format!("the exceptions that were made in the pages cannot be read: {error}"),
        ),
        Text::new(
            "lancez la commande sous l'utilisateur de la garde, avec son --state",
            "give the command as the guard's user, with its --state",
        ),
    )
}

/// Everything that is wrong, each with its line, and the page that shows how it is right.
pub(super) fn wrong(code: &'static str, file: &Path, text: &str, problems: &[Problem], page: &str) -> Failure {
    let mut said = Text::default();
    for problem in problems {
        let line = problem.line(text).map_or(String::new(), |line| format!("{line}: "));
        let word = printable(&problem.word);
        for (text, what) in [(&mut said.fr, &problem.what.fr), (&mut said.en, &problem.what.en)] {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n  {line}{} {word:?}: {what}", problem.key);
        }
    }
    let (shown, number) = (file.display(), problems.len());
    Failure::new(
        code,
        Text::new(format!("{shown} : {number} erreur(s){}", said.fr), format!("{shown}: {number} error(s){}", said.en)),
        Text::new(format!("{page} en montre un exemple entier"), format!("{page} shows a whole one")),
    )
}

/// A person or device that the policy does not know is a slip of the pen, and not a guest.
fn known(rules: &Rules, who: Option<&str>, device: Option<&str>) -> Result<(), Failure> {
    let policy = rules.policy();
    let unknown = who
        .filter(|who| !policy.person.contains_key(*who))
        .or(device.filter(|device| !policy.device.contains_key(*device)));
    unknown.map_or(Ok(()), |name| {
        Err(Failure::new(
            "policy",
            Text::new(format!("la politique ne connaît pas {name:?}"), format!("the policy does not know {name:?}")),
            Text::new(
                "les noms de [person.…] et [device.…] ; sans eux, --from dit d'où l'on vient",
                "the names of [person.…] and [device.…]; without them, --from says from where",
            ),
        ))
    })
}

fn summary(rules: &Rules, lang: Lang) -> String {
    let policy = rules.policy();
    let mut text = String::new();
    for (name, compartment) in &policy.compartment {
        let devices = policy.device.values().filter(|device| device.compartment == *name).count();
        let never = if compartment.never.is_empty() { "-".to_owned() } else { compartment.never.join(", ") };
        let words = Text::new(
            format!("{name} : {devices} appareil(s), jamais : {never}"),
            format!("{name}: {devices} device(s), never: {never}"),
        );
        let _ = writeln!(text, "{}", words.get(lang));
    }
    let (people, devices, exceptions) = (policy.person.len(), policy.device.len(), policy.exception.len());
    let words = Text::new(
        format!("{people} personne(s), {devices} appareil(s), {exceptions} exception(s) : utilisable"),
        format!("{people} people, {devices} devices, {exceptions} exceptions: can be used"),
    );
    let _ = writeln!(text, "{}", words.get(lang));
    text
}

fn explained(decision: &Decision, to: &str, lang: Lang) -> String {
    let mut text = String::new();
    let verdict = match (decision.verdict, lang) {
        (Verdict::Allow, Lang::Fr) => "PERMIS",
        (Verdict::Allow, Lang::En) => "ALLOWED",
        (Verdict::Block, Lang::Fr) => "BLOQUÉ",
        (Verdict::Block, Lang::En) => "BLOCKED",
    };
    let labels = match lang {
        Lang::Fr => ["compartiment :", "règle :", "Les règles d'avant ne s'appliquent pas :"],
        Lang::En => ["compartment:", "rule:", "The rules before it do not apply:"],
    };
    let _ = writeln!(text, "{verdict}  {}\n  {}", printable(to), decision.reason.get(lang));
    let compartment = decision.compartment.as_deref().unwrap_or("-");
    let _ = writeln!(text, "  {} {compartment}\n  {} {}", labels[0], labels[1], decision.rule);
    if !decision.passed_over.is_empty() {
        let _ = writeln!(text, "\n{}", labels[2]);
        for passed in &decision.passed_over {
            let _ = writeln!(text, "  {}: {}", passed.rule, passed.why.get(lang));
        }
    }
    text
}

/// What every expectation comes to. Whether all come out as they should.
fn tested(rules: &Rules, lang: Lang) -> (String, bool) {
    let mut text = String::new();
    let mut wrong = 0;
    let expected = &rules.policy().expect;
    for expect in expected {
        let subject = Subject {
            person: Some(expect.who.as_str()).filter(|who| !who.is_empty()),
            device: Some(expect.device.as_str()).filter(|device| !device.is_empty()),
            address: expect.from.parse().ok(),
        };
        let decision = rules.decide(subject, Object::Name(&expect.to), Known::default(), Timestamp::now());
        if decision.verdict.word() != expect.verdict {
            wrong += 1;
            let _ = writeln!(
                text,
                "{} {} → {}: {} ({}) ≠ {}",
                expect.who,
                expect.device,
                printable(&expect.to),
                decision.verdict.word(),
                decision.rule,
                expect.verdict
            );
        }
    }
    let words = Text::new(
        format!("{} attentes, {wrong} déçues", expected.len()),
        format!("{} expectations, {wrong} not met", expected.len()),
    );
    let _ = writeln!(text, "{}", words.get(lang));
    (text, wrong == 0)
}
