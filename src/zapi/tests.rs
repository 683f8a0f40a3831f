//! The client against the sandbox: its requests, and how it reads responses and errors.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::client::ZapiInner;
use super::rate_limit::RateLimiter;
use super::*;
use crate::clock::Timestamp;
use crate::domain::{Chat, CommunityId, GroupId, Lid, Phone};
use crate::lifecycle;
use crate::sandbox::{
    BotRole, Fault, FaultResponse, InstanceCredentials, Options, PartialFailure, Sandbox, World,
};

const ANA: &str = "5544999990001";
const BRUNO: &str = "5544999990002";
const CARLA_LID: &str = "81896604192875@lid";
const DAVI: &str = "5544999990004";
const ELISA: &str = "5544999990005";
const NOBODY: &str = "5544999990009";

/// A client of any server at this address, without rate limits.
pub(super) fn client(root: &str, client_token: Option<&str>, connections: &mut HttpClients) -> Zapi {
    let limiter = || RateLimiter::new("changes", 1, Duration::from_secs(1), Arc::new(Unlimited));
    let line = ZapiInner {
        http: connections.client_for(root).unwrap(),
        base_url: root.to_owned().into(),
        id: String::new(),
        token: String::new().into(),
        client_token: client_token.map(SecretString::from),
        path_secret: None,
        change_limiter: limiter(),
        message_limiter: limiter(),
        metrics: Default::default(),
        move_count: Default::default(),
    };
    Zapi { inner: Arc::new(line), observer: None, deadline: None }
}

/// The small world, and a client of it.
struct Scene {
    sandbox: Sandbox,
    zapi: Zapi,
    bairro: CommunityId,
    _serving: DropGuard,
}

impl Scene {
    async fn open() -> Self {
        let world = World::small();
        let bairro = CommunityId::parse(&world.community_named("Bairro Feliz").unwrap()).unwrap();
        let sandbox = Sandbox::new(world, InstanceCredentials::generate(), Options::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let InstanceCredentials { id, token, client_token, .. } = sandbox.account();
        let root = format!("http://{}/instances/{id}/token/{token}", listener.local_addr().unwrap());
        let ending = CancellationToken::new();
        tokio::spawn(lifecycle::serve_router(listener, sandbox.router(), ending.clone()));
        let zapi = client(&root, client_token.as_deref(), &mut HttpClients::default());
        Self { sandbox, zapi, bairro, _serving: ending.drop_guard() }
    }

    async fn permit(&self) -> ChangePermit {
        self.zapi.acquire_change_permit("a change").await.unwrap()
    }

    fn group(&self, name: &str) -> GroupId {
        GroupId::parse(&self.sandbox.world(|world| world.group_named(name).unwrap())).unwrap()
    }

    fn announcement(&self) -> GroupId {
        let id = self.bairro.as_str();
        GroupId::parse(&self.sandbox.world(|world| world.announcement_of(id).unwrap().id.clone())).unwrap()
    }

    async fn somebody(&self, who: &str) -> Option<Participant> {
        let people = self.zapi.participants(&self.announcement()).await.unwrap();
        let (phone, lid) = (Phone::parse(who), Lid::parse(who));
        people
            .into_iter()
            .find(|p| phone.is_some_and(|_| p.phone == phone) || (p.lid.is_some() && p.lid == lid))
    }

    /// The next call to this path gets this response.
    fn respond(&self, path: &str, status: u16, body: &serde_json::Value) {
        self.sandbox.faults().fail_next(path, 1, Fault::Replace(FaultResponse::json(status, body)));
    }
}

fn some(people: &[&str]) -> Vec<String> {
    people.iter().map(|&person| person.to_owned()).collect()
}

#[tokio::test]
async fn a_community_is_made_described_and_ended() {
    let scene = Scene::open().await;
    let zapi = &scene.zapi;

    let made = zapi.create_community("Condomínio", Some("Avisos"), scene.permit().await).await.unwrap();
    let seen = zapi.community(&made.id).await.unwrap();
    assert_eq!((seen.name.as_deref(), seen.description.as_deref()), (Some("Condomínio"), Some("Avisos")));
    assert_eq!(seen.announcement().map(|group| &group.id), made.announcement.as_ref());

    zapi.describe(&made.id, "Outro \"texto\"\n*novo*", scene.permit().await).await.unwrap();
    let seen = zapi.community(&made.id).await.unwrap();
    assert_eq!(seen.description.as_deref(), Some("Outro \"texto\"\n*novo*"));
    zapi.describe(&made.id, "", scene.permit().await).await.unwrap();
    assert_eq!(zapi.community(&made.id).await.unwrap().description, None);

    zapi.deactivate(&made.id, scene.permit().await).await.unwrap();
    assert!(!zapi.communities().await.unwrap().iter().any(|community| community.id == made.id));
    let gone = zapi.deactivate(&made.id, scene.permit().await).await.unwrap_err();
    assert_eq!((gone.cause, gone.message.as_deref()), (ApiErrorKind::Rejected, Some("Community not found")));
}

#[tokio::test]
async fn a_photo_and_who_may_add_groups_reach_the_community() {
    let scene = Scene::open().await;
    let (zapi, bairro) = (&scene.zapi, &scene.bairro);
    let kept = || {
        scene.sandbox.world(|world| {
            let community = world.find_community(bairro.as_str()).unwrap();
            (community.photo.clone(), community.groups_added_by_all)
        })
    };

    zapi.set_photo(bairro, "https://example.com/a.jpg", scene.permit().await).await.unwrap();
    zapi.set_add_policy(bairro, AddPolicy::All, scene.permit().await).await.unwrap();
    assert_eq!(kept(), (Some("https://example.com/a.jpg".to_owned()), true));

    zapi.set_add_policy(bairro, AddPolicy::Admins, scene.permit().await).await.unwrap();
    assert!(!kept().1);
}

#[tokio::test]
async fn an_invitation_is_read_followed_and_replaced() {
    let scene = Scene::open().await;
    let (zapi, futebol) = (&scene.zapi, scene.group("Futebol"));

    let old = zapi.invitation(&futebol).await.unwrap().unwrap();
    let there = zapi.group_of_invitation(&old).await.unwrap();
    assert_eq!((there.id, there.name.as_deref()), (futebol.clone(), Some("Futebol")));

    let new = zapi.reset_invitation(InvitationScope::Group(&futebol), scene.permit().await).await.unwrap();
    assert_eq!(zapi.invitation(&futebol).await.unwrap(), Some(new.clone()));
    assert_eq!(zapi.group_of_invitation(&old).await.unwrap_err().cause, ApiErrorKind::Rejected);
    assert_eq!(zapi.group_of_invitation(&new).await.unwrap().id, futebol);

    let of_all =
        zapi.reset_invitation(InvitationScope::Community(&scene.bairro), scene.permit().await).await.unwrap();
    assert_eq!(zapi.invitation(&scene.announcement()).await.unwrap(), Some(of_all));

    scene.sandbox.world(|world| world.set_bot_role(futebol.as_str(), BotRole::Member));
    assert_eq!(zapi.invitation(&futebol).await.unwrap(), None, "admins alone see it");
}

#[tokio::test]
async fn t20_a_link_that_is_none_stays_one_value() {
    let scene = Scene::open().await;
    let bait = "x&url=https://chat.whatsapp.com/y#z/../me %";
    assert_eq!(scene.zapi.group_of_invitation(bait).await.unwrap_err().cause, ApiErrorKind::Rejected);
    let call = scene.sandbox.calls().pop().unwrap();
    let query = "url=x%26url%3Dhttps%3A%2F%2Fchat.whatsapp.com%2Fy%23z%2F..%2Fme%20%25";
    assert_eq!((call.path.as_str(), call.query.as_deref()), ("group-invitation-metadata", Some(query)));
}

#[tokio::test]
async fn people_come_rise_fall_and_go() {
    let scene = Scene::open().await;
    let (zapi, bairro) = (&scene.zapi, &scene.bairro);
    let is_admin = async |who| scene.somebody(who).await.map(|person| person.is_admin);
    assert_eq!(is_admin(ELISA).await, None);

    zapi.add_people(bairro, &some(&[ELISA, "5544999990006"]), false, scene.permit().await).await.unwrap();
    assert_eq!((is_admin(ELISA).await, is_admin("5544999990006").await), (Some(false), Some(false)));

    zapi.promote(bairro, &some(&[ELISA, CARLA_LID]), scene.permit().await).await.unwrap();
    assert_eq!((is_admin(ELISA).await, is_admin(CARLA_LID).await), (Some(true), Some(true)));

    zapi.demote(bairro, &some(&[ELISA]), scene.permit().await).await.unwrap();
    assert_eq!(is_admin(ELISA).await, Some(false));

    zapi.remove_people(bairro, &some(&[ELISA, BRUNO]), scene.permit().await).await.unwrap();
    assert_eq!((is_admin(ELISA).await, is_admin(BRUNO).await), (None, None));
    let again = zapi.remove_people(bairro, &some(&[ELISA]), scene.permit().await).await.unwrap_err();
    assert_eq!(again.message.as_deref(), Some("The participant is not in the community"));
}

#[tokio::test]
async fn a_person_that_cannot_be_added_is_invited() {
    let scene = Scene::open().await;
    let (zapi, bairro) = (&scene.zapi, &scene.bairro);

    let alone = zapi.add_people(bairro, &some(&[DAVI]), false, scene.permit().await).await.unwrap_err();
    assert_eq!(alone.cause, ApiErrorKind::Rejected);
    zapi.add_people(bairro, &some(&[DAVI]), true, scene.permit().await).await.unwrap();

    assert_eq!(scene.somebody(DAVI).await, None);
    assert_eq!(scene.sandbox.world(|world| world.invited(bairro.as_str()).join(",")), DAVI);
}

#[tokio::test]
async fn a_false_value_in_the_response_is_a_failure() {
    let scene = Scene::open().await;
    let (zapi, bairro) = (&scene.zapi, &scene.bairro);
    let no = json(r#"{"value":"false"}"#);
    for path in ["update-community-description", "update-community-photo", "remove-admin"] {
        scene.respond(path, 200, &no);
    }
    scene.respond("communities/settings", 200, &json(r#"{"success":false}"#));
    let refused = |result: Result<(), ApiError>| result.unwrap_err().cause;

    let results = [
        refused(zapi.describe(bairro, "x", scene.permit().await).await),
        refused(zapi.set_photo(bairro, "x", scene.permit().await).await),
        refused(zapi.demote(bairro, &some(&[BRUNO]), scene.permit().await).await),
        refused(zapi.set_add_policy(bairro, AddPolicy::All, scene.permit().await).await),
    ];

    assert_eq!(results, [ApiErrorKind::Rejected; 4]);
    scene.sandbox.faults().set_partial(PartialFailure::Failure);
    let in_part = zapi.add_people(bairro, &some(&[ELISA, NOBODY]), true, scene.permit().await).await;
    assert_eq!(refused(in_part), ApiErrorKind::Rejected);
    assert!(scene.somebody(ELISA).await.is_some(), "she was added all the same");
}

#[tokio::test]
async fn a_new_community_or_link_that_cannot_be_read_is_no_success() {
    let scene = Scene::open().await;
    for body in [r#"{}"#, r#"{"id":"../me"}"#, r#"{"id":null,"subGroups":[]}"#, "[]"] {
        scene.respond("POST communities", 200, &json(body));
        let error = scene.zapi.create_community("x", None, scene.permit().await).await.unwrap_err();
        assert_eq!((error.cause, error.call), (ApiErrorKind::Unreadable, "POST communities"), "{body}");
    }
    scene.respond("POST communities", 200, &json(r#"[{"id":120363186053925765}]"#));
    let made = scene.zapi.create_community("x", None, scene.permit().await).await.unwrap();
    assert_eq!((made.id.as_str(), made.announcement), ("120363186053925765", None));

    scene.respond("redefine-invitation-link", 200, &json(r#"{"invitationLink":" "}"#));
    let of = InvitationScope::Community(&scene.bairro);
    let error = scene.zapi.reset_invitation(of, scene.permit().await).await.unwrap_err();
    assert_eq!(error.cause, ApiErrorKind::Unreadable);
}

#[tokio::test]
async fn participants_are_read_in_every_spelling_and_never_come_out_as_nobody() {
    let scene = Scene::open().await;
    let (zapi, group) = (&scene.zapi, scene.announcement());

    let owner = scene.somebody(ANA).await.unwrap();
    assert!(owner.is_admin && owner.is_super_admin);
    assert_eq!(owner.lid, None, "no page documents one beside a number");
    let hidden = scene.somebody(CARLA_LID).await.unwrap();
    assert_eq!((hidden.phone, hidden.is_admin), (None, false));

    let empty = format!(r#"{{"phone":"{group}","participants":null}}"#);
    let other = r#"{"phone":"120363186053925765-group","participants":[{"phone":"5544999990001"}]}"#;
    for body in [&empty, other] {
        scene.respond("light-group-metadata", 200, &json(body));
        assert_eq!(zapi.participants(&group).await.unwrap_err().cause, ApiErrorKind::Unreadable, "{body}");
    }
}

#[tokio::test]
async fn numbers_with_whatsapp_are_told_from_those_without() {
    let scene = Scene::open().await;
    let phones: Vec<Phone> = [ANA, NOBODY, ELISA].iter().map(|phone| Phone::parse(phone).unwrap()).collect();

    let known = scene.zapi.look_up_phones(&phones).await.unwrap();

    let exists: Vec<bool> = known.iter().map(|known| known.exists).collect();
    assert_eq!(exists, [true, false, true]);
    assert_eq!(known.iter().map(|known| known.requested).collect::<Vec<_>>(), phones);
    assert_eq!((known[0].phone, known[0].lid), (Some(phones[0]), Lid::parse("81896604192873@lid")));
    assert_eq!((known[1].phone, known[1].lid, known[2].lid), (Some(phones[1]), None, None));

    // One twin of the number is asked for, the other told; a number left out is left out.
    let body = r#"{"exists":"1","inputPhone":"554499990001","outputPhone":"554499990001","lid":null}"#;
    scene.respond("phone-exists-batch", 200, &json(body));
    let known = scene.zapi.look_up_phones(&phones).await.unwrap();
    let twin = PhoneInfo {
        requested: phones[0],
        exists: true,
        phone: Some(phones[0]),
        digits: Some(554_499_990_001),
        lid: None,
    };
    assert_eq!(known, [twin]);
    scene.respond("phone-exists-batch", 200, &json("\"ok\""));
    assert_eq!(scene.zapi.look_up_phones(&phones).await.unwrap_err().cause, ApiErrorKind::Unreadable);
}

#[tokio::test]
async fn a_message_is_edited_in_its_place() {
    let scene = Scene::open().await;
    let (zapi, chat) = (&scene.zapi, Chat::Direct(ANA.to_owned()));
    let permit = async || zapi.acquire_send_permit(Priority::Reply).await.unwrap();

    let id = zapi.send_text(&chat, "um", None, permit().await).await.unwrap();
    let edited = zapi.edit_text(&chat, "dois", &id, permit().await).await.unwrap();

    let sent = scene.sandbox.sent();
    assert_eq!((sent.len(), sent[0].text.as_str(), edited), (1, "dois", id.clone()));

    scene.respond("send-text?edit", 400, &json(r#"{"error":"too old"}"#));
    zapi.send_text(&chat, "três", None, permit().await).await.unwrap();
    let late = zapi.edit_text(&chat, "quatro", &id, permit().await).await.unwrap_err();
    assert_eq!(late.message.as_deref(), Some("too old"));

    scene.respond("send-text", 200, &json(r#"{"zaapId":"1","id":"3EB0"}"#));
    let id = zapi.send_text(&chat, "cinco", None, permit().await).await.unwrap();
    assert_eq!(id, "3EB0");
}

#[tokio::test]
async fn t47_a_response_without_the_success_field_is_unreadable() {
    let scene = Scene::open().await;
    let (zapi, bairro) = (&scene.zapi, &scene.bairro);
    let chat = Chat::Direct(ANA.to_owned());
    for body in ["", "{}", "null", "[]", "true", "{\"value\":null}", "{\"suc", "<html>", "{\"value\":\"x\"}"]
    {
        let call = ["communities", "update", "add", "remove", "send"];
        let reply = || Fault::Replace(FaultResponse::text(200, body));
        call.iter().for_each(|call| scene.sandbox.faults().fail_always(call, reply()));
        let (permit, send) =
            (async || scene.permit().await, async || zapi.acquire_send_permit(Priority::Reply).await);

        let results = [
            zapi.link(bairro, &[], permit().await).await,
            zapi.unlink(bairro, &[], permit().await).await,
            zapi.set_add_policy(bairro, AddPolicy::All, permit().await).await,
            zapi.describe(bairro, "x", permit().await).await,
            zapi.set_photo(bairro, "x", permit().await).await,
            zapi.add_people(bairro, &[], true, permit().await).await,
            zapi.remove_people(bairro, &[], permit().await).await,
            zapi.promote(bairro, &[], permit().await).await,
            zapi.send_text(&chat, "x", None, send().await.unwrap()).await.map(drop),
            zapi.react(&chat, "3EB0", "👍").await,
            zapi.remove_reaction(&chat, "3EB0").await,
        ];

        let causes = results.map(|result| result.unwrap_err().cause);
        assert_eq!(causes, [ApiErrorKind::Unreadable; 11], "{body}");
        scene.sandbox.faults().clear();
    }
}

#[tokio::test]
async fn the_bot_s_own_number_is_that_of_its_phone() {
    let scene = Scene::open().await;
    let own = Phone::parse(&scene.sandbox.account().phone);
    assert_eq!(scene.zapi.own_phone().await.unwrap(), own);

    scene.respond("device", 200, &json(r#"{"phone":"","name":"x"}"#));
    assert_eq!(scene.zapi.own_phone().await.unwrap(), None);
}

#[tokio::test]
async fn the_account_tells_until_when_it_is_paid() {
    let scene = Scene::open().await;
    let account = scene.zapi.account().await.unwrap();
    assert_eq!(account.due, Some(Timestamp(1_893_456_000_000)));
    assert_eq!(account.payment_status.as_deref(), Some("TRIAL"));

    for due in ["1893456000", r#""1893456000""#, "1893456000000"] {
        scene.respond("me", 200, &json(&format!(r#"{{"due":{due}}}"#)));
        assert_eq!(scene.zapi.account().await.unwrap().due, Some(Timestamp(1_893_456_000_000)), "{due}");
    }
    scene.respond("me", 200, &json(r#"{"due":null}"#));
    let account = scene.zapi.account().await.unwrap();
    assert_eq!((account.due, account.payment_status), (None, None));
}

#[tokio::test]
async fn t47_confirmed_changes_extend_the_deadline_and_a_hanging_read_is_cut() {
    let scene = Scene::open().await;
    let delay = Duration::from_millis(100);
    scene.sandbox.faults().fail_always("update-community-description", Fault::Delay(delay));
    let zapi = scene.zapi.with_deadline(10 * delay, 10 * delay);
    let describe = async || {
        let permit = scene.permit().await;
        zapi.describe(&scene.bairro, "x", permit).await
    };

    for _ in 0..15 {
        describe().await.unwrap();
    }
    assert!(zapi.community(&scene.bairro).await.is_ok());
    let hanging = scene.sandbox.faults().hold_request("communities?");
    let cut = zapi.communities().await.unwrap_err();
    let calls = scene.sandbox.calls().len();
    let unsent = [
        describe().await.unwrap_err(),
        zapi.community(&scene.bairro).await.unwrap_err(),
        zapi.acquire_change_permit("a change").await.unwrap_err(),
    ];

    assert_eq!(cut.cause, ApiErrorKind::DeadlineExceeded);
    assert!(
        unsent.iter().all(|error| error.cause == ApiErrorKind::DeadlineExceeded && error.cause.is_surely_not_applied())
    );
    assert_eq!(scene.sandbox.calls().len(), calls);
    hanging.release();
}

#[tokio::test]
async fn t47_a_change_sent_before_the_deadline_is_waited_for() {
    let scene = Scene::open().await;
    let late = Fault::Delay(Duration::from_millis(1_500));
    scene.sandbox.faults().fail_next("update-community-description", 1, late);
    let zapi = scene.zapi.with_deadline(Duration::from_secs(1), Duration::ZERO);
    let permit = scene.permit().await;

    assert!(zapi.describe(&scene.bairro, "x", permit).await.is_ok());
    assert_eq!(zapi.community(&scene.bairro).await.unwrap_err().cause, ApiErrorKind::DeadlineExceeded);
}

#[tokio::test]
async fn t47_account_data_without_its_fields_is_unreadable() {
    let scene = Scene::open().await;
    for body in ["{}", "null", "[]", "[{}]", "7"] {
        scene.respond("me", 200, &json(body));
        scene.respond("device", 200, &json(body));
        assert_eq!(scene.zapi.account().await.unwrap_err().cause, ApiErrorKind::Unreadable, "{body}");
        assert_eq!(scene.zapi.own_phone().await.unwrap_err().cause, ApiErrorKind::Unreadable, "{body}");
    }
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}
