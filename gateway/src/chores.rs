//! What a gateway does beside answering: it listens for signals, and some work comes back.

mod alerts;
mod credit;
mod models;
mod prices;
mod repeat;
pub(crate) mod retention;
mod signals;

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::{LocalSet, spawn_local},
    time::sleep,
};

use crate::{alert, cluster, ledger::Changes, reconcile::keep_reading, report, state::Gateway};
use repeat::repeat;
pub use signals::Signals;

/// How late an expiry or an allowance may be.
const DUE: Duration = Duration::from_secs(5);
/// A price that comes into force is kept by then.
const PRICES: Duration = Duration::from_secs(2);
/// How often lost holds are looked for.
const SWEEP: Duration = Duration::from_secs(60);
/// On a shared database this also says that the gateway lives.
const SWEEP_SHARED: Duration = Duration::from_secs(10);

/// The chores of a gateway, in a thread of their own; over when dropped.
pub struct Chores {
    end: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<std::io::Result<()>>>,
}

impl Chores {
    pub fn start(
        gateway: Arc<Gateway>,
        tls: Arc<rustls::ClientConfig>,
        changes: Option<Changes>,
        signals: Signals,
    ) -> std::io::Result<Self> {
        let (end, ended) = watch::channel(false);
        let thread = std::thread::Builder::new().name("chores".into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            LocalSet::new().block_on(&runtime, async move {
                #[cfg(unix)]
                spawn_local(signals::reload_when_told(signals.hang_up, Arc::clone(&gateway)));
                begin(&gateway, tls, changes);
                signals::wait_for_stop(&gateway, signals.stop, ended).await;
            });
            Ok(())
        })?;
        Ok(Self {
            end,
            thread: Some(thread),
        })
    }
}

impl Drop for Chores {
    fn drop(&mut self) {
        self.end.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // Nothing depends on how a chore ended.
            let _ = thread.join();
        }
    }
}

fn begin(gateway: &Arc<Gateway>, tls: Arc<rustls::ClientConfig>, changes: Option<Changes>) {
    let shared = || Arc::clone(gateway);
    spawn_local(credit::tell_balances(shared()));
    chore(
        gateway,
        "The look for lost holds",
        credit::sweep,
        sweep_pause(gateway),
    );
    chore(gateway, "What is due at this time", credit::keep_time, DUE);
    chore(gateway, "The sums of usage", report::keep, report::PAUSE);
    spawn_local(keep_reading(shared(), Arc::clone(&tls)));
    let kept = prices::Kept::default();
    chore(
        gateway,
        "Keeping prices",
        async move |gateway: &Gateway| kept.keep(gateway).await,
        PRICES,
    );
    let (trying, outward) = (shared(), Arc::clone(&tls));
    spawn_local(async move { trying.trials.carry_out(outward).await });
    chore(gateway, "The look for alerts", alert::look, alert::PAUSE);
    chore(
        gateway,
        "Letting go what is old",
        retention::keep,
        retention::PAUSE,
    );
    spawn_local(alerts::keep_sending(shared(), Arc::clone(&tls)));
    spawn_local(alert::keep_testing(shared(), Arc::clone(&tls)));
    spawn_local(models::keep_finding(shared(), tls));
    if let Some(changes) = changes {
        spawn_local(cluster::follow(shared(), changes));
        spawn_local(cluster::watch_balances(shared()));
        chore(
            gateway,
            "The count of gateways",
            cluster::count_gateways,
            cluster::COUNT,
        );
        chore(
            gateway,
            "The look at upstreams",
            cluster::look_at_upstreams,
            cluster::LOOK_AT_UPSTREAMS,
        );
        chore(
            gateway,
            "The look at the settings",
            crate::settings::renew_chosen,
            cluster::LOOK_AT_UPSTREAMS,
        );
    }
}

fn sweep_pause(gateway: &Gateway) -> Duration {
    if gateway.ledger.is_local() {
        SWEEP
    } else {
        SWEEP_SHARED
    }
}

/// Does some work on the gateway now, and again after each pause.
fn chore<E: std::fmt::Display + 'static>(
    gateway: &Arc<Gateway>,
    name: &'static str,
    work: impl AsyncFn(&Gateway) -> Result<(), E> + 'static,
    pause: Duration,
) {
    let gateway = Arc::clone(gateway);
    spawn_local(async move {
        repeat(name, async || work(&gateway).await, async || sleep(pause).await).await;
    });
}
