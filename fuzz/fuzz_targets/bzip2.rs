#![no_main]
vauban_fuzz::reader!("bzip2");
