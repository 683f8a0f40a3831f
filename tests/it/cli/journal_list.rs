//! `vincula journal list`: its filters, its times, and its table.

use unicode_width::UnicodeWidthStr as _;
use vincula::sandbox::{Fault, FaultResponse};

use super::{ProcessOutput, TestFolder, on_each_store};
use crate::support::{ANA, postgres};

const RUI: &str = "5544999990009";
/// Any group that Rui writes in.
const GROUP: &str = "120363019502650977-group";
const LINK: &str = r#"/link "Bairro Feliz" futebol, suporte"#;

/// The ids of these commands, newest first.
#[track_caller]
fn listed(place: &TestFolder, filter: &[&str]) -> Vec<String> {
    let list = place.run(&[&["journal", "list", "--format", "json"], filter].concat());
    assert_eq!(list.code, Some(0), "{filter:?} {list:#?}");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&list.out).unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn refused(place: &TestFolder, filter: &[&str], expected: &str) -> ProcessOutput {
    let list = place.run(&[&["journal", "list"], filter].concat());
    assert_eq!((list.code, list.out.as_str()), (Some(2), ""), "{filter:?} {list:#?}");
    assert!(list.err.contains(expected), "{filter:?} {}", list.err);
    list
}

/// Ana's link and `/whoami` in her direct chat, Rui's `/groups` in a group, and a link of Ana that failed.
fn with_commands(mut place: TestFolder) -> (TestFolder, [String; 4]) {
    let rui = format!(
        "[instances.main.admins.rui]\nphone = \"{RUI}\"\nname = \"Rui Sá\"\n[instances.main.admins.ana]"
    );
    place.change("[instances.main.admins.ana]", &rui);
    place.change("[instances.main.verify]", "give_up_after = \"1s\"\n[instances.main.verify]");
    place.variable("COLUMNS", "80");
    let serving = place.serve();
    let link = place.command_event("A1", LINK);
    place.reply_to("A1");
    let whoami = place.command_event("A2", "/whoami");
    place.reply_to("A2");
    let sent = place.run(&[
        "event",
        "send",
        "--from",
        RUI,
        "--group",
        GROUP,
        "--text",
        "/grupos bairro",
        "--id",
        "R1",
    ]);
    let groups: serde_json::Value = serde_json::from_str(&sent.out).unwrap();
    place.reply_to("R1");
    place.sandbox.faults().fail_always("communities", Fault::Replace(FaultResponse::bad_gateway()));
    let failed = place.command_event("D1", LINK);
    place.reply_to("D1");
    place.sandbox.faults().clear();
    serving.stop(&place);
    (place, [link, whoami, groups["id"].as_str().unwrap().to_owned(), failed])
}

#[test]
fn commands_are_filtered_by_state_person_chat_name_text_and_time() {
    on_each_store(|place| {
        let (place, [link, whoami, groups, failed]) = with_commands(place);
        for (filter, expected) in [
            (vec![], vec![&failed, &groups, &whoami, &link]),
            (vec!["--failed"], vec![&failed]),
            (vec!["--state", "dead"], vec![&failed]),
            (vec!["--state", "failed"], vec![&failed]),
            (vec!["--state", "done"], vec![&groups, &whoami, &link]),
            (vec!["--state", "replied"], vec![&groups, &whoami, &link]),
            (vec!["--state", "denied"], vec![]),
            (vec!["--admin", "ana"], vec![&failed, &whoami, &link]),
            (vec!["--admin", "RUI SA"], vec![&groups]),
            (vec!["--admin", "+55 44 9999-0009"], vec![&groups]),
            (vec!["--chat", GROUP], vec![&groups]),
            (vec!["--chat", GROUP.trim_end_matches("-group")], vec![&groups]),
            (vec!["--chat", "Ana"], vec![&failed, &whoami, &link]),
            (vec!["--chat", ANA], vec![&failed, &whoami, &link]),
            (vec!["--command", "groups"], vec![&groups]),
            (vec!["--command", "/vincular"], vec![&failed, &link]),
            (vec!["--grep", "FUTEBOL"], vec![&failed, &link]),
            (vec!["--grep", "%"], vec![]),
            (vec!["--since", "1h ago"], vec![&failed, &groups, &whoami, &link]),
            (vec!["--until", "1h"], vec![]),
            (vec!["--since", "2020-01-01", "--until", "2020-01-02 14:00"], vec![]),
            (
                vec!["--instance", "main", "--admin", "ana", "--command", "link", "--state", "done"],
                vec![&link],
            ),
        ] {
            let expected: Vec<&str> = expected.into_iter().map(String::as_str).collect();
            assert_eq!(listed(&place, &filter), expected, "{filter:?}");
        }
        for state in
            ["waiting", "answering", "usage_error", "previewed", "expired", "cancelled", "reply_failed"]
        {
            assert!(listed(&place, &["--state", state]).is_empty(), "{state}");
        }

        refused(&place, &["--admin", "anna"], r#"there is no admin "anna": the nearest are Ana, ana"#);
        refused(&place, &["--admin", "5511999990000"], "there is no admin");
        refused(&place, &["--chat", "5511999990000"], "there is no chat with a command");
        refused(&place, &["--command", "lnk"], r#"there is no command "lnk": the nearest are link"#);
        refused(&place, &["--instance", "man"], r#"there is no instance "man": the nearest are main"#);
        refused(&place, &["--since", "soon"], "write a time of day");
        refused(&place, &["--since", "1h", "--until", "2h"], "--until is not after --since");
    });
}

#[test]
fn an_admin_who_left_the_configuration_is_found_as_recorded() {
    let (place, [.., groups, _]) = with_commands(TestFolder::new());
    place.change("[instances.main.admins.rui]", "[instances.main.admins.bia]");
    place.change(RUI, "5544999990008");
    place.change("Rui Sá", "Bia");

    for recorded in ["rui", RUI, "+55 44 99999-0009"] {
        assert_eq!(listed(&place, &["--admin", recorded]), [groups.as_str()], "{recorded}");
    }
    refused(&place, &["--admin", "ruy"], "the nearest are rui");
}

#[test]
fn the_table_fits_the_terminal_and_says_what_came_of_each_command() {
    let (mut place, [link, .., failed]) = with_commands(TestFolder::new());

    for width in [40, 60, 79, 80, 120, 200] {
        place.variable("COLUMNS", width.to_string());
        let table = place.run(&["journal", "list"]).out;
        let widest = table.lines().map(|line| line.width()).max().unwrap();
        assert!(widest <= width, "{widest} of {width} columns:\n{table}");
        for expected in [&link[..13], &failed[..13], "/link"] {
            assert!(table.contains(expected), "{expected} in {width} columns:\n{table}");
        }
    }
    place.variable("COLUMNS", "200");
    let table = place.run(&["journal", "list"]).out;
    for expected in ["2 of 2 groups are now in “Bairro Feliz”", "dead: ", "rui", LINK] {
        assert!(table.contains(expected), "{expected}:\n{table}");
    }
    let whoami = table.lines().find(|line| line.contains("/whoami")).unwrap();
    assert!(whoami.ends_with("done"), "{table}");
    let shown = place.run(&["journal", "show", &link[..13]]);
    assert_eq!(shown.code, Some(0), "{shown:#?}");
}

#[test]
fn times_are_those_of_the_instance_and_what_was_understood_is_said() {
    let (mut place, ids) = with_commands(TestFolder::new());
    let all = ids.iter().rev().map(String::as_str).collect::<Vec<_>>();

    let list = place.run(&["journal", "list", "--since", "2020-01-31"]);
    assert_eq!(list.err, "vincula: since 2020-01-31 00:00:00 -03:00 America/Sao_Paulo\n");
    let exact = place.run(&["journal", "list", "--since", "2020-01-31T00:00:00Z"]);
    assert_eq!(exact.err, "");
    // One of the two is still to come.
    for time in ["00:00", "23:59"] {
        let list = place.run(&["journal", "list", "--since", time]);
        assert!(list.err.contains("(today)") || list.err.contains("(yesterday: "), "{}", list.err);
    }
    let clock = |place: &TestFolder| {
        let table = place.run(&["journal", "list"]).out;
        let line = table.lines().nth(1).unwrap().to_owned();
        let time = regex::Regex::new(r"\d\d:\d\d").unwrap();
        time.find(&line).unwrap().as_str().to_owned()
    };
    let here = clock(&place);
    place.variable("VINCULA__INSTANCES__MAIN__TIME_ZONE", "Asia/Kolkata");
    assert_ne!(clock(&place), here, "half an hour apart");

    let second = "\n[instances.second]\nid = \"1C67AB641C8AA0412F6A2242B4E23AC8\"\ntoken = \"2C67AB641C8AA0412F6A2242\"\n\
                  [instances.second.verify]\nzapi_token = true\n[instances.second.admins.ana]\nphone = \"5544999990001\"\n";
    let toml = std::fs::read_to_string(place.file()).unwrap();
    place.write(&format!("{toml}{second}"));
    refused(&place, &["--since", "2020-01-31"], "main Asia/Kolkata, second America/Sao_Paulo");
    assert_eq!(listed(&place, &["--since", "2020-01-31", "--instance", "main"]), all);
    assert_eq!(listed(&place, &["--since", "2020-01-31T00:00:00Z"]), all);
}

#[test]
fn a_dropped_command_is_no_failed_one_any_more() {
    on_each_store(|place| {
        let (place, [_, _, _, failed]) = with_commands(place);
        assert_eq!(place.run(&["journal", "drop", &failed, "--yes"]).code, Some(0));

        for state in ["failed", "dead", "reply_failed"] {
            assert!(listed(&place, &["--state", state]).is_empty(), "{state}");
        }
        assert!(listed(&place, &["--failed"]).is_empty());
        assert_eq!(listed(&place, &["--state", "dropped"]), [failed]);
    });
}

/// A search through a large journal, which a view that takes its time stands for.
#[test]
fn a_read_on_postgresql_may_take_long() {
    let Some(server) = postgres::shared() else { return postgres::skip_notice(module_path!()) };
    let place = TestFolder::new();
    let url = place.outside.block_on(server.database());
    place.change("sqlite:vincula.db", &url);
    let serving = place.serve();
    let id = place.command_event("A1", "/whoami");
    place.reply_to("A1");
    serving.stop(&place);
    place.outside.block_on(async {
        use sqlx::Connection as _;
        let mut database = sqlx::postgres::PgConnection::connect(&url).await.unwrap();
        let slow = "ALTER TABLE command RENAME TO all_commands;
             CREATE VIEW command AS SELECT all_commands.* FROM all_commands, (SELECT pg_sleep(6.5)) AS pause";
        sqlx::raw_sql(slow).execute(&mut database).await.unwrap();
    });

    assert_eq!(listed(&place, &["--grep", "whoami"]), [id]);
}
