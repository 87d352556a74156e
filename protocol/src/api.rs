//! The gateway's HTTP types under `/api/v1`, one file a noun. JSON in camelCase; unknown members
//! are ignored.

mod account;
mod credit;
mod event;
mod key;
mod limits;
mod model;
mod orphan;
mod preferences;
mod reconciliation;
mod reload;
mod summary;
mod upstream;
mod usage;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Problem;

pub use account::{
    Account, AccountResponse, Balance, BalanceResponse, Device, DeviceClient, DeviceList, LotBalance, Member,
    RedeemRequest, RedeemResponse, RenameDeviceRequest,
};
pub use credit::{
    AllocationRequest, Allowance, AllowanceRequest, Every, LotFigures, ReclaimRequest, Share, TopUpRequest,
    Transfer, TransferKind, Transfers,
};
pub use event::Event;
pub use key::{KeyList, KeyState, KeySummary, MintRequest, MintResponse, MintedKey};
pub use limits::Limits;
pub use model::{Capability, Model, ModelList, ModelPricing};
pub use orphan::{Orphan, OrphanList, Refund};
pub use preferences::Preferences;
pub use reconciliation::{
    BilledLine, BilledLines, BillingSource, BillingSourceKind, LineAmounts, LineDifference, LineState,
    Reconciliation, ReconciliationLine, ReconciliationQuery,
};
pub use reload::Reloaded;
pub use summary::{
    Activity, DayBalance, DayUsage, Dimension, Outlook, Overview, RunsOut, SummaryQuery, SummaryRow,
    UsageSummary,
};
pub use upstream::{Upstream, UpstreamList, UpstreamRequest, UpstreamSecretRequest};
pub use usage::{UsageDetail, UsageEntry, UsageList, UsageQuery, UsageTotals};

/// The body of every error under `/api/v1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    pub error: Problem,
}
