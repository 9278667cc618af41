//! A YAML stream as its documents, each with the line it begins on.

/// The documents of a stream that hold anything, cut at their `---` and `...` lines (YAML 1.2.2 section 9.2).
pub(super) fn divide(text: &str) -> Vec<(u32, &str)> {
    let mut documents = Vec::new();
    let (mut start, mut first_line, mut at) = (0, 1_u32, 0);
    for (number, line) in (1_u32..).zip(text.split_inclusive('\n')) {
        let next = at + line.len();
        let bare = line.trim_end();
        if bare == "---" || bare == "..." || line.starts_with("--- ") {
            documents.push((first_line, text.get(start..at).unwrap_or_default()));
            (start, first_line) = (next, number.saturating_add(1));
        }
        at = next;
    }
    documents.push((first_line, text.get(start..).unwrap_or_default()));
    let says_something =
        |text: &str| text.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    documents.retain(|(_, text)| says_something(text));
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_keep_their_lines() {
        let text = "# head\n---\na: 1\n---\n\n--- # c\nb: |\n  ---\n...\n";
        assert_eq!(divide(text), [(3, "a: 1\n"), (7, "b: |\n  ---\n")]);
        assert!(divide("").is_empty());
    }
}
