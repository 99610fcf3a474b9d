//! AWS CloudTrail: whether a trail writes down what happens in this Region.

use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, is_one_of};
use super::record::Offence;
use super::value::{flag, items, text};

const CLOUDTRAIL: Service =
    Service::everywhere("CloudTrail", "CloudTrail", "cloudtrail", Wire::Json("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"));
const DESCRIBE_TRAILS: Call = Call::new(&CLOUDTRAIL, "DescribeTrails", "cloudtrail:DescribeTrails").having(&["/trailList"]);
const GET_TRAIL_STATUS: Call = Call::new(&CLOUDTRAIL, "GetTrailStatus", "cloudtrail:GetTrailStatus").having(&["/IsLogging"]);

pub(super) const SURVEY: Survey = Survey { calls: &[&DESCRIBE_TRAILS, &GET_TRAIL_STATUS], once: false, run: |desk| Box::pin(survey(desk)) };

/// One trail that logs is enough: a trail for all Regions, wherever it is at home, or one of this Region.
async fn survey(desk: &Desk<'_>) {
    let Some(answer) = desk.ask(&DESCRIBE_TRAILS, Input::Json(json!({ "includeShadowTrails": true }))).await else { return };
    let mut stopped = Vec::new();
    for trail in items(&answer, "/trailList") {
        if !flag(&trail, "IsMultiRegionTrail") && text(&trail, "HomeRegion") != desk.region() {
            continue;
        }
        let name = text(&trail, "TrailARN");
        let input = Input::Json(json!({ "Name": name }));
        match desk.ask_unless(&GET_TRAIL_STATUS, input, is_one_of(&["TrailNotFoundException"])).await {
            super::desk::Heard::Said(status) if flag(&status, "IsLogging") => return,
            super::desk::Heard::Said(_) | super::desk::Heard::Nothing => stopped.push(name.to_owned()),
            // It may log: nobody may say that none does.
            super::desk::Heard::Silence => return,
        }
    }
    let why = if stopped.is_empty() { "There is no trail".to_owned() } else { format!("Stopped: {}", stopped.join(", ")) };
    desk.offends("ringfort/cloudtrail-on", Offence::of_account("DescribeTrails", &answer).because(why));
}
