//! Every route on one page. The hot ones never pass through here: see `server`.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodFilter, any, get, on},
};
use protocol::{Code, Problem};

use crate::{
    access::Action,
    openapi,
    route::{
        ApiError, access, alert_channels, alert_rules, alerts, audit, credit, device_flow, devices, events,
        exports, health, identities, imports, invitations, keys, ledger, members, model_list, models, pages,
        passkeys, preferences, reconciliation, redeem, reload, reported, routes, running, session, settings,
        sharing, sign_in, summary, teams, tokens, upstreams, usage, without_nul,
    },
    state::Gateway,
};

/// Bodies of the control plane are small.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// The routes under `/api/v1`. None can be added without the action that says who may call it.
struct Routes {
    gateway: Arc<Gateway>,
    router: Router<Arc<Gateway>>,
    /// For the test that knocks at all of them.
    #[cfg(test)]
    listed: Vec<Route>,
}

#[cfg(test)]
#[derive(Clone, Copy, Debug)]
struct Route {
    method: MethodFilter,
    path: &'static str,
    action: Action,
}

impl Routes {
    fn on<H, T>(mut self, method: MethodFilter, path: &'static str, action: Action, handler: H) -> Self
    where
        H: Handler<T, Arc<Gateway>>,
        T: 'static,
    {
        let door = from_fn_with_state((Arc::clone(&self.gateway), action), access::guard);
        self.router = self.router.route(path, on(method, handler).layer(door));
        #[cfg(test)]
        self.listed.push(Route { method, path, action });
        self
    }
    fn get<H: Handler<T, Arc<Gateway>>, T: 'static>(
        self,
        path: &'static str,
        action: Action,
        handler: H,
    ) -> Self {
        self.on(MethodFilter::GET, path, action, handler)
    }
    fn post<H: Handler<T, Arc<Gateway>>, T: 'static>(
        self,
        path: &'static str,
        action: Action,
        handler: H,
    ) -> Self {
        self.on(MethodFilter::POST, path, action, handler)
    }
    fn put<H: Handler<T, Arc<Gateway>>, T: 'static>(
        self,
        path: &'static str,
        action: Action,
        handler: H,
    ) -> Self {
        self.on(MethodFilter::PUT, path, action, handler)
    }
    fn patch<H: Handler<T, Arc<Gateway>>, T: 'static>(
        self,
        path: &'static str,
        action: Action,
        handler: H,
    ) -> Self {
        self.on(MethodFilter::PATCH, path, action, handler)
    }
    fn delete<H: Handler<T, Arc<Gateway>>, T: 'static>(
        self,
        path: &'static str,
        action: Action,
        handler: H,
    ) -> Self {
        self.on(MethodFilter::DELETE, path, action, handler)
    }
}

#[rustfmt::skip]
fn control_plane(gateway: &Arc<Gateway>) -> Routes {
    let routes = Routes {
        gateway: Arc::clone(gateway),
        router: Router::new(),
        #[cfg(test)]
        listed: Vec::new(),
    };
    routes
        .get("/openapi.json", Action::ReadContract, openapi::serve)
        .get("/sign-in", Action::SeeSignIn, sign_in::ways)
        .post("/sign-in/passkey", Action::SeeSignIn, passkeys::ask)
        .post("/sign-in/providers/{name}", Action::SignIn, identities::begin)
        .get("/sign-in/providers/{name}/callback", Action::SignIn, identities::callback)
        .post("/sign-in/link", Action::MakeOwnerLink, sign_in::owner_link)
        .get("/session", Action::SeeSession, session::show)
        .post("/session", Action::SignIn, sign_in::by_password)
        .delete("/session", Action::ChangeSession, session::sign_out)
        .post("/session/link", Action::SignIn, sign_in::by_link)
        .post("/session/link/look", Action::SeeSignIn, sign_in::look)
        .post("/session/passkey", Action::SignIn, passkeys::sign_in)
        .post("/session/step-up/passkey", Action::ChangeSession, passkeys::step_up)
        .post("/session/step-up/passkey/challenge", Action::ChangeSession, passkeys::ask_step_up)
        .post("/session/step-up", Action::ChangeSession, session::step_up)
        .put("/session/password", Action::ChangeSession, session::set_password)
        .get("/sessions", Action::SeeSession, session::list)
        .delete("/sessions/{id}", Action::ChangeSession, session::end)
        .get("/members", Action::ListMembers, members::list)
        .get("/members/{id}", Action::ListMembers, members::show)
        .patch("/members/{id}", Action::ChangeMember, members::change)
        .delete("/members/{id}", Action::RemoveMember, members::remove)
        .post("/members/{id}/link", Action::SignMemberIn, members::link)
        .post("/members/{id}/owner", Action::TransferOwnership, members::make_owner)
        .put("/members/{id}/team", Action::PutInTeam, teams::put_member)
        .put("/members/{id}/limits", Action::LimitMember, teams::limit_member)
        .get("/teams", Action::ListTeams, teams::list)
        .post("/teams", Action::AddTeam, teams::create)
        .patch("/teams/{id}", Action::PutInTeam, teams::rename)
        .delete("/teams/{id}", Action::AddTeam, teams::remove)
        .post("/members/{id}/erase", Action::EraseMember, members::erase)
        .get("/members/{id}/export", Action::ExportMember, exports::member)
        .get("/exports/{table}", Action::ExportData, exports::table)
        .post("/imports/usage", Action::ImportUsage, imports::usage)
        .get("/invitations", Action::ListInvitations, invitations::list)
        .post("/invitations", Action::Invite, invitations::create)
        .delete("/invitations/{id}", Action::RevokeInvitation, invitations::revoke)
        .get("/passkeys", Action::ListPasskeys, passkeys::list)
        .post("/passkeys", Action::AddPasskey, passkeys::add)
        .post("/passkeys/challenge", Action::AddPasskey, passkeys::begin)
        .patch("/passkeys/{id}", Action::RenamePasskey, passkeys::rename)
        .delete("/passkeys/{id}", Action::RemovePasskey, passkeys::remove)
        .get("/identities", Action::ListIdentities, identities::list)
        .post("/identities/providers/{name}", Action::ConnectIdentity, identities::connect)
        .delete("/identities/{id}", Action::RemoveIdentity, identities::remove)
        .get("/tokens", Action::ListTokens, tokens::list)
        .post("/tokens", Action::CreateToken, tokens::create)
        .delete("/tokens/{id}", Action::RevokeToken, tokens::revoke)
        .get("/token", Action::UseOwnToken, tokens::own)
        .delete("/token", Action::UseOwnToken, tokens::end_own)
        .post("/device/code", Action::AskForLink, device_flow::code)
        .post("/device/token", Action::AskForLink, device_flow::token)
        .post("/device/look", Action::SeeLink, device_flow::look)
        .post("/device/approve", Action::ApproveLink, device_flow::approve)
        .post("/device/deny", Action::DenyLink, device_flow::deny)
        .post("/redeem", Action::RedeemKey, redeem::redeem)
        .get("/me", Action::SeeAccount, redeem::me)
        .get("/balance", Action::SeeBalance, redeem::balance)
        .get("/devices", Action::ListDevices, devices::list)
        .patch("/devices/{id}", Action::ChangeDevice, devices::rename)
        .delete("/devices/{id}", Action::ChangeDevice, devices::revoke)
        .post("/devices/{id}/rotate", Action::RotateDevice, devices::rotate)
        .get("/running", Action::ReadUsage, running::list)
        .get("/keys", Action::ListKeys, keys::list)
        .post("/keys", Action::MintKeys, keys::mint)
        .post("/keys/claim", Action::ClaimKey, keys::claim)
        .delete("/keys/{id}", Action::RevokeKey, keys::revoke)
        .put("/keys/{id}/member", Action::AssignKey, keys::assign)
        .post("/keys/{id}/credit", Action::GrantCredit, credit::top_up)
        .post("/keys/{id}/reclaim", Action::GrantCredit, credit::reclaim)
        .put("/keys/{id}/allowance", Action::GrantCredit, credit::set_allowance)
        .delete("/keys/{id}/allowance", Action::GrantCredit, credit::end_allowance)
        .post("/allocations", Action::AllocateCredit, credit::allocate)
        .get("/models", Action::ListModels, models::list)
        .get("/upstreams", Action::ListUpstreams, upstreams::list)
        .post("/upstreams", Action::AddUpstream, upstreams::add)
        .post("/upstream-trials", Action::AddUpstream, upstreams::try_out)
        .get("/routes", Action::ListUpstreams, routes::list)
        .delete("/upstreams/{name}", Action::RemoveUpstream, upstreams::remove)
        .put("/upstreams/{name}/secret", Action::AddUpstream, upstreams::put_secret)
        .put("/upstreams/{name}/billing-secret", Action::AddUpstream, reconciliation::put_secret)
        .get("/reconciliation", Action::Reconcile, reconciliation::show)
        .post("/reconciliation", Action::Reconcile, reconciliation::read)
        .post("/reconciliation/lines", Action::ImportBills, reconciliation::import)
        .get("/ledger/orphans", Action::ListOrphans, ledger::orphans)
        .post("/ledger/orphans/{id}/refund", Action::RefundOrphan, ledger::refund)
        .get("/preferences", Action::SetPreferences, preferences::show)
        .put("/preferences", Action::SetPreferences, preferences::set)
        .get("/usage", Action::ReadUsage, usage::list)
        .get("/usage/summary", Action::ReadUsage, summary::summary)
        .get("/usage/reported", Action::ReadUsage, reported::sums)
        .post("/usage/reported", Action::ReportUsage, reported::report)
        .get("/usage/{id}", Action::ReadUsage, usage::one)
        .get("/overview", Action::ReadUsage, summary::overview)
        .get("/alerts", Action::ListAlerts, alerts::list)
        .post("/alerts/acknowledge", Action::AnswerAlert, alerts::acknowledge_all)
        .post("/alerts/{id}/acknowledge", Action::AnswerAlert, alerts::acknowledge)
        .post("/alerts/{id}/resolve", Action::AnswerAlert, alerts::resolve)
        .get("/alerts/rules", Action::SeeAlertRules, alert_rules::list)
        .put("/alerts/rules", Action::ChangeAlertRules, alert_rules::set)
        .delete("/alerts/rules/{id}", Action::ChangeAlertRules, alert_rules::remove)
        .put("/alerts/quiet-hours", Action::ChangeAlertRules, alert_rules::set_quiet_hours)
        .get("/alerts/channels", Action::SeeAlertRules, alert_channels::list)
        .post("/alerts/channels", Action::ChangeChannels, alert_channels::add)
        .patch("/alerts/channels/{id}", Action::ChangeChannels, alert_channels::change)
        .delete("/alerts/channels/{id}", Action::ChangeChannels, alert_channels::remove)
        .post("/alerts/channels/{id}/test", Action::ChangeAlertRules, alert_channels::test)
        .get("/sharing", Action::SeeSharing, sharing::show)
        .put("/sharing", Action::ChangeSharing, sharing::change)
        .delete("/sharing", Action::ChangeSharing, sharing::end)
        .get("/sharing/days", Action::SeeSharing, sharing::days)
        .post("/sharing/days", Action::ChangeSharing, sharing::submit)
        .delete("/sharing/machines/{id}", Action::ChangeSharing, sharing::erase_machine)
        .get("/profiles/{handle}", Action::SeeProfiles, sharing::profile)
        .get("/profiles/{handle}/graph.svg", Action::SeeProfiles, sharing::graph)
        .get("/leaderboard", Action::SeeProfiles, sharing::leaderboard)
        .get("/settings", Action::SeeSettings, settings::show)
        .put("/settings", Action::ChangeSettings, settings::set)
        .get("/audit", Action::ReadAudit, audit::list)
        .post("/audit/verify", Action::ReadAudit, audit::verify)
        .post("/reload", Action::Reload, reload::reload)
        .get("/events", Action::Listen, events::listen)
}

pub fn router(gateway: Arc<Gateway>) -> Router {
    let api = control_plane(&gateway)
        .router
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(without_nul));
    Router::new()
        .nest("/api/v1", api)
        .route("/v1/models", get(model_list::list))
        .route("/v1/models/{*id}", get(model_list::one))
        .route("/v1/responses/{*id}", any(model_list::no_response))
        .route("/v1/{*rest}", any(model_list::nothing))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .fallback(pages::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(gateway)
}

async fn not_found() -> ApiError {
    Problem::new(Code::NotFound, "There is nothing at this address.").into()
}

async fn wrong_method() -> ApiError {
    Problem::new(Code::InvalidRequest, "This address does not take this method.").into()
}

#[cfg(test)]
mod walk;
