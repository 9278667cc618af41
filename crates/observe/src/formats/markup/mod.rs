//! XML and what is written in it: office documents' parts, SVG, feeds, XHTML, configuration. It expands no
//! entity, internal or external, loads no definition, and checks nothing against a schema.

mod dialect;
mod read;
mod tokens;

pub(crate) use read::Markup;
