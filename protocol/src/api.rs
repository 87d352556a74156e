//! The gateway's HTTP types under `/api/v1`, one file a noun. JSON in camelCase; unknown members
//! are ignored.

mod account;
mod alert;
mod audit;
mod credit;
mod data;
mod device_flow;
mod event;
mod identity;
mod invitation;
mod key;
mod limits;
mod member;
mod model;
mod orphan;
mod page;
mod passkey;
mod preferences;
mod reconciliation;
mod reload;
mod reported;
mod route;
mod running;
mod session;
mod settings;
mod sharing;
mod summary;
mod team;
mod token;
mod upstream;
mod usage;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Problem;

pub use account::{
    Account, AccountResponse, Balance, BalanceResponse, Device, DeviceAddress, DeviceClient, DeviceList,
    LotBalance, Member, RedeemRequest, RedeemResponse, RenameDeviceRequest, RotatedDevice,
};
pub use alert::{
    Alert, AlertDelivery, AlertKind, AlertList, AlertQuery, AlertRule, AlertRuleRequest, AlertRules,
    AlertScope, AlertState, AlertSubject, AlertSubjectKind, Channel, ChannelChange, ChannelCreated,
    ChannelKind, ChannelList, ChannelRequest, ChannelTest, DeliveryState, QuietHours,
};
pub use audit::{AuditActor, AuditEntry, AuditList, AuditQuery, AuditReport};
pub use credit::{
    AllocationRequest, Allowance, AllowanceRequest, Every, LotFigures, ReclaimRequest, Share, TopUpRequest,
    Transfer, TransferKind, Transfers,
};
pub use data::*;
pub use device_flow::{
    DeviceCodeAnswer, DeviceCodeRequest, DeviceFlowError, DeviceFlowScope, DeviceLink, DeviceLinkAnswer,
    DeviceLinkRequest, DeviceTokenAnswer, DeviceTokenRequest,
};
pub use event::Event;
pub use identity::{Identity, IdentityList, SignInAddress, SignInProvider};
pub use invitation::{Invitation, InvitationCreated, InvitationList, InvitationRequest, InvitationState};
pub use key::{
    AssignKeyRequest, ClaimKeyRequest, KeyList, KeyResponse, KeyState, KeySummary, MintRequest, MintResponse,
    MintedKey,
};
pub use limits::Limits;
pub use member::{MemberChange, MemberList, MemberResponse, MemberSummary, OneTimeLink, Role};
pub use model::{Capability, Model, ModelList, ModelPricing};
pub use orphan::{Orphan, OrphanList, Refund};
pub use page::PageQuery;
pub use passkey::{
    Passkey, PasskeyAlgorithm, PasskeyAnswer, PasskeyChange, PasskeyCreation, PasskeyDescriptor, PasskeyList,
    PasskeyParty, PasskeyQuestion, PasskeyRequest, PasskeySelection, PasskeyUser,
};
pub use preferences::Preferences;
pub use reconciliation::{
    BilledLine, BilledLines, BillingSource, BillingSourceKind, LineAmounts, LineDifference, LineState,
    Reconciliation, ReconciliationLine, ReconciliationQuery,
};
pub use reload::Reloaded;
pub use reported::{ReportedAnswer, ReportedRow, ReportedRows, ReportedSum, ReportedSums};
pub use route::{ModelOrigin, ModelRoute, ModelRoutes, RouteList, UpstreamHealth, UpstreamState};
pub use running::{RunningList, RunningRequest};
pub use session::{
    LinkKind, LinkLookRequest, LinkPreview, LinkRequest, PasswordRequest, Session, SessionList,
    SessionResponse, SignInRequest, SignInWays, StepUpRequest,
};
pub use settings::{GatewaySettings, SettingsRequest};
pub use sharing::{
    GraphForm, GraphQuery, GraphTheme, Leaderboard, LeaderboardOrder, LeaderboardPeriod, LeaderboardQuery,
    LeaderboardRow, Profile, SentDay, SentDayList, SentDaysQuery, SharedDay, SharedPart, Sharing,
    SharingChange, SharingMachine, Submission, SubmissionAnswer, SubmittedDay,
};
pub use summary::{
    Activity, DayBalance, DayUsage, Dimension, Outlook, Overview, RunsOut, SummaryQuery, SummaryRow,
    UsageSummary,
};
pub use team::{MemberTeamRequest, Team, TeamChange, TeamList, TeamRequest};
pub use token::{OwnToken, PersonalToken, Scope, TokenCreated, TokenList, TokenRequest};
pub use upstream::{
    Upstream, UpstreamList, UpstreamRequest, UpstreamSecretRequest, UpstreamTrial, UpstreamTrialRequest,
};
pub use usage::{
    PriceLine, PriceLines, PricedTokens, UsageDetail, UsageEntry, UsageList, UsageQuery, UsageTotals,
};

/// The body of every error under `/api/v1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    pub error: Problem,
}
