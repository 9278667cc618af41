//! Several tabs of one browser, each with a tool that wants to know who it is.

use jiff::Timestamp;

use crate::{
    browser::Browser,
    house::House,
    tool::{follow, sign_in},
};

/// The names of requests that a browser holds.
fn held(browser: &Browser) -> Vec<&String> {
    browser.cookies.keys().filter(|name| name.starts_with("vauban-waiting")).collect()
}

#[test]
fn each_tab_goes_back_to_its_own_tool() {
    let mut house = House::new();
    let [cloud, chat] = ["cloud", "chat"].map(|id| house.add(id, |_| {}));
    let person = house.person("Ana");
    let before = house.world.people.sessions(person, Timestamp::now()).unwrap().len();
    let mut browser = house.world.browser();
    let [first, second] = [&cloud, &chat].map(|tool| tool.ask(&mut browser, &[]));
    assert_eq!(held(&browser).len(), 2);
    let landed = sign_in(&mut browser, &mut house.ana.key, &first);
    assert_eq!(landed.at.as_ref(), Some(&cloud.redirect), "the tab that she signed in in");
    assert_eq!(cloud.redeem(landed.code(), &[]).status, 200);
    // The other one hears of it, and goes on without a key being touched once more.
    let came = browser.get(second.back());
    let landed = follow(&mut browser, came);
    assert_eq!(landed.at.as_ref(), Some(&chat.redirect));
    assert_eq!(chat.redeem(landed.code(), &[]).status, 200);
    assert!(held(&browser).is_empty(), "{browser:?}");
    assert_eq!(
        house.world.people.sessions(person, Timestamp::now()).unwrap().len(),
        before + 1,
        "one session for both"
    );
}

#[test]
fn so_many_tabs_wait_and_no_more() {
    let mut house = House::new();
    let tool = house.tool();
    let mut browser = house.world.browser();
    for _ in 0..20 {
        assert!(tool.ask(&mut browser, &[]).is_sign_in());
        assert!(held(&browser).len() <= 8, "{browser:?}");
    }
    let last = tool.ask(&mut browser, &[]);
    assert_eq!(
        sign_in(&mut browser, &mut house.ana.key, &last).at.as_ref(),
        Some(&tool.redirect),
        "the newest is there"
    );
}
