//! One line that says how far a sweep got.

use std::time::Duration;

use vauban_model::Lang;

/// At most 79 columns: files, rate, and the time left once that can be known.
#[must_use]
pub fn progress_line(
    lang: Lang,
    files_done: u64,
    files_found: u64,
    all_found: bool,
    bytes: u64,
    elapsed: Duration,
) -> String {
    let seconds = elapsed.as_secs_f64().max(0.1);
    let rate = bytes_text(lang, to_u64(to_f64(bytes) / seconds));
    let total = if all_found { files_found.to_string() } else { format!("{files_found}+") };
    let left = if all_found && files_done > 0 {
        let rest = to_f64(files_found.saturating_sub(files_done)) * seconds / to_f64(files_done);
        match lang {
            Lang::Fr => format!(", reste {}", duration_text(rest)),
            Lang::En => format!(", {} left", duration_text(rest)),
        }
    } else {
        String::new()
    };
    let line = match lang {
        Lang::Fr => format!("{files_done} / {total} fichiers, {rate}/s{left}"),
        Lang::En => format!("{files_done} of {total} files, {rate}/s{left}"),
    };
    line.chars().take(79).collect()
}

/// A number of bytes as people say it.
pub(crate) fn bytes_text(lang: Lang, bytes: u64) -> String {
    const PREFIXES: [&str; 5] = ["", "k", "M", "G", "T"];
    let mut value = to_f64(bytes);
    let mut step = 0;
    while value >= 1000.0 && step + 1 < PREFIXES.len() {
        value /= 1000.0;
        step += 1;
    }
    let number = if step == 0 { bytes.to_string() } else { format!("{value:.1}") };
    match lang {
        Lang::Fr => format!("{} {}o", number.replace('.', ","), PREFIXES[step]),
        Lang::En => format!("{number} {}B", PREFIXES[step]),
    }
}

/// Seconds as people say them.
pub(crate) fn duration_text(seconds: f64) -> String {
    let seconds = to_u64(seconds.round());
    match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people needs no more than a few digits")]
fn to_f64(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts from floats saturate")]
fn to_u64(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_long_is_left_once_it_can_know() {
        let line = |all| progress_line(Lang::En, 50, 200, all, 1_500_000, Duration::from_secs(10));
        assert_eq!(line(false), "50 of 200+ files, 150.0 kB/s");
        assert_eq!(line(true), "50 of 200 files, 150.0 kB/s, 30 s left");
        assert_eq!(
            progress_line(Lang::Fr, 50, 200, true, 1_500_000, Duration::from_secs(10)),
            "50 / 200 fichiers, 150,0 ko/s, reste 30 s"
        );
        let longest = progress_line(Lang::Fr, u64::MAX, u64::MAX, true, u64::MAX, Duration::MAX);
        assert!(longest.chars().count() <= 79, "{longest}");
    }
}
