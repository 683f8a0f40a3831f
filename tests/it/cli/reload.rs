//! SIGHUP: the configuration is read again while the service runs.

use std::time::Instant;

use super::{Serving, TIMEOUT, TestFolder};
use crate::support::ANA;

const BIA: &str = "5544999990077";

impl Serving {
    /// Reloads the configuration, and returns the lines that were logged for it.
    #[track_caller]
    pub(super) fn reload(&self, last_message: &str) -> String {
        let before = self.log.lock().unwrap().len();
        self.signal("HUP");
        let started = Instant::now();
        loop {
            let log = self.log.lock().unwrap()[before..].to_owned();
            if log.contains(last_message) {
                return log;
            }
            assert!(started.elapsed() < TIMEOUT, "no “{last_message}”: {log}");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

/// The exit code of `event send`: 0 if the service accepted the message.
#[track_caller]
fn send(place: &TestFolder, from: &str, message_id: &str, text: &str) -> Option<i32> {
    place.run(&["event", "send", "--from", from, "--text", text, "--id", message_id]).code
}

#[test]
fn people_aliases_and_language_are_reloaded_and_what_changed_is_logged() {
    let place = TestFolder::new();
    let serving = place.serve();
    assert_eq!(send(&place, BIA, "B1", "/communities"), Some(1), "no admin yet");
    let community = place.sandbox.world(|world| world.communities()[0].id.to_string());
    place.change(
        "[instances.main.admins.ana]",
        &format!(
            "[instances.main.aliases]\nvila = \"{community}\"\n\n\
             [instances.main.admins.bia]\nphone = \"{BIA}\"\n\n[instances.main.admins.ana]"
        ),
    );
    place.change("id = \"", "locale = \"pt-BR\"\nid = \"");

    let log = serving.reload("configuration reloaded");

    assert!(log.contains("instances.main.locale"), "{log}");
    assert!(log.contains("instances.main.admins: added bia"), "{log}");
    assert!(log.contains("instances.main.aliases: added vila"), "{log}");
    assert!(!log.contains(BIA), "no phone number: {log}");
    assert_eq!(send(&place, BIA, "B2", "/link vila futebol"), Some(0));
    assert_eq!(place.reply_to("B2"), "✅ “Futebol” agora está em “Bairro Feliz”.");

    // The right is gone with the next reload, also for what is sent without delay.
    let toml = std::fs::read_to_string(place.file()).unwrap();
    place.write(
        &toml
            .replace("[instances.main.admins.bia]", "[instances.main.admins.rui]")
            .replace(BIA, "5544999990078"),
    );
    let log = serving.reload("configuration reloaded");
    assert!(log.contains("added rui, removed bia"), "{log}");
    assert_eq!(send(&place, BIA, "B3", "/communities"), Some(1));
    serving.stop(&place);
}

#[test]
fn limits_are_reloaded() {
    let place = TestFolder::new();
    let serving = place.serve();
    place.change("changes_per_second = 1000", "commands_per_minute = 2\nchanges_per_second = 1000");
    let log = serving.reload("configuration reloaded");
    assert!(log.contains("instances.main.limits.commands_per_minute"), "{log}");
    for id in ["A1", "A2"] {
        place.command_event(id, "/whoami");
        assert!(place.reply_to(id).contains("Ana"), "{id}");
    }
    place.command_event("A3", "/whoami");
    assert!(!place.reply_to("A3").contains("Ana"));
    serving.stop(&place);
}

#[test]
fn a_mistake_is_reported_and_leaves_the_old_configuration() {
    let place = TestFolder::new();
    let serving = place.serve();
    let good = std::fs::read_to_string(place.file()).unwrap();
    place.change("name = \"Ana\"", "nmae = \"Ana\"");
    let log = serving.reload("instances.main.admins.ana.nmae");
    assert!(log.contains("the old one holds"), "{log}");
    place.write(&good);
    place.command_event("A1", "/whoami");
    assert!(place.reply_to("A1").contains("Ana"));

    // A file that is gone is a mistake too.
    std::fs::remove_file(place.file()).unwrap();
    let log = serving.reload("instances: holds no instance");
    assert!(log.contains("the old one holds"), "{log}");
    place.write(&good);
    assert_eq!(send(&place, ANA, "A2", "/whoami"), Some(0));
    serving.stop(&place);
}

#[test]
fn what_needs_a_restart_is_reported_and_keeps_its_value() {
    let place = TestFolder::new();
    let serving = place.serve();
    let good = std::fs::read_to_string(place.file()).unwrap();
    place.change("a made-up key that signs webhooks", "another made-up key that signs webhooks");
    place.change("url = \"sqlite:vincula.db\"", "url = \"sqlite:other.db\"");
    place.write(&format!(
        "{}\n[instances.second]\nid = \"{}\"\ntoken = \"{}\"\nverify = {{ zapi_token = true }}\nadmins.ana.phone = \"{ANA}\"\n",
        std::fs::read_to_string(place.file()).unwrap(),
        "C".repeat(32),
        "D".repeat(24),
    ));

    let log = serving.reload("hold only after a restart");

    for key in ["store.url", "instances.main.verify", "instances.second (added)"] {
        assert!(log.contains(key), "{key}: {log}");
    }
    place.write(&good);
    place.command_event("A1", "/whoami");
    assert!(place.reply_to("A1").contains("Ana"));
    serving.stop(&place);
}

#[test]
fn the_log_filter_is_reloaded_and_the_variable_wins() {
    let mut place = TestFolder::new();
    let serving = place.serve();
    let ignored = "command ignored, its sender is no admin";
    assert_eq!(send(&place, BIA, "B1", "/communities"), Some(1));
    place.change("admin_listen = ", "log_filter = \"vincula=debug\"\nadmin_listen = ");
    let log = serving.reload("configuration reloaded");
    assert!(log.contains("server.log_filter"), "{log}");
    assert_eq!(send(&place, BIA, "B2", "/communities"), Some(1));
    let log = serving.stop(&place);
    assert_eq!(log.matches(ignored).count(), 1, "{log}");

    place.variable("RUST_LOG", "info");
    let serving = place.serve();
    assert_eq!(send(&place, BIA, "B3", "/communities"), Some(1));
    place.change("vincula=debug", "vincula=trace");
    let log = serving.reload("configuration reloaded");
    assert!(!log.contains("server.log_filter"), "it is not used: {log}");
    place.change("vincula=trace", "vincula=debug");
    assert!(!serving.stop(&place).contains(ignored));

    place.change("vincula=debug", "inof");
    let ran = place.run(&["serve"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.err.contains("server.log_filter") && ran.err.contains("`inof`"), "{}", ran.err);
}

#[test]
fn an_event_age_above_the_running_retention_waits_for_a_restart() {
    let place = TestFolder::new();
    place.change("url = \"sqlite:vincula.db\"", "url = \"sqlite:vincula.db\"\nretention = \"48h\"");
    let serving = place.serve();
    place.change("retention = \"48h\"", "retention = \"30d\"");
    place.change("id = \"", "max_event_age = \"20d\"\nid = \"");

    let log = serving.reload("hold only after a restart");

    let waits = log.lines().find(|line| line.contains("hold only after a restart")).unwrap();
    assert!(waits.contains("store.retention") && waits.contains("instances.main.max_event_age"), "{log}");
    serving.stop(&place);
}
