//! The ways out: `exit`, the end of input, and an editor that is gone. Each ends the process within
//! 50 ms with its own exit code, whatever still runs.

use std::{
    process,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{output::Output, usage_log::UsageLog};

/// After this the process ends even if the editor reads nothing and the disk is slow.
const TIME_MAX: Duration = Duration::from_millis(35);
/// Of it, what the usage log may take for its last rows.
const LOG_TIME_MAX: Duration = Duration::from_millis(20);
/// Answers that are ready need a few turns of the scheduler to reach the output.
const TURNS: usize = 32;

#[derive(Clone)]
pub struct Ending(Arc<Inner>);

struct Inner {
    output: Output,
    usage_log: OnceLock<UsageLog>,
    shutdown_requested: AtomicBool,
    leaving: AtomicBool,
}

impl Ending {
    pub fn new(output: Output) -> Self {
        Self(Arc::new(Inner {
            output,
            usage_log: OnceLock::new(),
            shutdown_requested: AtomicBool::new(false),
            leaving: AtomicBool::new(false),
        }))
    }

    /// Names the log whose last rows are written before the end.
    pub fn flushes(&self, usage_log: UsageLog) {
        let _ = self.0.usage_log.set(usage_log);
    }

    pub fn shutdown_requested(&self) {
        self.0.shutdown_requested.store(true, Ordering::Relaxed);
    }

    /// The editor said `exit`: code 0 after `shutdown`, else 1.
    pub fn exit(&self) {
        let orderly = self.0.shutdown_requested.load(Ordering::Relaxed);
        self.leave(if orderly { 0 } else { 1 });
    }

    /// The input ended, or the editor's process did.
    pub fn leave_without_exit(&self) {
        self.leave(1);
    }

    fn leave(&self, code: i32) {
        if self.0.leaving.swap(true, Ordering::Relaxed) {
            return;
        }
        let watchdog = thread::Builder::new().name("ending".into()).spawn(move || {
            thread::sleep(TIME_MAX);
            process::exit(code);
        });
        if watchdog.is_err() {
            process::exit(code);
        }
        let ending = self.clone();
        tokio::spawn(async move {
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            if let Some(log) = ending.0.usage_log.get() {
                log.flush(LOG_TIME_MAX).await;
            }
            ending.0.output.finish(code);
        });
    }

    /// Leaves when the editor's process ends; needed where something else keeps the pipe open.
    pub fn watch_parent(&self, process_id: u32) {
        let ending = self.clone();
        tokio::spawn(async move {
            parent::ended(process_id).await;
            ending.leave_without_exit();
        });
    }
}

#[cfg(unix)]
mod parent {
    use std::time::Duration;

    use rustix::{
        io::Errno,
        process::{Pid, test_kill_process},
    };

    const CHECK_EVERY: Duration = Duration::from_secs(1);

    /// Waits until the process ends; for ever if it cannot be seen.
    pub async fn ended(process_id: u32) {
        let Some(pid) = i32::try_from(process_id).ok().and_then(Pid::from_raw) else {
            return std::future::pending().await;
        };
        if notified_end(pid).await.is_ok() {
            return;
        }
        while test_kill_process(pid) != Err(Errno::SRCH) {
            tokio::time::sleep(CHECK_EVERY).await;
        }
    }

    /// The kernel says when: no polling, no delay. A thread waits, since the runtime watches only
    /// descriptors of its own kinds.
    #[cfg(target_os = "linux")]
    async fn notified_end(pid: Pid) -> std::io::Result<()> {
        use rustix::{
            event::{PollFd, PollFlags, poll},
            process::{PidfdFlags, pidfd_open},
        };

        let descriptor = match pidfd_open(pid, PidfdFlags::empty()) {
            Err(Errno::SRCH) => return Ok(()),
            other => other?,
        };
        let (ended, has_ended) = tokio::sync::oneshot::channel();
        std::thread::Builder::new().name("parent".into()).spawn(move || {
            let mut watched = [PollFd::new(&descriptor, PollFlags::IN)];
            while matches!(poll(&mut watched, None), Err(Errno::INTR)) {}
            // The receiver goes only with the process.
            let _ = ended.send(());
        })?;
        has_ended.await.map_err(std::io::Error::other)
    }

    #[cfg(not(target_os = "linux"))]
    async fn notified_end(_: Pid) -> std::io::Result<()> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

#[cfg(not(unix))]
mod parent {
    /// The end of input tells; a job object of the editor does the rest.
    pub async fn ended(_: u32) {
        std::future::pending().await
    }
}
