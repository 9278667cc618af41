//! Answers that were damaged at random: nothing panics, and whatever is in force was signed and is whole.

use rand_chacha::rand_core::RngCore as _;

use crate::{
    hub::Hub,
    made::{STREAM, blind_first, blind_next, enrolled, evening, names, rng},
    round::outcome,
};

#[test]
fn whatever_comes_the_old_or_the_new_is_in_force() {
    let mut run = vec![blind_first(STREAM, &names("evil", 3), 1)];
    run.push(blind_next(&run, 2, 1, &names("evil", 4)));
    let state = tempfile::tempdir().unwrap();
    let mut party = enrolled(state.path());
    outcome(&mut party, &Hub::new(STREAM, run[..1].to_vec()), evening(1)).unwrap();
    let (mut refused, mut passed) = (0, 0);
    for seed in 0..400 {
        let hub = Hub::new(STREAM, run.clone()).lies(move |_, path, (status, mut bytes)| {
            let mut rng = rng(seed + path.len() as u64 * 1000);
            for _ in 0..rng.next_u32() % 3 {
                let at = rng.next_u32() as usize % bytes.len().max(1);
                match rng.next_u32() % 3 {
                    0 => bytes.truncate(at),
                    1 => bytes.insert(at.min(bytes.len()), rng.next_u32().to_le_bytes()[0]),
                    _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (seed % 8)),
                }
            }
            (status, bytes)
        });
        let is_taken = match party.update(&hub, evening(2)) {
            Ok(updated) => {
                updated.streams.iter().any(|stream| stream.stream.to_string() == STREAM && stream.outcome.is_ok())
            }
            Err(_) => false,
        };
        let ours = party.streams().iter().find(|stream| stream.id().to_string() == STREAM).unwrap();
        let current = ours.current().unwrap();
        let number = current.signed().manifest().number.get();
        assert_eq!(current.signed().digest(), run[usize::try_from(number).unwrap() - 1].signed().digest());
        assert_eq!(ours.stopped().unwrap(), None, "damage is no contradiction");
        current.table().unwrap().unwrap();
        *(if is_taken { &mut passed } else { &mut refused }) += 1;
        if number == 2 {
            // Begins again.
            drop(party);
            std::fs::remove_dir_all(state.path().join("hub")).unwrap();
            party = enrolled(state.path());
            outcome(&mut party, &Hub::new(STREAM, run[..1].to_vec()), evening(1)).unwrap();
        }
    }
    assert!(refused > 100 && passed > 10, "{refused} refused, {passed} taken");
}
