//! What the database cannot keep. One value of one operation fails the transaction of a whole batch,
//! so the batch is done again, each operation in a transaction of its own: then that operation alone
//! is refused, and the ledger goes on. A settle is never lost over a text; it is written without.

use std::sync::Arc;

use super::{Node, hot::Hot};
use crate::ledger::{LedgerError, RequestOrigin, Settle};

/// The outcome; none where it was refused, which whoever asked hears by the answer that does not come.
pub(super) fn unless_refused<T>(outcome: Result<T, LedgerError>) -> Result<Option<T>, LedgerError> {
    match outcome {
        Ok(outcome) => Ok(Some(outcome)),
        Err(LedgerError::Refused(why)) => {
            tracing::error!("The database cannot keep an operation, which is refused: {why}");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

impl Node {
    pub(super) async fn commit_hot(&mut self, hot: Hot) -> Result<(), LedgerError> {
        match self.durable(&hot).await {
            Ok(answers) => self.deserted.extend(hot.answer(answers)),
            Err(LedgerError::Refused(_)) => {
                for one in hot.one_by_one() {
                    self.commit_one(one).await?;
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn commit_one(&mut self, mut one: Hot) -> Result<(), LedgerError> {
        let mut outcome = self.durable(&one).await;
        if let Err(LedgerError::Refused(why)) = &outcome
            && let Some((settle, _)) = one.settles.first_mut()
        {
            let request = settle.hold.request;
            tracing::error!(request.id = %request, "The database refused a text of a settle, which is written without: {why}");
            settle.lose_texts();
            outcome = self.durable(&one).await;
        }
        if let Some(answers) = unless_refused(outcome)? {
            self.deserted.extend(one.answer(answers));
        }
        Ok(())
    }
}

impl Hot {
    /// The same operations, in the order in which they are decided.
    fn one_by_one(self) -> Vec<Self> {
        let mut all = Vec::new();
        let mut add = |one| all.push(one);
        for extend in self.extends {
            add(Self {
                extends: vec![extend],
                ..Self::default()
            });
        }
        for settle in self.settles {
            add(Self {
                settles: vec![settle],
                ..Self::default()
            });
        }
        for release in self.releases {
            add(Self {
                releases: vec![release],
                ..Self::default()
            });
        }
        for hold in self.holds {
            add(Self {
                holds: vec![hold],
                ..Self::default()
            });
        }
        all
    }
}

impl Settle {
    /// Takes out of its texts what a database may refuse: what was used is charged all the same.
    pub(super) fn lose_texts(&mut self) {
        let plain = |text: &str| text.chars().filter(|sign| !sign.is_control()).collect::<String>();
        let maybe = |text: &Option<String>| text.as_deref().map(plain);
        let hold = Arc::make_mut(&mut self.hold);
        let origin = &hold.origin;
        hold.origin = RequestOrigin {
            kind: origin.kind,
            model: plain(&origin.model).into(),
            upstream: plain(&origin.upstream).into(),
            upstream_model: plain(&origin.upstream_model).into(),
            repository: maybe(&origin.repository),
            branch: maybe(&origin.branch),
            language: maybe(&origin.language),
            client_request_id: maybe(&origin.client_request_id),
        };
        hold.price_version = plain(&hold.price_version).into();
        self.provider_response_id = None;
    }
}
