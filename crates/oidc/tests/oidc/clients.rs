//! What administrators do with clients.

use vauban_oidc::{Addresses, Algorithm, Authentication, ClientError, Decision, NewClient, Refusal};

use crate::house::{House, SESSION};

fn client(id: &str) -> NewClient {
    NewClient {
        id: id.parse().unwrap(),
        name: "Chat".to_owned(),
        host: "chat.example".to_owned(),
        authentication: Authentication::None,
        redirects: vec!["https://chat.example/cb".parse().unwrap()],
        after_logout: Vec::new(),
        told_of_logout: None,
        algorithm: Algorithm::Rs256,
        pushes: false,
    }
}

#[test]
fn clients_are_added_listed_renewed_and_removed() {
    let mut house = House::new();
    let added = house.provider.add_client(client("chat"), house.now, &mut house.rng).unwrap();
    assert!(added.secret.is_none() && !added.client.is_legacy);
    let names = |house: &House| -> Vec<String> {
        house.provider.clients().unwrap().iter().map(|client| client.known.id.to_string()).collect()
    };
    assert_eq!(names(&house), ["chat", "cloud"]);
    let cloud = "cloud".parse().unwrap();
    assert!(house.provider.set_legacy(&cloud, true).unwrap().is_legacy);
    assert!(house.provider.clients().unwrap()[1].is_legacy, "for the list that shows it in red");
    assert!(!house.provider.set_legacy(&cloud, false).unwrap().is_legacy);
    let chat = "chat".parse().unwrap();
    assert!(matches!(house.provider.renew_secret(&chat, &mut house.rng), Err(ClientError::NoSecret)));
    house.provider.remove_client(&chat).unwrap();
    assert!(matches!(house.provider.remove_client(&chat), Err(ClientError::Unknown)));
    assert!(matches!(house.provider.renew_secret(&chat, &mut house.rng), Err(ClientError::Unknown)));
    assert_eq!(names(&house), ["cloud"]);
}

#[test]
fn a_client_gets_other_addresses_and_keeps_the_rest() {
    let mut house = House::new();
    let cloud = "cloud".parse().unwrap();
    let code = house.code();
    let tokens = house.redeem(&code).unwrap();
    let request = house.kept();
    house.provider.session_ended(SESSION, house.now).unwrap();
    let other = "https://cloud.example/other".parse().unwrap();
    let addresses = Addresses { redirects: Some(vec![other]), ..Addresses::default() };
    let client = house.provider.change_client(&cloud, addresses).unwrap();
    assert!(client.known.told_of_logout.is_some() && client.known.name == "Cloud");
    assert_eq!(house.provider.known_client(&cloud).unwrap().unwrap().known.redirects, client.known.redirects);
    assert_eq!(house.go_on(&request), Decision::Gone, "nothing is answered at an address that is none any more");
    assert!(house.provider.receive(House::request().as_bytes(), house.now, &mut house.rng).is_err());
    let still = house.refresh(&tokens).unwrap_err();
    assert_eq!(still.refusal(), Some(Refusal::Refresh), "the secret is the same: {still:?}");

    assert_eq!(house.provider.deliveries(10, house.now).unwrap().len(), 1);
    let silent = Addresses { told_of_logout: Some(None), ..Addresses::default() };
    house.provider.change_client(&cloud, silent).unwrap();
    assert!(house.provider.deliveries(10, house.now).unwrap().is_empty());
    let nowhere = Addresses { redirects: Some(Vec::new()), ..Addresses::default() };
    assert!(matches!(house.provider.change_client(&cloud, nowhere), Err(ClientError::Incomplete)));
    let stranger = house.provider.change_client(&"x".parse().unwrap(), Addresses::default());
    assert!(matches!(stranger, Err(ClientError::Unknown)));
}

#[test]
fn keys_are_renewed_where_a_client_has_keys() {
    let mut house = House::new();
    let set = |x: &str| {
        let text = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}]}}"#);
        Authentication::by_keys(text.as_bytes()).unwrap()
    };
    let first = set("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    let next = set("PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw");
    let new = NewClient { authentication: first.clone(), ..client("signs") };
    assert!(house.provider.add_client(new, house.now, &mut house.rng).unwrap().secret.is_none());
    let signs = "signs".parse().unwrap();
    assert_eq!(house.provider.renew_keys(&signs, next.clone()).unwrap().known.authentication, next);
    assert_eq!(house.provider.known_client(&signs).unwrap().unwrap().known.authentication, next);
    for (id, keys) in [("signs", Authentication::Secret), ("cloud", first.clone())] {
        let renewed = house.provider.renew_keys(&id.parse().unwrap(), keys);
        assert!(matches!(renewed, Err(ClientError::NoKeys)), "nobody comes to show something else: {renewed:?}");
    }
    assert!(matches!(house.provider.renew_keys(&"x".parse().unwrap(), first), Err(ClientError::Unknown)));
}

#[test]
fn a_client_that_could_not_be_answered_is_not_added() {
    let mut house = House::new();
    let mut add = |change: &dyn Fn(&mut NewClient)| {
        let mut new = client("chat");
        change(&mut new);
        house.provider.add_client(new, house.now, &mut house.rng).unwrap_err().to_string()
    };
    assert_eq!(add(&|new| new.id = "cloud".parse().unwrap()), ClientError::Taken.to_string());
    let many = || vec!["https://chat.example/cb".parse().unwrap(); 17];
    let incomplete: [&dyn Fn(&mut NewClient); 4] =
        [&|new| new.redirects.clear(), &|new| new.redirects = many(), &|new| new.host.clear(), &|new| {
            new.name = "x".repeat(129)
        }];
    for change in incomplete {
        assert_eq!(add(change), ClientError::Incomplete.to_string());
    }
    for nowhere in ["http://127.0.0.1:*/told", "org.example.app:/told"] {
        assert_eq!(add(&|new| new.told_of_logout = Some(nowhere.parse().unwrap())), ClientError::NotWeb.to_string());
    }
}

#[test]
fn there_are_so_many_clients_and_no_more() {
    let mut house = House::new();
    for number in 0..199 {
        house.provider.add_client(client(&format!("c{number}")), house.now, &mut house.rng).unwrap();
    }
    let more = house.provider.add_client(client("more"), house.now, &mut house.rng);
    assert!(matches!(more, Err(ClientError::TooMany)), "{more:?}");
}
