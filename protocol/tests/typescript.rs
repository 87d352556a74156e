//! The extension's types are made from the protocol: one file, compared here with the committed one.
//!
//! `UPDATE_GENERATED=1 cargo test -p protocol --test typescript` writes it; `scripts/generate` does that.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use protocol::{
    DEFAULT_LISTEN, PROTOCOL_VERSION,
    editor::{
        AccountResult, BalanceParams, BalanceResult, ChatDelta, ChatParams, ChatResult, CompletionEvent,
        ConversationParams, ConversationResult, ConversationsResult, DeleteConversationParams, ERROR_CODE,
        Empty, InitializationOptions, InlineCompletionList, ModelsResult, RedeemParams, RedeemResult,
        SecretParams, SecretResult, Settings, Status, UsageParams, UsageResult, method,
    },
};
use ts_rs::{Config, TS, TypeVisitor};

const GENERATED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../extension/src/generated/protocol.ts"
);

const HEADER: &str = "// Generated from the protocol crate by scripts/generate; never edited by hand.\n";

/// Every constant of `editor::method`, under the name that TypeScript uses.
macro_rules! methods {
    ($($name:ident)*) => { [$((stringify!($name), method::$name)),*] };
}

const METHODS: [(&str, &str); 16] = methods! {
    REDEEM SIGN_OUT ACCOUNT BALANCE MODELS CHAT CHAT_DELTA CONVERSATIONS CONVERSATION DELETE_CONVERSATION
    COMPLETION_EVENT USAGE STATUS SECRET RECEIPT COMPLETION_ACCEPTED_COMMAND
};

/// Declarations by name, so that the file's order does not depend on who mentions a type first.
#[derive(Default)]
struct Declarations {
    config: Config,
    by_name: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Only a type that could stand in a file of its own has a declaration.
        if T::output_path().is_some() {
            let name = T::ident(&self.config);
            if self.by_name.contains_key(&name) {
                return;
            }
            let docs = T::docs().unwrap_or_default();
            let declaration = T::decl(&self.config);
            self.by_name.insert(
                name,
                format!("{docs}export {}\n", one_member_a_line(&declaration)),
            );
        }
        T::visit_dependencies(self);
    }
}

/// Lays an object out with one member a line; ts-rs breaks only where a member has a comment.
fn one_member_a_line(declaration: &str) -> String {
    let mut text = String::new();
    let mut depth = 0;
    let mut rest = declaration.trim_end();
    while let Some(next) = rest.chars().next() {
        if let Some(end) = rest.starts_with("/**").then(|| rest.find("*/")).flatten() {
            let (comment, after) = rest.split_at(end + 2);
            let lines: Vec<_> = comment.lines().map(str::trim).collect();
            let _ = writeln!(text, "{}", lines.join("\n   "));
            text.push_str("  ");
            rest = after.trim_start();
            continue;
        }
        rest = &rest[next.len_utf8()..];
        depth += i32::from(next == '{') - i32::from(next == '}');
        match next {
            '{' | ',' if depth == 1 => {
                let _ = writeln!(text, "{next}");
                rest = rest.trim_start();
                text.push_str(if rest.starts_with('}') { "" } else { "  " });
            }
            _ => text.push(next),
        }
    }
    text
}

fn declarations() -> Declarations {
    let mut all = Declarations::default();
    macro_rules! visit {
        ($($root:ty)*) => { $(all.visit::<$root>();)* };
    }
    visit! {
        AccountResult BalanceParams BalanceResult ChatDelta ChatParams ChatResult CompletionEvent
        ConversationParams ConversationResult ConversationsResult DeleteConversationParams Empty
        InitializationOptions InlineCompletionList ModelsResult RedeemParams RedeemResult SecretParams
        SecretResult Settings Status UsageParams UsageResult
    }
    all
}

fn camel_case(constant: &str) -> String {
    let mut words = constant.split('_').map(str::to_lowercase);
    let first = words.next().unwrap_or_default();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        name + &initial.to_uppercase() + rest
    })
}

fn render() -> String {
    let mut text = String::from(HEADER);
    let _ = writeln!(text, "\nexport const PROTOCOL_VERSION = {PROTOCOL_VERSION};");
    let _ = writeln!(text, "export const ERROR_CODE = {ERROR_CODE};");
    let _ = writeln!(text, "export const DEFAULT_LISTEN = {DEFAULT_LISTEN:?};");
    text.push_str("\nexport const method = {\n");
    for (name, value) in METHODS {
        let _ = writeln!(text, "  {}: {value:?},", camel_case(name));
    }
    text.push_str("} as const;\n");
    for declaration in declarations().by_name.values() {
        let _ = write!(text, "\n{declaration}");
    }
    text
}

#[test]
fn the_extensions_types_are_those_of_the_protocol() {
    let wanted = render();
    let path = Path::new(GENERATED);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &wanted).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == wanted,
        "extension/src/generated/protocol.ts is stale: run scripts/generate"
    );
}

#[test]
fn no_method_is_forgotten() {
    let source = include_str!("../src/editor.rs");
    let declared = source
        .lines()
        .filter(|line| {
            line.trim_start().starts_with("pub const ") && line.contains(": &str = \"tokenTracker")
        })
        .count();
    assert_eq!(declared, METHODS.len(), "list the new method in METHODS");
}
