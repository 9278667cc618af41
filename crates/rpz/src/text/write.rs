//! A zone as text: one record a line, in the order in which it is kept, so that equal zones are equal files.

use std::{
    fmt::{self, Write as _},
    io::{self, Write},
};

use domain::base::zonefile_fmt::{DisplayKind, ZonefileFmt as _};

use crate::{
    name::text_of_path,
    zone::{Zone, write_data},
};

/// Writes a zone. What is written can be read by [`read_text`](super::read_text), and by every name server.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write_text(zone: &Zone, to: &mut impl Write) -> io::Result<()> {
    let soa = zone.soa();
    writeln!(to, "$ORIGIN {}.", zone.name())?;
    writeln!(to, "@ {} IN SOA {}", soa.ttl, soa.data().display_zonefile(DisplayKind::Simple))?;
    let mut cursor = zone.records().cursor();
    let mut line = String::new();
    while let Some(record) = cursor.step() {
        line.clear();
        let name = if record.path.is_empty() { "@".to_owned() } else { text_of_path(record.path) };
        let written = write!(line, "{name} {} IN ", record.ttl)
            .and_then(|()| write_data(record.rtype, record.data, &mut line))
            .map_err(|fmt::Error| io::ErrorKind::InvalidData);
        written?;
        writeln!(to, "{line}")?;
    }
    to.flush()
}
