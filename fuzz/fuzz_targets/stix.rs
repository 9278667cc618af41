//! A document of STIX as somebody might send it: read within its bounds, judged, its markings told, written again.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use vauban_stix::{BundleJudge, Check, Entry, Limits, Rules, deterministic_id, read_from, tlp, write_bundle};

fuzz_target!(|bytes: &[u8]| {
    let rules = Rules::default().with(Check::all());
    let mut judged = BundleJudge::new(&rules, None);
    let mut objects = Vec::new();
    let limits = Limits { depth: 16, object_bytes: 1 << 16, object_values: 10_000, objects: 1_000 };
    let _ = read_from(bytes, &limits, &mut |entry| {
        if let Entry::Object(object) = entry {
            let _ = judged.judge(&object);
            let _ = (tlp(&object, |_| None), deterministic_id(&object));
            objects.push(object);
        }
        ControlFlow::Continue(())
    });
    let _ = judged.finish();
    if let Ok(id) = "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse() {
        let _ = write_bundle(&id, &objects, |_| None);
    }
});
