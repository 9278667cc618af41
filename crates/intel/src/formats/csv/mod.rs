//! Tables with a header: comma, semicolon or tab between cells. What a column holds is told from its name.

mod columns;
mod read;

pub(super) use read::Csv;
