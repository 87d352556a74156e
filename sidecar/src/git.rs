//! Which repository and branch a file belongs to, read from `.git` itself: no process is started.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use protocol::host_and_path;

const FILE_BYTES_MAX: u64 = 1 << 20;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitPlace {
    /// Host and path of the remote `origin`, without user info.
    pub repository: Option<String>,
    /// The branch's name, or 12 hex digits where none is checked out.
    pub branch: Option<String>,
}

/// The place of a file or directory; empty outside of repositories.
pub fn place_of(path: &Path) -> GitPlace {
    let Some(directory) = path.ancestors().find_map(git_directory) else {
        return GitPlace::default();
    };
    let shared = shared_directory(&directory);
    GitPlace {
        repository: read(&shared.join("config")).and_then(|config| origin_of(&config)),
        branch: read(&directory.join("HEAD")).and_then(|head| branch_of(&head)),
    }
}

/// `.git` is a directory, or in worktrees and submodules a file that names one.
fn git_directory(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.join("HEAD").is_file() {
        return Some(git);
    }
    let content = git.is_file().then(|| read(&git)).flatten()?;
    let target = content.strip_prefix("gitdir:")?.trim();
    Some(root.join(target))
}

/// A worktree keeps its own HEAD and shares the rest.
fn shared_directory(directory: &Path) -> PathBuf {
    match read(&directory.join("commondir")) {
        Some(common) => directory.join(common.trim()),
        None => directory.to_owned(),
    }
}

fn branch_of(head: &str) -> Option<String> {
    let head = head.trim();
    if let Some(reference) = head.strip_prefix("ref:") {
        let reference = reference.trim();
        let name = reference.strip_prefix("refs/heads/").unwrap_or(reference);
        // Other storage formats keep a stub there.
        return (!name.is_empty() && name != ".invalid").then(|| name.to_owned());
    }
    let is_commit = head.len() >= 12 && head.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit.then(|| head[..12].to_owned())
}

fn origin_of(config: &str) -> Option<String> {
    let mut in_origin = false;
    let mut url = None;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            let section = line.trim_start_matches('[').split(']').next().unwrap_or_default();
            in_origin = section.split_whitespace().eq(["remote", "\"origin\""]);
        } else if in_origin
            && let Some((name, value)) = line.split_once('=')
            && name.trim().eq_ignore_ascii_case("url")
        {
            url = Some(value.trim().trim_matches('"').to_owned());
        }
    }
    host_and_path(&url?)
}

fn read(path: &Path) -> Option<String> {
    let mut text = String::new();
    fs::File::open(path)
        .ok()?
        .take(FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origin_counts() {
        let config = "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = git@h:x/y\n[remote \"origin\"]\n\tfetch = +a\n\tURL = \"https://h/a/b\"\n[branch \"main\"]\n\turl = no\n";
        assert_eq!(origin_of(config).as_deref(), Some("h/a/b"));
        assert_eq!(origin_of("[core]\n"), None);
    }

    #[test]
    fn head_names_a_branch_or_a_commit() {
        let cases = [
            ("ref: refs/heads/feature/é\n", Some("feature/é")),
            ("0123456789abcdef0123456789abcdef01234567\n", Some("0123456789ab")),
            ("ref: refs/heads/.invalid\n", None),
            ("garbage", None),
            ("", None),
        ];
        for (head, expected) in cases {
            assert_eq!(branch_of(head).as_deref(), expected, "{head}");
        }
    }

    #[test]
    fn a_worktree_has_its_own_branch_and_the_shared_remote() {
        let home = tempfile::tempdir().unwrap();
        let main = home.path().join("main/.git");
        let own = main.join("worktrees/w");
        let tree = home.path().join("w");
        fs::create_dir_all(&own).unwrap();
        fs::create_dir_all(tree.join("src")).unwrap();
        fs::write(main.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(main.join("config"), "[remote \"origin\"]\nurl = git@h:a/b.git\n").unwrap();
        fs::write(own.join("HEAD"), "ref: refs/heads/topic\n").unwrap();
        fs::write(own.join("commondir"), "../..\n").unwrap();
        fs::write(tree.join(".git"), format!("gitdir: {}\n", own.display())).unwrap();
        assert_eq!(
            place_of(&tree.join("src/a.rs")),
            GitPlace {
                repository: Some("h/a/b".into()),
                branch: Some("topic".into()),
            }
        );
        assert_eq!(
            place_of(&home.path().join("main/x")).branch.as_deref(),
            Some("main")
        );
        assert_eq!(place_of(home.path()), GitPlace::default());
    }
}
