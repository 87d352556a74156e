//! `docs/failures.md` names a test for each failure: it has to exist.

use std::{collections::HashSet, process::Command};

use tests::workspace_dir;

#[test]
fn every_test_that_the_page_names_exists() {
    let here = std::env::current_exe().unwrap();
    let list = Command::new(here).arg("--list").output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let tests: HashSet<&str> = list
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .collect();
    let page = std::fs::read_to_string(workspace_dir().join("docs/failures.md")).unwrap();
    let named: Vec<&str> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| {
            code.contains("::")
                && code
                    .chars()
                    .all(|one| one.is_alphanumeric() || "_:".contains(one))
        })
        .collect();
    assert!(named.len() > 40, "the page names its tests: {named:?}");
    for name in named {
        assert!(tests.contains(name), "there is no test {name}");
    }
}
