//! Counters, in the text format that Prometheus reads. Names and numbers only: nothing of any message.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

/// Counters and gauges of the process, shared by all sensors.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    values: Arc<Mutex<BTreeMap<Series, f64>>>,
}

/// A name and the value of its one label.
type Series = (&'static str, &'static str);

/// Every metric: its name, its label, its type, and what it counts.
const KNOWN: [(&str, &str, &str, &str); 15] = [
    ("vauban_mail_messages_total", "verdict", "counter", "Messages by what became of them."),
    ("vauban_mail_failures_total", "reason", "counter", "Messages that could not be judged."),
    ("vauban_mail_seconds_total", "", "counter", "Time spent on judging messages."),
    ("vauban_mail_bytes_total", "", "counter", "Bytes of messages that were judged."),
    ("vauban_mail_encrypted_total", "", "counter", "Copies that were encrypted to their reader."),
    ("vauban_mail_connections", "", "gauge", "Connections of the mail server."),
    ("vauban_mail_refused_total", "reason", "counter", "Connections and messages that a limit turned away."),
    (
        "vauban_dns_answers_total",
        "from",
        "counter",
        "Questions for names that were answered, from memory or from above.",
    ),
    ("vauban_dns_refused_total", "reason", "counter", "Questions and connections that were turned away."),
    ("vauban_dns_strange_total", "rule", "counter", "Questions that look like something else."),
    ("vauban_dns_unlogged_total", "", "counter", "Questions that were to be written down and could not be."),
    ("vauban_lists_total", "outcome", "counter", "Lists of others that were fetched."),
    ("vauban_sensor_up", "sensor", "gauge", "Whether a sensor runs."),
    ("vauban_sensor_restarts_total", "sensor", "counter", "How often a sensor was started again."),
    ("vauban_reloads_total", "outcome", "counter", "Configurations that were loaded again."),
];

impl Metrics {
    /// Adds to a counter.
    pub fn add(&self, name: &'static str, label: &'static str, more: f64) {
        self.with(|values| *values.entry((name, label)).or_default() += more);
    }

    /// Sets a gauge.
    pub fn set(&self, name: &'static str, label: &'static str, value: f64) {
        self.with(|values| {
            values.insert((name, label), value);
        });
    }

    /// The value of one, 0 where nothing was counted.
    #[must_use]
    pub fn value(&self, name: &'static str, label: &'static str) -> f64 {
        self.with(|values| values.get(&(name, label)).copied().unwrap_or_default())
    }

    /// All of them as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.with(|values| {
            for (name, label, kind, help) in KNOWN {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
                for ((_, value), number) in values.range((name, "")..).take_while(|((of, _), _)| *of == name) {
                    let label = if label.is_empty() { String::new() } else { format!("{{{label}=\"{value}\"}}") };
                    let _ = writeln!(text, "{name}{label} {number}");
                }
            }
        });
        text
    }

    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<Series, f64>) -> T) -> T {
        change(&mut self.values.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.add("vauban_mail_messages_total", "flag", 1.0);
        metrics.add("vauban_mail_messages_total", "flag", 1.0);
        metrics.set("vauban_sensor_up", "mail", 1.0);
        let text = metrics.text();
        assert!(
            text.contains(
                "# TYPE vauban_mail_messages_total counter\nvauban_mail_messages_total{verdict=\"flag\"} 2\n"
            )
        );
        assert!(text.contains("vauban_sensor_up{sensor=\"mail\"} 1\n"));
    }
}
