//! `vincula who`: who may do what.

use super::TestFolder;

const RUI: &str = "[instances.main.admins.rui]\nphone = \"5521977770002\"\nname = \"Rui\"\n\
    commands = [\"link\", \"community\"]\ncommunities = [\"Bairro Feliz\"]\n[instances.main.admins.ana]";

fn place(admins_from: &str) -> TestFolder {
    let place = TestFolder::new();
    place.change("[instances.main.admins.ana]", RUI);
    let keys = format!("admins_from = \"{admins_from}\"\nowner_commands = true\n[instances.main.verify]");
    place.change("[instances.main.verify]", &keys);
    place
}

#[test]
fn the_rights_of_the_configuration_are_shown_without_a_call() {
    let place = place("config");

    let who = place.run(&["who"]);

    let expected = "main:\n  Ana (ana, +55 44 99999-0001): all commands in all communities\n  \
        Rui (rui, +55 21 97777-0002): link, community in Bairro Feliz\n  \
        whoever types on the bot's own phone: all commands\n";
    assert_eq!((who.code, who.out.as_str(), who.err.as_str()), (Some(0), expected, ""));
    assert_eq!(place.calls_to(""), 0);
}

#[test]
fn the_people_of_a_community_are_those_of_the_configuration_and_those_that_whatsapp_shows() {
    let place = place("community");

    let bairro = place.run(&["who", "bairro"]);
    assert_eq!(bairro.code, Some(0), "{bairro:#?}");
    let lines: Vec<&str> = bairro.out.lines().collect();
    assert!(lines[0].starts_with("main: in “Bairro Feliz” ("), "{}", bairro.out);
    assert_eq!(
        lines[1..],
        [
            "  Ana (ana, +55 44 99999-0001): all commands",
            "  Rui (rui, +55 21 97777-0002): link, community",
            "  whoever types on the bot's own phone: all commands",
            "    its admins on WhatsApp (all commands but create, deactivate, alias, aliases): +55 44 99999-0002",
        ]
    );
    let marketing = place.run(&["who", "Marketing BR"]).out;
    assert!(!marketing.contains("Rui") && marketing.trim_end().ends_with("nobody else"), "{marketing}");
    let all = place.run(&["who"]).out;
    for expected in
        ["link, community in Bairro Feliz", "in “Bairro Feliz”", "in “Marketing BR”", "+55 44 99999-0002"]
    {
        assert!(all.contains(expected), "{expected}: {all}");
    }

    let unknown = place.run(&["who", "Bairo"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(1), ""), "{unknown:#?}");
    assert!(
        unknown.err.contains("main has no community \"Bairo\": near are “Bairro Feliz”"),
        "{}",
        unknown.err
    );
    assert_eq!(place.run(&["who", "--instance", "other"]).code, Some(2));
}
