//! Scans a folder with the rules of YARA files and prints `rule path` for every hit, sorted: the half of
//! `bench/yara/compare.sh` that is ours.
//!
//!     scan compile RULES... CACHE      compile every rule of the files into CACHE
//!     scan run CACHE FOLDER            scan every file below FOLDER, hits to stdout, CPU seconds to stderr

use std::{
    error::Error,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::Duration,
};

use vauban_yara::{Hints, RuleSet, RuleSource, Scanner};
use yara_x_parser::{
    Parser,
    ast::{AST, RuleFlags},
    cst::{Event, SyntaxKind},
};

/// Anybody may run this bench: the cache it writes protects nobody, so its key is no secret, and it
/// is not bound to its sources, which the second half does not have.
const KEY: [u8; 32] = [0; 32];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    match arguments.split_first() {
        Some((mode, [rules @ .., cache])) if mode.as_os_str() == "compile" => compile(rules, cache),
        Some((mode, [cache, folder])) if mode.as_os_str() == "run" => run(cache, folder),
        _ => Err("usage: scan compile RULES... CACHE | scan run CACHE FOLDER".into()),
    }
}

fn compile(files: &[PathBuf], cache: &Path) -> Result<(), Box<dyn Error>> {
    let mut all = Vec::new();
    let mut talk = io::stderr().lock();
    for file in files {
        let text = String::from_utf8_lossy(&fs::read(file)?).into_owned();
        all.extend(split(&text));
    }
    let sources: Vec<RuleSource<'_>> = all.iter().map(|rule| RuleSource { rule: &rule.0, text: &rule.1 }).collect();
    let rules = RuleSet::compile(&sources);
    let refused = rules.refused();
    for one in refused {
        writeln!(talk, "refused {}: {}", all[one.number].0, one.reason)?;
    }
    writeln!(
        talk,
        "{} rules, {} refused, {:.2} CPU s, {:?}",
        rules.len(),
        refused.len(),
        cpu_seconds(),
        rules.shape()
    )?;
    fs::write(cache, rules.to_bytes(&KEY, &[])?)?;
    Ok(())
}

/// Every rule of a file by name, with the imports and the earlier rules that it names, those made private.
fn split(text: &str) -> Vec<(String, String)> {
    let ast = AST::from(text);
    let spans = Parser::new(text.as_bytes()).filter_map(|event| match event {
        Event::Begin { kind: SyntaxKind::RULE_DECL, span } => text.get(span.range()),
        _ => None,
    });
    let mut imports: Vec<&str> = ast.imports().map(|import| import.module_name).collect();
    imports.dedup();
    let rules: Vec<_> = ast.rules().zip(spans).collect();
    let mut out = Vec::new();
    for (number, (rule, text)) in rules.iter().enumerate() {
        if rule.flags.contains(RuleFlags::Private) {
            continue;
        }
        let mut needed = vec![*text];
        for (earlier, other) in rules[..number].iter().rev() {
            let names = |text: &&str| {
                let is_word = |c: char| c.is_alphanumeric() || c == '_';
                text.split(|c: char| !is_word(c)).any(|word| word == earlier.identifier.name)
            };
            if earlier.flags.contains(RuleFlags::Global) || needed.iter().any(names) {
                needed.push(other);
            }
        }
        let mut whole: String = imports
            .iter()
            .filter(|import| needed.iter().any(|text| text.contains(**import)))
            .map(|import| format!("import \"{import}\"\n"))
            .collect();
        for other in needed[1..].iter().rev() {
            whole.push_str(if other.starts_with("private") || other.starts_with("global private") {
                ""
            } else {
                "private "
            });
            whole.push_str(other);
            whole.push('\n');
        }
        whole.push_str(text);
        out.push((rule.identifier.name.to_owned(), whole));
    }
    out
}

fn run(cache: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let rules = RuleSet::from_bytes(&fs::read(cache)?, &KEY, &[])?;
    let loaded = cpu_seconds();
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    files.sort();
    let mut scanner = Scanner::new(&rules);
    let mut lines = Vec::new();
    let mut talk = io::stderr().lock();
    let mut total = 0;
    for file in &files {
        let bytes = fs::read(file)?;
        total += bytes.len();
        let hits = &mut |hit: vauban_yara::RuleMatch| lines.push(format!("{} {}", hit.rule, file.display()));
        if let Err(problem) =
            scanner.scan(&bytes, &Hints::default(), Duration::from_secs(60), &AtomicBool::new(false), hits)
        {
            writeln!(talk, "{}: {problem}", file.display())?;
        }
    }
    lines.sort();
    lines.dedup();
    let mut out = io::stdout().lock();
    for line in &lines {
        writeln!(out, "{line}")?;
    }
    let all = cpu_seconds();
    writeln!(talk, "{} files, {total} bytes: loading {loaded:.2}, all {all:.2} CPU s", files.len())?;
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// User and system time of this process (proc(5), fields 14 and 15, in ticks of 10 ms); 0 where there is no /proc.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}
