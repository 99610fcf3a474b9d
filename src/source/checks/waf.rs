//! AWS WAF: web ACLs that protect something, have rules, and look for bots.

use serde_json::{Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, Heard, is_one_of};
use super::record::Offence;
use super::value::{items, text, with};
use crate::aws::Api;

/// Up to eight calls a web ACL.
const MOST_ACLS: usize = 100;
/// What a regional web ACL can protect. Without a type the service looks at load balancers only.
const PROTECTED: [&str; 7] = [
    "APPLICATION_LOAD_BALANCER",
    "API_GATEWAY",
    "COGNITO_USER_POOL",
    "APPSYNC",
    "APP_RUNNER_SERVICE",
    "VERIFIED_ACCESS_INSTANCE",
    "AMPLIFY",
];
/// The managed rule group of Bot Control.
const BOT_CONTROL: &str = "AWSManagedRulesBotControlRuleSet";

const WAF: Service = Service::everywhere("WAF", "WAFV2", "wafv2", Wire::Json("AWSWAF_20190729"));
/// Web ACLs of CloudFront live in one Region.
const WAF_EDGE: Service = Service {
    title: "WAF",
    api: Api { id: "WAFV2", signing_name: "wafv2", host: "wafv2", is_global: true },
    wire: Wire::Json("AWSWAF_20190729"),
    is_everywhere: true,
};
const LIST_WEB_ACLS: Call = Call::new(&WAF, "ListWebACLs", "wafv2:ListWebACLs").having(&["/WebACLs"]);
const GET_WEB_ACL: Call = Call::new(&WAF, "GetWebACL", "wafv2:GetWebACL").having(&["/WebACL/ARN"]);
const LIST_RESOURCES: Call = Call::new(&WAF, "ListResourcesForWebACL", "wafv2:ListResourcesForWebACL").having(&["/ResourceArns"]);
const LIST_EDGE_ACLS: Call = Call::new(&WAF_EDGE, "ListWebACLs", "wafv2:ListWebACLs").having(&["/WebACLs"]);
const GET_EDGE_ACL: Call = Call::new(&WAF_EDGE, "GetWebACL", "wafv2:GetWebACL").having(&["/WebACL/ARN"]);

pub(super) const REGIONAL: Survey = Survey {
    calls: &[&LIST_WEB_ACLS, &GET_WEB_ACL, &LIST_RESOURCES],
    once: false,
    run: |desk| Box::pin(survey(desk, "REGIONAL", &LIST_WEB_ACLS, &GET_WEB_ACL)),
};
pub(super) const EDGE: Survey = Survey {
    calls: &[&LIST_EDGE_ACLS, &GET_EDGE_ACL],
    once: true,
    run: |desk| Box::pin(survey(desk, "CLOUDFRONT", &LIST_EDGE_ACLS, &GET_EDGE_ACL)),
};

async fn survey(desk: &Desk<'_>, scope: &'static str, list: &Call, get: &Call) {
    // CloudFront, and its web ACLs, are in the partition `aws` only.
    if scope == "CLOUDFRONT" && desk.partition().as_str() != "aws" {
        return;
    }
    let page = |marker: Option<&str>| Input::Json(with(json!({ "Scope": scope, "Limit": 100 }), "NextMarker", marker));
    let Some(acls) = desk.list(list, "/WebACLs", "/NextMarker", page).await else { return };
    desk.each(get, acls.items, MOST_ACLS, |acl| Box::pin(look(desk, scope, get, acl))).await;
}

async fn look(desk: &Desk<'_>, scope: &str, get: &Call, listed: Value) {
    let input = json!({ "Name": listed["Name"], "Id": listed["Id"], "Scope": scope });
    let Some(answer) = desk.ask_unless(get, Input::Json(input), is_one_of(&["WAFNonexistentItemException"])).await.said() else { return };
    let acl = &answer["WebACL"];
    let offence = || Offence::of(text(&listed, "ARN"), "GetWebACL", acl).named(text(&listed, "Name"));
    let groups = ["Rules", "PreProcessFirewallManagerRuleGroups", "PostProcessFirewallManagerRuleGroups"];
    if groups.iter().all(|group| items(acl, &format!("/{group}")).is_empty()) {
        desk.offends("ringfort/waf-no-rules", offence());
    }
    let looks_for_bots = acl.to_string().contains(BOT_CONTROL);
    let use_of_it = if scope == "REGIONAL" { use_of(desk, text(&listed, "ARN")).await } else { Some(true) };
    match use_of_it {
        Some(false) => desk.offends("ringfort/waf-unused", offence()),
        // One that nobody uses needs no bot control.
        Some(true) if !looks_for_bots => desk.offends("ringfort/waf-bot-control", offence()),
        Some(true) | None => {}
    }
}

/// Whether the web ACL protects anything, after every kind of resource was asked for; `None` where that cannot be known.
async fn use_of(desk: &Desk<'_>, arn: &str) -> Option<bool> {
    for kind in PROTECTED {
        let input = Input::Json(json!({ "WebACLArn": arn, "ResourceType": kind }));
        // Some kinds cannot be protected in every Region: nothing of them is there.
        let not_here = is_one_of(&["WAFInvalidParameterException", "WAFNonexistentItemException"]);
        match desk.ask_unless(&LIST_RESOURCES, input, not_here).await {
            Heard::Said(answer) if !items(&answer, "/ResourceArns").is_empty() => return Some(true),
            Heard::Said(_) | Heard::Nothing => {}
            // The other kinds fare no better, as a rule.
            Heard::Silence => return None,
        }
    }
    Some(false)
}
