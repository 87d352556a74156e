//! The usual setting of a journey: a fake upstream, the real gateway, one device with credit.

use protocol::{KeyId, Money, TokenUsage, api::UsageEntry};
use tests::{Config, Device, Gateway, Model, Price, Serve, Upstream, verify_clean};

/// What the device's key carries.
pub const CREDIT: &str = "5.00";
/// A model at [`Price::USUAL`].
pub const CODER: &str = "coder";
/// A model at [`Price::ODD`].
pub const ODD: &str = "odd";
/// A model that costs nothing.
pub const FREE: &str = "free";

pub struct Stage {
    pub upstream: Upstream,
    pub gateway: Gateway,
    pub device: Device,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|config| config).await
    }

    pub async fn with(configure: impl FnOnce(Config) -> Config) -> Self {
        let upstream = Upstream::start().await;
        let config = Config::with_upstream(&upstream)
            .model(Model::new(CODER, Price::USUAL))
            .model(Model::new(ODD, Price::ODD))
            .model(Model::free(FREE));
        let gateway = Serve::new(&configure(config)).start().await;
        let device = gateway.device(CREDIT).await;
        Self {
            upstream,
            gateway,
            device,
        }
    }

    pub fn key(&self) -> KeyId {
        self.device.account.balance.lots[0].id
    }

    /// The one request so far was settled on exactly this usage, and the balance fell by its price.
    pub async fn settled(&self, usage: &TokenUsage, price: &Price) -> UsageEntry {
        let row = self.gateway.only_row(self.key()).await;
        assert_eq!(row.usage, *usage);
        assert_eq!(row.cost_nano_usd, price.of(usage));
        let version = row.price_version.as_deref();
        assert!(
            version.is_none_or(|version| version.starts_with("config ")),
            "{version:?}"
        );
        assert!(version.is_some() || row.cost_nano_usd == Money::ZERO);
        assert!(!row.estimated, "the provider reported usage");
        assert!(!row.orphan);
        self.balance_fell_by(row.cost_nano_usd).await;
        row
    }

    /// The one request so far was settled on an estimate of at least so many output tokens.
    pub async fn estimated(&self, output_min: u64, price: &Price) -> UsageEntry {
        let row = self.gateway.rows(self.key(), 1).await.remove(0);
        assert!(row.estimated, "the provider reported nothing: {row:?}");
        assert!(row.usage.output_tokens >= output_min, "{row:?}");
        assert!(row.usage.input_tokens > 0, "the input was read: {row:?}");
        assert_eq!(
            row.cost_nano_usd,
            price.of(&row.usage),
            "the row's own counts give its cost"
        );
        self.balance_fell_by(row.cost_nano_usd).await;
        row
    }

    /// Nothing was charged, and nothing is held any more.
    pub async fn released(&self) {
        self.balance_fell_by(Money::ZERO).await;
        let cost = |row: &UsageEntry| row.cost_nano_usd;
        let costs: Vec<Money> = self.gateway.usage(self.key()).await.iter().map(cost).collect();
        assert!(costs.iter().all(|cost| *cost == Money::ZERO), "{costs:?}");
    }

    async fn balance_fell_by(&self, cost: Money) {
        let balance = self.device.idle_balance().await;
        assert_eq!(balance.spent_nano_usd, cost);
        assert_eq!(
            Some(balance.available_nano_usd),
            balance.granted_nano_usd.checked_sub(cost)
        );
        verify_clean(&self.gateway).await;
    }
}
