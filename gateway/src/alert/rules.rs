//! When an alert is raised: as it comes, as somebody set it for all, for a member, or for a key.

use std::collections::HashMap;

use protocol::{
    KeyId, MemberId, Money,
    api::{AlertKind, AlertRule, AlertRuleRequest, AlertScope, QuietHours},
};
use serde::{Deserialize, Serialize};

use super::{quiet, unusual::Line};
use crate::ledger::{LedgerError, Reader, StoredRule};

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub enabled: bool,
    pub percent: u32,
    pub amount: Money,
    pub minutes: u32,
    pub tokens: u64,
}

impl Settings {
    /// As they come.
    pub const fn of(kind: AlertKind) -> Self {
        Self {
            enabled: true,
            percent: match kind {
                AlertKind::UnusualActivity => Line::DEFAULT.percent,
                _ => 80,
            },
            amount: match kind {
                AlertKind::HighDailyCost => Money::from_nano_usd(25_000_000_000),
                _ => Money::ZERO,
            },
            minutes: 5,
            tokens: Line::DEFAULT.tokens_min,
        }
    }

    pub const fn line(self) -> Line {
        Line {
            percent: self.percent,
            tokens_min: self.tokens,
        }
    }

    /// What somebody asks for, or what is wrong with it.
    pub fn asked(request: &AlertRuleRequest) -> Result<Self, RulesError> {
        let default = Self::of(request.kind);
        let settings = Self {
            enabled: request.enabled,
            percent: request.percent.unwrap_or(default.percent),
            amount: request.amount_nano_usd.unwrap_or(default.amount),
            minutes: request.minutes.unwrap_or(default.minutes),
            tokens: request.tokens.unwrap_or(default.tokens),
        };
        let is_right = match request.kind {
            AlertKind::ApproachingLimit => (1..=99).contains(&settings.percent),
            AlertKind::UnusualActivity => (101..=10_000).contains(&settings.percent),
            AlertKind::HighDailyCost => settings.amount > Money::ZERO,
            AlertKind::Variance => settings.amount >= Money::ZERO,
            AlertKind::ServiceDown => (1..=1_440).contains(&settings.minutes),
            AlertKind::LimitExceeded => true,
        };
        let is_for_all = matches!(request.kind, AlertKind::ServiceDown | AlertKind::Variance);
        if is_for_all && request.scope != AlertScope::Gateway {
            return Err(RulesError::OnlyGateway);
        }
        if is_right {
            Ok(settings)
        } else {
            Err(RulesError::Figure)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    #[error("This kind of alert is about the gateway, not about a member or key.")]
    OnlyGateway,
    #[error("The rule has a figure that is out of range.")]
    Figure,
}

/// All rules.
#[derive(Clone, Debug)]
pub struct Rules {
    stored: HashMap<(AlertKind, AlertScope, String), (StoredRule, Settings)>,
    pub quiet_hours: QuietHours,
}

impl Rules {
    pub async fn read(reader: &Reader) -> Result<Self, LedgerError> {
        let alerts = reader.alerts();
        let mut stored = HashMap::new();
        for rule in alerts.rules().await? {
            // Only settings that we wrote are there; those of a later version are as they come here.
            let settings = serde_json::from_str(&rule.settings).unwrap_or(Settings::of(rule.kind));
            stored.insert((rule.kind, rule.scope, rule.scope_id.clone()), (rule, settings));
        }
        let hours = alerts.quiet_hours().await?;
        let hours = hours.and_then(|hours| serde_json::from_str(&hours).ok());
        Ok(Self {
            stored,
            quiet_hours: hours.unwrap_or_else(quiet::default),
        })
    }

    #[cfg(test)]
    pub fn none() -> Self {
        Self {
            stored: HashMap::new(),
            quiet_hours: quiet::default(),
        }
    }

    #[cfg(test)]
    pub fn with(mut self, kind: AlertKind, scope: AlertScope, id: &str, settings: Settings) -> Self {
        let rule = StoredRule {
            id: protocol::AlertRuleId::from_uuid(crate::clock::new_id()),
            kind,
            scope,
            scope_id: id.into(),
            settings: String::new(),
        };
        self.stored.insert((kind, scope, id.into()), (rule, settings));
        self
    }

    fn set_for(&self, kind: AlertKind, scope: AlertScope, id: impl ToString) -> Option<Settings> {
        let found = self.stored.get(&(kind, scope, id.to_string()));
        found.map(|(_, settings)| *settings)
    }

    pub fn of_gateway(&self, kind: AlertKind) -> Settings {
        self.set_for(kind, AlertScope::Gateway, "")
            .unwrap_or(Settings::of(kind))
    }

    /// Where a key's own limit or pattern is looked at.
    pub fn of_key(&self, kind: AlertKind, key: KeyId, member: Option<MemberId>) -> Settings {
        self.set_for(kind, AlertScope::Key, key)
            .or_else(|| self.set_for(kind, AlertScope::Member, member?))
            .unwrap_or_else(|| self.of_gateway(kind))
    }

    /// Where a member is looked at as a whole.
    pub fn of_member(&self, kind: AlertKind, member: MemberId) -> Settings {
        self.set_for(kind, AlertScope::Member, member)
            .unwrap_or_else(|| self.of_gateway(kind))
    }

    /// Lines for what a day may cost that were set for single members or keys.
    pub fn lines(&self, scope: AlertScope) -> impl Iterator<Item = (&str, Settings)> {
        self.stored
            .values()
            .filter(move |(rule, _)| rule.kind == AlertKind::HighDailyCost && rule.scope == scope)
            .map(|(rule, settings)| (rule.scope_id.as_str(), *settings))
    }

    /// As a person reads them; `name` knows members and keys.
    pub fn shown(&self, name: impl Fn(AlertScope, &str) -> Option<String>) -> Vec<AlertRule> {
        let of_gateway = AlertKind::ALL.iter().map(|&kind| {
            let stored = self.stored.get(&(kind, AlertScope::Gateway, String::new()));
            let id = stored.map(|(rule, _)| rule.id);
            AlertRule {
                id,
                ..shown(kind, AlertScope::Gateway, self.of_gateway(kind))
            }
        });
        let mut own: Vec<_> = self.stored.values().collect();
        own.retain(|(rule, _)| rule.scope != AlertScope::Gateway);
        own.sort_by_key(|(rule, _)| rule.id);
        let own = own.into_iter().map(|(rule, settings)| AlertRule {
            id: Some(rule.id),
            scope_id: Some(rule.scope_id.clone()),
            scope_name: name(rule.scope, &rule.scope_id),
            ..shown(rule.kind, rule.scope, *settings)
        });
        of_gateway.chain(own).collect()
    }
}

/// With the figures that count for its kind.
fn shown(kind: AlertKind, scope: AlertScope, settings: Settings) -> AlertRule {
    let has = |kinds: &[AlertKind]| kinds.contains(&kind);
    AlertRule {
        id: None,
        kind,
        scope,
        scope_id: None,
        scope_name: None,
        enabled: settings.enabled,
        percent: has(&[AlertKind::ApproachingLimit, AlertKind::UnusualActivity]).then_some(settings.percent),
        amount_nano_usd: has(&[AlertKind::HighDailyCost, AlertKind::Variance]).then_some(settings.amount),
        minutes: has(&[AlertKind::ServiceDown]).then_some(settings.minutes),
        tokens: has(&[AlertKind::UnusualActivity]).then_some(settings.tokens),
    }
}
