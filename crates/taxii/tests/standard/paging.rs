//! Paging: every entry that is selected comes exactly once and in order, whatever is added meanwhile; and a cursor serves the
//! query it was given for and no other.

use std::collections::BTreeSet;

use proptest::prelude::*;
use vauban_taxii::{Call, Filter, Versions, read};

use super::small::{MANIFEST, Made, OBJECTS, add, get, held, id, page, serve, store};

fn made() -> impl Strategy<Value = Made> {
    (0..6u8, 0..5u8, any::<bool>(), 0..2i64).prop_map(|(object, version, is_new, added)| Made {
        object,
        version,
        is_new,
        added,
    })
}

fn query() -> impl Strategy<Value = String> {
    let versions = prop::sample::select(vec![
        "",
        "match[version]=all",
        "match[version]=first",
        "match[version]=last,first",
        "match[version]=1970-01-01T00:00:02.000Z,last",
        "match%5Bversion%5D=1970-01-01T00:00:03Z",
    ]);
    let specs = prop::sample::select(vec!["", "match[spec_version]=2.0", "match[spec_version]=2.1,2.0"]);
    let rest = prop::sample::select(vec!["", "match[type]=malware", "added_after=1970-01-01T00:00:00.000003Z"]);
    (versions, specs, rest).prop_map(|(one, two, three)| format!("{one}&{two}&{three}"))
}

proptest! {
    #[test]
    fn paging_yields_each_entry_once_while_entries_are_added(
        first in prop::collection::vec(made(), 0..20),
        later in prop::collection::vec(made(), 0..12),
        query in query(),
        limit in 1..5usize,
    ) {
        let mut store = store();
        first.iter().for_each(|made| add(held(&mut store), *made));
        let filter = filter(&query);
        let (mut came, mut ever, mut next, mut later) = (Vec::new(), BTreeSet::new(), None, later.into_iter());
        loop {
            ever.extend(selected(&mut store, &filter));
            let cursor: String = next.map(|next| format!("&next={next}")).unwrap_or_default();
            let response = serve(&mut store, &get(OBJECTS, &format!("{query}&limit={limit}{cursor}")));
            let (sequences, behind) = page(&response);
            prop_assert!(sequences.len() <= limit);
            came.extend(sequences);
            let Some(behind) = behind else { break };
            next = Some(behind);
            later.next().into_iter().for_each(|made| add(held(&mut store), made));
        }
        prop_assert!(came.is_sorted_by(|one, other| one < other), "{came:?}");
        prop_assert!(came.iter().all(|sequence| ever.contains(sequence)), "{came:?} of {ever:?}");
        let in_the_end = selected(&mut store, &filter);
        prop_assert!(in_the_end.iter().all(|sequence| came.contains(sequence)), "{came:?} of {in_the_end:?}");
        if filter.versions == Versions::All && query.contains("spec_version") {
            prop_assert_eq!(came, in_the_end);
        }
    }

    /// A page is the same whether it is asked for with a limit that was changed on the way.
    #[test]
    fn the_limit_may_change_on_the_way(entries in prop::collection::vec(made(), 0..20), limits in prop::collection::vec(1..6usize, 1..5)) {
        let mut store = store();
        entries.iter().for_each(|made| add(held(&mut store), *made));
        let (mut came, mut next, mut limits) = (Vec::new(), String::new(), limits.into_iter().cycle());
        loop {
            let limit = limits.next().unwrap_or(1);
            let (sequences, behind) = page(&serve(&mut store, &get(OBJECTS, &format!("limit={limit}{next}"))));
            came.extend(sequences);
            let Some(behind) = behind else { break };
            next = format!("&next={behind}");
        }
        prop_assert_eq!(came, selected(&mut store, &Filter::default()));
    }
}

fn filter(query: &str) -> Filter {
    match read(&get(OBJECTS, query), &super::default_data::settings()).unwrap() {
        Call::Objects { filter, .. } => filter,
        _ => unreachable!("the path is that of objects"),
    }
}

fn selected(store: &mut super::store::Store, filter: &Filter) -> Vec<u64> {
    let entries = &held(store).entries;
    filter.select(entries.iter().map(|(entry, _)| entry)).iter().map(|entry| entry.sequence.0).collect()
}

#[test]
fn a_cursor_serves_no_other_query() {
    let mut store = store();
    for object in 0..6 {
        add(held(&mut store), Made { object, version: 0, is_new: true, added: 1 });
    }
    let (_, next) = page(&serve(&mut store, &get(OBJECTS, "match[type]=indicator,malware&limit=2")));
    let next = next.unwrap();
    let object = format!("{OBJECTS}{}/", id(0));
    for (path, query, status) in [
        (OBJECTS, "match[type]=indicator,malware", 200),
        (OBJECTS, "match[type]=malware,indicator,malware&limit=3", 200),
        (OBJECTS, "match[type]=indicator,malware&match[version]=last", 200),
        (OBJECTS, "match[type]=indicator", 400),
        (OBJECTS, "", 400),
        (OBJECTS, "match[type]=indicator,malware&match[version]=all", 400),
        (OBJECTS, "match[type]=indicator,malware&added_after=1970-01-01T00:00:00Z", 400),
        (MANIFEST, "match[type]=indicator,malware", 400),
        (&object, "", 400),
    ] {
        let response = serve(&mut store, &get(path, &format!("{query}&next={next}")));
        assert_eq!(response.status, status, "{path}?{query}");
    }
}
