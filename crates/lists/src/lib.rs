//! Lists of names that others keep: hosts files, plain lists, response policy zones, in one compiled set of a million names.
