use super::context;
use crate::openai::ContextFile;

/// How a model family was trained to fill the middle.
#[derive(Debug, PartialEq, Eq)]
pub struct Template {
    pub name: &'static str,
    /// A model belongs to the family when its name, reduced to letters and digits, contains all
    /// parts of one of these.
    families: &'static [&'static [&'static str]],
    order: Order,
    prefix: &'static str,
    suffix: &'static str,
    middle: &'static str,
    files: Files,
    /// Where generation must end.
    pub stops: &'static [&'static str],
}

#[derive(Debug, PartialEq, Eq)]
enum Order {
    PrefixFirst,
    SuffixFirst,
}

/// How other files stand before the hole.
#[derive(Debug, PartialEq, Eq)]
enum Files {
    /// Within a repository: `<|repo_name|>`, then `<|file_sep|>path` for each file.
    Qwen,
    /// `<file_sep>path` for each file.
    StarCoder,
    /// `+++++ path` within the prefix.
    Codestral,
    /// Comments within the prefix.
    Comments,
}

/// The first family that fits wins, so narrower ones stand before wider ones.
static TEMPLATES: [Template; 11] = [
    Template {
        name: "qwen",
        families: &[
            &["qwen25coder"],
            &["qwen3coder"],
            &["qwen2", "coder"],
            &["qwencoder"],
        ],
        order: Order::PrefixFirst,
        prefix: "<|fim_prefix|>",
        suffix: "<|fim_suffix|>",
        middle: "<|fim_middle|>",
        files: Files::Qwen,
        stops: &[
            "<|endoftext|>",
            "<|fim_prefix|>",
            "<|fim_suffix|>",
            "<|fim_middle|>",
            "<|fim_pad|>",
            "<|repo_name|>",
            "<|file_sep|>",
            "<|im_start|>",
            "<|im_end|>",
        ],
    },
    Template {
        name: "starcoder",
        families: &[
            &["starcoder"],
            &["stablecode"],
            &["codeqwen"],
            &["refact"],
            &["santacoder"],
        ],
        order: Order::PrefixFirst,
        prefix: "<fim_prefix>",
        suffix: "<fim_suffix>",
        middle: "<fim_middle>",
        files: Files::StarCoder,
        stops: &[
            "<fim_prefix>",
            "<fim_suffix>",
            "<fim_middle>",
            "<file_sep>",
            "<|endoftext|>",
        ],
    },
    Template {
        name: "codellama",
        families: &[&["codellama"]],
        order: Order::PrefixFirst,
        prefix: "<PRE> ",
        suffix: " <SUF>",
        middle: " <MID>",
        files: Files::Comments,
        stops: &["<PRE>", "<SUF>", "<MID>", "<EOT>"],
    },
    Template {
        name: "deepseek",
        families: &[&["deepseekcoder"], &["deepseek", "coder"]],
        order: Order::PrefixFirst,
        prefix: "<\u{ff5c}fim\u{2581}begin\u{ff5c}>",
        suffix: "<\u{ff5c}fim\u{2581}hole\u{ff5c}>",
        middle: "<\u{ff5c}fim\u{2581}end\u{ff5c}>",
        files: Files::Comments,
        stops: &[
            "<\u{ff5c}fim\u{2581}begin\u{ff5c}>",
            "<\u{ff5c}fim\u{2581}hole\u{ff5c}>",
            "<\u{ff5c}fim\u{2581}end\u{ff5c}>",
            "<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>",
        ],
    },
    Template {
        name: "codestral",
        families: &[&["codestral"]],
        order: Order::SuffixFirst,
        prefix: "[PREFIX]",
        suffix: "[SUFFIX]",
        middle: "",
        files: Files::Codestral,
        stops: &["[PREFIX]", "[SUFFIX]"],
    },
    Template {
        name: "codegemma",
        families: &[&["codegemma"]],
        order: Order::PrefixFirst,
        prefix: "<|fim_prefix|>",
        suffix: "<|fim_suffix|>",
        middle: "<|fim_middle|>",
        files: Files::Comments,
        stops: &[
            "<|fim_prefix|>",
            "<|fim_suffix|>",
            "<|fim_middle|>",
            "<|file_separator|>",
            "<end_of_turn>",
            "<eos>",
        ],
    },
    Template {
        name: "granite",
        families: &[&["granite", "code"]],
        order: Order::PrefixFirst,
        prefix: "<fim_prefix>",
        suffix: "<fim_suffix>",
        middle: "<fim_middle>",
        files: Files::Comments,
        stops: &["<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<|endoftext|>"],
    },
    Template {
        name: "granite-4",
        families: &[&["granite4"], &["granite", "40h"]],
        order: Order::PrefixFirst,
        prefix: "<|fim_prefix|>",
        suffix: "<|fim_suffix|>",
        middle: "<|fim_middle|>",
        files: Files::Comments,
        stops: &[
            "<|fim_prefix|>",
            "<|fim_suffix|>",
            "<|fim_middle|>",
            "<|end_of_text|>",
        ],
    },
    Template {
        name: "seed-coder",
        families: &[&["seedcoder"]],
        order: Order::SuffixFirst,
        prefix: "<[fim-prefix]>",
        suffix: "<[fim-suffix]>",
        middle: "<[fim-middle]>",
        files: Files::Comments,
        stops: &[
            "<[fim-prefix]>",
            "<[fim-suffix]>",
            "<[fim-middle]>",
            "<[end\u{2581}of\u{2581}sentence]>",
        ],
    },
    Template {
        name: "glm",
        families: &[&["glm45"], &["glm46"]],
        order: Order::SuffixFirst,
        prefix: "<|code_prefix|>",
        suffix: "<|code_suffix|>",
        middle: "<|code_middle|>",
        files: Files::Comments,
        stops: &[
            "<|code_prefix|>",
            "<|code_suffix|>",
            "<|code_middle|>",
            "<|endoftext|>",
        ],
    },
    // CodeGeeX4 was trained on the same marks within a chat turn.
    Template {
        name: "codegeex",
        families: &[&["codegeex"]],
        order: Order::SuffixFirst,
        prefix: "<|code_prefix|>",
        suffix: "<|user|>\n<|code_suffix|>",
        middle: "<|code_middle|><|assistant|>\n",
        files: Files::Comments,
        stops: &[
            "<|code_prefix|>",
            "<|code_suffix|>",
            "<|code_middle|>",
            "<|endoftext|>",
            "<|user|>",
            "<|assistant|>",
        ],
    },
];

/// The template of the family that a model's name belongs to.
pub fn family(model: &str) -> Option<&'static Template> {
    let reduced: String = model
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|one| one.to_ascii_lowercase())
        .collect();
    let fits = |parts: &&[&str]| parts.iter().all(|part| reduced.contains(part));
    TEMPLATES
        .iter()
        .find(|template| template.families.iter().any(&fits))
}

pub fn by_name(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

/// What the current file is called where a family wants a name; the request does not carry it.
const CURRENT_FILE: &str = "filename";
const REPOSITORY: &str = "myproject";

impl Template {
    /// Every template's name, for a message that lists them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TEMPLATES.iter().map(|template| template.name)
    }

    /// The prompt for a raw completion, and where to stop.
    ///
    /// Of several files the first is the most relevant and comes nearest to the hole.
    pub fn render(
        &self,
        prefix: &str,
        suffix: &str,
        files: &[ContextFile<'_>],
    ) -> (String, &'static [&'static str]) {
        let (before, head) = self.files_before(files);
        let Self {
            prefix: begin,
            suffix: hole,
            middle: end,
            ..
        } = self;
        let prompt = match self.order {
            Order::PrefixFirst => format!("{before}{begin}{head}{prefix}{hole}{suffix}{end}"),
            Order::SuffixFirst => format!("{before}{hole}{suffix}{begin}{head}{prefix}{end}"),
        };
        (prompt, self.stops)
    }

    /// What stands before all marks, and what stands at the head of the prefix.
    fn files_before(&self, files: &[ContextFile<'_>]) -> (String, String) {
        let list = |mark: &str| -> String {
            let shown = files.iter().rev().map(|file| {
                let text = file.text.trim_end();
                format!("{mark}{}\n{text}\n", context::one_line(&file.path))
            });
            shown.collect()
        };
        match self.files {
            _ if files.is_empty() => (String::new(), String::new()),
            Files::Qwen => {
                let before = list("<|file_sep|>");
                let before = format!("<|repo_name|>{REPOSITORY}\n{before}<|file_sep|>{CURRENT_FILE}\n");
                (before, String::new())
            }
            Files::StarCoder => (list("<file_sep>") + "<file_sep>", String::new()),
            Files::Codestral => (String::new(), list("+++++ ") + &format!("+++++ {CURRENT_FILE}\n")),
            Files::Comments => (String::new(), context::as_comments(files)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> [ContextFile<'static>; 2] {
        let file = |path: &'static str, text: &'static str| ContextFile {
            path: path.into(),
            text: text.into(),
        };
        [file("near.rs", "fn near() {}\n"), file("far.py", "far = 1\n\n")]
    }

    #[test]
    fn models_belong_to_their_family() {
        let cases = [
            ("qwen2.5-coder:1.5b-base", Some("qwen")),
            ("Qwen/Qwen3-Coder-30B-A3B-Instruct", Some("qwen")),
            ("qwen2.5-coder-0.5b-q8_0.gguf", Some("qwen")),
            ("qwen3-32b", None),
            ("codeqwen:7b", Some("starcoder")),
            ("bigcode/starcoder2-3b", Some("starcoder")),
            ("stable-code:3b", Some("starcoder")),
            ("CodeLlama-7b-hf", Some("codellama")),
            ("deepseek-coder-v2:16b", Some("deepseek")),
            ("deepseek-chat", None),
            ("codestral-latest", Some("codestral")),
            ("codegemma:2b", Some("codegemma")),
            ("granite-8b-code-base", Some("granite")),
            ("granite-4.0-h-tiny", Some("granite-4")),
            ("ByteDance-Seed/Seed-Coder-8B-Base", Some("seed-coder")),
            ("zai-org/GLM-4.5-Air", Some("glm")),
            ("codegeex4", Some("codegeex")),
            ("gpt-4o", None),
            ("", None),
        ];
        for (model, name) in cases {
            assert_eq!(family(model).map(|template| template.name), name, "{model}");
        }
    }

    #[test]
    fn each_family_renders_the_hole_exactly() {
        let cases = [
            ("qwen", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
            ("starcoder", "<fim_prefix>P<fim_suffix>S<fim_middle>"),
            ("codellama", "<PRE> P <SUF>S <MID>"),
            ("deepseek", "<｜fim▁begin｜>P<｜fim▁hole｜>S<｜fim▁end｜>"),
            ("codestral", "[SUFFIX]S[PREFIX]P"),
            ("codegemma", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
            ("granite", "<fim_prefix>P<fim_suffix>S<fim_middle>"),
            ("granite-4", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
            ("seed-coder", "<[fim-suffix]>S<[fim-prefix]>P<[fim-middle]>"),
            ("glm", "<|code_suffix|>S<|code_prefix|>P<|code_middle|>"),
            (
                "codegeex",
                "<|user|>\n<|code_suffix|>S<|code_prefix|>P<|code_middle|><|assistant|>\n",
            ),
        ];
        assert_eq!(
            cases.map(|(name, _)| name).to_vec(),
            Template::names().collect::<Vec<_>>()
        );
        for (name, expected) in cases {
            let (prompt, stops) = by_name(name).unwrap().render("P", "S", &[]);
            assert_eq!(prompt, expected);
            assert!(!stops.is_empty(), "{name}");
        }
    }

    #[test]
    fn other_files_are_shown_as_the_family_knows_them() {
        let cases = [
            (
                "qwen",
                "<|repo_name|>myproject\n<|file_sep|>far.py\nfar = 1\n<|file_sep|>near.rs\nfn near() {}\n\
                 <|file_sep|>filename\n<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
            ),
            (
                "starcoder",
                "<file_sep>far.py\nfar = 1\n<file_sep>near.rs\nfn near() {}\n<file_sep><fim_prefix>P<fim_suffix>S<fim_middle>",
            ),
            (
                "codestral",
                "[SUFFIX]S[PREFIX]+++++ far.py\nfar = 1\n+++++ near.rs\nfn near() {}\n+++++ filename\nP",
            ),
            (
                "codellama",
                "<PRE> # far.py\n# far = 1\n\n// near.rs\n// fn near() {}\n\nP <SUF>S <MID>",
            ),
        ];
        for (name, expected) in cases {
            assert_eq!(by_name(name).unwrap().render("P", "S", &files()).0, expected);
        }
    }
}
