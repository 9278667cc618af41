//! ISO 9660 (ECMA-119) with Joliet and Rock Ridge names.
//!
//! It is a table of names and extents with no codec in it, so it is read here: of the crates for it, `cdfs` and
//! `iso9660` do not bound hostile directories and `hadris-iso` is a release candidate. UDF, El Torito boot images
//! and zisofs are not read; an image that also holds UDF is said to be read in part.

use std::collections::HashSet;

use super::{
    Visit,
    fields::u16_at,
    iso_tree::{Names, Record, Tree},
};
use crate::{Budget, Problem};

/// Size of a sector.
const SECTOR: usize = 2048;
/// The sector where descriptors begin.
const FIRST: usize = 16;

/// Walks an ISO 9660 image: the tree with the better names first, then what only the other tree knows.
///
/// # Errors
/// `unsupported` for UDF, `corrupt` for broken tables, `too-many` and `timeout` when the budget ran out.
pub fn iso(bytes: &[u8], budget: &Budget, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let volume = descriptors(bytes);
    let mut trees: Vec<Tree> = Vec::new();
    trees.extend(volume.primary);
    trees.extend(volume.joliet);
    if trees.is_empty() {
        return Err(if volume.has_udf {
            Problem::unsupported("a UDF disc image")
        } else {
            Problem::corrupt("the disc image has no volume descriptor")
        });
    }
    let rock_ridge = trees.first().is_some_and(|tree| tree.has_rock_ridge(bytes));
    if trees.len() > 1 && !rock_ridge {
        trees.reverse();
    }
    let mut seen = HashSet::new();
    let mut problem = None;
    for tree in trees {
        if let Err(found) = tree.walk(bytes, budget, &mut seen, visit) {
            if found.reason != vauban_model::Reason::Corrupt {
                return Err(found);
            }
            problem = problem.or(Some(found));
        }
    }
    match problem {
        Some(problem) => Err(problem),
        // Windows shows the UDF side of such an image, so it may hold what the ISO side does not.
        None if volume.has_udf => Err(Problem::unsupported("the UDF side of the disc image is not read")),
        None => Ok(()),
    }
}

#[derive(Default)]
struct Volume {
    primary: Option<Tree>,
    joliet: Option<Tree>,
    has_udf: bool,
}

fn descriptors(bytes: &[u8]) -> Volume {
    let mut volume = Volume::default();
    for sector in bytes.chunks(SECTOR).skip(FIRST).take(64) {
        let identifier = sector.get(1..6).unwrap_or_default();
        match (identifier, sector.first()) {
            (b"NSR02" | b"NSR03", _) => volume.has_udf = true,
            (b"BEA01" | b"BOOT2" | b"TEA01", _) => {}
            (b"CD001", Some(1)) if volume.primary.is_none() => volume.primary = tree(sector, Names::Primary),
            (b"CD001", Some(2)) if is_joliet(sector) && volume.joliet.is_none() => {
                volume.joliet = tree(sector, Names::Joliet);
            }
            (b"CD001", _) => {}
            _ => break,
        }
    }
    volume
}

/// Joliet's escape sequences: `%/@`, `%/C`, `%/E`.
fn is_joliet(sector: &[u8]) -> bool {
    matches!(sector.get(88..91), Some([b'%', b'/', b'@' | b'C' | b'E']))
}

fn tree(sector: &[u8], names: Names) -> Option<Tree> {
    let block = usize::from(u16_at(sector, 128)?);
    let root = Record::at(sector, 156)?;
    Some(Tree { names, block: if matches!(block, 512 | 1024) { block } else { SECTOR }, root: root.extent() })
}
