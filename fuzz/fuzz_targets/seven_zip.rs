#![no_main]
vauban_fuzz::reader!("seven_zip");
