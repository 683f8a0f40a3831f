//! `vincula journal refused`: why a command had no effect.

use super::{TestFolder, on_each_store};
use crate::support::{ANA, NON_ADMIN};

fn send(place: &TestFolder, from: &str, text: &str, group: Option<&str>) {
    let mut call = vec!["event", "send", "--from", from, "--text", text];
    call.extend(group.into_iter().flat_map(|group| ["--group", group]));
    let sent = place.run(&call);
    assert!(sent.out.contains("ignored"), "{sent:#?}");
}

fn counts(place: &TestFolder, filter: &[&str]) -> Vec<(String, i64)> {
    let refused = place.run(&[&["journal", "refused", "--format", "json"], filter].concat());
    assert_eq!(refused.code, Some(0), "{filter:?} {refused:#?}");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&refused.out).unwrap();
    rows.iter()
        .map(|row| (row["reason"].as_str().unwrap().to_owned(), row["count"].as_i64().unwrap()))
        .collect()
}

#[test]
fn refused_commands_are_counted_by_hashed_sender_and_talk_is_not() {
    on_each_store(|place| {
        let group = "120363019502650977-group";
        let limit = "[instances.main.limits]\ncommands_per_minute = 1";
        place.change("[instances.main.limits]", limit);
        let serving = place.serve();
        for text in ["/link Bairro futebol", "/whoami"] {
            send(&place, NON_ADMIN, text, None);
        }
        send(&place, NON_ADMIN, "/whoami", Some(group));
        // Talk, and a command of another bot.
        send(&place, NON_ADMIN, "que bom", None);
        send(&place, NON_ADMIN, "/roll 6", Some(group));
        for number in 0..2 {
            place.command_event(&format!("A{number}"), "/whoami");
        }
        send(&place, ANA, "/whoami", None);
        serving.stop(&place);

        let not_an_admin = ("not_an_admin".to_owned(), 3);
        let rate_limited = ("rate_limited".to_owned(), 1);
        // The hour may have ended between them.
        let sum = |filter: &[&str]| {
            let counts = counts(&place, filter);
            let sum =
                |word: &str| counts.iter().filter(|(reason, _)| reason == word).map(|(_, count)| count).sum();
            [(not_an_admin.0.clone(), sum("not_an_admin")), (rate_limited.0.clone(), sum("rate_limited"))]
        };
        let none = |word: &(String, i64)| (word.0.clone(), 0);
        assert_eq!(sum(&[]), [not_an_admin.clone(), rate_limited.clone()]);
        assert_eq!(
            counts(&place, &[]).iter().map(|(_, count)| count).sum::<i64>(),
            4,
            "nothing else is counted"
        );
        assert_eq!(sum(&["--from", NON_ADMIN]), [not_an_admin.clone(), none(&rate_limited)]);
        assert_eq!(sum(&["--from", "+55 11 98888-7777", "--since", "1h ago"])[0], not_an_admin);
        assert_eq!(sum(&["--from", "ana"]), [none(&not_an_admin), rate_limited.clone()]);
        assert_eq!(sum(&["--from", "5511988887778"]), [none(&not_an_admin), none(&rate_limited)]);
        assert_eq!(sum(&["--until", "2h ago"]), [none(&not_an_admin), none(&rate_limited)]);

        let table = place.run(&["journal", "refused"]);
        assert!(table.out.contains("no admin") && table.out.contains("too many commands"), "{}", table.out);
        assert!(!table.out.contains("98888"), "{}", table.out);
        assert!(table.out.lines().all(|line| line.chars().count() <= 80), "{}", table.out);
        let none = place.run(&["journal", "refused", "--from", "5511988887778"]);
        assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
        assert!(none.err.starts_with("No refused event."), "{}", none.err);
        assert_eq!(place.run(&["journal", "refused", "--from", "bob"]).code, Some(2));
    });
}
