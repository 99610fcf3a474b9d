//! AWS Firewall Manager: whether somebody manages firewalls for the whole organization.

use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, Heard};
use super::record::Offence;
use super::value::text;
use crate::aws::{Api, CallError};

const FMS: Service = Service {
    title: "Firewall Manager",
    api: Api { id: "FMS", signing_name: "fms", host: "fms", is_global: true },
    wire: Wire::Json("AWSFMS_20180101"),
    is_everywhere: false,
};
const GET_ADMIN_ACCOUNT: Call = Call::new(&FMS, "GetAdminAccount", "fms:GetAdminAccount").having(&["/RoleStatus"]);

pub(super) const SURVEY: Survey = Survey { calls: &[&GET_ADMIN_ACCOUNT], once: true, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    let said = match desk.ask_unless(&GET_ADMIN_ACCOUNT, Input::Json(json!({})), is_nobody).await {
        // The administrator that there was.
        Heard::Said(answer) if matches!(text(&answer, "RoleStatus"), "PENDING_DELETION" | "DELETING" | "DELETED") => answer,
        Heard::Nothing => json!({}),
        Heard::Said(_) | Heard::Silence => return,
    };
    desk.offends("ringfort/firewall-manager", Offence::of_account("GetAdminAccount", &said));
}

/// Where there is no administrator, the service says so in one of two ways; the second looks like a missing permission.
fn is_nobody(error: &CallError) -> bool {
    error.code.as_deref() == Some("ResourceNotFoundException") || error.message.contains("No default admin could be found")
}
