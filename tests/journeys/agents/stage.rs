//! A gateway with a scripted model behind it, and the machine of somebody who redeemed a key.

use std::{fs, path::PathBuf, process::Stdio, sync::Arc, time::Duration};

use protocol::{KeyId, Money, TokenUsage};
use serde::Deserialize;
use serde_json::Value;
use tests::{
    Config, Gateway, Home, Model, Outcome, Price, Request, Serve, Upstream, token_tracker,
    upstream::{Asked, Call, End, Step, ToolCall, Turn},
    verify_clean, workspace_dir,
};
use tokio::{
    process::Command,
    time::{sleep, timeout},
};

use super::outside::Outside;
use crate::{answered::Answered, compatibility::client};

/// What an upstream speaks.
pub const CHAT: &str = "provider = \"openai-compatible\"";
pub const RESPONSES: &str = "provider = \"openai-compatible\"\ndialects = [\"chat\", \"responses\"]";
pub const MESSAGES: &str = "provider = \"anthropic-compatible\"";

/// What clients ask for.
pub const MODEL: &str = "coder";
/// What an agent is told to do.
pub const TASK: &str = "Create the file hello.txt with a greeting in it.";
pub const FILE: &str = "hello.txt";
const GREETING: &str = "Hello from the model.\n";
const LAST_WORDS: &str = "The file is written.";
const CREDIT: &str = "5.00";
/// An agent starts slowly on a busy machine, and once moves its database.
const LONGEST: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(20);

pub struct Stage {
    upstream: Upstream,
    gateway: Gateway,
    key: KeyId,
    home: Home,
    pub tools: Tools,
    answered: Answered,
    outside: Outside,
}

/// What `redeem --show-credential` prints for other tools.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tools {
    pub credential: String,
    pub openai_base_url: String,
    pub anthropic_base_url: String,
}

/// How an agent's own tool writes a file: its name, and its arguments for a path and a content.
pub type WriteTool = fn(path: &str, content: &str) -> (&'static str, Value);

impl Stage {
    /// `provider`: the lines of the configuration that say what the upstream speaks.
    pub async fn new(provider: &str) -> Self {
        let upstream = Upstream::start().await;
        let config = Config::new()
            .table(&format!(
                "[[upstream]]\nname = \"fake\"\n{provider}\nbase_url = {:?}\napi_key_env = \"LOCAL_KEY\"",
                upstream.base_url()
            ))
            .model(Model::new(MODEL, Price::USUAL));
        let gateway = Serve::new(&config).start().await;
        let home = Home::new();
        fs::create_dir(home.path().join("work")).unwrap();
        let minted = gateway.mint_one(CREDIT).await;
        let tools = redeem(&home, &gateway, &minted.key).await;
        Self {
            upstream,
            key: minted.id,
            gateway,
            home,
            tools,
            answered: Answered::default(),
            outside: Outside::new().await,
        }
    }

    /// The model has the file written when it can, then it is content.
    pub fn model_writes_with(&self, tool: WriteTool) {
        let answered = self.answered.clone();
        let path = self.work().join(FILE).display().to_string();
        self.upstream.on(MODEL, move |call| {
            let nth = answered.count();
            let turn = turn(call, tool, &path).usage(usage(nth));
            answered.note(MODEL, turn.usage);
            turn.reply(call)
        });
    }

    /// The model stops in the middle of its answer to the task.
    pub fn model_stops_half_way(&self, tool: WriteTool) {
        let answered = self.answered.clone();
        self.upstream.on(MODEL, move |call| {
            let asked = Asked::of(call);
            let (name, _) = tool("", "");
            let turn = Turn::says("Let me think about it for a long time.").usage(usage(answered.count()));
            if asked.tools.iter().any(|offered| offered == name) {
                let heard = Turn::chunks_of_two_words(call);
                return turn.reply(call).after(heard, Step::Hang);
            }
            answered.note(MODEL, turn.usage);
            turn.reply(call)
        });
    }

    pub fn work(&self) -> PathBuf {
        self.home.path().join("work")
    }
    pub fn in_home(&self, file: &str) -> PathBuf {
        self.home.path().join("home").join(file)
    }

    /// The agent's program, in its folder for work, with nothing of this machine's user.
    pub async fn agent(&self, program: &str) -> Command {
        let mut command = Command::from(self.home.command(program_file(program).await));
        command
            .envs(self.outside.variables())
            .current_dir(self.work())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs the agent to its end: the file is there, it said so, and the ledger has every call.
    pub async fn completes(&self, agent: &mut Command) {
        let output = timeout(LONGEST, agent.output()).await.unwrap().unwrap();
        let outcome = Outcome::from(output).expect(0);
        let written = fs::read_to_string(self.work().join(FILE));
        assert_eq!(written.ok().as_deref(), Some(GREETING), "{outcome:?}");
        assert!(outcome.stdout.contains(LAST_WORDS), "{outcome:?}");
        let calls = self.upstream.calls(MODEL);
        assert!(calls.len() >= 2, "the task and the tool's result");
        self.is_accounted_for(0).await;
    }

    /// Kills the agent in the middle of the model's answer, which is charged as an estimate.
    /// `errands`: how many other calls it makes meanwhile.
    pub async fn is_charged_when_killed(&self, agent: &mut Command, errands: usize) {
        let mut running = agent.spawn().unwrap();
        let cut = timeout(LONGEST, self.hanging(errands)).await.unwrap();
        assert!(running.try_wait().unwrap().is_none(), "the agent waits");
        assert!(self.balance().await.held_nano_usd > Money::ZERO);
        running.kill().await.unwrap();
        assert_eq!(cut.ended().await, End::ClosedEarly);
        self.is_accounted_for(1).await;
    }

    /// Waits for the call whose answer hangs, and until all others are settled.
    async fn hanging(&self, errands: usize) -> Arc<Call> {
        loop {
            let calls = self.upstream.calls(MODEL);
            let mut open = calls.iter().filter(|call| call.end().is_none());
            if let (Some(call), None) = (open.next(), open.next())
                && calls.len() == errands + 1
                && self.gateway.usage(self.key).await.len() == errands
            {
                return Arc::clone(call);
            }
            sleep(POLL).await;
        }
    }

    async fn balance(&self) -> protocol::api::Balance {
        let url = self.gateway.url("/api/v1/balance");
        let answer = Request::get(&url).bearer(&self.tools.credential).send().await;
        answer
            .expect(200)
            .parse::<protocol::api::BalanceResponse>()
            .balance
    }
    async fn is_accounted_for(&self, broken_off: usize) {
        let sum = self
            .answered
            .is_in_ledger(&self.gateway, self.key, broken_off)
            .await;
        assert!(sum > Money::ZERO);
        let balance = self.balance().await;
        assert_eq!(
            (balance.held_nano_usd, balance.spent_nano_usd),
            (Money::ZERO, sum)
        );
        for call in self.upstream.all_calls() {
            let told = format!("{:?}{:?}", call.headers, call.body);
            assert!(
                !told.contains(&self.tools.credential),
                "the device's credential stays here"
            );
        }
        verify_clean(&self.gateway).await;
        self.outside.nobody_tried();
    }
}

/// Redeems on the command line, as a person does for other tools.
async fn redeem(home: &Home, gateway: &Gateway, key: &str) -> Tools {
    let mut redeem = Command::from(home.command(token_tracker()));
    let output = redeem
        .args(["redeem", key, "--show-credential", "--json", "--gateway"])
        .arg(gateway.url(""))
        .output();
    Outcome::from(output.await.unwrap()).expect(0).json()
}

fn turn(call: &Call, tool: WriteTool, path: &str) -> Turn {
    let asked = Asked::of(call);
    let (name, arguments) = tool(path, GREETING);
    if asked.tools.iter().any(|offered| offered == name) && asked.results.is_empty() {
        Turn::calls(vec![ToolCall::new("call_1", name, arguments)])
    } else {
        Turn::says(LAST_WORDS)
    }
}

/// The usage of the nth answer, which is no other's.
fn usage(nth: u64) -> TokenUsage {
    TokenUsage {
        input_tokens: 1_000 + nth,
        output_tokens: 20 + nth,
        cache_read_tokens: 300,
        ..TokenUsage::default()
    }
}

/// Installs what is missing, and finds the program of that name.
async fn program_file(name: &str) -> PathBuf {
    if name == "llm" {
        // It stands beside the Python of the client that it uses.
        return client::install().await.with_file_name(name);
    }
    let install = workspace_dir().join("tests/agents/install");
    let mut install = Command::new(install);
    let output = install.arg(name).stdin(Stdio::null()).output().await.unwrap();
    let outcome = Outcome::from(output).expect(0);
    outcome.stdout.trim().into()
}
