//! How many rows a table has: more than it needs, in coarse steps, so that its size says little of how much is known.

/// The fewest rows, also of a table without indicators.
pub const MIN_ROWS: u32 = 1024;
/// The most rows: a table of 512 MiB.
pub const MAX_ROWS: u32 = 1 << 20;

/// The rows of a table of so many indicators: [`MIN_ROWS`], then four steps up to each doubling. At most a quarter more than
/// needed is added. Nothing if no table is that large.
#[must_use]
pub fn padded(indicators: usize) -> Option<u32> {
    let wanted = u32::try_from(indicators).ok().filter(|wanted| *wanted <= MAX_ROWS)?;
    if wanted <= MIN_ROWS {
        return Some(MIN_ROWS);
    }
    let step = (1 << (wanted - 1).ilog2()) / 4;
    Some(wanted.next_multiple_of(step))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_enough_and_coarse(indicators in 0..=MAX_ROWS as usize) {
            let rows = padded(indicators).unwrap() as usize;
            prop_assert!(rows >= indicators && rows <= MAX_ROWS as usize);
            prop_assert!(rows == MIN_ROWS as usize || rows * 4 < indicators * 5 + 4);
            prop_assert_eq!(padded(rows), Some(rows as u32), "a padded number is a step");
        }
    }

    #[test]
    fn few_sizes_exist() {
        let mut sizes: Vec<u32> = (0..=MAX_ROWS as usize).step_by(64).filter_map(padded).collect();
        sizes.dedup();
        assert_eq!(sizes.len(), 41);
        assert_eq!(sizes[..6], [1024, 1280, 1536, 1792, 2048, 2560]);
        assert_eq!(padded(MAX_ROWS as usize + 1), None);
    }
}
