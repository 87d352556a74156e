//! Knocks at every route as everybody, and compares with the table, cell by cell.

mod stage;

use http::StatusCode;
use protocol::api::{Role, Scope};

use self::stage::{Shown, Stage, code_of, filled, method_of};
use super::*;
use crate::{
    access::{ByToken, Fresh, Reach, Standing},
    clock::new_id,
    route::idempotency,
};

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

/// Every cell as it was decided: whoever changes one changes a page that is read in review.
#[tokio::test]
async fn the_page_of_roles_says_who_may_what() {
    let stage = Stage::new().await;
    let word = |reach| match reach {
        Reach::All => "all",
        Reach::Own => "own",
        Reach::Totals => "sums",
        Reach::No => "–",
    };
    let mut lines: Vec<String> = Vec::new();
    for route in stage.routes() {
        let rule = route.action.rule();
        let cells = Standing::ALL
            .map(|standing| word(rule.reach(standing)))
            .join(" | ");
        let token = match rule.token {
            ByToken::With(scope) => scope.to_string(),
            ByToken::Any => "any".to_owned(),
            ByToken::Never => "–".to_owned(),
        };
        let fresh = match rule.fresh {
            Fresh::Needed => "yes",
            Fresh::NotNeeded => "",
        };
        let method = method_of(route.method);
        lines.push(format!(
            "| `{method} {}` | {cells} | {token} | {fresh} |",
            route.path
        ));
    }
    lines.sort();
    let made = format!(
        "# Who may do what\n\nMade by `scripts/generate` from the table in `gateway/src/access.rs`, which every request under `/api/v1`\n\
         passes. *own*: what is the caller's; to them there is nothing else. *sums*: totals without rows. *fresh*: a session\n\
         needs a password or passkey of the last ten minutes.\n\n\
         | route | owner | admin | member | viewer | device | nobody | token's scope | fresh |\n\
         |---|---|---|---|---|---|---|---|---|\n{}\n",
        lines.join("\n")
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/roles.md");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        made == committed,
        "who may do what changed: run scripts/generate and look at the difference"
    );
}
