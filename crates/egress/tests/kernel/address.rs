//! The other addresses of a device.

use std::time::Duration;

use vauban_egress::siblings;

use crate::yard::{DEVICE, DEVICE6, SERVER6, Yard, addresses, can_run, now};

#[test]
fn who_asks_by_one_address_may_connect_by_the_other() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let opener = yard.guarded();
    // The gateway hears both addresses of the device, as it does when names are asked for.
    assert!(!yard.connects("work", SERVER6, 443) && !yard.connects("work", "192.0.2.10", 443));
    let known = yard.inside("gateway", || siblings(DEVICE.parse().unwrap()));
    assert_eq!(known[0].to_string(), DEVICE);
    assert!(known.contains(&DEVICE6.parse().unwrap()), "{known:?}");
    let hour = Duration::from_secs(3_600);
    now(opener.open(&known, &addresses(&[SERVER6]), hour));
    assert!(yard.connects("work", SERVER6, 443));
    let nobody = yard.inside("gateway", || siblings("10.20.0.200".parse().unwrap()));
    assert_eq!(nobody, addresses(&["10.20.0.200"]));
}
