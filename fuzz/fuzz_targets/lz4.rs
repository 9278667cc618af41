#![no_main]
vauban_fuzz::reader!("lz4");
