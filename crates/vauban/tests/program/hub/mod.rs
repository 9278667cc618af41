//! The agency's hub, by the program itself: desk, front, signer and parties.

mod counts;
mod desk;
mod guarded;
mod killed;
mod parties;
mod road;
mod roles;
mod steps;
mod stick;
