//! Other open files, shown to a model that has no form of its own for them.

use crate::openai::ContextFile;

/// The files as comments, the most relevant one (the first) nearest to the cursor.
pub(super) fn as_comments(files: &[ContextFile<'_>]) -> String {
    let mut shown = String::new();
    for file in files.iter().rev() {
        let mark = comment_mark(&file.path);
        shown.push_str(&format!("{mark} {}\n", one_line(&file.path)));
        for line in file.text.trim_end().lines() {
            shown.push_str(format!("{mark} {line}").trim_end());
            shown.push('\n');
        }
        shown.push('\n');
    }
    shown
}

/// A path that cannot break out of its line.
pub(super) fn one_line(path: &str) -> String {
    path.chars()
        .map(|one| if one.is_control() { ' ' } else { one })
        .collect()
}

fn comment_mark(path: &str) -> &'static str {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "py" | "pyi" | "rb" | "sh" | "bash" | "zsh" | "fish" | "pl" | "r" | "jl" | "ex" | "exs" | "yml"
        | "yaml" | "toml" | "tf" | "nix" | "ps1" | "mk" | "cmake" | "dockerfile" => "#",
        "sql" | "lua" | "hs" | "elm" | "adb" | "ads" | "vhd" => "--",
        "lisp" | "clj" | "cljs" | "el" | "scm" | "asm" | "ini" => ";",
        "tex" | "erl" | "hrl" | "m" => "%",
        _ => "//",
    }
}
