//! How many slips of the finger lie between two names.

/// The number of insertions, deletions, exchanges and swaps of neighbours from one name to the other (optimal string
/// alignment), or `None` when it is more than `most`. Bytes, not letters: names are folded to ASCII before.
#[must_use]
pub fn slips(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let width = other.len() + 1;
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (vec![0; width], (0..width).collect());
    for (row, a) in one.iter().enumerate() {
        let mut current = Vec::with_capacity(width);
        current.push(row + 1);
        for (column, b) in other.iter().enumerate() {
            let cell = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (cell(&last, column) + usize::from(a != b))
                .min(cell(&last, column + 1) + 1)
                .min(cell(&current, column) + 1);
            let swapped = row > 0 && column > 0 && one.get(row - 1) == Some(b) && other.get(column - 1) == Some(a);
            if swapped {
                cost = cost.min(cell(&before, column - 1) + 1);
            }
            current.push(cost);
        }
        before = std::mem::replace(&mut last, current);
    }
    last.last().copied().filter(|cost| *cost <= most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn slips_are_counted() {
        assert_eq!(slips("campagne", "campagne", 2), Some(0));
        assert_eq!(slips("campagne", "campange", 2), Some(1));
        assert_eq!(slips("campagne", "campagnes", 2), Some(1));
        assert_eq!(slips("campagne", "compagnie", 2), Some(2));
        assert_eq!(slips("campagne", "champignon", 2), None);
        assert_eq!(slips("", "ab", 2), Some(2));
    }

    proptest! {
        #[test]
        fn the_way_back_is_as_long(one in "[a-c]{0,8}", other in "[a-c]{0,8}") {
            prop_assert_eq!(slips(&one, &other, 8), slips(&other, &one, 8));
            prop_assert_eq!(slips(&one, &other, 8) == Some(0), one == other);
        }
    }
}
