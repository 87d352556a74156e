//! A gateway with people in it, at whose routes somebody knocks.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use axum::{
    body::{Body, to_bytes},
    routing::MethodFilter,
};
use http::{Method, Request, StatusCode};
use protocol::{
    DeviceId, InvitationId, KeyId, MemberId, Money, RequestId, RequestKind, SessionId, TokenId, TokenUsage,
    api::{AlertKind, AlertQuery, AlertSubject, AlertSubjectKind, DeviceClient, LinkKind, Role, Scope},
};
use serde_json::Value;
use tower::ServiceExt;

use crate::{
    clock::{new_id, now_ms},
    credential::{self, Kind},
    ledger::{
        AlertChange, ImportChunk, ImportRow, KeyMint, Link, LinkUse, Look, NewAlert, NewMember, NewSession,
        NewToken, PeopleChange, PeopleRequest, Redeem, SentDays,
    },
    peer::Peer,
    router::{Route, control_plane, router},
    serve::tests::gateway_in,
    state::Gateway,
};

const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// A gateway with its routes, and everybody who may knock.
pub(super) struct Stage {
    pub(super) gateway: Arc<Gateway>,
    pub(super) _folder: tempfile::TempDir,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let gateway = gateway_in(folder.path()).await;
        Self {
            gateway,
            _folder: folder,
        }
    }

    pub(super) async fn change(&self, change: PeopleChange) {
        let request = PeopleRequest {
            at: now_ms(),
            change,
            note: None,
            asked: None,
        };
        self.gateway.ledger.people(request).await.unwrap().unwrap();
    }

    pub(super) fn mac(&self, secret: &str) -> [u8; 32] {
        self.gateway.directory.pepper().mac(secret.as_bytes())
    }

    pub(super) fn new_session(&self, member: MemberId, is_fresh: bool) -> (NewSession, String) {
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

    pub(super) async fn member(&self, role: Role) -> MemberId {
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

    pub(super) async fn session(&self, member: MemberId, is_fresh: bool) -> String {
        let (session, secret) = self.new_session(member, is_fresh);
        self.change(PeopleChange::StartSession(session)).await;
        secret
    }

    pub(super) async fn token(&self, member: MemberId, scopes: &[Scope]) -> String {
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
    pub(super) async fn device(&self, member: Option<MemberId>) -> (KeyId, DeviceId, String) {
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
    pub(super) async fn usage(&self, key: KeyId, device: DeviceId) -> RequestId {
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
    pub(super) async fn asks_in_vain_for(
        &self,
        (me, my_key): (MemberId, KeyId),
        (key, device): (KeyId, DeviceId),
    ) {
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
    pub(super) async fn alert_of(&self, member: MemberId) -> String {
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
    pub(super) async fn machine_of(&self, member: MemberId) -> String {
        let sent = SentDays {
            member,
            machine: new_id(),
            name: None,
            days: Vec::new(),
            day_tokens_max: 0,
            rows_max: 1_000,
        };
        let machine = sent.machine.to_string();
        self.change(PeopleChange::SubmitDays(Box::new(sent))).await;
        machine
    }

    pub(super) fn routes(&self) -> Vec<Route> {
        control_plane(&self.gateway).listed
    }

    pub(super) async fn knock(&self, route: Route, path: &str, shown: &Shown) -> (StatusCode, Value) {
        self.knock_with(route, path, shown, "{}").await
    }

    pub(super) async fn knock_with(
        &self,
        route: Route,
        path: &str,
        shown: &Shown,
        body: &str,
    ) -> (StatusCode, Value) {
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

pub(super) enum Shown {
    Cookie(String),
    Bearer(String),
    Nothing,
}

pub(super) fn method_of(filter: MethodFilter) -> Method {
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
pub(super) fn filled(path: &str) -> String {
    path.replace("{id}", &new_id().to_string())
        .replace("{name}", "nobody")
        .replace("{handle}", "nobody")
        .replace("{table}", "nothing")
}

pub(super) fn code_of(body: &Value) -> &str {
    body["error"]["code"].as_str().unwrap_or_default()
}
