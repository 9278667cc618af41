//! TLP as a number that can be compared in a question. Only this file knows the numbers; the schema's checks hold them.

use vauban_model::Marking;

/// The rank of a marking: the higher, the fewer may read.
pub(in crate::store) const fn rank(marking: Marking) -> i64 {
    match marking {
        Marking::Clear => 0,
        Marking::Green => 1,
        Marking::Amber => 2,
        Marking::AmberStrict => 3,
        Marking::Red => 4,
    }
}

/// The marking of a rank. What no rank is counts as the highest.
pub(in crate::store) const fn marking(rank: i64) -> Marking {
    match rank {
        0 => Marking::Clear,
        1 => Marking::Green,
        2 => Marking::Amber,
        3 => Marking::AmberStrict,
        _ => Marking::Red,
    }
}
