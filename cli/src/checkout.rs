//! The git repository that a command runs in: what it is called everywhere, and where it lies here.

mod git;
mod merges;

use std::path::{Path, PathBuf};

use protocol::{Code, Problem, host_and_path};

use crate::hidden::cut;

pub use git::Git;
pub use merges::{Merge, merges};

pub struct Checkout {
    pub git: Git,
    /// Host and path of `origin`; the folder's name where there is no remote.
    pub repository: String,
    /// None in a repository whose HEAD names nothing.
    pub branch: Option<String>,
    pub commit: Option<String>,
    /// The folders of all its work trees.
    roots: Vec<PathBuf>,
}

/// What a CI service says of a job, where HEAD is only a commit.
pub struct Job {
    repository: Option<String>,
    branch: Option<String>,
    pub base: Option<String>,
}

impl Job {
    /// None outside of jobs. GitHub's variables; other services can set the same.
    pub fn of_environment() -> Option<Self> {
        variable("GITHUB_ACTIONS").filter(|value| value == "true")?;
        let server = variable("GITHUB_SERVER_URL").unwrap_or_else(|| "https://github.com".into());
        let repository = variable("GITHUB_REPOSITORY");
        Some(Self {
            repository: repository.and_then(|path| host_and_path(&format!("{server}/{path}"))),
            // A pull request's ref is its merge; its branch is said apart.
            branch: variable("GITHUB_HEAD_REF").or_else(|| variable("GITHUB_REF_NAME")),
            base: variable("GITHUB_BASE_REF"),
        })
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Checkout {
    /// The repository around a folder.
    pub fn find(folder: &Path) -> Result<Self, Problem> {
        let git = Git::at(folder);
        let top = git.line(&["rev-parse", "--show-toplevel"])?;
        let top = top.map(PathBuf::from).ok_or_else(|| {
            Problem::new(Code::NotFound, "This folder is in no git repository.")
                .with_hint("Run the command in a checkout; branches belong to repositories.")
        })?;
        let job = Job::of_environment();
        let remote = git.line(&["config", "--get", "remote.origin.url"])?;
        let repository = remote
            .as_deref()
            .and_then(host_and_path)
            .or_else(|| job.as_ref().and_then(|job| job.repository.clone()));
        let roots = roots(&git, &top)?;
        let repository = repository.unwrap_or_else(|| folder_name(roots.first().unwrap_or(&top)));
        // As rows have it, so that they are found by it.
        let repository = cut(&repository).unwrap_or_else(|| "repository".into());
        let commit = git.line(&["rev-parse", "--verify", "--quiet", "HEAD"])?;
        let head = git.line(&["symbolic-ref", "--short", "--quiet", "HEAD"])?;
        let detached = || commit.as_ref().map(|commit| commit.chars().take(12).collect());
        let branch = head.or_else(|| job.and_then(|job| job.branch)).or_else(detached);
        let branch = branch.as_deref().and_then(cut);
        Ok(Self {
            git,
            repository,
            branch,
            commit,
            roots,
        })
    }

    /// Whether a project of a log is this repository: by its name, or because it lies in a work tree
    /// of it and in no other repository there.
    pub fn has(&self, project: &str) -> bool {
        if project == self.repository {
            return true;
        }
        let path = Path::new(project);
        let Some(root) = self.roots.iter().find(|root| path.starts_with(root)) else {
            return false;
        };
        path.ancestors()
            .take_while(|ancestor| ancestor != root)
            .all(|ancestor| !ancestor.join(".git").exists() || self.roots.iter().any(|root| root == ancestor))
    }

    /// The branch named, else the one that is checked out, as rows have it.
    pub fn branch_or(&self, named: Option<&str>) -> Result<String, Problem> {
        named
            .and_then(cut)
            .or_else(|| self.branch.clone())
            .ok_or_else(|| {
                Problem::new(Code::NotFound, "No branch is checked out here.")
                    .with_hint("Name the branch, or check one out.")
            })
    }
}

/// The work trees as git has them and as the file system does, the main one first.
fn roots(git: &Git, top: &Path) -> Result<Vec<PathBuf>, Problem> {
    let list = git
        .text(&["worktree", "list", "--porcelain"])?
        .unwrap_or_default();
    let mut roots: Vec<PathBuf> = list
        .lines()
        .filter_map(|line| line.strip_prefix("worktree "))
        .map(PathBuf::from)
        .collect();
    roots.push(top.to_owned());
    let real: Vec<PathBuf> = roots.iter().filter_map(|root| root.canonicalize().ok()).collect();
    roots.extend(real);
    // A folder may be known by a way with links, and a log has the way that the person took.
    roots.extend(std::env::var_os("PWD").map(PathBuf::from).and_then(|pwd| {
        let inside = pwd.canonicalize().ok()?;
        let below = inside.strip_prefix(top).ok()?.components().count();
        pwd.ancestors().nth(below).map(Path::to_owned)
    }));
    let mut seen = std::collections::HashSet::new();
    roots.retain(|root| seen.insert(root.clone()));
    Ok(roots)
}

fn folder_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| "repository".into(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
impl Checkout {
    /// A repository that lies in a folder, without asking git.
    pub fn of_test(repository: &str, root: &Path, branch: &str) -> Self {
        Self {
            git: Git::at(root),
            repository: repository.into(),
            branch: Some(branch.into()),
            commit: None,
            roots: vec![root.to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_below_is_ours_unless_another_repository_is_between() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop");
        std::fs::create_dir_all(root.join("vendor/other/.git")).unwrap();
        let checkout = Checkout::of_test("github.com/acme/shop", &root, "main");
        let has = |path: &str| checkout.has(&folder.path().join(path).to_string_lossy());
        assert!(has("shop") && has("shop/src/deep"));
        assert!(!has("shop/vendor/other/src") && !has("shopping") && !has(""));
        assert!(checkout.has("github.com/acme/shop") && !checkout.has("github.com/acme/shopping"));
    }
}
