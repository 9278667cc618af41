//! Reports as text, line by line: which service or command speaks, and the applications and programs that it names.
//! Times are the phone's own, whose zone a report does not tell: they are taken for UTC.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use vauban_intake::{Budget, Problem};
use vauban_model::{
    Exposure, Observable,
    ObservableKind::{self, AppId, FilePath, ProcessName},
};

use crate::{Context, Finding, Passage, Sink, member::file_name};

/// How far a file is looked at to know it.
const OPENING: usize = 16 << 10;
const SAMPLE: usize = 20;
/// A longer line is a log's, and names nothing that we look for.
const LONGEST: usize = 4096;

/// Whether it is a bug report, the output of `dumpsys`, `pm list packages`, `ps` or `getprop`, or a log.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let opening = bytes.get(..OPENING.min(bytes.len())).unwrap_or_default();
    let mut at = 0;
    let lines = std::iter::from_fn(|| {
        let rest = opening.get(at..).filter(|rest| !rest.is_empty())?;
        let line = memchr::memchr(b'\n', rest).and_then(|end| rest.get(..end)).unwrap_or(rest);
        at = at.saturating_add(line.len()).saturating_add(1);
        Some(line)
    });
    let lines: Vec<&str> = lines
        .filter_map(|line| std::str::from_utf8(line.trim_ascii_end()).ok())
        .filter(|line| !line.is_empty())
        .take(SAMPLE)
        .collect();
    let most = |shaped: fn(&str) -> bool| lines.iter().filter(|line| shaped(line)).count() * 2 > lines.len();
    let Some(first) = lines.first() else { return false };
    lines.iter().take(3).any(|line| line.starts_with("== dumpstate: "))
        || first.starts_with("DUMP OF SERVICE ")
        || *first == "Currently running services:"
        || first.starts_with("--------- beginning of ")
        || is_process_header(first)
        || most(|line| line.strip_prefix("package:").is_some_and(|rest| rest.contains('.')))
        || most(|line| line.starts_with('[') && line.contains("]: ["))
}

/// Hands the whole text over, then what its lines name.
pub(super) fn read(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    sink.passage(Passage { bytes, offset: Some(0), how: &[], context: Context::default() });
    let mut report = Report { sink, offset: 0, made: None, section: Section::Other, package: None };
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        budget.check_time()?;
        if let Ok(text) = std::str::from_utf8(line)
            && text.len() <= LONGEST
        {
            report.line(text.trim_end());
        }
        report.offset += line.len() as u64;
    }
    report.end_package();
    Ok(())
}

/// Who speaks.
#[derive(Clone, Copy, PartialEq)]
enum Section {
    Other,
    /// The service that knows all packages.
    Packages,
    /// The output of `ps`: how many columns stand before the name.
    Processes(usize),
}

/// A package of the service, while its lines last.
struct Package<'l> {
    name: &'l str,
    offset: u64,
    installed: Option<Timestamp>,
    path: Option<&'l str>,
}

struct Report<'r, 'l> {
    sink: &'r mut dyn Sink,
    offset: u64,
    /// When the report was made.
    made: Option<Timestamp>,
    section: Section,
    package: Option<Package<'l>>,
}

impl<'l> Report<'_, 'l> {
    fn line(&mut self, line: &'l str) {
        if let Some(time) = line.strip_prefix("== dumpstate: ") {
            self.made = moment(time);
        } else if let Some(service) = line.strip_prefix("DUMP OF SERVICE ") {
            self.end_package();
            let name = service.rsplit(' ').next().unwrap_or_default().trim_end_matches(':');
            self.section = if name == "package" { Section::Packages } else { Section::Other };
        } else if line.starts_with("------ ") {
            self.end_package();
            self.section = Section::Other;
        } else if is_process_header(line) {
            self.section = Section::Processes(line.split_ascii_whitespace().count().saturating_sub(1));
        } else if let Some(rest) = line.strip_prefix("package:") {
            self.listed(rest);
        } else if let Some((_, rest)) = line.split_once("Start proc ") {
            self.started(rest);
        } else {
            match self.section {
                Section::Packages => self.in_packages(line.trim_start()),
                Section::Processes(columns) => self.process(line, columns),
                Section::Other => {}
            }
        }
    }

    /// `Package [com.evil.app] (1a2b3c):`, and below it `firstInstallTime=2020-01-06 10:40:00`.
    fn in_packages(&mut self, line: &'l str) {
        if let Some((name, _)) = line.strip_prefix("Package [").and_then(|rest| rest.split_once(']')) {
            self.end_package();
            self.package = Some(Package { name, offset: self.offset, installed: None, path: None });
        } else if let (Some(package), Some((key, value))) = (&mut self.package, line.split_once('=')) {
            match key {
                "firstInstallTime" => package.installed = package.installed.or(moment(value)),
                "codePath" => package.path = Some(value),
                _ => {}
            }
        }
    }

    fn end_package(&mut self) {
        let Some(Package { name, offset, installed, path }) = self.package.take() else { return };
        let context = Context { exposure: None, at: installed };
        self.state(AppId, name, offset, context, name);
        if let Some(path) = path {
            self.state(FilePath, path, offset, context, name);
        }
    }

    /// `/data/app/com.evil.app-1/base.apk=com.evil.app installer=null uid:10123`, or the name alone.
    fn listed(&mut self, rest: &str) {
        let Some(first) = rest.split_ascii_whitespace().next() else { return };
        // Newer folders' names hold equal signs of their own.
        let (path, name) = first.rsplit_once('=').unwrap_or(("", first));
        self.state(AppId, name, self.offset, Context::default(), rest);
        self.state(FilePath, path, self.offset, Context::default(), rest);
    }

    /// `1234:com.evil.app/u0a123 for service …`, as the activity manager writes into the log.
    fn started(&mut self, rest: &str) {
        let Some((number, rest)) = rest.split_once(':') else { return };
        let name = rest.split(['/', ' ', '}']).next().unwrap_or_default();
        if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            self.ran(name, rest, None);
        }
    }

    fn process(&mut self, line: &str, columns: usize) {
        let mut rest = line.trim_start();
        for _ in 0..columns {
            let Some((_, behind)) = rest.split_once(|c: char| c.is_ascii_whitespace()) else {
                // Anything that is no row ends the table.
                self.section = Section::Other;
                return;
            };
            rest = behind.trim_start();
        }
        // Names in brackets are the kernel's own threads.
        if !rest.starts_with('[') {
            self.ran(rest, line, self.made);
        }
    }

    /// A program is known by its path, or by its application's name, behind which may stand which part of it this is.
    fn ran(&mut self, name: &str, excerpt: &str, at: Option<Timestamp>) {
        let context = Context { exposure: Some(Exposure::Executed), at };
        if name.starts_with('/') {
            let program = name.split(' ').next().unwrap_or(name);
            self.state(FilePath, program, self.offset, context, excerpt);
            self.state(ProcessName, file_name(program), self.offset, context, excerpt);
            return;
        }
        self.state(ProcessName, name, self.offset, context, excerpt);
        let app = name.split(':').next().unwrap_or(name);
        if app.contains('.') && !app.contains([' ', '/', '@']) {
            self.state(AppId, app, self.offset, context, excerpt);
        }
    }

    fn state(&mut self, kind: ObservableKind, value: &str, offset: u64, context: Context, excerpt: &str) {
        if !value.is_empty() {
            let observable = Observable::new(kind, value);
            self.sink.observable(Finding { observable, offset: Some(offset), how: &[], context, excerpt });
        }
    }
}

/// The first line of what `ps` writes.
fn is_process_header(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    matches!(words.next(), Some("USER" | "LABEL"))
        && words.clone().any(|word| word == "PID")
        && matches!(words.next_back(), Some("NAME" | "CMD"))
}

/// `2020-01-06 10:40:00`
fn moment(text: &str) -> Option<Timestamp> {
    let time: DateTime = text.trim().get(..19)?.parse().ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::super::Android;
    use super::*;
    use crate::testing::read;

    fn stated(text: &str) -> String {
        assert!(recognises(text.as_bytes()), "{text}");
        read(&Android, "x.txt", text.as_bytes()).1.text
    }

    #[test]
    fn lists_of_packages_in_their_three_forms() {
        let text = stated(
            "package:/data/app/~~aB1==/com.evil.app-xY2==/base.apk=com.evil.app  installer=null uid:10123\n\
             package:com.plain.app\npackage:/system/app/A.apk=com.third.app\n",
        );
        for wanted in [
            "app-id \"com.evil.app\"",
            "file-path \"/data/app/~~aB1==/com.evil.app-xY2==/base.apk\"",
            "app-id \"com.plain.app\"",
            "app-id \"com.third.app\"",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }

    #[test]
    fn a_table_of_processes_ends_where_its_rows_do() {
        let text = stated(
            "USER  PID PPID NAME\nroot  1  0 /system/bin/init second_stage\nu0_a1 9 1 com.evil.app:remote\n\
             root 3 1 [kworker/0:1]\n\nsee com.other.app one two three com.not.one\n",
        );
        for wanted in [
            "file-path \"/system/bin/init\"",
            "process-name \"init\"",
            "process-name \"com.evil.app:remote\"",
            "app-id \"com.evil.app\" at Some(61) how [] Context { exposure: Some(Executed)",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        assert!(!text.contains("\"[kworker") && !text.contains("\"com.not.one"), "{text}");
    }

    #[test]
    fn other_text_is_no_report() {
        for text in ["", "package: see this\nand that\n", "[2020] x\n[2021] y\n", "USER said NAME\n", "== dump\n"] {
            assert!(!recognises(text.as_bytes()), "{text}");
        }
    }
}
