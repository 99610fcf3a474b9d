//! IAM Identity Center: whether people get their credentials, short ones, from there.

use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::Desk;
use super::iam::IAM;
use super::record::Offence;
use super::value::items;

/// Where Identity Center puts the roles of its permission sets, in every account that it opens.
const ROLES: &str = "/aws-reserved/sso.amazonaws.com/";

const SSO: Service = Service::regional("IAM Identity Center", "SSO Admin", "sso", Wire::Json("SWBExternalService"));
const LIST_ROLES: Call = Call::new(&IAM, "ListRoles", "iam:ListRoles");
const LIST_INSTANCES: Call = Call::new(&SSO, "ListInstances", "sso:ListInstances");

pub(super) const SURVEY: Survey = Survey { calls: &[&LIST_ROLES, &LIST_INSTANCES], once: true, run: |desk| Box::pin(survey(desk)) };

/// The roles tell it wherever the instance lives; the instance, where no role was made yet.
async fn survey(desk: &Desk<'_>) {
    let form = vec![("PathPrefix", ROLES.to_owned()), ("MaxItems", "1".to_owned())];
    let roles = desk.ask(&LIST_ROLES, Input::Form(form)).await;
    let instances = desk.ask(&LIST_INSTANCES, Input::Json(json!({ "MaxResults": 10 }))).await;
    let (Some(roles), Some(instances)) = (roles, instances) else { return };
    if items(&roles, "/Roles/member").is_empty() && items(&instances, "/Instances").is_empty() {
        let said = json!({ "PathPrefix": ROLES, "Roles": [] });
        desk.offends("ringfort/identity-center", Offence::of_account("ListRoles", &said).and("ListInstances", &instances));
    }
}
