//! The seam to the kernel's rules: where traffic leaves by names only, an address is opened before it is told.

use std::{future::Future, net::IpAddr, pin::Pin};

/// What opens.
pub trait Opens: Send + Sync {
    /// Whether all of these are open to this device for long enough, without asking anybody.
    fn are_open(&self, device: IpAddr, to: &[IpAddr]) -> bool;

    /// Opens these to this device for the lifetime of an answer, in seconds; done when the kernel has it.
    fn open<'o>(
        &'o self,
        device: IpAddr,
        to: &'o [IpAddr],
        ttl: u32,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'o>>;

    /// Cuts this device off from these, connections that stand included.
    fn cut<'o>(
        &'o self,
        device: IpAddr,
        from: &'o [IpAddr],
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'o>>;
}
