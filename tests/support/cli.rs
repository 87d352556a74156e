use std::process::Output;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a command of ours left behind.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout: {}\nstderr: {}",
            self.stdout,
            self.stderr
        );
        self
    }
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("standard output is not that JSON: {error}: {}", self.stdout))
    }
    /// The envelope of an error on standard error, under `--json`.
    pub fn error(&self) -> Value {
        let envelope: Value = serde_json::from_str(&self.stderr)
            .unwrap_or_else(|error| panic!("standard error is not JSON: {error}: {}", self.stderr));
        envelope["error"].clone()
    }
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the command writes UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}
