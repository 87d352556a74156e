//! A person on another machine logs in from the command line, confirmed in a browser.

use std::{net::TcpListener, process::Stdio};

use serde_json::{Value, json};
use tests::{Gateway, Home, Outcome, Request, token_tracker, within};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::browser::{Browser, invited, with_owner};

/// Another machine, whose token is kept in a file of its own.
pub struct Laptop {
    pub home: Home,
    gateway: String,
}

impl Laptop {
    pub fn of(gateway: &Gateway) -> Self {
        Self {
            home: Home::new(),
            gateway: gateway.url(""),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::from(self.home.command(token_tracker()));
        command
            .args(arguments)
            .env("TOKEN_TRACKER_TOKEN_FILE", self.home.path().join("token"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    pub async fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self.command(arguments).output();
        let output = within(&format!("the end of {arguments:?}"), output).await;
        output.expect("the binary starts").into()
    }

    /// Starts to log in; the code is what a person would read off the screen.
    async fn begin(&self) -> (Child, Value) {
        let arguments = ["login", "--url", &self.gateway, "--name", "laptop", "--json"];
        let mut child = self.command(&arguments).spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let line = within("the code", lines.next_line()).await.unwrap().unwrap();
        (child, serde_json::from_str(&line).expect("the prompt is JSON"))
    }

    pub async fn log_in(&self, browser: &mut Browser) -> Value {
        let (child, prompt) = self.begin().await;
        let code = json!({ "userCode": prompt["userCode"] });
        let looked = browser.post("/device/look", code.clone()).await.expect(200);
        assert_eq!(looked.json()["deviceName"], "laptop");
        browser.post("/device/approve", code).await.expect(204);
        let output = within("the end of login", child.wait_with_output())
            .await
            .unwrap();
        let outcome = Outcome::from(output).expect(0);
        assert!(!outcome.stdout.contains("ttp_"), "{}", outcome.stdout);
        outcome.json()
    }

    fn token(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.home.path().join("token")).ok()?;
        Some(text.trim().to_owned())
    }
}

async fn status_of(gateway: &Gateway, token: &str) -> u16 {
    let request = Request::get(&gateway.url("/api/v1/token")).bearer(token);
    request.send().await.status.as_u16()
}

#[tokio::test]
async fn an_admin_logs_in_administers_and_logs_out() {
    let (gateway, mut owner) = with_owner().await;
    let mut ada = invited(&gateway, &mut owner, "admin", "Ada").await;
    let laptop = Laptop::of(&gateway);
    let nobody = laptop.run(&["whoami", "--json"]).await.expect(1);
    assert_eq!(nobody.error()["code"], "not_signed_in");

    let logged_in = laptop.log_in(&mut ada).await;
    assert_eq!(
        (&logged_in["member"]["name"], &logged_in["tokenStore"]),
        (&json!("Ada"), &json!("file"))
    );
    let who = laptop.run(&["whoami"]).await.expect(0);
    assert!(who.stdout.contains("member   Ada"), "{}", who.stdout);
    assert!(who.stdout.contains("role     admin"), "{}", who.stdout);
    let listed = laptop.run(&["members", "list", "--json"]).await.expect(0);
    assert_eq!(listed.json::<Value>()["members"].as_array().unwrap().len(), 2);
    let minted = laptop
        .run(&["keys", "mint", "--credit", "1", "--json"])
        .await
        .expect(0);
    assert!(minted.stdout.contains("TTK-"), "{}", minted.stdout);

    let first = laptop.token().unwrap();
    laptop.log_in(&mut ada).await;
    let second = laptop.token().unwrap();
    assert_ne!(first, second);
    assert_eq!(
        status_of(&gateway, &first).await,
        401,
        "a login ends the one before"
    );
    assert_eq!(status_of(&gateway, &second).await, 200);

    laptop.run(&["logout"]).await.expect(0);
    assert_eq!(laptop.token(), None);
    assert_eq!(status_of(&gateway, &second).await, 401);
    laptop.run(&["logout"]).await.expect(1);
    laptop
        .run(&["members", "list", "--gateway", &laptop.gateway])
        .await
        .expect(1);
}

#[tokio::test]
async fn a_login_that_is_refused_in_the_browser_leaves_nothing() {
    let (gateway, mut owner) = with_owner().await;
    let laptop = Laptop::of(&gateway);
    let (child, prompt) = laptop.begin().await;
    let code = json!({ "userCode": prompt["userCode"] });
    owner.post("/device/deny", code).await.expect(204);
    let output = within("the end of login", child.wait_with_output())
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert_eq!(laptop.token(), None);
}

#[tokio::test]
async fn a_token_of_one_gateway_is_not_shown_to_another() {
    let (gateway, mut owner) = with_owner().await;
    let laptop = Laptop::of(&gateway);
    laptop.log_in(&mut owner).await;
    let other = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    other.set_nonblocking(true).expect("a socket can be told");
    let url = format!("http://{}", other.local_addr().expect("it is bound"));
    for command in [&["whoami"][..], &["members", "list"]] {
        let asked = laptop
            .run(&[command, &["--gateway", &url, "--json"]].concat())
            .await;
        assert_eq!(asked.expect(1).error()["code"], "not_signed_in");
    }
    assert!(other.accept().is_err(), "nobody has called there");
}
