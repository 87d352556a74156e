//! Whether what was written without waiting for the disk is there: it is as long as the machine was
//! not started anew. The first report over all logs writes that way, as everything in it can be
//! read again.

use rusqlite::{Connection, OptionalExtension};

/// Another one after every start of the machine; None where the system does not tell.
pub fn current() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Notes that what follows is not waited for.
pub fn begin_unsynced(connection: &Connection, boot: &str) -> rusqlite::Result<()> {
    connection.execute("INSERT INTO unsynced (boot) VALUES (?1)", [boot])?;
    Ok(())
}

/// Everything is on the disk now.
pub fn end_unsynced(connection: &Connection) -> rusqlite::Result<()> {
    if noted(connection)?.is_some() {
        connection.execute("DELETE FROM unsynced", [])?;
    }
    Ok(())
}

/// False: the machine was started anew meanwhile, and some of it may be lost.
pub fn is_whole(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(match noted(connection)? {
        Some(boot) => current().is_some_and(|current| current == boot),
        None => true,
    })
}

fn noted(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT boot FROM unsynced LIMIT 1";
    connection.query_row(sql, [], |row| row.get(0)).optional()
}
