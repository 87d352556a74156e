use protocol::Money;
use serde::Deserialize;

/// When what a provider billed is taken for what was metered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ReconcileConfig {
    /// Of what was metered for a model on a day.
    pub tolerance_percent: u32,
    /// Decimal US dollars; a smaller difference is none, whatever its share.
    pub tolerance_usd: String,
}

impl Default for ReconcileConfig {
    fn default() -> Self {
        Self {
            tolerance_percent: 2,
            tolerance_usd: "0.01".into(),
        }
    }
}

/// How far two amounts may be apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerance {
    pub percent: u32,
    pub amount: Money,
}

impl ReconcileConfig {
    pub fn tolerance(&self) -> Result<Tolerance, String> {
        let amount = Money::parse_usd(&self.tolerance_usd).map_err(|error| error.to_string())?;
        Ok(Tolerance {
            percent: self.tolerance_percent,
            amount,
        })
    }
}
