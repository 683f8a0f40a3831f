//! `/add`: adds people to a community or invites them, with a true reply for each.

use vincula::sandbox::{Fault, FaultResponse, PartialFailure};

use super::fixtures::{ok, refusal};
use super::participants::{BRUNO, CARLA, CARLA_LID, DAVI, ELISA, NOBODY, Role};
use crate::support::{ANA, Service};

#[tokio::test]
async fn an_admin_adds_somebody_by_a_number_as_it_is_typed() {
    for typed in ["+55 (44) 99999-0005", "44 99999 0005", "@5544999990005", "554499990005"] {
        let bot = Service::start().await;

        let reply = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {typed}"#)).await;

        assert_eq!(reply, "✅ +55 44 99999-0005 is now in “Bairro Feliz”.", "{typed}");
        assert_eq!(bot.role(ELISA), Role::Member, "{typed}");
        let body = bot.calls_to("add-participant")[0].body.clone().unwrap();
        assert_eq!(body["autoInvite"], true);
    }
}

#[tokio::test]
async fn the_reply_reports_each_of_several_people() {
    let bot = Service::start().await;

    let text = "/add \"Bairro Feliz\"\n• Elisa: 44 99999-0005\n• 44 99999-0004\n• +55 44 99999-0002\n\
        • 44 99999-0009\n• Fulano\n• 44 99999-0003\n• 999990001";
    let reply = bot.ask(ANA, text).await;

    assert_eq!(
        reply,
        "3 of 7 people are now in “Bairro Feliz”.\n\
         ✅ +55 44 99999-0005 “Elisa”\n\
         ⚠️ +55 44 99999-0004: can’t be added directly, so they got a private invitation\n\
         ☑️ +55 44 99999-0002: was already in it\n\
         ❌ +55 44 99999-0009: has no WhatsApp. Check the number.\n\
         ❌ “Fulano” is not a phone number. Write it like this: +55 44 99999-0001\n\
         ☑️ +55 44 99999-0003: was already in it\n\
         ❌ “999990001”: the area or the country code is missing. Write it like this: +55 44 99999-0001"
    );
    assert_eq!((bot.role(ELISA), bot.role(DAVI)), (Role::Member, Role::Outside));
    assert_eq!(bot.invited(), [DAVI]);
    assert_eq!(bot.people_in_calls("add-participant"), [vec![ELISA, DAVI], vec![DAVI]]);
}

#[tokio::test]
async fn the_reply_is_in_the_language_of_the_command() {
    let bot = Service::start().await;

    let pt = bot.ask(ANA, r#"/adicionar "Bairro Feliz" 44 99999-0004 e 44 99999-0002, Zé"#).await;
    let es = bot.ask(ANA, r#"/agregar "Bairro Feliz" 44 99999-0009 y 44 99999-0002"#).await;

    assert_eq!(
        pt,
        "1 de 3 pessoas agora está em “Bairro Feliz”.\n\
         ⚠️ +55 44 99999-0004: não dá para adicionar direto, então recebeu um convite privado\n\
         ☑️ +55 44 99999-0002: já estava lá\n\
         ❌ “Zé” não é um número de telefone. Escreva assim: +55 44 99999-0001"
    );
    assert_eq!(
        es,
        "1 de 2 personas ahora está en “Bairro Feliz”.\n\
         ❌ +55 44 99999-0009: no tiene WhatsApp. Revisa el número.\n\
         ☑️ +55 44 99999-0002: ya estaba ahí"
    );
}

#[tokio::test]
async fn undo_says_that_an_invitation_cannot_be_taken_back() {
    let bot = Service::start().await;

    bot.ask(ANA, r#"/add "Bairro Feliz" 44 99999-0004"#).await;
    let rows = [
        ("/undo", "❌ +55 44 99999-0004: never joined, only got an invitation, and I can’t take that back"),
        (
            "/desfazer",
            "❌ +55 44 99999-0004: não entrou, só recebeu um convite privado, e convite não dá para cancelar",
        ),
        (
            "/deshacer",
            "❌ +55 44 99999-0004: no entró, solo recibió una invitación privada, y no la puedo anular",
        ),
    ];
    for (command, expected) in rows {
        assert_eq!(bot.ask(ANA, command).await, expected);
    }
    assert_eq!(bot.people_in_calls("remove-participant").len(), 0);

    bot.ask(ANA, r#"/add "Bairro Feliz" 44 99999-0004 44 99999-0005"#).await;
    let asked = bot.ask(ANA, "/undo").await;
    assert!(asked.starts_with("1 of 2 people would leave “Bairro Feliz” and all its groups."), "{asked}");
    assert!(asked.contains("❌ +55 44 99999-0004: never joined, only got an invitation"), "{asked}");
    assert_eq!(bot.ask(ANA, "yes").await, "✅ +55 44 99999-0005 is no longer in “Bairro Feliz”.");
}

#[tokio::test]
async fn somebody_who_is_named_twice_is_one_person() {
    let bot = Service::start().await;

    let text =
        format!("/add \"Bairro Feliz\" {CARLA}, {CARLA_LID}, 554499990003, {ELISA}, +55 44 99999 0005");
    let reply = bot.ask(ANA, &text).await;

    assert_eq!(
        reply,
        "2 of 2 people are now in “Bairro Feliz”.\n☑️ +55 44 99999-0003: was already in it\n\
         ✅ +55 44 99999-0005"
    );
    assert_eq!(bot.people_in_calls("add-participant"), [[ELISA]]);
}

#[tokio::test]
async fn an_ambiguous_number_matches_nobody() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, r#"/add "Bairro Feliz" +351 912 345 678 44 99999 0005"#).await;

    assert_eq!(
        reply,
        "❌ “351 912 345 678 44 99999 0005”: where does each number end? Put commas between them."
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn one_refusal_does_not_stop_the_others() {
    for form in
        [PartialFailure::Success, PartialFailure::Details, PartialFailure::Failure, PartialFailure::Error]
    {
        let bot = Service::start().await;
        bot.sandbox.faults().set_partial(form);
        // Z-API does not say which numbers have WhatsApp, so the call includes the person without it.
        bot.sandbox.faults().fail_always("phone-exists-batch", Fault::Replace(refusal("not available")));

        let reply = bot.ask(ANA, &format!(r#"/add "Marketing BR" {NOBODY} {DAVI} {ELISA}"#)).await;

        assert_eq!(
            reply,
            "1 of 3 people is now in “Marketing BR”.\n\
             ❌ +55 44 99999-0009: Z-API refused: “The phone does not exist on WhatsApp”\n\
             ⚠️ +55 44 99999-0004: can’t be added directly, so they got a private invitation\n\
             ✅ +55 44 99999-0005",
            "{form:?}"
        );
        let world = bot.world();
        assert_eq!(world.invited(&bot.community("Marketing BR")), [DAVI], "{form:?}");
    }
}

#[tokio::test]
async fn nobody_is_invited_twice_though_the_command_is_tried_again() {
    let bot = Service::start().await;
    let hard = "5544999990006";
    bot.sandbox.world(|world| {
        world.person(hard, Some("81896604192879@lid"), "Fabi");
        world.set_hard_to_add(hard);
    });
    let text = format!(r#"/add "Bairro Feliz" {DAVI} {hard} {ELISA}"#);
    // All at once, Davi alone, then the other one, whose call fails.
    let calls = bot.sandbox.faults();
    let first = calls.hold_response("add-participant");
    let second = calls.hold_response("add-participant");
    calls.fail_next("add-participant", 1, Fault::Replace(FaultResponse::bad_gateway()));
    let command = bot.send_to_completion(ANA, &text).await;
    for barrier in [first, second] {
        bot.within(barrier.wait_reached()).await;
        barrier.release();
    }

    let replies = bot.replies_to(&command).await;

    assert_eq!(
        replies,
        ["1 of 3 people is now in “Bairro Feliz”.\n\
          ⚠️ +55 44 99999-0004: can’t be added directly, so they got a private invitation\n\
          ❓ +55 44 99999-0006: may already have got a private invitation, so I don't send another unasked. If they \
          got none: /add \"Bairro Feliz\" 5544999990006\n\
          ✅ +55 44 99999-0005"]
    );
    let asked = bot.people_in_calls("add-participant");
    assert_eq!(asked, [vec![DAVI, hard, ELISA], vec![DAVI], vec![hard], vec![hard]]);
    assert_eq!(bot.row(&command).await.attempts, 1, "one try failed");
}

#[tokio::test]
async fn others_are_invited_later_if_the_call_for_one_gets_no_response() {
    let bot = Service::start().await;
    let hard = ["5544999990006", "5544999990007"];
    bot.sandbox.world(|world| {
        for (phone, lid) in hard.iter().zip(["81896604192879@lid", "81896604192880@lid"]) {
            world.person(phone, Some(lid), "Fabi");
            world.set_hard_to_add(phone);
        }
    });
    // All at once, then the first one alone, whose call fails: the second one is not called for in this attempt.
    let calls = bot.sandbox.faults();
    calls.fail_next("add-participant", 1, Fault::Replace(ok(r#"{"value":true}"#)));
    calls.fail_next("add-participant", 1, Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {} {}"#, hard[0], hard[1])).await;

    assert!(reply.contains("\n❓ +55 44 99999-0006"), "{reply}");
    assert!(reply.contains("\n⚠️ +55 44 99999-0007"), "{reply}");
    let [one, other] = hard;
    let asked = bot.people_in_calls("add-participant");
    assert_eq!(asked, [vec![one, other], vec![one], vec![one, other], vec![one], vec![other]]);
}

#[tokio::test]
async fn a_refused_invitation_is_not_retried_because_of_another_person() {
    let bot = Service::start().await;
    let hard = "5544999990006";
    bot.sandbox.world(|world| {
        world.person(hard, Some("81896604192879@lid"), "Fabi");
        world.set_hard_to_add(hard);
    });
    // All at once, Davi alone, with an invitation despite the refusal, then the other one.
    let calls = bot.sandbox.faults();
    calls.fail_next("add-participant", 1, Fault::Replace(ok(r#"{"value":true}"#)));
    calls.fail_next("add-participant", 1, Fault::ReplaceResponse(refusal("Not now")));
    calls.fail_next("add-participant", 1, Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {DAVI} {hard}"#)).await;

    assert!(
        reply.contains("\n❌ +55 44 99999-0004: Z-API refused: “Not now”\n❓ +55 44 99999-0006"),
        "{reply}"
    );
    let asked = bot.people_in_calls("add-participant");
    assert_eq!(asked, [vec![DAVI, hard], vec![DAVI], vec![hard], vec![hard]]);
}

#[tokio::test]
async fn an_invitation_that_may_have_been_sent_before_a_crash_is_not_sent_again() {
    let mut bot = Service::start().await;
    let call = bot.sandbox.faults().hold_response("add-participant");
    let command = bot.send_to_completion(ANA, &format!(r#"/adicionar "Bairro Feliz" {DAVI}"#)).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    assert_eq!(bot.invited(), [DAVI], "the call was done");

    bot.restart().await;

    assert_eq!(
        bot.replies_to(&command).await,
        ["❓ +55 44 99999-0004: talvez já tenha recebido um convite \
          privado, então não mando outro sem você pedir. Se não recebeu: /adicionar \"Bairro Feliz\" 5544999990004"]
    );
    let calls = bot.sandbox.calls().into_iter().filter(|call| call.path == "add-participant");
    let invites: Vec<bool> = calls.map(|call| call.body.unwrap()["autoInvite"].as_bool().unwrap()).collect();
    assert_eq!(invites, [true, false]);
}

#[tokio::test]
async fn people_are_added_one_by_one_after_the_first_call_fails() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("add-participant", 1, Fault::Replace(FaultResponse::bad_gateway()));

    let reply = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {ELISA}"#)).await;

    assert_eq!(reply, "✅ +55 44 99999-0005 is now in “Bairro Feliz”.");
}

#[tokio::test]
async fn after_a_crash_the_reply_still_reports_the_prior_state() {
    let mut bot = Service::start().await;
    let call = bot.sandbox.faults().hold_response("add-participant");
    let command = bot.send_to_completion(ANA, &format!(r#"/add "Bairro Feliz" {BRUNO}, {ELISA}"#)).await;
    bot.within(call.wait_reached()).await;
    bot.crash().await;
    assert_eq!(bot.role(ELISA), Role::Member, "the call was done");

    bot.restart().await;

    assert_eq!(
        bot.replies_to(&command).await,
        ["2 of 2 people are now in “Bairro Feliz”.\n☑️ +55 44 99999-0002: was already in it\n\
          ✅ +55 44 99999-0005"]
    );
    assert_eq!(bot.calls_to("add-participant").len(), 1);
}

#[tokio::test]
async fn a_dry_run_shows_what_it_would_do_and_does_nothing() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {ELISA}, {BRUNO} --try"#)).await;

    assert_eq!(
        reply,
        "2 of 2 people would be in “Bairro Feliz”.\n➡️ +55 44 99999-0005\n\
         ☑️ +55 44 99999-0002: was already in it\n\n\
         This was a trial: nothing was changed. Without --try it is done."
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn a_command_without_people_or_with_too_many_changes_nothing() {
    let bot = Service::start().await;
    let many: String = (0..201).map(|nth| format!("+5544977{nth:06}, ")).collect();

    let none = bot.ask(ANA, r#"/add "Bairro Feliz""#).await;
    let commas = bot.ask(ANA, r#"/add "Bairro Feliz" , ;"#).await;
    let many = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {many}"#)).await;

    let expected = "What is the person’s number? Answer with it, or “no”.\n\
        Or send it all at once: /add \"Bairro Feliz\" +55 44 99999-0001";
    assert_eq!((none.as_str(), commas.as_str()), (expected, expected));
    assert_eq!(many, "❌ That is more than 200 people. Split it into several commands; nothing was changed.");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn an_admin_of_one_community_adds_nobody_elsewhere() {
    let admins = format!(
        "[instances.main.admins.ana]\nphone = \"{ANA}\"\ncommands = [\"add\"]\ncommunities = [\"Bairro Feliz\"]\n"
    );
    let bot = Service::with().admins(&admins).start().await;

    let there = bot.ask(ANA, &format!(r#"/add "Marketing BR" {ELISA}"#)).await;
    let other = bot.ask(ANA, &format!(r#"/remove "Bairro Feliz" {BRUNO}"#)).await;
    let here = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {ELISA}"#)).await;

    assert_eq!(there, "You may not use /add in “Marketing BR”. The person who runs this bot can allow it.");
    assert_eq!(other, "You may not use /remove here. The person who runs this bot can allow it.");
    assert!(here.starts_with("✅ +55 44 99999-0005 "), "{here}");
    assert_eq!((bot.role(BRUNO), bot.changes()), (Role::Admin, 1));
}

#[tokio::test]
async fn a_person_with_a_possibly_hidden_number_is_not_reported_as_invited() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_always("phone-exists-batch", Fault::Replace(refusal("not available")));

    // Carla is a member, but the community shows only her lid.
    let reply = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {CARLA}"#)).await;

    assert_eq!(
        reply,
        "❓ +55 44 99999-0003: is in it now or got a private \
         invitation; it hides some numbers, so I can’t tell which"
    );
}

#[tokio::test]
async fn typos_lead_to_success() {
    let bot = Service::start().await;

    let no_quotes = bot.ask(ANA, "/add Bairro Feliz 44 99999-0005").await;
    let own_line = bot.ask(ANA, "/adicionar Bairro Feliz\n44 99999-0005").await;
    let wrong_order = bot.ask(ANA, r#"/add +55 44 99999-0005 "Bairro Feliz""#).await;

    assert_eq!(no_quotes, "✅ +55 44 99999-0005 is now in “Bairro Feliz”.");
    assert_eq!(own_line, "☑️ +55 44 99999-0005 já estava em “Bairro Feliz”.");
    assert_eq!(
        wrong_order,
        "Did you mean /add \"Bairro Feliz\" +55 44 99999-0005? \
         Answer “yes”; nothing was changed."
    );
}

#[tokio::test]
async fn a_name_in_markup_breaks_no_line() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, &format!("/add \"Bairro Feliz\" *E_lisa*~ ✅: {ELISA}\n`X` ✅ Feito")).await;

    assert_eq!(
        reply,
        "1 of 2 people is now in “Bairro Feliz”.\n✅ +55 44 99999-0005 “Eˍlisa”\n\
         ❌ “X Feito” is not a phone number. Write it like this: +55 44 99999-0001"
    );
}

#[tokio::test]
async fn a_busy_z_api_delays_an_invitation_and_sends_it_once() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next(
        "add-participant",
        1,
        Fault::Replace(FaultResponse::too_many_requests(None)),
    );

    let reply = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {DAVI}"#)).await;

    assert_eq!(reply, "⚠️ +55 44 99999-0004: can’t be added directly, so they got a private invitation");
    assert_eq!(bot.invited(), [DAVI]);
}

#[tokio::test]
async fn undo_reverts_nothing_before_an_uncertain_change() {
    let bot = Service::start().await;
    bot.ask(ANA, r#"/link "Bairro Feliz" futebol"#).await;
    bot.settled().await;
    let call = bot.sandbox.faults().hold_response("add-participant");
    let command = bot.send_to_completion(ANA, &format!(r#"/add "Bairro Feliz" {BRUNO}, {ELISA}"#)).await;
    bot.within(call.wait_reached()).await;
    bot.sandbox.faults().fail_always("light-group-metadata", Fault::Replace(refusal("Group not found")));
    call.release();
    let replies = bot.replies_to(&command).await;
    assert!(replies[0].contains("\n❓ +55 44 99999-0005"), "{replies:?}");
    bot.sandbox.faults().clear();

    let undone = bot.ask(ANA, "/undo").await;

    assert!(undone.contains("➡️ +55 44 99999-0005"), "{undone}");
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
}

#[tokio::test]
async fn group_names_instead_of_people_suggest_the_group_command() {
    let bot = Service::start().await;

    let added = bot.ask(ANA, "/adicionar bairro feliz futebol").await;
    let removed = bot.ask(ANA, "/remover marketing Vendas Sul").await;
    assert_eq!(added, "Você quis dizer /vincular \"Bairro Feliz\" Futebol? Responda “sim”; nada mudou.");
    assert_eq!(
        removed,
        "Você quis dizer /desvincular \"Marketing BR\" \"Vendas Sul\"? \
         Responda “sim”; nada mudou.\nA pergunta anterior não vale mais. Se ainda quiser: \
         /vincular \"Bairro Feliz\" Futebol"
    );
    assert_eq!(bot.changes(), 0);
    let done = bot.ask(ANA, "sim").await;

    assert!(done.starts_with("✅ “Vendas Sul” "), "{done}");
    let several = bot.ask(ANA, "/add bairro futebol, suporte").await;
    assert!(several.contains("/link \"Bairro Feliz\" Futebol Suporte?"), "{several}");
    bot.ask(ANA, "/add --try bairro futebol").await;
    let trial = bot.ask(ANA, "yes").await;
    assert!(
        trial.starts_with("➡️ “Futebol” would be put into “Bairro Feliz”.\n\nThis was a trial"),
        "{trial}"
    );
    // Text that is no full group name, or stands beside a number, is a person without a number.
    for command in ["/add bairro fute", "/add bairro futebol, xyzzy", "/promote bairro futebol"] {
        let reply = bot.ask(ANA, command).await;
        assert!(reply.contains("is not a phone number"), "{command}: {reply}");
    }
}
