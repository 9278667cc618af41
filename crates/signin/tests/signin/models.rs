//! Where the rules ask it, an administrator's key is of a model that is vouched for; everybody else's is any.

use jiff::Timestamp;
use vauban_people::{Actor, People, Rules};
use vauban_signin::{Model, Models, Settings, SignIn, SignInError};
use vauban_softkey::honest;

use crate::{
    maker::Maker,
    world::{World, rng},
};

const MODEL: [u8; 16] = [0xab; 16];

fn rules() -> Rules {
    Rules { attested_administrators: true, ..Rules::default() }
}

#[test]
fn an_administrators_key_is_of_a_model_on_the_list_and_a_members_is_any() {
    let maker = Maker::new();
    let mut models = Models::default();
    let model: Model = uuid::Uuid::from_bytes(MODEL).to_string().parse().unwrap();
    models.trust(&maker.root, [model]).unwrap();
    let world = World::ruled(&rules(), |settings| settings.models = models);
    let (now, mut random) = (Timestamp::now(), rng().unwrap());
    let mut founders = ["Ana", "Bob"].map(|name| {
        let request = world.people.found(name.parse().unwrap(), &mut random, now).unwrap();
        let link = world.link(request.id);
        let mut browser = world.browser();
        for (what, code, came) in [
            ("says nothing", "model", browser.make_with("/enrol", &link, 1, honest)),
            ("is of another model", "model", browser.make_with("/enrol", &link, 1, maker.made([0xcd; 16]))),
            ("is a stranger's", "model", browser.make_with("/enrol", &link, 1, Maker::new().made(MODEL))),
        ] {
            let came = came.err().unwrap();
            assert_eq!((came.status, came.code().as_str()), (403, code), "a key that {what}");
            assert!(came.body.contains("on the list"), "a sentence that says what to do: {came:?}");
        }
        let seed = name.as_bytes()[0];
        let key = browser.make_with("/enrol", &link, seed, maker.made(MODEL)).unwrap();
        crate::world::Person { browser, key }
    });
    let mine = founders[0].browser.get("/mine").body;
    assert!(mine.contains("a security key that is admitted") && !mine.contains("on my phone"), "{mine}");
    let came = {
        let founder = &mut founders[0];
        founder.browser.add_key(&mut founder.key, 9).err().unwrap()
    };
    assert_eq!(came.code(), "model", "nor is a weaker one added");

    let mut cleo = world.member("Cleo", &mut founders, 3);
    assert!(cleo.browser.get("/mine").body.contains("Add on my phone"));
    let id = world.people.find("Cleo").unwrap().id;
    let asked = world.people.ask_role(&Actor::Machine, id, vauban_people::Role::Administrator, &mut random, now);
    assert_eq!(asked.unwrap_err().refusal(), Some(vauban_people::Refusal::NotAttested), "by way of a role");
}

#[test]
fn where_no_administrator_could_have_a_key_nothing_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let people = People::open(&folder.path().join("people.sqlite"), rules()).unwrap();
    let settings = Settings::of("http://localhost:1", vauban_model::Lang::En);
    let frame = |_, _: &str, content: &maud::Markup| content.clone();
    assert!(matches!(SignIn::new(people, settings, frame, Timestamp::now, rng), Err(SignInError::NoModel)));
}
