//! Whether what was written without waiting for the disk is there: while the machine was not started
//! anew, the system still has to write it, and does. The first report over all logs writes that way,
//! as everything in it can be read again; a later one makes sure of it.

use rusqlite::{Connection, OptionalExtension};

use super::now_ms;

/// By then a system has written by itself what it was given, and making sure takes no time.
const WRITTEN_MS: i64 = 60_000;

/// Another one after every start of the machine; None where the system does not tell.
pub fn current() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Notes that what follows is not waited for.
pub fn begin_unsynced(connection: &Connection, boot: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO unsynced (boot, since_ms) VALUES (?1, ?2)";
    connection.execute(sql, (boot, now_ms()))?;
    Ok(())
}

/// Whether something was not waited for, and is so old that it costs nothing to do it now.
pub fn is_due(connection: &Connection) -> rusqlite::Result<bool> {
    let since = noted(connection)?.map(|(_, since_ms)| since_ms);
    Ok(since.is_some_and(|since_ms| !(0..WRITTEN_MS).contains(&(now_ms() - since_ms))))
}

/// Writes anew that something was not waited for, if so. A checkpoint that has something to write
/// waits for the whole file, and one that has nothing for none of it.
pub fn renew_unsynced(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(connection.execute("UPDATE unsynced SET since_ms = ?1", [now_ms()])? > 0)
}

/// Everything is on the disk now.
pub fn end_unsynced(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM unsynced", [])?;
    Ok(())
}

/// False: the machine was started anew meanwhile, and some of it may be lost.
pub fn is_whole(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(match noted(connection)? {
        Some((boot, _)) => current().is_some_and(|current| current == boot),
        None => true,
    })
}

fn noted(connection: &Connection) -> rusqlite::Result<Option<(String, i64)>> {
    let sql = "SELECT boot, since_ms FROM unsynced LIMIT 1";
    let row = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
    row.optional()
}
