//! The pieces of `bench/lists/compare.sh`, one a process, so that the memory of each is its own.
//!
//! ```text
//! names generate COUNT LIST        a plain list, the same on every machine
//! names build LIST SET             from text to a compiled set
//! names look-up SET LIST           opens the set, asks for every name of the list and for as many that are not in it
//! ```

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::{
    env,
    error::Error,
    fs::{self, File},
    hint::black_box,
    io::{BufWriter, Write as _},
    path::Path,
    time::Instant,
};

use vauban_lists::{Builder, Gate, Limits, NameSet};
use vauban_matching::set::SetBytes;

type Done = Result<(), Box<dyn Error>>;

fn main() -> Done {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["generate", count, list] => generate(count.parse()?, Path::new(list)),
        ["build", list, set] => build(Path::new(list), Path::new(set)),
        ["look-up", set, list] => look_up(Path::new(set), Path::new(list)),
        _ => Err("usage: names generate COUNT LIST | build LIST SET | look-up SET LIST".into()),
    }
}

/// Names of the lengths that lists of malicious names have: 21 bytes on average, two to four labels.
fn generate(count: u64, list: &Path) -> Done {
    let mut out = BufWriter::new(File::create(list)?);
    for number in 0..count {
        writeln!(out, "{}", name(number))?;
    }
    Ok(out.flush()?)
}

fn name(number: u64) -> String {
    const WORDS: [&str; 16] = [
        "login", "secure", "update", "mail", "cloud", "account", "verify", "portal", "cdn", "static", "free", "shop",
        "news", "online", "support", "pay",
    ];
    const ENDS: [&str; 12] = ["com", "com", "com", "net", "org", "ru", "xyz", "top", "info", "co.uk", "fr", "com.br"];
    let bits = mixed(number);
    let pick = |shift: u32, of: usize| usize::try_from(bits >> shift & 0xff).unwrap_or(0) % of;
    // The number itself keeps names apart.
    let middle = format!("{}{number:x}", WORDS[pick(0, 16)]);
    let below = match pick(8, 10) {
        0..=4 => String::new(),
        5..=7 => format!("{}.", WORDS[pick(16, 16)]),
        _ => format!("{:x}.{}.", bits >> 40 & 0xffff, WORDS[pick(16, 16)]),
    };
    format!("{below}{middle}-{}.{}", WORDS[pick(24, 16)], ENDS[pick(32, 12)])
}

/// SplitMix64: the same names on every machine.
fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

fn build(list: &Path, set: &Path) -> Done {
    let bytes = SetBytes::map(&File::open(list)?)?;
    let gate = Gate::new(&["campagne.example"], &["vote.example"], &[]);
    let begun = cpu_seconds();
    let mut builder = Builder::new([7; 32]);
    let report = builder.add("bench", &bytes, &gate, Limits::default())?;
    let read = cpu_seconds();
    let mut out = File::create(set)?;
    let built = builder.write(&mut out)?;
    let done = cpu_seconds();
    println!("build_cpu_s {:.3}", done - begun);
    println!("build_read_cpu_s {:.3}", read - begun);
    println!("build_peak_mib {:.1}", memory("VmHWM:"));
    println!("build_peak_anonymous_mib_at_end {:.1}", memory("RssAnon:"));
    println!("entries {}", built.entries);
    println!("set_aside {}", report.set_aside.count);
    println!("file_bytes_per_name {:.1}", built.bytes as f64 / f64::from(built.entries));
    Ok(())
}

fn look_up(set: &Path, list: &Path) -> Done {
    let mut opens = Vec::new();
    for _ in 0..9 {
        let begun = Instant::now();
        black_box(NameSet::open(SetBytes::map(&File::open(set)?)?)?);
        opens.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    println!("open_first_ms {:.1}", opens[0]);
    println!("open_ms {:.1}", median(&mut opens));
    let set = NameSet::open(SetBytes::map(&File::open(set)?)?)?;
    let mut every = 0_u64;
    // In pieces, so that the names that are asked for are no part of the memory that is measured.
    let text = fs::read_to_string(list)?;
    let lines: Vec<&str> = text.lines().collect();
    let mut hits = Vec::new();
    let mut misses = Vec::new();
    let mut below = Vec::new();
    let step = 7_919;
    for batch in 0..lines.len() / 1_000 {
        let at = |number: usize| lines[(batch * 1_000 + number) * step % lines.len()];
        let present: Vec<String> = (0..1_000).map(|number| at(number).to_owned()).collect();
        let sub: Vec<String> = present.iter().map(|name| format!("a.{name}")).collect();
        let absent: Vec<String> = present.iter().map(|name| name.replacen('-', "-x", 1)).collect();
        for (names, times, wanted) in [(&present, &mut hits, 1), (&sub, &mut below, 1), (&absent, &mut misses, 0)] {
            let begun = cpu_seconds();
            let found: u64 = names.iter().map(|name| black_box(set.find(name)).blocked).sum();
            times.push((cpu_seconds() - begun) * 1e9 / 1_000.0);
            assert_eq!(found, wanted * 1_000, "every answer is checked");
            every += found;
        }
    }
    println!("asked_for {}", every);
    println!("hit_ns {:.0}", median(&mut hits));
    println!("hit_below_ns {:.0}", median(&mut below));
    println!("miss_ns {:.0}", median(&mut misses));
    drop(lines);
    drop(text);
    println!("rss_mib {:.1}", memory("VmRSS:"));
    println!("rss_anonymous_mib {:.1}", memory("RssAnon:"));
    println!("rss_file_mib {:.1}", memory("RssFile:"));
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// CPU seconds of this thread.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn memory(field: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
