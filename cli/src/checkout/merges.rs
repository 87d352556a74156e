//! Which branches were merged into another one, as far as git can tell without a network.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use protocol::Problem;
use serde::Serialize;

use super::Git;

/// Older commits are not compared with branches that may have been squashed.
const SQUASHES_MAX: usize = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    Merge,
    Squash,
    FastForward,
}

impl Way {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Squash => "squash",
            Self::FastForward => "fast-forward",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Merge {
    pub branch: String,
    pub way: Way,
    /// The commit on the base branch that the branch arrived with.
    pub commit: String,
    pub at: Timestamp,
}

/// The merges into a branch, oldest first.
pub fn merges(git: &Git, base: &str) -> Result<Vec<Merge>, Problem> {
    let line = first_parents(git, base)?;
    let on_base: HashSet<&str> = line.iter().map(|commit| commit.id.as_str()).collect();
    let tips = tips(git, base)?;
    let mut found: Vec<Merge> = Vec::new();
    for commit in &line {
        found.extend(merge_commit(commit, &tips));
    }
    found.extend(fast_forwards(git, base, &on_base)?);
    let mut changes = Changes::default();
    for (branch, tip) in &tips {
        let is_known = |found: &[Merge]| found.iter().any(|merge| merge.branch == *branch);
        if is_known(&found) {
            continue;
        }
        if let Some(place) = line.iter().position(|commit| commit.id == *tip) {
            found.extend(arrived_as_it_is(git, branch, &line, place)?);
        } else if !is_ancestor(git, tip, base)? {
            found.extend(squash(git, branch, tip, base, &line, &mut changes)?);
        }
    }
    found.sort_by(|a, b| (a.at, &a.branch).cmp(&(b.at, &b.branch)));
    found.dedup_by(|a, b| a.branch == b.branch && a.commit == b.commit);
    Ok(found)
}

struct Commit {
    id: String,
    parents: Vec<String>,
    at: Timestamp,
    subject: String,
}

/// The commits that the base branch itself went through, newest first.
fn first_parents(git: &Git, base: &str) -> Result<Vec<Commit>, Problem> {
    let format = "--format=%H%x1f%P%x1f%ct%x1f%s";
    let text = git.text(&["log", "--first-parent", format, "--end-of-options", base, "--"])?;
    let commit = |line: &str| {
        let mut parts = line.splitn(4, '\u{1f}');
        Some(Commit {
            id: parts.next()?.to_owned(),
            parents: parts.next()?.split(' ').map(str::to_owned).collect(),
            at: seconds(parts.next()?)?,
            subject: parts.next()?.to_owned(),
        })
    };
    Ok(text.unwrap_or_default().lines().filter_map(commit).collect())
}

fn seconds(text: &str) -> Option<Timestamp> {
    Timestamp::from_second(text.parse().ok()?).ok()
}

/// Branches here and of `origin`, each with its last commit; the base branch is none of them.
fn tips(git: &Git, base: &str) -> Result<BTreeMap<String, String>, Problem> {
    let format = "--format=%(objectname) %(refname)";
    let text = git.text(&["for-each-ref", format, "refs/remotes/origin", "refs/heads"])?;
    let base = base.strip_prefix("origin/").unwrap_or(base);
    let mut tips = BTreeMap::new();
    for line in text.unwrap_or_default().lines() {
        let Some((commit, name)) = line.split_once(' ') else {
            continue;
        };
        let name = name
            .strip_prefix("refs/heads/")
            .or_else(|| name.strip_prefix("refs/remotes/origin/"));
        // A branch here comes later in the list, and knows more than the copy of the other side.
        if let Some(name) = name.filter(|name| *name != base && *name != "HEAD") {
            tips.insert(name.to_owned(), commit.to_owned());
        }
    }
    Ok(tips)
}

/// A commit with a second parent; its branch is in what git or a forge writes of it, or is the one
/// that ends at that parent.
fn merge_commit(commit: &Commit, tips: &BTreeMap<String, String>) -> Option<Merge> {
    let merged = commit.parents.get(1)?;
    let ends_there = || {
        let tip = tips.iter().find(|(_, tip)| *tip == merged);
        tip.map(|(name, _)| name.clone())
    };
    Some(Merge {
        branch: named(&commit.subject).or_else(ends_there)?,
        way: Way::Merge,
        commit: commit.id.clone(),
        at: commit.at,
    })
}

fn named(subject: &str) -> Option<String> {
    // "Merge branch 'x' into y", "Merge remote-tracking branch 'origin/x'", GitLab's are alike.
    let quoted = ["Merge branch '", "Merge remote-tracking branch '"]
        .iter()
        .find_map(|start| subject.strip_prefix(start));
    if let Some(rest) = quoted {
        let name = rest.split('\'').next()?;
        let name = name.strip_prefix("origin/").unwrap_or(name);
        return (!name.is_empty()).then(|| name.to_owned());
    }
    // "Merge pull request #12 from owner/x".
    let rest = subject.strip_prefix("Merge pull request #")?;
    let (_, from) = rest.split_once(" from ")?;
    let (_, name) = from.trim().split_once('/')?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// What the base branch's own log of moves says; only the machine that merged has it.
fn fast_forwards(git: &Git, base: &str, on_base: &HashSet<&str>) -> Result<Vec<Merge>, Problem> {
    let format = "--format=%H%x1f%gd%x1f%gs";
    let text = git.text(&["reflog", "show", "--date=unix", format, base, "--"])?;
    let merge = |line: &str| {
        let mut parts = line.splitn(3, '\u{1f}');
        let (commit, moment, subject) = (parts.next()?, parts.next()?, parts.next()?);
        let branch = subject.strip_prefix("merge ")?.strip_suffix(": Fast-forward")?;
        let at = moment.rsplit_once("@{")?.1.strip_suffix('}')?;
        let branch = branch.strip_prefix("origin/").unwrap_or(branch);
        (branch != base && on_base.contains(commit)).then_some(Merge {
            branch: branch.to_owned(),
            way: Way::FastForward,
            commit: commit.to_owned(),
            at: seconds(at)?,
        })
    };
    Ok(text.unwrap_or_default().lines().filter_map(merge).collect())
}

/// A branch that ends on the base branch's own line: it arrived there without a commit of its own,
/// if its own log says that it ever had one.
fn arrived_as_it_is(
    git: &Git,
    branch: &str,
    line: &[Commit],
    place: usize,
) -> Result<Option<Merge>, Problem> {
    let name = format!("refs/heads/{branch}");
    let moves = git.text(&["reflog", "show", "--format=%H%x1f%gs", &name, "--"])?;
    let moves = moves.unwrap_or_default();
    let tip = &line[place];
    let committed_it = moves.lines().any(|line| {
        line.split_once('\u{1f}')
            .is_some_and(|(commit, subject)| commit == tip.id && subject.starts_with("commit"))
    });
    Ok(committed_it.then(|| Merge {
        branch: branch.to_owned(),
        way: Way::FastForward,
        commit: tip.id.clone(),
        at: tip.at,
    }))
}

fn is_ancestor(git: &Git, commit: &str, base: &str) -> Result<bool, Problem> {
    Ok(git
        .text(&["merge-base", "--is-ancestor", commit, base])?
        .is_some())
}

/// What commits of the base branch change, each looked at once for all branches.
type Changes = HashMap<String, Option<String>>;

/// One commit of the base branch that changes the same as the whole branch.
fn squash(
    git: &Git,
    branch: &str,
    tip: &str,
    base: &str,
    line: &[Commit],
    known: &mut Changes,
) -> Result<Option<Merge>, Problem> {
    let Some(fork) = git.line(&["merge-base", base, tip])? else {
        return Ok(None);
    };
    let Some(wanted) = patch(git, &fork, tip)? else {
        return Ok(None);
    };
    let since = line.iter().take_while(|commit| commit.id != fork);
    for commit in since
        .take(SQUASHES_MAX)
        .filter(|commit| commit.parents.len() == 1)
    {
        let changed = match known.remove(&commit.id) {
            Some(changed) => changed,
            None => patch(git, &commit.parents[0], &commit.id)?,
        };
        let is_it = changed.as_ref() == Some(&wanted);
        known.insert(commit.id.clone(), changed);
        if is_it {
            return Ok(Some(Merge {
                branch: branch.to_owned(),
                way: Way::Squash,
                commit: commit.id.clone(),
                at: commit.at,
            }));
        }
    }
    Ok(None)
}

/// What identifies a change, wherever in a file it is made; None for no change.
fn patch(git: &Git, from: &str, to: &str) -> Result<Option<String>, Problem> {
    if from.is_empty() {
        return Ok(None);
    }
    let diff = [
        "diff",
        "--no-ext-diff",
        "--no-textconv",
        "--binary",
        "--no-color",
        from,
        to,
        "--",
    ];
    let Some(diff) = git.text(&diff)? else {
        return Ok(None);
    };
    let id = git.filter(&["patch-id", "--stable"], diff.as_bytes())?;
    let id = id.as_deref().and_then(|text| text.split(' ').next());
    Ok(id.filter(|id| !id.trim().is_empty()).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_are_named_by_what_is_written_of_a_merge() {
        for (subject, expected) in [
            ("Merge branch 'feature/api'", Some("feature/api")),
            ("Merge branch 'topic' into release", Some("topic")),
            ("Merge remote-tracking branch 'origin/topic'", Some("topic")),
            (
                "Merge pull request #12 from acme/feature/api",
                Some("feature/api"),
            ),
            ("Merge pull request #12 from acme", None),
            ("Merge branch ''", None),
            ("Add a merge branch 'x'", None),
        ] {
            assert_eq!(named(subject).as_deref(), expected, "{subject}");
        }
    }
}
