#![no_main]
vauban_fuzz::reader!("pst");
