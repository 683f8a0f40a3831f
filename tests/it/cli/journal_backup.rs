//! `vincula journal backup`, and how a backup is restored (docs/operations.md).

use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicBool, Ordering};

use super::TestFolder;
use crate::support::postgres;

fn rows(place: &TestFolder) -> Vec<serde_json::Value> {
    let export = place.run(&["journal", "export", "--format", "json"]);
    serde_json::from_str(&export.out).unwrap()
}

fn ids(rows: &[serde_json::Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[test]
fn a_backup_under_load_is_restored_into_an_empty_folder_and_the_service_starts() {
    let place = TestFolder::new();
    place.change("[instances.main.limits]", "[instances.main.limits]\ncommands_per_minute = 10000");
    let serving = place.serve();
    for number in 0..5 {
        place.command_event(&format!("A{number}"), "/whoami");
    }
    let before = rows(&place);
    let is_done = AtomicBool::new(false);

    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0.. {
                place.command_event(&format!("B{number}"), "/whoami");
                if is_done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let backup = |number: i32| place.run(&["journal", "backup", &format!("backup{number}.db")]);
        let backups: Vec<_> = (0..5).map(backup).collect();
        is_done.store(true, Ordering::Relaxed);
        for (number, backup) in backups.iter().enumerate() {
            assert_eq!((backup.code, backup.err.as_str()), (Some(0), ""), "{backup:#?}");
            assert!(backup.out.starts_with(&format!("backup{number}.db: ")), "{}", backup.out);
        }
    });
    // The last one that was sent meanwhile may be in the last backup.
    place.command_event("A5", "/whoami");
    serving.stop(&place);
    let after = rows(&place);

    let restored = TestFolder::new();
    let target = restored.folder.path().join("vincula.db");
    std::fs::copy(place.folder.path().join("backup4.db"), &target).unwrap();
    let kept = rows(&restored);
    assert!(kept.len() >= before.len() && kept.len() < after.len(), "{} of {}", kept.len(), after.len());
    assert_eq!(ids(&kept), ids(&after)[..kept.len()], "no command is missing between two others");
    let serving = restored.serve();
    restored.command_event("C1", "/whoami");
    restored.reply_to("C1");
    serving.stop(&restored);
}

#[test]
fn a_restored_journal_is_listed_like_the_original() {
    let place = TestFolder::new();
    let serving = place.serve();
    place.command_event("A1", "/link Bairro futebol");
    place.reply_to("A1");
    serving.stop(&place);
    let list = place.run(&["journal", "list"]);

    let backup = place.run(&["journal", "backup", "backup.db"]);

    assert_eq!(backup.code, Some(0), "{backup:#?}");
    let mode = place.folder.path().join("backup.db").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::rename(place.folder.path().join("backup.db"), place.folder.path().join("vincula.db")).unwrap();
    assert_eq!(place.run(&["journal", "list"]).out, list.out);
}

#[test]
fn a_backup_overwrites_nothing_and_leaves_nothing_behind_when_it_fails() {
    let place = TestFolder::new();
    let missing = place.run(&["journal", "backup", "backup.db"]);
    assert_eq!(missing.code, Some(1), "{missing:#?}");
    assert!(missing.err.contains("there is no journal at"), "{}", missing.err);
    place.serve().stop(&place);
    std::fs::write(place.folder.path().join("precious"), "precious").unwrap();
    let files = || {
        std::fs::read_dir(&place.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>()
    };
    let before = files();

    for (file, expected) in [
        ("precious", "exists already, and was not overwritten"),
        ("vincula.db", "exists already, and was not overwritten"),
        ("missing/backup.db", "cannot write missing/backup.db"),
    ] {
        let refused = place.run(&["journal", "backup", file]);
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{file} {refused:#?}");
        assert!(refused.err.contains(expected), "{file} {}", refused.err);
    }

    assert_eq!(files(), before);
    assert_eq!(std::fs::read(place.folder.path().join("precious")).unwrap(), b"precious");
}

/// The call that is shown makes a dump, as it stands.
#[test]
fn on_postgresql_the_call_of_pg_dump_is_shown_without_the_password() {
    let Some(server) = postgres::shared() else { return postgres::skip_notice(module_path!()) };
    let place = TestFolder::new();
    let url = place.outside.block_on(server.database());
    place.change("sqlite:vincula.db", &url.replace("user=vincula", "user=vincula&password=made-up-password"));
    place.serve().stop(&place);

    let refused = place.run(&["journal", "backup", "backup.dump"]);

    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{refused:#?}");
    assert!(!refused.err.contains("made-up-password"), "{}", refused.err);
    let call = refused.err.lines().find_map(|line| line.trim().strip_prefix("pg_dump ")).unwrap();
    let script = format!("{}/pg_dump {call}", server.programs.display());
    let dumped =
        std::process::Command::new("sh").args(["-c", &script]).current_dir(&place.folder).status().unwrap();
    assert!(dumped.success(), "{script}");
    assert!(place.folder.path().join("backup.dump").metadata().unwrap().len() > 0);
}

#[test]
fn a_full_target_is_named_and_not_the_journal() {
    let place = TestFolder::new();
    let serving = place.serve();
    place.command_event("A1", "/whoami");
    place.reply_to("A1");
    serving.stop(&place);

    // The largest file that the process may write is smaller than the journal.
    let whole = place.program(&[]);
    let mut program = std::process::Command::new("/bin/sh");
    let script = "trap '' XFSZ; ulimit -f 16 && exec \"$0\" journal backup backup.db";
    program.args(["-c", script]).arg(whole.get_program()).current_dir(&place.folder).env_clear();
    let failed = program.env("TMPDIR", place.folder.path()).output().unwrap();

    let error = String::from_utf8(failed.stderr).unwrap();
    assert_eq!(failed.status.code(), Some(1), "{error}");
    assert!(error.contains("cannot copy the journal to backup.db: "), "{error}");
    assert!(!error.contains("the journal cannot be used"), "{error}");
    assert_eq!(leftovers(&place), Vec::<String>::new());
    assert!(!place.folder.path().join("backup.db").exists());
}

fn leftovers(place: &TestFolder) -> Vec<String> {
    let names = std::fs::read_dir(&place.folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".vincula-backup-")).collect()
}

#[test]
fn what_a_killed_backup_left_is_removed_by_the_next_and_a_running_one_is_not_disturbed() {
    let place = TestFolder::new();
    let serving = place.serve();
    place.command_event("A1", "/whoami");
    place.reply_to("A1");
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    let leave = |name: &str| {
        let file = std::fs::File::create(place.folder.path().join(name)).unwrap();
        file.set_modified(hour_ago).unwrap();
        file
    };
    leave(".vincula-backup-killed");
    let running = leave(".vincula-backup-running");
    running.lock().unwrap();
    leave(".backup-of-somebody-else");

    let backup = place.run(&["journal", "backup", "backup.db"]);

    assert_eq!(backup.code, Some(0), "{backup:#?}");
    assert_eq!(leftovers(&place), [".vincula-backup-running"]);
    assert!(place.folder.path().join(".backup-of-somebody-else").exists());
    serving.stop(&place);
}
