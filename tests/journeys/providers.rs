//! Signing in by somebody else's word: who is let in, as whom, and what is not believed.

use http::Method;
use serde_json::{Value, json};
use tests::{Config, Gateway, GitHub, GitHubUser, Request, Serve, Transcript};

use crate::browser::{Browser, PASSWORD, printed_link};

const ADA: GitHubUser = GitHubUser {
    id: 1,
    login: "ada",
    email: "Ada@example.com",
    is_verified: true,
};

async fn with_github(github: &GitHub, more: &str) -> (Gateway, Browser) {
    let serve = Serve::new(&Config::new().table(&github.table(more)));
    let gateway = serve.env("GITHUB_SECRET", GitHub::CLIENT_SECRET).start().await;
    let link = printed_link(&gateway);
    let owner = Browser::use_link(&gateway, &link, "Olga").await;
    (gateway, owner)
}

/// A browser on its way: the page that it was sent to, and the cookie that it has for the way back.
struct OnTheWay {
    page: String,
    cookie: String,
}

async fn set_out(browser: &Browser, path: &str) -> OnTheWay {
    let begun = browser.request(Method::POST, path).json(&json!({})).send().await;
    let begun = begun.expect(200);
    let set = begun.header("set-cookie").unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    OnTheWay {
        cookie: set.split(';').next().unwrap().to_owned(),
        page: begun.json()["url"].as_str().unwrap().to_owned(),
    }
}

impl OnTheWay {
    /// Comes back as browsers do from another site: without the session's cookie.
    async fn come_back(&self, url: &str) -> Transcript {
        let request = Request::get(url)
            .header("sec-fetch-site", "cross-site")
            .header("cookie", &self.cookie);
        request.send().await.expect(303)
    }
}

fn session_of(seen: &Transcript, gateway: &Gateway) -> Option<Browser> {
    let cookies = seen.headers.get_all("set-cookie").iter();
    let cookie = cookies
        .filter_map(|value| value.to_str().ok()?.split(';').next())
        .find(|pair| !pair.contains("-sign-in=") && !pair.ends_with('='))?
        .to_owned();
    let mut browser = Browser::new(gateway);
    browser.cookie = Some(cookie);
    Some(browser)
}

const PATH: &str = "/sign-in/providers/github";

async fn sign_in(gateway: &Gateway, github: &GitHub, user: &GitHubUser) -> Option<Browser> {
    let way = set_out(&Browser::new(gateway), PATH).await;
    let seen = way.come_back(&github.say_yes(&way.page, user)).await;
    let browser = session_of(&seen, gateway);
    let expected = if browser.is_some() {
        "/"
    } else {
        "/?refused=github"
    };
    assert_eq!(seen.header("location"), Some(gateway.url(expected).as_str()));
    browser
}

#[tokio::test]
async fn an_invitation_to_the_address_makes_a_member_and_nothing_else_does() {
    let github = GitHub::start().await;
    let (gateway, mut owner) = with_github(&github, "").await;
    let ways = Browser::new(&gateway).get("/sign-in").await.json();
    assert_eq!(
        ways["providers"],
        json!([{ "name": "github", "label": "GitHub" }])
    );
    assert!(
        sign_in(&gateway, &github, &ADA).await.is_none(),
        "nobody has invited her"
    );
    // Somebody who says that they are her.
    let body = json!({ "role": "admin", "email": "ada@EXAMPLE.com" });
    owner.post("/invitations", body).await.expect(201);
    let eve = GitHubUser {
        id: 9,
        is_verified: false,
        ..ADA
    };
    assert!(
        sign_in(&gateway, &github, &eve).await.is_none(),
        "nothing says that it is hers"
    );
    let ada = sign_in(&gateway, &github, &ADA).await.expect("she is invited");
    let member = ada.member().await;
    assert_eq!(
        (&member["name"], &member["role"], &member["hasPassword"]),
        (&json!("ada"), &json!("admin"), &json!(false))
    );
    // From now on the account is what counts, not the address.
    let moved = GitHubUser {
        email: "ada@elsewhere.example",
        ..ADA
    };
    let again = sign_in(&gateway, &github, &moved).await.expect("she is known");
    assert_eq!(again.member().await["id"], member["id"]);
    let listed = again.get("/identities").await.expect(200).json();
    assert_eq!(listed["identities"][0]["account"], "ada@elsewhere.example");
    assert_eq!(listed["identities"][0]["provider"]["label"], "GitHub");
    let log = owner
        .get("/audit?action=invitation")
        .await
        .expect(200)
        .text()
        .to_owned();
    assert!(log.contains("invitation.accept"), "{log}");
    // Who is disabled is out, whoever vouches for them.
    let path = format!("/members/{}", member["id"].as_str().unwrap());
    owner
        .send(Method::PATCH, &path, json!({ "disabled": true }))
        .await
        .expect(200);
    assert!(sign_in(&gateway, &github, &ADA).await.is_none());
}

#[tokio::test]
async fn addresses_are_enough_only_where_the_owner_says_so() {
    let github = GitHub::start().await;
    let allowed = "link_by_email = true\nallowed_domains = [\"example.com\"]\nrole = \"viewer\"";
    let (gateway, mut owner) = with_github(&github, allowed).await;
    let grace = GitHubUser {
        id: 2,
        login: "grace",
        email: "grace@example.com",
        is_verified: true,
    };
    let member = sign_in(&gateway, &github, &grace)
        .await
        .expect("her domain is allowed");
    assert_eq!(member.member().await["role"], "viewer");
    let mallory = GitHubUser {
        id: 3,
        login: "mallory",
        email: "m@evil-example.com",
        is_verified: true,
    };
    assert!(sign_in(&gateway, &github, &mallory).await.is_none());

    let id = owner.member().await["id"].as_str().unwrap().to_owned();
    let path = format!("/members/{id}");
    let body = json!({ "email": "olga@corp.example" });
    owner.send(Method::PATCH, &path, body).await.expect(200);
    let olga = GitHubUser {
        id: 4,
        login: "olga",
        email: "OLGA@corp.example",
        is_verified: true,
    };
    let linked = sign_in(&gateway, &github, &olga)
        .await
        .expect("it is her address");
    assert_eq!(linked.member().await["id"], json!(id));
    // Two people of one name.
    let other = GitHubUser {
        id: 5,
        login: "grace",
        email: "g2@example.com",
        is_verified: true,
    };
    let second = sign_in(&gateway, &github, &other)
        .await
        .expect("her domain is allowed");
    assert_eq!(second.member().await["name"], "grace 2");
}

#[tokio::test]
async fn an_account_is_connected_by_whoever_is_signed_in_and_disconnected() {
    let github = GitHub::start().await;
    let (gateway, owner) = with_github(&github, "").await;
    let way = set_out(&owner, "/identities/providers/github").await;
    let back = github.say_yes(&way.page, &ADA);
    let seen = way.come_back(&back).await;
    assert_eq!(seen.header("location"), Some(gateway.url("/settings").as_str()));
    assert!(session_of(&seen, &gateway).is_none(), "nobody is signed in by it");
    let olga = sign_in(&gateway, &github, &ADA).await.expect("it is connected");
    assert_eq!(olga.member().await["name"], "Olga");
    let listed = olga.get("/identities").await.json();
    let path = format!("/identities/{}", listed["identities"][0]["id"].as_str().unwrap());
    olga.delete(&path).await.expect(204);
    assert!(sign_in(&gateway, &github, &ADA).await.is_none());
    let unknown = owner
        .request(Method::POST, "/sign-in/providers/other")
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(unknown.status.as_u16(), 404);
}

/// Pictures on anybody's page can ask for the way back, from wherever somebody reads that page.
#[tokio::test]
async fn nobody_is_locked_out_by_a_way_back_that_nobody_set_out_on() {
    let github = GitHub::start().await;
    let (gateway, _) = with_github(&github, "").await;
    let callback = gateway.url(&format!("/api/v1{PATH}/callback"));
    for number in 0..25 {
        let picture = Request::get(&format!("{callback}?{number}"));
        let picture = picture.header("sec-fetch-site", "cross-site");
        let seen = picture.send().await.expect(303);
        let refused = gateway.url("/?refused=github");
        assert_eq!(seen.header("location"), Some(refused.as_str()));
    }
    Browser::sign_in(&gateway, "Olga").await;

    // Somebody thought better of it at the provider, again and again.
    let way = set_out(&Browser::new(&gateway), PATH).await;
    let back = github.say_yes(&way.page, &ADA);
    let state = back.split("state=").nth(1).unwrap();
    for _ in 0..25 {
        way.come_back(&format!("{callback}?error=access_denied&state={state}"))
            .await;
    }
    Browser::sign_in(&gateway, "Olga").await;

    // Whoever sends codes of their own on a way that began is guessing.
    for _ in 0..25 {
        way.come_back(&back.replace("code=", "code=x")).await;
    }
    let body = json!({ "name": "Olga", "password": PASSWORD });
    let request = Browser::new(&gateway).request(Method::POST, "/session");
    request.json(&body).send().await.expect(429);
}

#[tokio::test]
async fn only_the_browser_that_set_out_comes_back_once() {
    let github = GitHub::start().await;
    let (gateway, mut owner) = with_github(&github, "allowed_domains = [\"example.com\"]").await;
    let refused = |seen: &Transcript| {
        session_of(seen, &gateway).is_none()
            && seen.header("location") == Some(gateway.url("/?refused=github").as_str())
    };
    let (victim, attacker) = (Browser::new(&gateway), Browser::new(&gateway));
    let (of_victim, of_attacker) = (set_out(&victim, PATH).await, set_out(&attacker, PATH).await);
    let back = github.say_yes(&of_attacker.page, &ADA);
    assert!(
        refused(&of_victim.come_back(&back).await),
        "it is the attacker's way back"
    );
    let (address, _) = back.split_once('?').unwrap();
    for wrong in [
        address.to_owned(),
        format!("{address}?error=access_denied&state=x"),
        format!("{back}&error=access_denied"),
        back.replace("code=", "code=x"),
        format!("{address}?code=x&state="),
        format!("{back}&state=again"),
    ] {
        assert!(refused(&of_attacker.come_back(&wrong).await), "{wrong}");
    }
    // A code that was asked for with another verifier.
    let again = set_out(&attacker, PATH).await;
    let state = again
        .page
        .split("state=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    let stolen = github.say_yes(&of_victim.page, &ADA);
    let (code, _) = stolen.split_once("&state=").unwrap();
    assert!(refused(&again.come_back(&format!("{code}&state={state}")).await));

    let seen = of_attacker.come_back(&back).await;
    assert!(session_of(&seen, &gateway).is_some(), "the right one is let in");
    assert!(refused(&of_attacker.come_back(&back).await), "once");
    // No address leads elsewhere.
    for more in ["&redirect=https://evil.example", "&return_to=//evil.example"] {
        let way = set_out(&attacker, PATH).await;
        let seen = way
            .come_back(&format!("{}{more}", github.say_yes(&way.page, &ADA)))
            .await;
        assert_eq!(seen.header("location"), Some(gateway.url("/").as_str()));
    }
    let log: Value = owner.get("/audit?action=member").await.expect(200).json();
    assert!(log.to_string().contains("member.join"), "{log}");
    assert!(!gateway.log().contains(GitHub::CLIENT_SECRET) && !gateway.log().contains("gho_"));
    owner
        .post("/keys", json!({ "creditNanoUsd": "1" }))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_says_so() {
    let github = GitHub::start().await;
    let (gateway, _owner) = with_github(&github, "").await;
    let way = set_out(&Browser::new(&gateway), PATH).await;
    let back = github.say_yes(&way.page, &ADA);
    drop(github);
    let seen = way.come_back(&back).await;
    assert_eq!(
        seen.header("location"),
        Some(gateway.url("/?unavailable=github").as_str())
    );
}
