#![no_main]
vauban_fuzz::reader!("plist");
