//! Scripted faults, as the client meets them.

use super::super::{Fault, FaultResponse, PartialFailure, ReadLag};
use super::*;

/// A world with a community and a free group.
fn small() -> (Api, String, String) {
    let mut world = World::empty();
    let (community, group) = (world.community("Bairro"), world.group("Futebol"));
    (Api::new(world), community, group)
}

#[tokio::test]
async fn a_fault_strikes_the_next_calls_and_no_others() {
    let (api, ..) = small();
    api.sandbox.faults().fail_next(
        "communities?",
        2,
        Fault::Replace(FaultResponse::json(500, &json!({ "error": "x" }))),
    );

    assert_eq!(api.get("communities-metadata/1").await.status, 400);
    assert_eq!(api.get("communities").await.status, 500);
    assert_eq!(api.get("communities?page=1").await.status, 500);
    assert_eq!(api.get("communities").await.status, 200);
}

#[tokio::test]
async fn a_fault_can_last_until_it_is_cleared() {
    let (api, ..) = small();
    api.sandbox.faults().fail_always("", Fault::Replace(FaultResponse::bad_gateway()));
    for path in ["status", "me", "communities"] {
        let response = api.raw(api.request(Method::GET, path, &Value::Null)).await;
        assert_eq!(response.status(), 502);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    }
    api.sandbox.faults().clear();
    assert_eq!(api.get("status").await.status, 200);
}

#[tokio::test]
async fn faults_of_one_path_follow_one_another() {
    let (api, ..) = small();
    api.sandbox.faults().fail_next("me", 1, Fault::Replace(FaultResponse::text(503, "busy")));
    api.sandbox.faults().fail_next("me", 1, Fault::Replace(FaultResponse::too_many_requests(Some(7))));

    let first = api.get("me").await;
    assert_eq!((first.status, first.text.as_str()), (503, "busy"));
    let second = api.raw(api.request(Method::GET, "me", &Value::Null)).await;
    assert_eq!((second.status().as_u16(), &second.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    assert_eq!(api.get("me").await.status, 200);
}

#[tokio::test]
async fn replace_skips_the_call_and_replace_response_runs_it() {
    let (api, community, group) = small();
    api.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(FaultResponse::bad_gateway()));
    assert_eq!(api.link(&community, &[&group]).await.status, 502);
    assert_eq!(api.community_of(&group), None);

    api.sandbox.faults().fail_next(
        "communities/link",
        1,
        Fault::ReplaceResponse(FaultResponse::bad_gateway()),
    );
    assert_eq!(api.link(&community, &[&group]).await.status, 502);
    assert_eq!(api.community_of(&group), Some(community));
}

#[tokio::test]
async fn a_dropped_connection_ends_without_a_byte() {
    let (api, community, group) = small();
    api.sandbox.faults().fail_next("communities/link", 1, Fault::Replace(FaultResponse::Dropped));
    assert_eq!(api.wire(&community, &[&group]).await, b"");
    assert_eq!(api.community_of(&group), None);

    api.sandbox.faults().fail_next("communities/link", 1, Fault::ReplaceResponse(FaultResponse::Dropped));
    assert_eq!(api.wire(&community, &[&group]).await, b"");
    assert_eq!(api.community_of(&group), Some(community));
}

#[tokio::test]
async fn a_cut_response_ends_in_the_middle() {
    let (api, community, group) = small();
    api.sandbox.faults().fail_next("communities/link", 1, Fault::ReplaceResponse(FaultResponse::Cut));

    let wire = String::from_utf8(api.wire(&community, &[&group]).await).unwrap();

    assert!(wire.starts_with("HTTP/1.1 200 OK\r\n") && wire.contains("{\"success\":"), "{wire}");
    assert!(!wire.ends_with("0\r\n\r\n"), "{wire}");
}

#[tokio::test]
async fn a_huge_response_has_the_given_size() {
    let (api, ..) = small();
    api.sandbox.faults().fail_next("me", 1, Fault::Replace(FaultResponse::Huge(2_000_000)));
    let got = api.get("me").await;
    assert_eq!((got.status, got.json().as_str().map(str::len)), (200, Some(2_000_000)));
}

#[tokio::test]
async fn a_drip_never_ends() {
    let (api, ..) = small();
    api.sandbox.faults().fail_next("me", 1, Fault::Replace(FaultResponse::Drip(Duration::from_millis(5))));
    let start = tokio::time::Instant::now();
    let mut body = api.raw(api.request(Method::GET, "me", &Value::Null)).await.into_body();
    for _ in 0..3 {
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap().len(), 1);
    }
    assert!(start.elapsed() >= Duration::from_millis(15));
}

#[tokio::test]
async fn a_delay_is_as_long_as_said() {
    let (api, community, group) = small();
    api.sandbox.faults().fail_next("communities/link", 1, Fault::Delay(Duration::from_millis(20)));
    let start = tokio::time::Instant::now();
    assert_eq!(api.link(&community, &[&group]).await.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(20));
}

#[tokio::test]
async fn a_barrier_holds_a_call_before_or_after_its_change() {
    for is_done in [false, true] {
        let (api, community, group) = small();
        let faults = api.sandbox.faults();
        let barrier = if is_done {
            faults.hold_response("communities/link")
        } else {
            faults.hold_request("communities/link")
        };
        let sandbox = api.sandbox.clone();
        let call = tokio::spawn({
            let (community, group) = (community.clone(), group.clone());
            async move { Api { sandbox }.link(&community, &[&group]).await.status }
        });

        within(barrier.wait_reached()).await;
        assert_eq!(api.community_of(&group).is_some(), is_done);
        assert!(!call.is_finished());
        barrier.release();

        assert_eq!(within(call).await.unwrap(), 200);
        assert_eq!(api.community_of(&group), Some(community));
    }
}

#[tokio::test]
async fn a_held_call_whose_caller_left_is_never_done() {
    let (api, community, group) = small();
    let barrier = api.sandbox.faults().hold_request("communities/link");
    let groups = [group.as_str()];
    tokio::select! {
        _ = api.link(&community, &groups) => panic!("the barrier was closed"),
        () = barrier.wait_reached() => {}
    }
    barrier.release();
    assert_eq!(api.community_of(&group), None);
}

#[tokio::test]
async fn reads_lag_behind_for_a_number_of_reads() {
    let (api, community, group) = small();
    api.sandbox.faults().set_lag(Some(ReadLag::Reads(2)));
    api.link(&community, &[&group]).await;
    let seen = async || api.get(&format!("light-group-metadata/{group}")).await.json()["communityId"].clone();
    let listed = async || {
        let document = api.get(&format!("communities-metadata/{community}")).await.json();
        document["subGroups"].as_array().map(Vec::len)
    };

    assert_eq!((seen().await, listed().await), (Value::Null, Some(1)));
    assert_eq!((seen().await, listed().await), (json!(community), Some(2)));
    assert_eq!(api.community_of(&group), Some(community.clone()), "the truth does not lag");
}

#[tokio::test]
async fn reads_lag_behind_for_a_time() {
    for (time, is_seen) in [(Duration::from_secs(3_600), false), (Duration::ZERO, true)] {
        let (api, community, group) = small();
        api.sandbox.faults().set_lag(Some(ReadLag::For(time)));
        api.link(&community, &[&group]).await;
        let seen = api.get(&format!("light-group-metadata/{group}")).await.json();
        assert_eq!(seen["communityId"].is_string(), is_seen, "{time:?}");
    }
}

#[tokio::test]
async fn clearing_faults_leaves_the_form_of_partial_links() {
    let (api, community, _) = small();
    api.sandbox.faults().set_partial(PartialFailure::Failure);
    api.sandbox.faults().clear();
    assert_eq!(api.link(&community, &["1-group"]).await.json(), json!({ "success": false }));
}
