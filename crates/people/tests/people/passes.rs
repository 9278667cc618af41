//! Ways into tools: good once, at one tool, in one browser; and nothing leads anywhere once the session is over.

use vauban_people::{
    Actor, Binding, BrowserToken, Doorway, EventKind, PassToken, PeopleError, Refusal, Started, TicketToken,
};

use crate::made::{Somebody, Town, device, refusal};

const WIKI: &str = "wiki.campagne.example";

struct Way {
    town: Town,
    ana: Somebody,
    started: Started,
    browser: BrowserToken,
}

impl Way {
    fn new() -> Self {
        let (mut town, ana, _) = Town::founded();
        let started = town.sign_in(&ana, Binding::Plain).unwrap();
        let browser = BrowserToken::random(&mut town.rng);
        Self { town, ana, started, browser }
    }

    fn ticket(&mut self, host: &str) -> Result<TicketToken, PeopleError> {
        let to = Doorway { host, browser: self.browser.hash() };
        self.town.people.ticket(&self.started.token.hash(), &to, &mut self.town.rng, self.town.now)
    }

    fn enter(&mut self, ticket: &TicketToken, host: &str) -> Result<PassToken, PeopleError> {
        let at = Doorway { host, browser: self.browser.hash() };
        Ok(self.town.people.enter(&ticket.hash(), &at, &mut self.town.rng, self.town.now)?.token)
    }

    fn pass(&mut self) -> PassToken {
        let ticket = self.ticket(WIKI).unwrap();
        self.enter(&ticket, WIKI).unwrap()
    }

    fn is_admitted(&self, pass: &PassToken, host: &str) -> bool {
        self.town.people.admitted(&pass.hash(), host, self.town.now).unwrap().is_some()
    }
}

#[test]
fn a_ticket_is_good_once_at_its_tool_in_its_browser() {
    let mut way = Way::new();
    let ticket = way.ticket(WIKI).unwrap();
    assert_eq!(refusal(way.enter(&ticket, "evil.example")), Refusal::NoTicket);
    let own = std::mem::replace(&mut way.browser, BrowserToken::random(&mut way.town.rng));
    assert_eq!(refusal(way.enter(&ticket, WIKI)), Refusal::NoTicket, "somebody else's browser");
    way.browser = own;
    let pass = way.enter(&ticket, WIKI).unwrap();
    assert_eq!(refusal(way.enter(&ticket, WIKI)), Refusal::NoTicket, "a replay");
    assert!(way.is_admitted(&pass, WIKI) && !way.is_admitted(&pass, "cloud.campagne.example"));
    let late = way.ticket(WIKI).unwrap();
    way.town.pass(60);
    assert_eq!(refusal(way.enter(&late, WIKI)), Refusal::NoTicket);
    let long = "a".repeat(300);
    for host in ["", long.as_str()] {
        assert_eq!(refusal(way.ticket(host)), Refusal::NoTicket);
    }
}

#[test]
fn a_pass_is_short_and_dies_with_its_session() {
    let mut way = Way::new();
    let pass = way.pass();
    way.town.pass(899);
    assert!(way.is_admitted(&pass, WIKI));
    way.town.pass(1);
    assert!(!way.is_admitted(&pass, WIKI));

    let pass = way.pass();
    let ticket = way.ticket(WIKI).unwrap();
    let own = Actor::Session(way.started.token.hash());
    way.town.people.end_session(&own, way.started.session, way.town.now).unwrap();
    assert!(!way.is_admitted(&pass, WIKI));
    assert_eq!(refusal(way.enter(&ticket, WIKI)), Refusal::NoTicket);
}

#[test]
fn a_pass_ends_no_later_than_its_session() {
    let mut way = Way::new();
    way.town.pass(3_590);
    let pass = way.pass();
    way.town.pass(10);
    assert!(!way.is_admitted(&pass, WIKI));
}

#[test]
fn whoever_is_suspended_has_no_pass_any_more() {
    let mut way = Way::new();
    let pass = way.pass();
    way.town.people.suspend(&Actor::Machine, way.ana.id, way.town.now).unwrap();
    assert!(!way.is_admitted(&pass, WIKI));
}

#[test]
fn what_led_from_an_unbound_session_ends_when_it_is_bound() {
    let mut way = Way::new();
    let pass = way.pass();
    way.town.people.bind(&way.started.token.hash(), &device(), &mut way.town.rng, way.town.now).unwrap();
    assert!(!way.is_admitted(&pass, WIKI), "a thief of the first cookie may have made it");
}

#[test]
fn however_often_somebody_enters_there_are_few_passes_and_one_event() {
    let mut way = Way::new();
    let passes: Vec<PassToken> = (0..20)
        .map(|_| {
            way.town.now += jiff::SignedDuration::from_millis(1);
            way.pass()
        })
        .collect();
    assert_eq!(passes.iter().filter(|pass| way.is_admitted(pass, WIKI)).count(), 8);
    let entered = |way: &Way| {
        let events = way.town.people.events_about(way.ana.id, 100).unwrap();
        events.iter().filter(|event| event.kind == EventKind::ToolEntered).count()
    };
    assert_eq!(entered(&way), 1);
    way.town.pass(900);
    way.pass();
    assert_eq!(entered(&way), 2);
}
