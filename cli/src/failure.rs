//! How a command fails: one `Problem` for the person, one exit code for the script.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use protocol::{Code, Problem, api::ErrorBody};

use crate::hidden;

/// The exit codes that scripts rely on; 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    Done,
    /// Refused or failed.
    Failed,
    WrongUsage,
    GatewayUnreachable,
    /// The data directory is locked by another `serve`, or unreadable.
    DataDirectory,
    OverBudget,
    /// Of a command that was run.
    Of(u8),
}

impl ExitStatus {
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::WrongUsage => 2,
            Self::GatewayUnreachable => 3,
            Self::DataDirectory => 4,
            Self::OverBudget => 5,
            Self::Of(code) => code,
        }
    }
}

impl From<ExitStatus> for std::process::ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

#[derive(Debug)]
pub struct Failure {
    pub problem: Problem,
    pub status: ExitStatus,
}

impl Failure {
    /// The command line itself is wrong.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            problem: Problem::new(Code::InvalidRequest, message).with_hint(hint),
            status: ExitStatus::WrongUsage,
        }
    }

    /// What clap found wrong, without its colours, usage lines and tips.
    pub fn from_clap(error: &clap::Error) -> Self {
        let plain = error.render().to_string();
        let message = plain.split("\n\n").next().unwrap_or_default();
        let message = message.strip_prefix("error: ").unwrap_or(message);
        let words: Vec<&str> = message.split_whitespace().collect();
        Self::usage(
            words.join(" "),
            "Run the command with --help to see what it takes.",
        )
    }

    /// The command needs a gateway that runs with this data directory, and none does.
    pub fn not_running(message: impl Into<String>) -> Self {
        Self::from(
            Problem::new(Code::GatewayUnreachable, message).with_hint(
                "Start it with `token-tracker serve`, or name its data directory with --data-dir.",
            ),
        )
    }

    /// The data directory cannot be used.
    pub fn data_directory(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            problem: Problem::new(Code::Internal, message).with_hint(hint),
            status: ExitStatus::DataDirectory,
        }
    }

    /// Writes the failure to standard error, as an envelope or as two lines.
    pub fn report(&self, json: bool) -> io::Result<()> {
        let mut stderr = anstream::stderr().lock();
        if json {
            let body = ErrorBody {
                error: self.problem.clone(),
            };
            return writeln!(stderr, "{}", serde_json::to_string(&body)?);
        }
        write!(stderr, "{}", hidden::screen(&self.text()))
    }

    fn text(&self) -> String {
        let (error, hint) = (
            Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
            Style::new().dimmed(),
        );
        let Problem {
            message, hint: next, ..
        } = &self.problem;
        format!("{error}error:{error:#} {message}\n{hint}  next:{hint:#} {next}\n")
    }
}

impl From<serde_json::Error> for Failure {
    fn from(_: serde_json::Error) -> Self {
        Problem::new(Code::Internal, "The answer could not be written as JSON.")
            .with_hint("Report this as a bug.")
            .into()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let status = match problem.code {
            Code::GatewayUnreachable => ExitStatus::GatewayUnreachable,
            _ => ExitStatus::Failed,
        };
        Self { problem, status }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unreachable_gateway_exits_with_three() {
        for code in Code::ALL {
            let failure = Failure::from(Problem::new(*code, "It failed."));
            let expected = if *code == Code::GatewayUnreachable { 3 } else { 1 };
            assert_eq!(failure.status.code(), expected, "{code}");
        }
        assert_eq!(Failure::usage("", "").status.code(), 2);
        assert_eq!(Failure::not_running("").status.code(), 3);
        assert_eq!(Failure::data_directory("", "").status.code(), 4);
    }

    #[test]
    fn a_person_reads_what_happened_and_what_to_do() {
        let failure = Failure::from(Problem::new(Code::KeyRefused, "The key was refused."));
        let plain = anstream::adapter::strip_str(&failure.text()).to_string();
        insta::assert_snapshot!(plain, @r"
        error: The key was refused.
          next: Check the key for typing errors, or ask its owner for another one.
        ");
    }
}
