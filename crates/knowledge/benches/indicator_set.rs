//! A million names from text to answers: CPU to build, bytes a name, time to open, time to look up.
//!
//! Prints what it measures; judges nothing. The clock is the thread's CPU time where one thread works.

use std::{
    fs::{self, File},
    hint::black_box,
    time::Instant,
};

use vauban_intel::{Benign, Document, read_document};
use vauban_matching::set::{IndicatorSet, SetBytes, build};
use vauban_model::ObservableKind;

const NAMES: usize = 1_000_000;

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() {
    let mut text = String::new();
    for number in 0..NAMES {
        text.push_str(&name(number, "evil"));
        text.push('\n');
    }
    let cpu = cpu_seconds();
    let mut reading = read_document(&Document::new("names.txt", "bench", text.as_bytes()));
    let read = cpu_seconds();
    reading.set_benign_aside(&Benign::embedded());
    let gated = cpu_seconds();
    let built = build(&reading.indicators);
    let done = cpu_seconds();
    println!(
        "build from text: {:.2} CPU s (read {:.2}, known-benign {:.2}, compile {:.2})",
        done - cpu,
        read - cpu,
        gated - read,
        done - gated
    );
    println!("size: {:.1} bytes a name", built.bytes.len() as f64 / NAMES as f64);
    let path = std::env::temp_dir().join(format!("vauban-bench-{}.set", std::process::id()));
    fs::write(&path, &built.bytes).expect("the temporary folder is writable");
    let mut opens = Vec::new();
    for _ in 0..9 {
        let begun = Instant::now();
        let file = File::open(&path).expect("it was just written");
        let set = IndicatorSet::open(SetBytes::map(&file).expect("it maps")).expect("it opens");
        opens.push(begun.elapsed().as_secs_f64() * 1e3);
        assert_eq!(set.entries() as usize, NAMES);
    }
    println!("open: {:.1} ms (median of {})", median(&mut opens), opens.len());
    let file = File::open(&path).expect("it was just written");
    let set = IndicatorSet::open(SetBytes::map(&file).expect("it maps")).expect("it opens");
    // Prepared before the clock starts: making names is not looking them up.
    let order: Vec<usize> = (0..200_000).map(|n| n * 7_919 % NAMES).collect();
    let hits: Vec<String> = order.iter().map(|number| name(*number, "evil")).collect();
    let misses: Vec<String> = order.iter().map(|number| name(*number, "good")).collect();
    println!("look-up, hit: {:.0} ns", nanoseconds(&set, &hits, true));
    println!("look-up, miss: {:.0} ns", nanoseconds(&set, &misses, false));
    let _ = fs::remove_file(path);
}

fn name(number: usize, word: &str) -> String {
    format!("{word}-{:07}.{}", number * 48_271 % 9_999_991, ["com", "net", "org", "fr"][number % 4])
}

/// The median over batches of the time of one look-up, every answer used.
fn nanoseconds(set: &IndicatorSet, names: &[String], wanted: bool) -> f64 {
    let mut batches = Vec::new();
    for _ in 0..3 {
        for batch in names.chunks(2_000) {
            let begun = Instant::now();
            for name in batch {
                assert_eq!(black_box(set.contains(ObservableKind::DomainName, name)), wanted);
            }
            batches.push(begun.elapsed().as_secs_f64() * 1e9 / batch.len() as f64);
        }
    }
    median(&mut batches)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// CPU seconds of this process so far, from the kernel's own account.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |field: usize| after_name.split_whitespace().nth(field).and_then(|text| text.parse::<f64>().ok());
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0
}
