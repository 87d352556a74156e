//! How changes of the index come to the disk, and what happens to one that did not.

use super::*;

struct Scene {
    folder: tempfile::TempDir,
    home: Home,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        Self { folder, home }
    }
    fn open(&self) -> Index {
        Index::open(&self.cache(), &self.home).unwrap()
    }
    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }
}

fn change(index: &Index, id: u32, length: usize) {
    index.begin_writing().unwrap();
    index.save(id, &vec![7; length]).unwrap();
    index.commit().unwrap();
    index.share().unwrap();
}

/// So many rows said that something was not waited for.
fn set_unsynced(index: &Index, to: &str) -> usize {
    let sql = format!("UPDATE unsynced SET {to}");
    index.connection.execute(&sql, []).unwrap()
}

fn number(index: &Index, pragma: &str) -> i64 {
    let number = index.connection.query_row(pragma, [], |row| row.get(0));
    number.unwrap()
}

#[test]
fn the_write_ahead_log_stays_short_and_nothing_in_it_is_lost() {
    let scene = Scene::new();
    let log = with_suffix(&database::path_of(&scene.cache(), &scene.home), "-wal");
    let length = || fs::metadata(&log).map_or(0, |log| log.len());
    let mut longest = 0;
    for id in 0..60 {
        change(&scene.open(), id, 100 << 10);
        longest = longest.max(length());
    }
    assert!(longest > 0, "changes wait in the log");
    assert!(longest < 2 * LOG_BYTES_MAX, "{longest} bytes");
    let index = scene.open();
    for id in 0..60 {
        let kept = index.load_encoded(id).unwrap();
        assert_eq!(kept.as_deref(), Some([7; 100 << 10].as_slice()));
    }
}

#[test]
fn what_was_not_waited_for_is_read_again_after_a_start_of_the_machine() {
    let scene = Scene::new();
    let is_known = |index: &Index| index.load_encoded(1).unwrap().is_some();
    change(&scene.open(), 1, 100);
    assert!(is_known(&scene.open()), "the machine was not started anew");
    if boot::current().is_none() {
        return;
    }
    assert_eq!(set_unsynced(&scene.open(), "boot = 'another'"), 1);
    assert!(Index::open_at_once(&scene.cache(), &scene.home).is_none());
    assert!(!is_known(&scene.open()));
    // Once there was so much that it was brought to its place, it is on the disk.
    change(&scene.open(), 1, 100);
    change(&scene.open(), 2, 2 << 20);
    assert_eq!(set_unsynced(&scene.open(), "boot = 'another'"), 0);
    assert!(is_known(&scene.open()));
}

#[test]
fn what_was_not_waited_for_is_made_sure_of_by_a_later_report() {
    let scene = Scene::new();
    change(&scene.open(), 1, 100);
    change(&scene.open(), 2, 100);
    if boot::current().is_none() {
        return;
    }
    assert_eq!(
        set_unsynced(&scene.open(), "since_ms = since_ms"),
        1,
        "not at once"
    );
    set_unsynced(&scene.open(), "since_ms = since_ms - 60000");
    // While somebody reads from the log, it is not in its place.
    let reader = scene.open();
    reader.begin_reading().unwrap();
    assert!(reader.load_encoded(1).unwrap().is_some());
    change(&scene.open(), 3, 100);
    assert_eq!(set_unsynced(&scene.open(), "since_ms = since_ms - 60000"), 1);
    reader.commit().unwrap();
    scene.open().settle().unwrap();
    assert_eq!(set_unsynced(&scene.open(), "boot = 'another'"), 0);
    assert!(scene.open().load_encoded(1).unwrap().is_some());
}

#[test]
fn whoever_made_the_tables_waits_for_the_disk_as_soon_as_they_are_shared() {
    let scene = Scene::new();
    let (maker, other) = (scene.open(), scene.open());
    change(&other, 1, 100);
    change(&maker, 2, 3 << 20);
    for index in [&maker, &other] {
        assert_eq!(number(index, "PRAGMA synchronous"), 1);
    }
    assert_eq!(set_unsynced(&other, "since_ms = since_ms"), 0);
}

#[test]
fn who_lost_its_index_to_a_new_one_goes_on_with_that() {
    let scene = Scene::new();
    let index = scene.open();
    change(&index, 1, 100);
    // Somebody finds the same index damaged, and is first.
    let new = scene.open().anew().unwrap();
    change(&new, 2, 100);
    let index = index.anew().unwrap();
    assert!(index.load_encoded(1).unwrap().is_none());
    assert!(index.load_encoded(2).unwrap().is_some(), "it was not made twice");
}

#[test]
fn an_index_that_was_made_anew_is_not_written_to_any_more() {
    let scene = Scene::new();
    let index = scene.open();
    assert!(!index.is_replaced());
    scene.open().anew().unwrap();
    index.begin_writing().unwrap();
    let outcome = index.save(1, &vec![7; 1 << 20]).and_then(|()| index.commit());
    assert!(outcome.is_err() && index.is_replaced());
}
