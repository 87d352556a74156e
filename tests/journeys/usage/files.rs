use super::{Logs, claude::line};

const FILE: &str = ".claude/projects/-work-a/s1.jsonl";
const DAY: &str = "2026-06-01T12:00:00.000Z";
const ROW: &str = "2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main";

fn text(id: &str) -> String {
    line(DAY, id, id, 1).to_string()
}

#[test]
fn damaged_lines_cost_nothing_but_themselves() {
    let logs = Logs::new();
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(format!("{}\r\n\n", text("m1")).bytes());
    bytes.extend(b"{\"type\":\"assistant\",\"message\":{\"usage\":{\n");
    bytes.extend([0; 40]);
    bytes.extend(format!("{}\n", text("m2")).bytes());
    // Broken text, raw and in a field that matters.
    let mut broken = text("m3")
        .replace("\"type\"", "\"content\":\"\u{7f}\",\"type\"")
        .into_bytes();
    let place = broken.iter().position(|byte| *byte == 0x7f).unwrap();
    broken[place] = 0xff;
    bytes.extend(&broken);
    bytes.push(b'\n');
    // A megabyte of text around the numbers, and spaces that nobody promised not to write.
    let long = text("m4").replacen('{', &format!("{{\"content\":\"{}\",", "x".repeat(1 << 20)), 1);
    bytes.extend(format!("{long}\n").bytes());
    bytes.extend(
        format!(
            "{}\n",
            text("m5").replace(':', " : ").replace("12 : 00 : 00", "12:00:00")
        )
        .bytes(),
    );
    logs.write(FILE, bytes);
    logs.write(".claude/projects/-work-a/empty.jsonl", "");
    logs.check(&[&format!("{ROW} 50/5/1000/150 x5")]);
    let notes = &logs.answer(&["rows"])["notes"];
    assert_eq!(notes[0]["text"], "1 line could not be read");
}

#[test]
fn the_last_line_counts_as_soon_as_it_is_whole() {
    let logs = Logs::new();
    let last = text("m2");
    logs.write(FILE, format!("{}\n{}", text("m1"), &last[..last.len() / 2]));
    logs.check(&[&format!("{ROW} 10/1/200/30 x1")]);
    logs.append(FILE, &last[last.len() / 2..]);
    logs.check(&[&format!("{ROW} 20/2/400/60 x2")]);
    logs.append(FILE, format!("\n{}\n", text("m3")));
    logs.check(&[&format!("{ROW} 30/3/600/90 x3")]);
}

#[cfg(unix)]
#[test]
fn links_in_circles_and_files_reached_twice_are_read_once() {
    let logs = Logs::new();
    logs.write(
        FILE,
        format!("{}\n", text("m1").replace("\"id\":\"m1\"", "\"id\":null")),
    );
    let folder = logs.path(".claude/projects/-work-a");
    std::os::unix::fs::symlink(&folder, folder.join("circle")).unwrap();
    std::os::unix::fs::symlink(logs.path(".claude/projects"), folder.join("up")).unwrap();
    std::os::unix::fs::symlink(folder.join("s1.jsonl"), folder.join("again.jsonl")).unwrap();
    std::os::unix::fs::symlink(folder.join("nowhere"), folder.join("dangling.jsonl")).unwrap();
    logs.check(&[&format!("{ROW} 10/1/200/30 x1")]);
}

#[test]
fn a_log_that_cannot_be_read_is_a_note_and_no_failure() {
    let logs = Logs::new();
    logs.write(FILE, format!("{}\n", text("m1")));
    logs.write(
        ".local/share/opencode/opencode.db",
        "this is no database, and long enough to be looked at",
    );
    logs.write(
        ".gemini/tmp/p/chats/session-1.json",
        "{\"sessionId\":\"g\",\"messages\":[{\"id\":\"a\",",
    );
    logs.write(".codex/sessions/2026/rollout-1.jsonl.zst", "no zstd");
    logs.check(&[&format!("{ROW} 10/1/200/30 x1")]);
    let answer = logs.answer(&["rows"]);
    let notes = answer["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 3, "{notes:?}");
    let warm = logs.answer(&["rows"]);
    assert_eq!(warm["notes"], answer["notes"]);
}

#[test]
fn a_home_without_logs_has_no_rows() {
    Logs::new().check(&[]);
}
