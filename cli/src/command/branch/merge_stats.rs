use clap::Args;
use jiff::{SignedDuration, Timestamp};
use protocol::{Code, Problem};
use serde::Serialize;

use super::{place::Sources, show};
use crate::{
    checkout::{Checkout, Merge, merges},
    command::usage::screen,
    failure::Failure,
    gathering::{Gathering, Priced, Sums, branches},
    hidden::cut,
    moment,
    output::Output,
    table::{Column, amount, count, render},
};

#[derive(Args)]
pub struct MergeStats {
    /// Only this branch
    #[arg(value_name = "BRANCH")]
    branch: Option<String>,
    /// Merged into which branch [default: main, master or what origin has as its default]
    #[arg(long, value_name = "NAME")]
    base: Option<String>,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    repository: String,
    base: String,
    /// Oldest first.
    merges: Vec<Line>,
    totals: Sums,
    /// Branches with usage that were not merged as far as git can tell.
    unmerged: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    #[serde(flatten)]
    merge: Merge,
    /// What the branch consumed from its last merge until this one.
    since_last: Sums,
    /// And from its beginning.
    cumulative: Sums,
}

impl MergeStats {
    pub fn run(self) -> Result<Output, Failure> {
        let checkout = self.sources.checkout()?;
        let base = base(&checkout, self.base.as_deref())?;
        let gathering = self.sources.gather(&checkout, true)?;
        let mut found = merges(&checkout.git, &base)?;
        // As rows have their branches.
        for merge in &mut found {
            merge.branch = cut(&merge.branch).unwrap_or_default();
        }
        let only = self.branch.as_deref().and_then(cut);
        found.retain(|merge| only.as_ref().is_none_or(|branch| merge.branch == *branch));
        let answer = answer(checkout.repository, base, found, &gathering, only.as_deref());
        let text = text(&answer) + &screen::notes(&gathering.notes);
        Ok(Output::new(text, &answer)?)
    }
}

/// The branch that others are merged into.
pub fn base(checkout: &Checkout, named: Option<&str>) -> Result<String, Problem> {
    let exists = |name: &str| {
        let commit = format!("{name}^{{commit}}");
        checkout
            .git
            .line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
            .map(|commit| commit.is_some())
    };
    if let Some(name) = named {
        let remote = format!("origin/{name}");
        for name in [name, &remote] {
            if exists(name)? {
                return Ok(name.to_owned());
            }
        }
        return Err(Problem::new(Code::NotFound, "There is no such base branch here.")
            .with_hint("Name a branch that `git branch --all` lists."));
    }
    let remote = checkout
        .git
        .line(&["symbolic-ref", "--short", "--quiet", "refs/remotes/origin/HEAD"])?;
    let remote = remote.and_then(|name| name.strip_prefix("origin/").map(str::to_owned));
    for name in remote.into_iter().chain(["main".into(), "master".into()]) {
        let there = format!("origin/{name}");
        for name in [name, there] {
            if exists(&name)? {
                return Ok(name);
            }
        }
    }
    Err(Problem::new(
        Code::NotFound,
        "Which branch others are merged into is not clear here.",
    )
    .with_hint("Name it with --base."))
}

fn answer(
    repository: String,
    base: String,
    merges: Vec<Merge>,
    gathering: &Gathering,
    only: Option<&str>,
) -> Answer {
    let mut lines: Vec<Line> = Vec::new();
    let mut totals = Sums::default();
    for merge in merges {
        let before = lines.iter().rev().find(|line| line.merge.branch == merge.branch);
        // A commit's time is whole seconds, cut off: what is within its second came before it.
        let whole = |at: Timestamp| at.saturating_add(SignedDuration::from_millis(999)).unwrap_or(at);
        let (last, until) = (before.map(|line| whole(line.merge.at)), whole(merge.at));
        let until_now: Vec<&Priced> = gathering
            .rows
            .iter()
            .filter(|priced| priced.row.branch.as_ref() == Some(&merge.branch) && priced.row.at <= until)
            .collect();
        let cumulative = Sums::of(until_now.iter().copied());
        let is_new = |priced: &&Priced| last.is_none_or(|last| priced.row.at > last);
        let since_last = Sums::of(until_now.into_iter().filter(is_new));
        totals.join(&since_last);
        lines.push(Line {
            merge,
            since_last,
            cumulative,
        });
    }
    let bare = base.strip_prefix("origin/").unwrap_or(&base);
    let mut unmerged = branches(&gathering.rows);
    unmerged.retain(|branch| {
        branch != bare
            && only.is_none_or(|only| only == branch)
            && !lines.iter().any(|line| line.merge.branch == *branch)
    });
    Answer {
        repository,
        merges: lines,
        totals,
        unmerged: unmerged.into_iter().collect(),
        base,
    }
}

const COLUMNS: &[Column] = &[
    Column::Text("MERGED (UTC)"),
    Column::Text("BRANCH"),
    Column::Text("HOW"),
    Column::Text("COMMIT"),
    Column::Number("TOKENS"),
    Column::Number("COST"),
    Column::Number("ALL TOKENS"),
    Column::Number("ALL COST"),
];

fn text(answer: &Answer) -> String {
    let row = |line: &Line| {
        vec![
            moment::display(line.merge.at),
            line.merge.branch.clone(),
            line.merge.way.name().into(),
            line.merge.commit.chars().take(12).collect(),
            count(line.since_last.tokens.total()),
            show::cost(&line.since_last),
            count(line.cumulative.tokens.total()),
            show::cost(&line.cumulative),
        ]
    };
    let mut text = if answer.merges.is_empty() {
        format!("Nothing was merged into {} as far as git can tell.", answer.base)
    } else {
        format!(
            "{}\n\n{} into {}: {} tokens, {}",
            render(COLUMNS, answer.merges.iter().map(row).collect()),
            amount(answer.merges.len() as u64, "merge"),
            answer.base,
            count(answer.totals.tokens.total()),
            show::cost(&answer.totals)
        )
    };
    if !answer.unmerged.is_empty() {
        text += &format!(
            "\nwith usage, and not merged as far as git can tell: {}",
            answer.unmerged.join(", ")
        );
    }
    text
}
