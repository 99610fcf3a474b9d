//! AWS Firewall Manager: whether somebody manages firewalls for the whole organization.

use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, Heard};
use super::record::Offence;
use crate::aws::{Api, CallError};

const FMS: Service = Service {
    title: "Firewall Manager",
    api: Api { id: "FMS", signing_name: "fms", host: "fms", is_global: true },
    wire: Wire::Json("AWSFMS_20180101"),
    is_everywhere: false,
};
const GET_ADMIN_ACCOUNT: Call = Call::new(&FMS, "GetAdminAccount", "fms:GetAdminAccount");

pub(super) const SURVEY: Survey = Survey { calls: &[&GET_ADMIN_ACCOUNT], once: true, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    if desk.ask_unless(&GET_ADMIN_ACCOUNT, Input::Json(json!({})), is_nobody).await == Heard::Nothing {
        desk.offends("ringfort/firewall-manager", Offence::of_account("GetAdminAccount", &json!({})));
    }
}

/// Where there is no administrator, the service says so in one of two ways; the second looks like a missing permission.
fn is_nobody(error: &CallError) -> bool {
    error.code.as_deref() == Some("ResourceNotFoundException") || error.message.contains("No default admin could be found")
}
