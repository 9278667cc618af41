#![no_main]
vauban_fuzz::reader!("event_json");
