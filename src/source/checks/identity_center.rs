//! IAM Identity Center: whether people get their credentials, short ones, from there.

use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::Desk;
use super::iam::IAM;
use super::record::Offence;
use super::value::with;

/// Where Identity Center puts the roles of its permission sets, in every account that it opens.
const ROLES: &str = "/aws-reserved/sso.amazonaws.com/";

const SSO: Service = Service::regional("IAM Identity Center", "SSO Admin", "sso", Wire::Json("SWBExternalService"));
const LIST_ROLES: Call = Call::new(&IAM, "ListRoles", "iam:ListRoles").having(&["/Roles"]);
const LIST_INSTANCES: Call = Call::new(&SSO, "ListInstances", "sso:ListInstances").having(&["/Instances"]);

pub(super) const SURVEY: Survey = Survey { calls: &[&LIST_ROLES, &LIST_INSTANCES], once: true, run: |desk| Box::pin(survey(desk)) };

/// The roles tell it wherever the instance lives; the instance, where no role was made yet.
async fn survey(desk: &Desk<'_>) {
    let page = |marker: Option<&str>| {
        let mut form = vec![("PathPrefix", ROLES.to_owned()), ("MaxItems", "1000".to_owned())];
        form.extend(marker.map(|marker| ("Marker", marker.to_owned())));
        Input::Form(form)
    };
    let page_of_instances = |token: Option<&str>| Input::Json(with(json!({ "MaxResults": 100 }), "NextToken", token));
    let (roles, instances) = futures_util::join!(
        desk.list(&LIST_ROLES, "/Roles/member", "/Marker", page),
        desk.list(&LIST_INSTANCES, "/Instances", "/NextToken", page_of_instances),
    );
    let (Some(roles), Some(instances)) = (roles, instances) else { return };
    if roles.is_empty() && instances.is_empty() {
        let said = json!({ "PathPrefix": ROLES, "Roles": [] });
        let offence = Offence::of_account("ListRoles", &said).and("ListInstances", &json!({ "Instances": [] }));
        desk.offends("ringfort/identity-center", offence);
    }
}
