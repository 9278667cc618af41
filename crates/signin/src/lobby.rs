//! Answers that wait hold connections, of which there are only so many. So few of one neighbourhood wait at a time, and not many of all: a flood
//! of failures, whoever sends it, leaves places to those who come with a good key. Whoever finds no room is told at once to come later.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use vauban_people::neighbourhood;
use vauban_serve::Limits;

/// One connection of so many may wait, whoever has it: 128 of the usual 512.
const OF_ALL: usize = 4;
/// One of so many may be of one neighbourhood: 8 of the usual 512.
const OF_ONE: usize = 64;

/// Where answers wait.
#[derive(Debug)]
pub(crate) struct Lobby {
    places: usize,
    places_of_one: usize,
    crowd: Arc<Mutex<Crowd>>,
}

/// Who waits.
#[derive(Debug, Default)]
struct Crowd {
    all: usize,
    of: HashMap<String, usize>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    crowd: Arc<Mutex<Crowd>>,
    whose: String,
}

impl Lobby {
    /// Room for a part of these connections.
    pub(crate) fn of(limits: &Limits) -> Self {
        let part = |of: usize| limits.connections.div_ceil(of);
        Self { places: part(OF_ALL), places_of_one: part(OF_ONE), crowd: Arc::default() }
    }

    /// A place for whoever comes from this address; nothing, where there is none left.
    pub(crate) fn enter(&self, address: Option<IpAddr>) -> Option<Place> {
        let whose = neighbourhood(address);
        let mut crowd = held(&self.crowd);
        let own = crowd.of.get(&whose).copied().unwrap_or_default();
        if crowd.all >= self.places || own >= self.places_of_one {
            return None;
        }
        crowd.all += 1;
        crowd.of.insert(whose.clone(), own + 1);
        Some(Place { crowd: Arc::clone(&self.crowd), whose })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut crowd = held(&self.crowd);
        crowd.all = crowd.all.saturating_sub(1);
        match crowd.of.get_mut(&self.whose) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(crowd.of.remove(&self.whose)),
        }
    }
}

fn held(crowd: &Mutex<Crowd>) -> MutexGuard<'_, Crowd> {
    crowd.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_of_one_neighbourhood_wait_and_not_many_of_all() {
        let lobby = Lobby::of(&Limits::default());
        let from = |text: &str| lobby.enter(Some(text.parse().unwrap()));
        let mut places: Vec<Place> = (1..=8).map(|host| from(&format!("2001:db8::{host}")).unwrap()).collect();
        assert!(from("2001:db8::9").is_none(), "one subscriber, whatever the address");
        assert!(from("2001:db8:0:1::1").is_some(), "another one, whose place is free again");
        drop(places.pop());
        places.push(from("2001:db8::9").unwrap());
        assert!(from("2001:db8::9").is_none());
        places.extend((0..120).map(|host| from(&format!("192.0.2.{host}")).unwrap()));
        assert!(from("198.51.100.1").is_none() && lobby.enter(None).is_none(), "there is no more room for anybody");
        drop(places);
        let crowd = held(&lobby.crowd);
        assert!(crowd.all == 0 && crowd.of.is_empty(), "nothing is remembered of whoever left");
    }
}
