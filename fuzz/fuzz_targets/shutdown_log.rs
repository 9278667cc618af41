#![no_main]
vauban_fuzz::reader!("shutdown_log");
