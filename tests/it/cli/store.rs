//! Trouble that only a process can have: a disk that takes nothing more, a file that may not be
//! written, a file that is damaged when the service starts.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{PATIENCE, Place, Ran, Serving};
use crate::support::ANA;

/// The user and group that own nothing.
const NOBODY: u32 = 65534;
const ORDER: &str = r#"/link "Bairro Feliz" futebol"#;

impl Place {
    /// The program, started by another one that finds it behind its arguments.
    fn by(&self, starter: &str, arguments: &[&str]) -> Command {
        self.starting(starter, arguments, Path::new(env!("CARGO_BIN_EXE_vincula")))
    }

    /// The program as a user who may not write what it may not: root may everything.
    fn by_nobody(&self) -> Command {
        let folder = self.folder.path();
        if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
            return self.by("env", &[]);
        }
        // Nobody may not look into every place where a program is built.
        let program = folder.join("vincula");
        std::fs::copy(env!("CARGO_BIN_EXE_vincula"), &program).unwrap();
        for path in [folder.to_owned(), self.file()] {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let id = NOBODY.to_string();
        self.starting("setpriv", &["--reuid", &id, "--regid", &id, "--clear-groups"], &program)
    }

    fn starting(&self, starter: &str, arguments: &[&str], program: &Path) -> Command {
        let mut command = Command::new(starter);
        command.args(arguments).arg(program).current_dir(&self.folder).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if starter != "sh" {
            command.arg("serve");
        }
        command
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("vincula.db")
    }

    /// Posts an order; what the service said to it.
    fn attempt(&self, message_id: &str, text: &str) -> Ran {
        self.run(&["event", "send", "--from", ANA, "--text", text, "--id", message_id])
    }

    /// Posts an order and expects 503 in time, while chatter is answered at once.
    #[track_caller]
    fn expect_refused(&self, serving: &Serving, message_id: &str, why: &str) {
        std::thread::scope(|scope| {
            let begun = Instant::now();
            let order = scope.spawn(|| self.attempt(message_id, ORDER));
            let chatter = self.attempt("chatter", "bom dia");
            assert!(chatter.out.contains("ignored") || chatter.err.contains("ignored"), "{chatter:#?}");
            let refused = order.join().unwrap();
            assert_eq!(refused.code, Some(1), "{refused:#?}");
            assert!(format!("{}{}", refused.out, refused.err).contains("503"), "{refused:#?}");
            assert!(begun.elapsed() < Duration::from_secs(10), "503 came after {:?}", begun.elapsed());
        });
        let (status, text) = self.readiness(serving);
        assert_eq!(status, 503, "{text}");
        assert!(text.contains(why), "{text}");
    }

    fn readiness(&self, serving: &Serving) -> (u16, String) {
        let url = format!("http://{}", serving.private);
        let request = crate::support::wire::request("GET", "/readyz", &[], b"");
        let answer = self.within(async { crate::support::wire::ask(&url, &request).await });
        (answer.status, answer.text())
    }

    /// Returns when the service is ready again.
    #[track_caller]
    fn ready(&self, serving: &Serving) {
        let begun = Instant::now();
        while self.readiness(serving).0 != 200 {
            assert!(begun.elapsed() < PATIENCE, "{}", serving.log.lock().unwrap());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// `serve` refuses to start; what it says.
    #[track_caller]
    fn refused(&self) -> String {
        let ran = self.run(&["serve"]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        ran.err
    }
}

#[test]
fn a_full_disk_refuses_orders_until_there_is_room_and_loses_none() {
    let place = Place::new();
    // A limit of the process stands for the disk's end: no file may grow beyond it.
    let limited = "trap '' XFSZ; ulimit -S -f 2000; exec \"$0\" serve";
    let serving = place.serve_as(place.by("sh", &["-c", limited]));
    let mut accepted = Vec::new();
    for number in 1.. {
        let id = format!("A{number}");
        if place.attempt(&id, "/whoami").code != Some(0) {
            break;
        }
        accepted.push(id);
        assert!(number < 30, "the limit is not reached");
    }
    place.expect_refused(&serving, "B1", "the disk");

    let (pid, limit) = (serving.child.id().to_string(), "--fsize=unlimited:unlimited");
    assert!(Command::new("prlimit").args(["--pid", &pid, limit]).status().unwrap().success());
    place.ready(&serving);
    place.order("B1", ORDER);

    assert!(place.reply_to("B1").contains("✅ “Futebol”"));
    for id in &accepted {
        assert!(place.reply_to(id).starts_with("You are “Ana”"), "{id}");
    }
    let log = serving.stop(&place);
    assert!(log.contains("the journal cannot be used") && log.contains("can be written again"), "{log}");
    for id in &accepted {
        let sent = place.sandbox.sent();
        let replies = sent.iter().filter(|sent| sent.quoted.as_deref() == Some(id)).count();
        assert_eq!(replies, 1, "{id}");
    }
}

#[test]
fn a_journal_that_may_only_be_read_refuses_orders_until_it_may_be_written() {
    let place = Place::new();
    let serving = place.serve_as(place.by_nobody());
    place.order("A1", "/whoami");
    place.reply_to("A1");
    let rights = |mode| {
        for file in ["vincula.db", "vincula.db-wal", "vincula.db-shm"] {
            let file = place.folder.path().join(file);
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };

    rights(0o444);
    // What is open may still be written. After any trouble the service opens the file anew.
    let held = place.within(crate::webhook::hold(&place.journal()));
    place.expect_refused(&serving, "B1", "cannot be used now");
    drop(held);
    place.expect_refused(&serving, "B1", "who may write the file");

    rights(0o644);
    place.ready(&serving);
    place.order("B1", ORDER);
    assert!(place.reply_to("B1").contains("✅ “Futebol”"));
    serving.stop(&place);
}

#[test]
fn a_damaged_file_is_named_at_the_start_with_what_to_do() {
    let damages: [(&str, &str); 4] = [
        ("its first page", "head -c 4096 /dev/urandom | dd of=\"$1\" conv=notrunc"),
        ("all but its first page", "head -c 400000 /dev/urandom | dd of=\"$1\" conv=notrunc bs=4096 seek=1"),
        ("its end", "truncate -s -8192 \"$1\""),
        ("no database at all", "echo 'not a database, but long enough to be read as one' > \"$1\""),
    ];
    for (what, damage) in damages {
        let place = Place::new();
        let serving = place.serve();
        place.order("A1", ORDER);
        place.reply_to("A1");
        serving.stop(&place);
        let ran = Command::new("sh").args(["-c", damage, "sh"]).arg(place.journal()).output().unwrap();
        assert!(ran.status.success(), "{ran:?}");

        let said = place.refused();

        for part in ["vincula.db is damaged", "Move it away", "vincula.db-wal", "restore a backup"] {
            assert!(said.contains(part), "{what}: {part} is not in {said}");
        }
        let checked = place.run(&["check", "--offline"]);
        assert!(checked.code == Some(1) || what.contains("end") || what.contains("all but"), "{checked:#?}");
    }
}
