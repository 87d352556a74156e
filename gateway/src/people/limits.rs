//! How often somebody may try to get in, at all gateways on a database together. Each gateway counts
//! in memory first, which costs nothing; where there are others, the database counts for all of them
//! by its own clock ([`crate::ledger::Ledger::count_failure`]). Peers and accounts are kept there as
//! MACs: nobody reads who tried.

use std::net::IpAddr;

use protocol::Problem;

use crate::{
    clock::steady_ms,
    failure_limit::{FailureLimit, FailuresMax, network_of, seconds},
    state::{Gateway, internal},
};

/// Of one account from one network, wrong or not; a right one clears it. The pauses of
/// [`super::Attempts`] let through no more than about so many in an hour.
const ATTEMPTS: FailuresMax = FailuresMax {
    per_minute: 5,
    per_hour: 15,
};

/// The seconds to wait, if one has to.
type Wait = Result<Option<u64>, Problem>;

impl Gateway {
    /// Whether the peer failed too often to be heard at all, whoever it says that it is.
    pub async fn sign_in_wait(&self, peer: IpAddr) -> Wait {
        if let Some(seconds) = self.door.peers.wait_seconds(peer, steady_ms()) {
            return Ok(Some(seconds));
        }
        let mac = self.limited("sign-in", "", peer);
        let waits = self.reader.failure_wait(&mac, self.door.peers.limits()).await;
        Ok(waits.map_err(internal)?.map(seconds))
    }

    /// Counts a sign-in that was refused.
    pub async fn note_refused_sign_in(&self, peer: IpAddr) -> Result<(), Problem> {
        tracing::info!(peer = %peer, "A sign-in was refused");
        self.count("sign-in", &self.door.peers, peer).await.map(drop)
    }

    /// Counts a code that a device asks for.
    pub async fn count_device_code(&self, peer: IpAddr) -> Wait {
        self.count("device-code", &self.door.codes, peer).await
    }

    async fn count(&self, what: &str, here: &FailureLimit, peer: IpAddr) -> Wait {
        if let Some(seconds) = here.note_failure(peer, steady_ms()) {
            return Ok(Some(seconds));
        }
        let mac = self.limited(what, "", peer);
        let waits = self.ledger.count_failure(mac, here.limits()).await;
        Ok(waits.map_err(internal)?.map(seconds))
    }

    /// Counts a try at something secret of an account, before anybody knows whether it is right: of
    /// many at once, at however many gateways, only as many pass as are free.
    pub async fn begin_attempt(&self, account: &str, peer: IpAddr) -> Wait {
        if let Err(seconds) = self.door.attempts.begin(account, peer, steady_ms()) {
            return Ok(Some(seconds));
        }
        let mac = self.limited("attempt", account, peer);
        let waits = self.ledger.count_failure(mac, ATTEMPTS).await;
        Ok(waits.map_err(internal)?.map(seconds))
    }

    /// The try was right: what came before does not count any more.
    pub async fn forget_attempts(&self, account: &str, peer: IpAddr) -> Result<(), Problem> {
        self.door.attempts.forget(account, peer);
        let mac = self.limited("attempt", account, peer);
        self.ledger.forget_failures(mac).await.map_err(internal)
    }

    fn limited(&self, what: &str, account: &str, peer: IpAddr) -> [u8; 32] {
        let text = format!("{what}|{}|{account}", network_of(peer));
        self.directory.pepper().mac(text.as_bytes())
    }
}
