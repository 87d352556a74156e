use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use clap::Args;
use protocol::{Code, Money, Problem};
use serde::Serialize;

use super::{
    comment,
    comment::{Refused, Written},
    forge::PullRequest,
    markdown,
    markdown::{Budget, Summary},
};
use crate::{
    book::Mode,
    checkout::{Checkout, Job},
    command::branch::{import, place::Sources},
    failure::{ExitStatus, Failure},
    gathering::{Gathering, Sums, group},
    output::Output,
    table::count,
};

/// A folder of artifacts has a few; more are a mistake.
const FILES_MAX: usize = 1_000;
const DEPTH_MAX: usize = 8;

#[derive(Args)]
pub struct Report {
    /// Exports of earlier jobs to take over first: files, or folders of them
    #[arg(long = "import", value_name = "PATH", num_args = 1..)]
    imports: Vec<PathBuf>,
    /// Another branch than that of the job or checkout
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// Compare with this branch [default: what the pull request is for]
    #[arg(long, value_name = "NAME")]
    base: Option<String>,
    /// Add the summary to this file, too [default: GITHUB_STEP_SUMMARY]
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// Write it as a comment of the pull request, or change the one that is there
    #[arg(long)]
    comment: bool,
    /// Fail with exit code 5 if the branch consumed more tokens
    #[arg(long, value_name = "N")]
    budget_tokens: Option<u64>,
    /// Fail with exit code 5 if the branch cost more US dollars
    #[arg(long, value_name = "USD", value_parser = money)]
    budget_usd: Option<Money>,
    #[command(flatten)]
    sources: Sources,
}

fn money(text: &str) -> Result<Money, String> {
    Money::parse_usd(text.trim_start_matches('$')).map_err(|error| error.to_string())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    repository: &'a str,
    branch: &'a str,
    base: Option<&'a str>,
    totals: &'a Sums,
    base_totals: &'a Option<Sums>,
    branches: Vec<Branch<'a>>,
    models: Vec<Model<'a>>,
    budgets: &'a [Budget],
    over_budget: bool,
    imported_files: usize,
    comment: Option<Written>,
    comment_problem: Option<&'a Problem>,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Branch<'a> {
    branch: &'a str,
    #[serde(flatten)]
    sums: &'a Sums,
}

#[derive(Serialize)]
struct Model<'a> {
    client: &'static str,
    model: &'a str,
    #[serde(flatten)]
    sums: &'a Sums,
}

impl Report {
    pub async fn run(self, json: bool) -> Result<Output, Failure> {
        let checkout = self.sources.checkout()?;
        let branch = checkout.branch_or(self.branch.as_deref())?;
        let imported_files = self.take_over()?;
        let gathering = self.sources.gather(&checkout, true)?;
        let job_base = Job::of_environment().and_then(|job| job.base);
        let base = self.base.clone().or(job_base).filter(|base| *base != branch);
        let summary = self.summary(&checkout, &gathering, &branch, base.as_deref());
        let markdown = markdown::render(&summary);
        self.write_summary(&markdown)?;
        write_outputs(&summary)?;
        // Whatever becomes of the comment, the budget has the last word.
        let (comment, refused) = match self.comment {
            true => write_comment(&markdown).await,
            false => (None, None),
        };
        let over_budget = summary.budgets.iter().any(|budget| budget.over);
        let answer = Answer {
            repository: summary.repository,
            branch: summary.branch,
            base: summary.base,
            totals: &summary.own,
            base_totals: &summary.base_sums,
            branches: summary
                .branches
                .iter()
                .map(|(branch, sums)| Branch { branch, sums })
                .collect(),
            models: summary
                .models
                .iter()
                .map(|(client, model, sums)| Model { client, model, sums })
                .collect(),
            budgets: &summary.budgets,
            over_budget,
            imported_files,
            comment,
            comment_problem: refused.as_ref().map(|refused| &refused.problem),
            markdown: &markdown,
        };
        let output = Output::new(markdown.as_str(), &answer)?;
        let status = match &refused {
            _ if over_budget => ExitStatus::OverBudget,
            Some(refused) if !refused.is_forbidden => ExitStatus::Failed,
            _ => ExitStatus::Done,
        };
        if let Some(refused) = refused {
            tell(refused, json);
        }
        Ok(output.with_status(status))
    }

    /// All files are read and found right before one of them is kept.
    fn take_over(&self) -> Result<usize, Failure> {
        let mut paths = Vec::new();
        for path in &self.imports {
            files(path, 0, &mut paths)?;
        }
        let checked = paths
            .iter()
            .map(|path| import::read(path))
            .collect::<Result<Vec<_>, _>>()?;
        if checked.is_empty() {
            return Ok(0);
        }
        let mut book = self.sources.book()?;
        import::keep(&mut book, &checked, Mode::Merge)?;
        Ok(checked.len())
    }

    fn summary<'a>(
        &self,
        checkout: &'a Checkout,
        gathering: &'a Gathering,
        branch: &'a str,
        base: Option<&'a str>,
    ) -> Summary<'a> {
        let by_branch = group(&gathering.rows, |row| row.branch.as_deref().unwrap_or("-"));
        let own = by_branch.get(branch).cloned().unwrap_or_default();
        let base_sums = base.and_then(|base| by_branch.get(base).cloned());
        let mut branches: Vec<(&str, Sums)> = by_branch.into_iter().collect();
        branches.sort_by_key(|(name, sums)| {
            let size = (sums.cost_nano_usd, sums.tokens.total());
            (*name != branch, std::cmp::Reverse(size))
        });
        let of_branch = gathering
            .rows
            .iter()
            .filter(|priced| priced.row.branch.as_deref() == Some(branch));
        let by_model = group(of_branch, |row| (row.client, row.model.as_deref().unwrap_or("-")));
        let mut models: Vec<_> = by_model
            .into_iter()
            .map(|((client, model), sums)| (client.name(), model, sums))
            .collect();
        models.sort_by_key(|(.., sums)| std::cmp::Reverse((sums.cost_nano_usd, sums.tokens.total())));
        Summary {
            repository: &checkout.repository,
            branch,
            base,
            budgets: self.budgets(&own),
            own,
            base_sums,
            branches,
            models,
        }
    }

    fn budgets(&self, own: &Sums) -> Vec<Budget> {
        let tokens = self.budget_tokens.map(|limit| {
            let used = own.tokens.total();
            Budget {
                used: i128::from(used),
                limit: i128::from(limit),
                kind: "tokens",
                used_text: count(used),
                limit_text: format!("{} tokens", count(limit)),
                over: used > limit,
            }
        });
        let money = self.budget_usd.map(|limit| Budget {
            used: i128::from(own.cost_nano_usd),
            limit: i128::from(limit.nano_usd()),
            kind: "usd",
            used_text: Money::from_nano_usd(own.cost_nano_usd).display_charge(),
            limit_text: limit.display_charge(),
            over: own.cost_nano_usd > limit.nano_usd(),
        });
        tokens.into_iter().chain(money).collect()
    }

    fn write_summary(&self, markdown: &str) -> Result<(), Failure> {
        let named = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
        let Some(path) = self.summary.clone().or_else(|| named.map(PathBuf::from)) else {
            return Ok(());
        };
        append(
            &path,
            &format!("{markdown}\n"),
            "Check --summary or GITHUB_STEP_SUMMARY.",
        )
    }
}

/// What later steps of the job read; numbers alone, so that nothing can be smuggled in.
fn write_outputs(summary: &Summary<'_>) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_OUTPUT").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let text = format!(
        "tokens={}\ncost-nano-usd={}\nover-budget={}\n",
        summary.own.tokens.total(),
        summary
            .own
            .cost()
            .map_or_else(String::new, |cost| cost.to_string()),
        summary.budgets.iter().any(|budget| budget.over)
    );
    append(Path::new(&path), &text, "Check GITHUB_OUTPUT.")
}

fn append(path: &Path, text: &str, hint: &str) -> Result<(), Failure> {
    let written = fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        Problem::new(
            Code::Internal,
            format!("The summary could not be written: {}.", error.kind()),
        )
        .with_hint(hint)
        .into()
    })
}

/// Neither, with a word on standard error: the job is not about a pull request.
async fn write_comment(markdown: &str) -> (Option<Written>, Option<Refused>) {
    let written = match PullRequest::of_environment() {
        Ok(Some(pull)) => comment::write(&pull, markdown).await.map(Some),
        Ok(None) => {
            note("This job is not about a pull request, so there is nothing to comment on.");
            Ok(None)
        }
        Err(problem) => Err(problem.into()),
    };
    match written {
        Ok(written) => (written, None),
        Err(refused) => (None, Some(refused)),
    }
}

/// A fork's job may not write, which is no fault of the job; everything else is an error.
fn tell(refused: Refused, json: bool) {
    if refused.is_forbidden {
        let Problem { message, hint, .. } = &refused.problem;
        return note(&format!("{message} {hint}"));
    }
    // Standard error is gone; the exit code says so as well.
    let _ = Failure::from(refused.problem).report(json);
}

fn note(text: &str) {
    writeln!(anstream::stderr().lock(), "note: {text}").ok();
}

/// Files that were named, and every JSON file below folders that were; links are not followed.
fn files(path: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let cannot = |_| {
        Failure::usage(
            "What --import names cannot be read.",
            "Name files that `token-tracker branch export` wrote, or a folder of them.",
        )
    };
    let kind = match depth {
        0 => fs::metadata(path).map_err(cannot)?,
        _ => fs::symlink_metadata(path).map_err(cannot)?,
    };
    if kind.is_dir() && depth < DEPTH_MAX {
        let mut entries = fs::read_dir(path)
            .and_then(|entries| entries.collect::<Result<Vec<_>, _>>())
            .map_err(cannot)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        return entries
            .iter()
            .try_for_each(|entry| files(&entry.path(), depth + 1, found));
    }
    let is_wanted = depth == 0 || path.extension().is_some_and(|extension| extension == "json");
    if kind.is_file() && is_wanted {
        if found.len() >= FILES_MAX {
            return Err(Failure::usage(
                format!("--import names more than {FILES_MAX} files."),
                "Name the folder of this run's artifacts alone.",
            ));
        }
        found.push(path.to_owned());
    }
    Ok(())
}
