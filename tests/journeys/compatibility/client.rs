//! The programs of `tests/clients`: one for each official client.

use std::{path::PathBuf, process::Stdio, time::Duration};

use serde::Deserialize;
use tests::{Home, target_dir, workspace_dir};
use tokio::{process::Command, time::timeout};

use super::scene::{Scene, Spoken};

/// Some forty rows, several of which wait before they try again.
const LONGEST: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    OpenAi,
    Anthropic,
}

#[derive(Clone, Copy, Debug)]
pub struct Client {
    pub vendor: Vendor,
    pub is_node: bool,
}

/// What one program reported.
#[derive(Debug)]
pub struct Seen {
    pub version: String,
    pub upstream: &'static str,
    pub rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
pub struct Row {
    pub feature: String,
    pub upstream: String,
    pub outcome: String,
    pub note: String,
}

#[derive(Deserialize)]
struct Head {
    version: String,
}

impl Vendor {
    /// How the client's program and the page call an upstream.
    pub fn calls(self, spoken: Spoken) -> &'static str {
        match (self, spoken) {
            (Self::OpenAi, Spoken::Responses) | (Self::Anthropic, Spoken::Anthropic) => "own",
            // Everything of its dialect but the Responses API.
            (Self::OpenAi, Spoken::OpenAi) => "chat",
            _ => "other",
        }
    }
    /// The upstreams with a column on the page.
    pub fn upstreams(self) -> &'static [&'static str] {
        match self {
            Self::OpenAi => &["own", "chat", "other"],
            Self::Anthropic => &["own", "other"],
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }
}

impl Client {
    pub fn python(vendor: Vendor) -> Self {
        Self {
            vendor,
            is_node: false,
        }
    }
    pub fn node(vendor: Vendor) -> Self {
        Self {
            vendor,
            is_node: true,
        }
    }

    /// Runs its program against the scene's gateway, with nothing of this machine's user.
    pub async fn run(&self, scene: &Scene) -> Seen {
        let upstream = self.vendor.calls(scene.spoken);
        let home = Home::new();
        let python = install().await;
        let (program, file) = if self.is_node {
            ("node".into(), format!("node/{}-rows.mjs", self.vendor.name()))
        } else {
            (python, format!("python/{}_rows.py", self.vendor.name()))
        };
        let (variable, base) = match self.vendor {
            Vendor::OpenAi => ("OPENAI", scene.gateway.url("/v1")),
            Vendor::Anthropic => ("ANTHROPIC", scene.gateway.url("")),
        };
        let mut command = Command::from(home.command(program));
        command
            .arg(workspace_dir().join("tests/clients").join(file))
            .arg(upstream)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env(format!("{variable}_BASE_URL"), base)
            .env(format!("{variable}_API_KEY"), &scene.device.credential)
            .env("POOR_KEY", &scene.poor.credential)
            .kill_on_drop(true);
        let output = timeout(LONGEST, command.output()).await.unwrap().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        let broken = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}\n{broken}");
        let (head, rows) = told.split_once('\n').unwrap();
        let rows: Vec<Row> = rows
            .lines()
            .map(|row| serde_json::from_str(row).unwrap())
            .collect();
        assert!(rows.iter().all(|row| row.upstream == upstream));
        Seen {
            version: serde_json::from_str::<Head>(head).unwrap().version,
            upstream,
            rows,
        }
    }
}

/// Installs what is missing, and names the Python to use.
pub async fn install() -> PathBuf {
    let mut install = Command::new(workspace_dir().join("tests/clients/install"));
    let output = install
        .arg(target_dir().join("clients"))
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().into()
}
