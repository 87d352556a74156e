//! Whether a provider answers, asked before its key is kept.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustls::ClientConfig;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    Origin, Target, Upstream,
    ask::ask,
    discover::{LIST_BYTES_MAX, names_in, question},
    outward,
    upstreams::{configured, upstream},
};
use crate::{
    config::{Config, ConfigError, UpstreamConfig},
    fair_queue::Rules,
    ledger::SealedSecrets,
    secrets::Envelope,
};

/// Whoever waits for it sits in front of a page.
const PATIENCE: Duration = Duration::from_secs(10);
/// Trials that wait for their turn.
const ASKED_MAX: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It lists these.
    Works(Vec<String>),
    /// It answered something else than a list.
    Answered(u16),
    /// The address may not be reached from here.
    NotPermitted,
    NotReached,
    TooSlow,
}

#[derive(Clone, Debug)]
pub struct Trial {
    pub tried: Tried,
    pub took: Duration,
}

struct Asked {
    upstream: Arc<Upstream>,
    done: oneshot::Sender<Trial>,
}

/// Where trials are asked for. One chore carries them out.
pub struct Trials {
    asks: mpsc::Sender<Asked>,
    asked: Mutex<Option<mpsc::Receiver<Asked>>>,
}

impl Default for Trials {
    fn default() -> Self {
        let (asks, asked) = mpsc::channel(ASKED_MAX);
        Self {
            asks,
            asked: Mutex::new(Some(asked)),
        }
    }
}

impl Trials {
    /// None: the gateway ends.
    pub async fn of(&self, upstream: Arc<Upstream>) -> Option<Trial> {
        let (done, waiting) = oneshot::channel();
        self.asks.send(Asked { upstream, done }).await.ok()?;
        waiting.await.ok()
    }

    /// As after the end of the chores.
    #[cfg(test)]
    pub fn stop(&self) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Carries out what is asked, one after the other. Needs a `LocalSet`.
    pub async fn carry_out(&self, tls: Arc<ClientConfig>) {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut asked) = asked else { return };
        while let Some(one) = asked.recv().await {
            let began = Instant::now();
            let tried = timeout(PATIENCE, list(&one.upstream, &tls)).await;
            // Whoever went away does not wait for it.
            let _ = one.done.send(Trial {
                tried: tried.unwrap_or(Tried::TooSlow),
                took: began.elapsed(),
            });
        }
    }
}

async fn list(upstream: &Upstream, tls: &Arc<ClientConfig>) -> Tried {
    let Target::Http { origin, .. } = &upstream.target else {
        return Tried::NotReached;
    };
    let Some(request) = question(upstream) else {
        return Tried::NotReached;
    };
    match ask(origin, tls, request, LIST_BYTES_MAX).await {
        Ok((head, body)) if head.status.is_success() => match names_in(&body) {
            Some(names) => Tried::Works(names),
            None => Tried::Answered(head.status.as_u16()),
        },
        Ok((head, _)) => Tried::Answered(head.status.as_u16()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Tried::NotPermitted,
        Err(_) => Tried::NotReached,
    }
}

/// An upstream as it would be with this key; without one, with the key that is stored for it.
pub fn on_trial(
    config: &Config,
    one: &UpstreamConfig,
    secret: Option<&str>,
    stored: &SealedSecrets,
    envelope: &Envelope,
) -> Result<Arc<Upstream>, ConfigError> {
    let (mut made, provider) = configured(one, Rules::UNLIMITED, stored, envelope)?;
    if let Some(secret) = secret {
        let base_url = one.base_url.as_deref().or(provider.base_url).unwrap_or_default();
        made = upstream(&one.name, provider, base_url, Some(secret))?;
    }
    if one.is_added
        && let Some(Upstream {
            target: Target::Http { origin, .. },
            ..
        }) = Arc::get_mut(&mut made)
    {
        *origin = Origin::within(origin.clone(), config.reach().unwrap_or_default());
    }
    let mut upstreams = vec![(made, provider)];
    outward::assign(&mut upstreams, config, |name| std::env::var(name).ok())?;
    let (made, _) = upstreams.remove(0);
    Ok(made)
}
