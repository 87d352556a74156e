//! Knocks at every route as everybody, and compares with the table, cell by cell.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::{Body, to_bytes};
use http::{Method, Request, StatusCode};
use protocol::{
    DeviceId, InvitationId, KeyId, MemberId, Money, RequestId, RequestKind, SessionId, TokenId, TokenUsage,
    api::{AlertKind, AlertQuery, AlertSubject, AlertSubjectKind, DeviceClient, LinkKind, Role, Scope},
};
use serde_json::Value;
use tower::ServiceExt;

use super::*;
use crate::{
    access::{ByToken, Fresh, Reach, Standing},
    clock::{new_id, now_ms},
    credential::{self, Kind},
    ledger::{
        AlertChange, ImportChunk, ImportRow, KeyMint, Link, LinkUse, Look, NewAlert, NewMember, NewSession,
        NewToken, PeopleChange, PeopleRequest, Redeem, SentDays,
    },
    peer::Peer,
    route::idempotency,
    serve::tests::gateway_in,
};

const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// A gateway with its routes, and everybody who may knock.
struct Stage {
    gateway: Arc<Gateway>,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let gateway = gateway_in(folder.path()).await;
        Self {
            gateway,
            _folder: folder,
        }
    }

    async fn change(&self, change: PeopleChange) {
        let request = PeopleRequest {
            at: now_ms(),
            change,
            note: None,
            asked: None,
        };
        self.gateway.ledger.people(request).await.unwrap().unwrap();
    }

    fn mac(&self, secret: &str) -> [u8; 32] {
        self.gateway.directory.pepper().mac(secret.as_bytes())
    }

    fn new_session(&self, member: MemberId, is_fresh: bool) -> (NewSession, String) {
        let secret = new_id().to_string();
        let session = NewSession {
            id: SessionId::from_uuid(new_id()),
            mac: self.mac(&secret),
            member,
            ends_at: now_ms() + 3_600_000,
            is_stepped_up: is_fresh,
            is_lasting: false,
            client: None,
            address: None,
            replaces: None,
        };
        (session, secret)
    }

    async fn member(&self, role: Role) -> MemberId {
        let (link, id) = (new_id().to_string(), MemberId::from_uuid(new_id()));
        self.change(PeopleChange::CreateLink(Link {
            id: InvitationId::from_uuid(new_id()),
            mac: self.mac(&link),
            kind: LinkKind::Invitation,
            member: None,
            role,
            name: None,
            email: None,
            expires_at: now_ms() + 60_000,
        }))
        .await;
        let member = NewMember {
            id,
            name: format!("{role} {id}"),
            email: None,
            password: Some("$argon2id$".into()),
        };
        let used = LinkUse {
            mac: self.mac(&link),
            member,
            session: self.new_session(id, false).0,
        };
        self.change(PeopleChange::UseLink(Box::new(used))).await;
        id
    }

    async fn session(&self, member: MemberId, is_fresh: bool) -> String {
        let (session, secret) = self.new_session(member, is_fresh);
        self.change(PeopleChange::StartSession(session)).await;
        secret
    }

    async fn token(&self, member: MemberId, scopes: &[Scope]) -> String {
        let secret = credential::generate(Kind::Personal).unwrap();
        self.change(PeopleChange::AddToken(NewToken {
            id: TokenId::from_uuid(new_id()),
            mac: self.mac(&secret),
            last4: credential::last4(&secret),
            member,
            name: "walk".into(),
            scopes: scopes.to_vec(),
            expires_at: now_ms() + 60_000,
        }))
        .await;
        secret.to_string()
    }

    /// A key of this member, and a device on it with its credential.
    async fn device(&self, member: Option<MemberId>) -> (KeyId, DeviceId, String) {
        let (key, device) = (KeyId::from_uuid(new_id()), DeviceId::from_uuid(new_id()));
        let secret = credential::generate(Kind::Device).unwrap();
        let key_mac = self.mac(&key.to_string());
        let mint = KeyMint {
            id: key,
            mac: key_mac,
            last4: "walk".into(),
            label: None,
            credit: Money::from_nano_usd(1_000),
            models: None,
            devices: 1,
            expires_at: None,
            strict: false,
            limits: None,
            member,
            at: now_ms(),
        };
        self.gateway.ledger.mint(vec![mint]).await.unwrap();
        let redeem = Redeem {
            key_mac,
            device,
            credential_mac: self.mac(&secret),
            credential_last4: "walk".into(),
            name: "walk".into(),
            client: DeviceClient::default(),
            idempotency_key: None,
            member: None,
            at: now_ms(),
        };
        self.gateway
            .ledger
            .redeem(Box::new(redeem))
            .await
            .unwrap()
            .unwrap();
        let (directory, reader) = (&self.gateway.directory, &self.gateway.reader);
        directory.refresh(reader, key).await.unwrap();
        (key, device, secret.to_string())
    }

    /// Something that the device used.
    async fn usage(&self, key: KeyId, device: DeviceId) -> RequestId {
        let request = RequestId::from_uuid(new_id());
        let row = ImportRow {
            request,
            at: now_ms(),
            key,
            key_label: None,
            member: None,
            device,
            device_name: None,
            kind: RequestKind::Chat,
            model: "walk".into(),
            upstream: "walk".into(),
            upstream_model: "walk".into(),
            provider_response_id: None,
            usage: TokenUsage::default(),
            held: Money::from_nano_usd(5),
            cost: Money::from_nano_usd(5),
            variance: Money::ZERO,
            estimated: false,
            orphan: false,
            repository: None,
            branch: None,
            language: None,
            client_request_id: None,
            latency_ms: 0,
            price_version: None,
            multiplier: None,
        };
        let chunk = ImportChunk { rows: vec![row] };
        self.change(PeopleChange::ImportUsage(Box::new(chunk))).await;
        request
    }

    /// Ids of others that are named in a query or a body, and not in the address.
    async fn asks_in_vain_for(&self, (me, my_key): (MemberId, KeyId), (key, device): (KeyId, DeviceId)) {
        let find = |method: MethodFilter, path: &str| {
            let mut routes = self.routes().into_iter();
            routes
                .find(|route| route.path == path && method_of(route.method) == method_of(method))
                .unwrap()
        };
        for query in [format!("keyId={key}"), format!("deviceId={device}")] {
            for path in ["/usage", "/usage/summary"] {
                let shown = Shown::Cookie(self.session(me, true).await);
                let route = find(MethodFilter::GET, path);
                let (status, body) = self.knock(route, &format!("{path}?{query}"), &shown).await;
                assert_eq!(
                    (status, &body["totals"]["requests"]),
                    (StatusCode::OK, &Value::from(0)),
                    "{path}: {body}"
                );
                assert_eq!(body["rows"].as_array().map(Vec::len), Some(0), "{path}: {body}");
            }
        }
        let shown = Shown::Cookie(self.session(me, true).await);
        let body = format!(r#"{{"fromKeyId":"{key}","toKeyId":"{my_key}","amountNanoUsd":"1"}}"#);
        let route = find(MethodFilter::POST, "/allocations");
        let (status, answer) = self.knock_with(route, route.path, &shown, &body).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{answer}");
    }

    /// An alert about something of this member's.
    async fn alert_of(&self, member: MemberId) -> String {
        let alert = NewAlert {
            dedup: "walk".into(),
            kind: AlertKind::ApproachingLimit,
            subject: AlertSubject {
                kind: AlertSubjectKind::Member,
                id: Some(member.to_string()),
                name: "walk".into(),
            },
            member: Some(member),
            title: "walk".into(),
            detail: "walk".into(),
            send_at: 0,
        };
        let look = Look {
            raise: vec![alert],
            ..Look::default()
        };
        self.change(PeopleChange::Alerts(Box::new(AlertChange::Look(look))))
            .await;
        let alerts = self.gateway.reader.alerts();
        let (found, _) = alerts
            .list(&AlertQuery::default(), Some(member), 0)
            .await
            .unwrap();
        found[0].id.to_string()
    }

    /// A machine that sent something of this member's.
    async fn machine_of(&self, member: MemberId) -> String {
        let sent = SentDays {
            member,
            machine: new_id(),
            name: None,
            days: Vec::new(),
            day_tokens_max: 0,
        };
        let machine = sent.machine.to_string();
        self.change(PeopleChange::SubmitDays(Box::new(sent))).await;
        machine
    }

    fn routes(&self) -> Vec<Route> {
        control_plane(&self.gateway).listed
    }

    async fn knock(&self, route: Route, path: &str, shown: &Shown) -> (StatusCode, Value) {
        self.knock_with(route, path, shown, "{}").await
    }

    async fn knock_with(&self, route: Route, path: &str, shown: &Shown, body: &str) -> (StatusCode, Value) {
        let method = method_of(route.method);
        let mut request = Request::new(Body::from(body.to_owned()));
        *request.method_mut() = method;
        *request.uri_mut() = format!("/api/v1{path}").parse().unwrap();
        let headers = request.headers_mut();
        headers.insert("host", "tokens.example".parse().unwrap());
        headers.insert("content-type", "application/json".parse().unwrap());
        match shown {
            Shown::Cookie(secret) => {
                headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
                let cookie = format!("__Host-token-tracker={secret}");
                headers.insert("cookie", cookie.parse().unwrap());
            }
            Shown::Bearer(secret) => {
                headers.insert("authorization", format!("Bearer {secret}").parse().unwrap());
            }
            Shown::Nothing => {}
        }
        request.extensions_mut().insert(Peer {
            address: OUTSIDE,
            is_local: false,
            is_secure: true,
        });
        let answer = router(Arc::clone(&self.gateway)).oneshot(request).await.unwrap();
        let status = answer.status();
        let is_stream = answer
            .headers()
            .get("content-type")
            .is_some_and(|kind| kind == "text/event-stream");
        if is_stream {
            return (status, Value::Null);
        }
        let body = to_bytes(answer.into_body(), 1 << 24).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }
}

enum Shown {
    Cookie(String),
    Bearer(String),
    Nothing,
}

fn method_of(filter: MethodFilter) -> Method {
    [
        (MethodFilter::GET, Method::GET),
        (MethodFilter::POST, Method::POST),
        (MethodFilter::PUT, Method::PUT),
        (MethodFilter::PATCH, Method::PATCH),
        (MethodFilter::DELETE, Method::DELETE),
    ]
    .into_iter()
    .find(|(known, _)| *known == filter)
    .unwrap()
    .1
}

/// An id that nothing has.
fn filled(path: &str) -> String {
    path.replace("{id}", &new_id().to_string())
        .replace("{name}", "nobody")
        .replace("{handle}", "nobody")
        .replace("{table}", "nothing")
}

fn code_of(body: &Value) -> &str {
    body["error"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn every_cell_of_the_table_is_what_the_routes_do() {
    let stage = Stage::new().await;
    let mut cells = 0;
    for route in stage.routes() {
        for standing in Standing::ALL {
            let shown = match standing {
                // A member of their own each time: some of these routes end what they are called with.
                Standing::Member(role) => Shown::Cookie(stage.session(stage.member(role).await, true).await),
                Standing::Device => Shown::Bearer(stage.device(None).await.2),
                Standing::Nobody => Shown::Nothing,
            };
            let (status, body) = stage.knock(route, &filled(route.path), &shown).await;
            let what = format!("{route:?} as {standing:?}: {status} {body}");
            match (route.action.rule().reach(standing), standing) {
                (Reach::No, Standing::Nobody) => assert_eq!(code_of(&body), "unauthorized", "{what}"),
                (Reach::No, _) => assert_eq!(code_of(&body), "forbidden", "{what}"),
                // What it is asked for may not be there, but the door is open.
                _ => {
                    let code = code_of(&body);
                    let is_closed = ["unauthorized", "forbidden", "step_up_required"].contains(&code);
                    assert!(
                        !is_closed && status != StatusCode::INTERNAL_SERVER_ERROR,
                        "{what}"
                    );
                }
            }
            cells += 1;
        }
    }
    assert_eq!(cells, stage.routes().len() * Standing::ALL.len());
}

#[tokio::test]
async fn what_needs_a_fresh_password_is_not_done_without() {
    let stage = Stage::new().await;
    for route in stage.routes() {
        let rule = route.action.rule();
        if rule.is_open() {
            continue;
        }
        let shown = Shown::Cookie(stage.session(stage.member(Role::Owner).await, false).await);
        let (status, body) = stage.knock(route, &filled(route.path), &shown).await;
        let asks = code_of(&body) == "step_up_required";
        let may = rule.reach(Standing::Member(Role::Owner)) != Reach::No;
        assert_eq!(
            asks,
            may && rule.fresh == Fresh::Needed,
            "{route:?}: {status} {body}"
        );
    }
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_no_more() {
    let stage = Stage::new().await;
    let owner = stage.member(Role::Owner).await;
    for route in stage.routes() {
        let rule = route.action.rule();
        if rule.is_open() || rule.reach(Standing::Member(Role::Owner)) == Reach::No {
            continue;
        }
        for scope in Scope::ALL {
            let shown = Shown::Bearer(stage.token(owner, &[*scope]).await);
            let (status, body) = stage.knock(route, &filled(route.path), &shown).await;
            let is_refused = code_of(&body) == "forbidden";
            let may = [ByToken::With(*scope), ByToken::Any].contains(&rule.token);
            // A browser's session is a session's own business.
            let is_about_session = route.path.starts_with("/session");
            assert!(
                is_refused != may || is_about_session,
                "{route:?} with {scope}: {status} {body}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_others_does_not_exist() {
    let stage = Stage::new().await;
    let (me, other) = (stage.member(Role::Member).await, stage.member(Role::Member).await);
    let (key, device, _) = stage.device(Some(other)).await;
    stage.session(other, false).await;
    stage.token(other, &[Scope::Read]).await;
    let people = stage.gateway.reader.people();
    let session = people.sessions(other).await.unwrap()[0].id.to_string();
    let token = people.tokens(other).await.unwrap()[0].id.to_string();
    let usage = stage.usage(key, device).await.to_string();
    let alert = stage.alert_of(other).await;
    let machine = stage.machine_of(other).await;
    let (my_key, _, my_device) = stage.device(Some(me)).await;
    let mut checked = Vec::new();
    for route in stage.routes() {
        let first = route.path.split('/').nth(1).unwrap_or_default();
        let id = match first {
            "members" => other.to_string(),
            "keys" => key.to_string(),
            "devices" => device.to_string(),
            "sessions" => session.clone(),
            "tokens" => token.clone(),
            "usage" => usage.clone(),
            "alerts" => alert.clone(),
            "sharing" => machine.clone(),
            _ => new_id().to_string(),
        };
        if !route.path.contains("{id}") {
            continue;
        }
        let path = route.path.replace("{id}", &id);
        let body = r#"{"name":"mine","userCode":""}"#;
        for standing in [
            Standing::Member(Role::Member),
            Standing::Member(Role::Viewer),
            Standing::Device,
        ] {
            if route.action.rule().reach(standing) == Reach::No {
                continue;
            }
            let shown = match standing {
                Standing::Device => Shown::Bearer(my_device.clone()),
                Standing::Member(Role::Member) => Shown::Cookie(stage.session(me, true).await),
                _ => Shown::Cookie(stage.session(stage.member(Role::Viewer).await, true).await),
            };
            let (status, answer) = stage.knock_with(route, &path, &shown, body).await;
            assert_eq!(
                status,
                StatusCode::NOT_FOUND,
                "{route:?} as {standing:?}: {answer}"
            );
            checked.push(route.path);
        }
    }
    for path in [
        "/members/{id}",
        "/members/{id}/export",
        "/sessions/{id}",
        "/tokens/{id}",
        "/devices/{id}",
        "/usage/{id}",
        "/sharing/machines/{id}",
    ] {
        assert!(checked.contains(&path), "nobody knocked at {path}: {checked:?}");
    }
    stage.asks_in_vain_for((me, my_key), (key, device)).await;
    let shown = Shown::Cookie(stage.session(me, true).await);
    for (path, list, mine) in [
        ("/keys", "keys", 1),
        ("/devices", "devices", 1),
        ("/tokens", "tokens", 0),
        ("/alerts", "alerts", 0),
    ] {
        let route = stage
            .routes()
            .into_iter()
            .find(|route| route.path == path)
            .unwrap();
        let (_, body) = stage.knock(route, path, &shown).await;
        assert_eq!(body[list].as_array().map(Vec::len), Some(mine), "{path}: {body}");
    }
}

/// Both are made of the same handlers, by hand: a route that one forgets is found here.
#[test]
fn the_contract_has_every_route_and_no_other() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let stage = runtime.block_on(Stage::new());
    let mut routed: Vec<String> = stage
        .routes()
        .iter()
        .filter(|route| route.path != "/openapi.json")
        .map(|route| format!("{} /api/v1{}", method_of(route.method), route.path))
        .collect();
    let contract = serde_json::to_value(openapi::contract()).unwrap();
    let mut described: Vec<String> = contract["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(path, _)| path.starts_with("/api/v1/"))
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    routed.sort();
    described.sort();
    assert_eq!(routed, described);
}

/// The contract says under which routes an `Idempotency-Key` counts, by their addresses.
#[tokio::test]
async fn every_change_that_can_be_repeated_is_described_so() {
    let stage = Stage::new().await;
    let contract = serde_json::to_value(openapi::contract()).unwrap();
    let mut once = 0;
    for route in stage.routes() {
        let method = method_of(route.method);
        let operation = &contract["paths"][format!("/api/v1{}", route.path)][method.as_str().to_lowercase()];
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let is_described = parameters.iter().any(|one| one["name"] == "Idempotency-Key");
        let has_its_own = route.path == "/redeem";
        let is_once = !method.is_safe() && idempotency::is_once(route.action);
        assert_eq!(is_described, is_once || has_its_own, "{route:?}");
        once += usize::from(is_once);
    }
    assert!(once > 25, "{once}");
}
