//! Property lists of Apple's systems, binary and XML, with the configuration profiles that are property lists inside a
//! signature. What keys mean is told for a few files only; objects of archived classes are read as the lists they are.

mod binary;
mod read;
mod tell;
mod xml;

pub(super) use read::Plist;
