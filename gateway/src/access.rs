//! Who may do what on the control plane: one table, read by every request and walked by a test,
//! cell by cell. What is not in it is not allowed.

use protocol::api::{Role, Scope};

use self::Reach::{All, No, Own, Totals};

/// Whose things an action reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    No,
    /// The caller's own; to others' there is no such thing.
    Own,
    /// Sums over everything, and no rows.
    Totals,
    All,
}

/// Who calls, as far as the table is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A member, in a session or with a token of theirs. The credential in `admin.json` is an owner.
    Member(Role),
    Device,
    Nobody,
}

impl Standing {
    #[cfg(test)]
    pub const ALL: [Self; 6] = [
        Self::Member(Role::Owner),
        Self::Member(Role::Admin),
        Self::Member(Role::Member),
        Self::Member(Role::Viewer),
        Self::Device,
        Self::Nobody,
    ];

    const fn column(self) -> usize {
        match self {
            Self::Member(Role::Owner) => 0,
            Self::Member(Role::Admin) => 1,
            Self::Member(Role::Member) => 2,
            Self::Member(Role::Viewer) => 3,
            Self::Device => 4,
            Self::Nobody => 5,
        }
    }
}

/// How a personal access token gets to an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByToken {
    /// With this scope.
    With(Scope),
    /// Whatever its scopes: it is about the token itself.
    Any,
    /// Not at all: it is about the session itself, or makes another secret.
    Never,
}

/// Whether a session needs a password or passkey of the last minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fresh {
    /// It moves money or roles, or makes or takes secrets.
    Needed,
    NotNeeded,
}

#[derive(Clone, Copy, Debug)]
pub struct Rule {
    #[cfg(test)]
    pub action: Action,
    cells: [Reach; 6],
    pub token: ByToken,
    pub fresh: Fresh,
}

impl Rule {
    pub const fn reach(&self, standing: Standing) -> Reach {
        self.cells[standing.column()]
    }

    /// Whether everybody may, without saying who they are.
    pub fn is_open(&self) -> bool {
        self.reach(Standing::Nobody) != No
    }
}

macro_rules! rules {
    ($($action:ident [$($cell:expr),* $(,)?] $token:expr, $fresh:ident;)*) => {
        /// What a route of the control plane does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action { $($action),* }

        /// One row an action.
        pub const TABLE: &[Rule] = &[$(Rule {
            #[cfg(test)]
            action: Action::$action,
            cells: [$($cell),*],
            token: $token,
            fresh: Fresh::$fresh,
        }),*];

        impl Action {
            pub const fn rule(self) -> &'static Rule {
                // The rows are in the order of the enum: both are made from the same lines.
                &TABLE[self as usize]
            }
        }
    };
}

const NEVER: ByToken = ByToken::Never;
const ANY: ByToken = ByToken::Any;
const fn with(scope: Scope) -> ByToken {
    ByToken::With(scope)
}

rules! {
    //                 owner admin member viewer device nobody
    ReadContract       [All, All, All, All, All, All]       NEVER, NotNeeded;
    SeeSignIn          [All, All, All, All, All, All]       NEVER, NotNeeded;
    SignIn             [All, All, All, All, All, All]       NEVER, NotNeeded;
    SeeSession         [Own, Own, Own, Own, No, No]         with(Scope::Read), NotNeeded;
    ChangeSession      [Own, Own, Own, Own, No, No]         NEVER, NotNeeded;

    ListMembers        [All, All, Own, Own, No, No]         with(Scope::MembersRead), NotNeeded;
    ChangeMember       [All, All, Own, Own, No, No]         with(Scope::MembersWrite), NotNeeded;
    RemoveMember       [All, All, No, No, No, No]           with(Scope::MembersWrite), Needed;
    SignMemberIn       [All, All, No, No, No, No]           NEVER, Needed;
    TransferOwnership  [All, No, No, No, No, No]            NEVER, Needed;
    ListTeams          [All, All, No, No, No, No]           with(Scope::MembersRead), NotNeeded;
    AddTeam            [All, All, No, No, No, No]           with(Scope::CreditWrite), Needed;
    PutInTeam          [All, All, No, No, No, No]           with(Scope::MembersWrite), NotNeeded;
    LimitMember        [All, All, No, No, No, No]           with(Scope::MembersWrite), Needed;
    EraseMember        [All, All, No, No, No, No]           with(Scope::MembersWrite), Needed;
    ExportMember       [All, All, Own, Own, No, No]         NEVER, Needed;
    ExportData         [All, All, No, No, No, No]           NEVER, Needed;
    ImportUsage        [All, All, No, No, No, No]           with(Scope::CreditWrite), Needed;
    ListInvitations    [All, All, No, No, No, No]           with(Scope::MembersRead), NotNeeded;
    Invite             [All, All, No, No, No, No]           with(Scope::MembersWrite), Needed;
    RevokeInvitation   [All, All, No, No, No, No]           with(Scope::MembersWrite), NotNeeded;
    MakeOwnerLink      [All, No, No, No, No, No]            NEVER, Needed;

    ListPasskeys       [Own, Own, Own, Own, No, No]         NEVER, NotNeeded;
    AddPasskey         [Own, Own, Own, Own, No, No]         NEVER, Needed;
    RenamePasskey      [Own, Own, Own, Own, No, No]         NEVER, NotNeeded;
    RemovePasskey      [Own, Own, Own, Own, No, No]         NEVER, Needed;
    ListIdentities     [Own, Own, Own, Own, No, No]         NEVER, NotNeeded;
    ConnectIdentity    [Own, Own, Own, Own, No, No]         NEVER, Needed;
    RemoveIdentity     [Own, Own, Own, Own, No, No]         NEVER, Needed;
    ListTokens         [Own, Own, Own, Own, No, No]         with(Scope::Read), NotNeeded;
    CreateToken        [Own, Own, Own, Own, No, No]         NEVER, Needed;
    RevokeToken        [Own, Own, Own, Own, No, No]         NEVER, NotNeeded;
    UseOwnToken        [Own, Own, Own, Own, No, No]         ANY, NotNeeded;
    AskForLink         [All, All, All, All, All, All]       NEVER, NotNeeded;
    SeeLink            [Own, Own, Own, Own, No, No]         NEVER, NotNeeded;
    ApproveLink        [Own, Own, Own, Own, No, No]         NEVER, Needed;
    DenyLink           [Own, Own, Own, Own, No, No]         NEVER, NotNeeded;

    RedeemKey          [All, All, All, All, All, All]       NEVER, NotNeeded;
    SeeAccount         [No, No, No, No, Own, No]            NEVER, NotNeeded;
    SeeBalance         [Own, Own, Own, Own, Own, No]        with(Scope::Read), NotNeeded;
    Listen             [All, All, Own, Totals, Own, No]     NEVER, NotNeeded;
    SetPreferences     [No, No, No, No, Own, No]            NEVER, NotNeeded;
    ListDevices        [All, All, Own, No, Own, No]         with(Scope::Read), NotNeeded;
    ChangeDevice       [All, All, Own, No, Own, No]         with(Scope::DevicesWrite), NotNeeded;
    RotateDevice       [All, All, Own, No, No, No]          with(Scope::DevicesWrite), Needed;
    ListKeys           [All, All, Own, No, No, No]          with(Scope::Read), NotNeeded;
    MintKeys           [All, All, No, No, No, No]           with(Scope::KeysWrite), Needed;
    RevokeKey          [All, All, No, No, No, No]           with(Scope::KeysWrite), NotNeeded;
    AssignKey          [All, All, No, No, No, No]           with(Scope::KeysWrite), Needed;
    ClaimKey           [Own, Own, Own, No, No, No]          with(Scope::KeysWrite), NotNeeded;
    ListModels         [All, All, Own, No, Own, No]         with(Scope::Read), NotNeeded;
    ReadUsage          [All, All, Own, Totals, Own, No]     with(Scope::UsageRead), NotNeeded;
    ReportUsage        [No, No, No, No, Own, No]            NEVER, NotNeeded;

    SeeSharing         [Own, Own, Own, Own, No, No]         with(Scope::Read), NotNeeded;
    ChangeSharing      [Own, Own, Own, Own, No, No]         with(Scope::UsageSubmit), NotNeeded;
    SeeProfiles        [All, All, All, All, All, All]       NEVER, NotNeeded;

    GrantCredit        [All, All, No, No, No, No]           with(Scope::CreditWrite), Needed;
    AllocateCredit     [All, All, Own, No, No, No]          with(Scope::CreditWrite), Needed;
    ListOrphans        [All, All, No, No, No, No]           with(Scope::UsageRead), NotNeeded;
    RefundOrphan       [All, All, No, No, No, No]           with(Scope::CreditWrite), Needed;

    Reconcile          [All, All, No, No, No, No]           with(Scope::UsageRead), NotNeeded;
    ImportBills        [All, All, No, No, No, No]           with(Scope::UpstreamsWrite), NotNeeded;

    ListUpstreams      [All, All, No, No, No, No]           with(Scope::UpstreamsRead), NotNeeded;
    AddUpstream        [All, All, No, No, No, No]           with(Scope::UpstreamsWrite), Needed;
    RemoveUpstream     [All, All, No, No, No, No]           with(Scope::UpstreamsWrite), Needed;
    Reload             [All, All, No, No, No, No]           with(Scope::UpstreamsWrite), NotNeeded;

    SeeSettings        [All, All, No, No, No, No]           with(Scope::UpstreamsRead), NotNeeded;
    ChangeSettings     [All, All, No, No, No, No]           NEVER, Needed;

    ListAlerts         [All, All, Own, No, No, No]          with(Scope::AlertsRead), NotNeeded;
    AnswerAlert        [All, All, Own, No, No, No]          with(Scope::AlertsWrite), NotNeeded;
    SeeAlertRules      [All, All, No, No, No, No]           with(Scope::AlertsRead), NotNeeded;
    ChangeAlertRules   [All, All, No, No, No, No]           with(Scope::AlertsWrite), NotNeeded;
    ChangeChannels     [All, All, No, No, No, No]           with(Scope::AlertsWrite), Needed;

    ReadAudit          [All, All, No, No, No, No]           with(Scope::AuditRead), NotNeeded;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_has_its_own_row() {
        for (index, rule) in TABLE.iter().enumerate() {
            assert_eq!(rule.action as usize, index, "{:?}", rule.action);
            assert_eq!(rule.action.rule().action, rule.action);
        }
    }

    /// What must hold whatever the rows say.
    #[test]
    fn the_table_keeps_its_order() {
        let strength = |reach| [No, Totals, Own, All].iter().position(|&one| one == reach);
        for rule in TABLE {
            let cell = |role| strength(rule.reach(Standing::Member(role)));
            let roles = [Role::Owner, Role::Admin, Role::Member];
            assert!(
                roles.is_sorted_by(|more, less| cell(*more) >= cell(*less)),
                "{rule:?}"
            );
            assert!(
                rule.reach(Standing::Device) != All || rule.is_open(),
                "a device administers: {rule:?}"
            );
            if rule.is_open() {
                let all = Standing::ALL.iter().all(|&standing| rule.reach(standing) == All);
                assert!(all, "open is open to all: {rule:?}");
            }
        }
    }
}
