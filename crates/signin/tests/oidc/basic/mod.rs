//! Modelled on the modules of the OpenID Foundation's certification of basic providers and of their configuration; each test has its
//! module's name. What the modules ask without a challenge is asked twice: of an old tool, and of any other, which is refused.

mod codes;
mod config;
mod prompts;
mod requests;
mod scopes;
mod server;
