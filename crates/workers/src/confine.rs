//! Shutting a process in: what it may still ask of the kernel once it is about to see hostile bytes.
//!
//! Two walls. Landlock takes away every path and every port; seccomp leaves only the calls that computing and answering
//! need, so that a reader that was taken over cannot open, connect, write, start or trace anything. It can use the
//! socket to its host, the file it was handed and memory up to its limit. Memory can no longer be made executable:
//! compiled rules were loaded before.

use std::{fs, io};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _, RulesetStatus,
    Scope,
};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

/// Which walls stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confinement {
    /// Paths and ports are gone (Landlock). Absent on kernels before 5.13 and where it is switched off.
    pub landlock: bool,
    /// System calls are filtered (seccomp).
    pub seccomp: bool,
}

impl Confinement {
    pub(crate) fn to_byte(self) -> u8 {
        u8::from(self.landlock) | u8::from(self.seccomp) << 1
    }

    pub(crate) fn from_byte(byte: u8) -> Self {
        Self { landlock: byte & 1 != 0, seccomp: byte & 2 != 0 }
    }
}

/// Shuts the calling process in. It must have one thread: later ones inherit.
/// `memory` is how many bytes it may still allocate.
///
/// # Errors
/// When a limit cannot be set. A wall that the kernel does not have is no error: it is in the result.
pub(crate) fn confine(memory: u64) -> io::Result<Confinement> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let most = |bytes| Rlimit { current: Some(bytes), maximum: Some(bytes) };
    setrlimit(Resource::Data, most(allocated().saturating_add(memory)))?;
    setrlimit(Resource::Core, most(0))?;
    setrlimit(Resource::Fsize, most(0))?;
    setrlimit(Resource::Nofile, most(64))?;
    let landlock = landlock().unwrap_or(false);
    let seccomp = seccomp().is_ok();
    Ok(Confinement { landlock, seccomp })
}

/// What the kernel counts as this process's data now: the limit is above that.
fn allocated() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(256 << 10) << 10
}

/// Handles every right and grants none.
fn landlock() -> Result<bool, landlock::RulesetError> {
    const NEWEST: ABI = ABI::V6;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// Calls that are always let through.
const ALLOWED: &[i64] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_recvmsg,
    libc::SYS_recvfrom,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_statx,
    libc::SYS_newfstatat,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_ppoll,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_tgkill,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Refused by the filter before this one, with the answer that makes the C library fall back to `clone`.
    libc::SYS_clone3,
];

/// Lets through what computing needs. Everything else fails with EPERM, so that a library that looks around (for the
/// number of processors, say) goes on without.
fn seccomp() -> Result<(), Box<dyn std::error::Error>> {
    let not_there = SeccompAction::Errno(u32::try_from(libc::ENOSYS)?);
    let refused = SeccompAction::Errno(u32::try_from(libc::EPERM)?);
    let target = std::env::consts::ARCH.try_into()?;
    let unconditional = [(libc::SYS_clone3, Vec::new())].into_iter().collect();
    let first = SeccompFilter::new(unconditional, SeccompAction::Allow, not_there, target)?;
    let mut calls: std::collections::BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let flags = |argument, mask: i32, value: i32| -> Result<SeccompRule, Box<dyn std::error::Error>> {
        let operator = SeccompCmpOp::MaskedEq(u64::try_from(mask)?);
        let wanted = u64::try_from(value)?;
        Ok(SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, wanted)?])?)
    };
    // Threads, not processes.
    calls.insert(libc::SYS_clone, vec![flags(0, libc::CLONE_THREAD, libc::CLONE_THREAD)?]);
    // Memory, not code.
    calls.insert(libc::SYS_mmap, vec![flags(2, libc::PROT_EXEC, 0)?]);
    calls.insert(libc::SYS_mprotect, vec![flags(2, libc::PROT_EXEC, 0)?]);
    // The name of a thread, and nothing else that this call can do.
    calls.insert(libc::SYS_prctl, vec![flags(0, i32::MAX, libc::PR_SET_NAME)?]);
    let second = SeccompFilter::new(calls, refused, SeccompAction::Allow, target)?;
    for filter in [first, second] {
        let program: BpfProgram = filter.try_into()?;
        seccompiler::apply_filter(&program)?;
    }
    Ok(())
}
