//! The system calls that programs in a sandbox may make, whatever their arguments, by what they
//! are for. Those that depend on their arguments are in [`super::conditions`]; all others are
//! refused.
//!
//! It is Docker's default list for Docker's default capabilities, less what no ordinary program
//! misses. What is not here, and why:
//!
//! | refused | because |
//! |---|---|
//! | mount, umount2, pivot_root, fsopen, open_tree, move_mount, mount_setattr, … | the root is as it is |
//! | unshare, setns | no namespace is made or entered from inside |
//! | open_by_handle_at | it walks past directories (CVE-2014-3519) |
//! | bpf, perf_event_open, userfaultfd, io_uring_* | much kernel behind one door each; tools of attacks |
//! | keyctl, add_key, request_key | keyrings know no namespaces |
//! | init_module, finit_module, delete_module, kexec_*, reboot, swapon, acct, quotactl, … | the host's |
//! | clock_settime, settimeofday, sethostname, syslog, ioperm, iopl, vhangup, … | the host's |
//! | pidfd_getfd, kcmp, process_madvise, lookup_dcookie, mbind, set_mempolicy, … | as in Docker |
//! | fanotify_mark, memfd_secret, modify_ldt, process_mrelease, remap_file_pages | Docker has them; no program here needs them |
//!
//! ptrace is allowed, as in Docker: debuggers are programs that people want to try, since Linux 4.8
//! the filter stands behind it, and it reaches only the sandbox's own processes.

/// On every architecture.
pub(super) const EVERYWHERE: [&str; 10] =
    [FILES, ATTRIBUTES, READING, WAITING, MEMORY, PROCESSES, IDENTITY, TIME, NETWORK, MESSAGES];

/// Paths and directories.
const FILES: &str = "\
    chdir chroot close close_range dup dup3 faccessat faccessat2 fchdir fcntl flock fstatfs \
    getcwd getdents64 inotify_add_watch inotify_init1 inotify_rm_watch linkat listmount mkdirat \
    mknodat name_to_handle_at newfstatat openat openat2 readlinkat renameat renameat2 statfs \
    statmount statx symlinkat umask unlinkat";

/// Owners, modes, times and extended attributes.
const ATTRIBUTES: &str = "\
    fchmod fchmodat fchmodat2 fchown fchownat fgetxattr flistxattr fremovexattr fsetxattr fstat \
    getxattr lgetxattr listxattr llistxattr lremovexattr lsetxattr removexattr setxattr \
    utimensat";

/// What is done with open files.
const READING: &str = "\
    cachestat copy_file_range fadvise64 fallocate fdatasync fsync ftruncate io_cancel io_destroy \
    io_getevents io_pgetevents io_setup io_submit lseek pread64 preadv preadv2 pwrite64 pwritev \
    pwritev2 read readahead readv sendfile splice sync sync_file_range syncfs tee truncate \
    vmsplice write writev";

/// Waiting for events.
const WAITING: &str = "\
    epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 eventfd2 futex futex_requeue futex_wait \
    futex_waitv futex_wake get_robust_list pipe2 ppoll pselect6 set_robust_list signalfd4";

/// Memory.
const MEMORY: &str = "\
    brk madvise map_shadow_stack membarrier memfd_create mincore mlock mlock2 mlockall mmap \
    mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect";

/// Processes, threads, signals and scheduling.
const PROCESSES: &str = "\
    execve execveat exit exit_group getcpu getpgid getpid getppid getpriority getrlimit \
    getrusage getsid gettid ioprio_get ioprio_set kill landlock_add_rule landlock_create_ruleset \
    landlock_restrict_self pidfd_open pidfd_send_signal prctl prlimit64 process_vm_readv \
    process_vm_writev ptrace restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask \
    rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo \
    sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam \
    sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam \
    sched_setscheduler sched_yield seccomp set_tid_address setpgid setpriority setrlimit setsid \
    sigaltstack tgkill tkill wait4 waitid";

/// Users, groups, capabilities, and what the system says of itself.
const IDENTITY: &str = "\
    capget capset getegid geteuid getgid getgroups getrandom getresgid getresuid getuid setfsgid \
    setfsuid setgid setgroups setregid setresgid setresuid setreuid setuid sysinfo uname";

/// Clocks and timers. Setting a clock needs a capability that nobody has.
const TIME: &str = "\
    adjtimex clock_adjtime clock_getres clock_gettime clock_nanosleep getitimer gettimeofday \
    nanosleep setitimer timer_create timer_delete timer_getoverrun timer_gettime timer_settime \
    timerfd_create timerfd_gettime timerfd_settime times";

/// Sockets, once they are made.
const NETWORK: &str = "\
    accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg \
    recvmsg sendmmsg sendmsg sendto setsockopt shutdown";

/// System V and POSIX messages, semaphores and shared memory, all in the sandbox's own namespace.
const MESSAGES: &str = "\
    mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv \
    msgsnd semctl semget semop semtimedop shmat shmctl shmdt shmget";

/// What x86-64 has besides, mostly older forms of the above.
pub(super) const X86_64: &str = "\
    access alarm arch_prctl chmod chown creat dup2 epoll_create epoll_wait eventfd fork \
    futimesat getdents getpgrp inotify_init lchown link lstat mkdir mknod open pause pipe poll \
    readlink rename rmdir select signalfd stat symlink time unlink uretprobe utime utimes vfork";
