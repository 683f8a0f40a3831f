//! `vincula journal`: what was ordered and what became of it, for people and for programs.

use super::Place;

fn with_orders() -> (Place, Vec<String>) {
    let place = Place::new();
    let serving = place.serve();
    let ids =
        [("A1", "/link Bairro futebol"), ("A2", "/whoami"), ("A3", "/help \"=1+1\"")].map(|(id, text)| {
            let order = place.order(id, text);
            place.reply_to(id);
            order
        });
    // While the service runs, the journal can be read as well.
    assert_eq!(place.run(&["journal", "list"]).code, Some(0));
    serving.stop(&place);
    (place, ids.to_vec())
}

#[test]
fn orders_are_listed_newest_first_in_each_form() {
    let (place, ids) = with_orders();

    let table = place.run(&["journal", "list"]);
    assert_eq!((table.code, table.err.as_str()), (Some(0), ""), "{table:#?}");
    let at = |id: &String| table.out.find(id).unwrap_or_else(|| panic!("{id} is not in {}", table.out));
    assert!(at(&ids[2]) < at(&ids[1]) && at(&ids[1]) < at(&ids[0]), "{}", table.out);
    assert!(table.out.contains("answered") && table.out.contains("/link Bairro futebol"), "{}", table.out);

    let json = place.run(&["journal", "list", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 3);
    assert_eq!((rows[2]["id"].as_str(), rows[2]["command"].as_str()), (Some(ids[0].as_str()), Some("link")));
    assert_eq!((rows[2]["state"].as_str(), rows[2]["message_id"].as_str()), (Some("done"), Some("A1")));
    assert!(rows[2]["reply"][0].as_str().unwrap().contains("✅"));

    let csv = place.run(&["journal", "list", "--format", "csv", "--limit", "2"]);
    let rows: Vec<_> =
        csv::Reader::from_reader(csv.out.as_bytes()).into_records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), &rows[0][0], &rows[1][0]), (2, ids[2].as_str(), ids[1].as_str()));

    let none = place.run(&["journal", "list", "--state", "dead", "--format", "json"]);
    assert_eq!((none.code, none.out.trim()), (Some(0), "[]"));
}

#[test]
fn one_order_is_shown_with_all_that_happened_to_it() {
    let (place, ids) = with_orders();
    let short = &ids[0][..ids[0].len() - 1];

    let text = place.run(&["journal", "show", &ids[0]]);
    assert_eq!((text.code, text.err.as_str()), (Some(0), ""), "{text:#?}");
    for told in ["/link Bairro futebol", "✅", "accepted", "claimed", "planned", "finished"] {
        assert!(text.out.contains(told), "{told}: {}", text.out);
    }
    let json = place.run(&["journal", "show", short, "--format", "json"]);
    let order: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(order["id"].as_str(), Some(ids[0].as_str()));
    assert_eq!(order["notes"][0]["what"], "accepted");
    let csv = place.run(&["journal", "show", &ids[0], "--format", "csv"]);
    assert_eq!(csv::Reader::from_reader(csv.out.as_bytes()).into_records().count(), 1);
}

#[test]
fn what_is_not_there_is_told() {
    let place = Place::new();
    let ran = place.run(&["journal", "list"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("there is no journal at"), "{}", ran.err);

    let (place, ids) = with_orders();
    let ran = place.run(&["journal", "show", "ffffffff"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("ffffffff"), "{}", ran.err);
    let ran = place.run(&["journal", "show", &ids[0][..2]]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.err.contains("write more of it"), "{}", ran.err);
    assert_eq!(place.run(&["journal", "list", "--format", "xml"]).code, Some(2));
}
