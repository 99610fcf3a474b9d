//! AWS Config: whether the recorder runs. Without it most controls of Security Hub cannot be checked.

use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::Desk;
use super::record::Offence;
use super::value::{flag, items};

const CONFIG: Service = Service::everywhere("Config", "Config Service", "config", Wire::Json("StarlingDoveService"));
const DESCRIBE_STATUS: Call = Call::new(&CONFIG, "DescribeConfigurationRecorderStatus", "config:DescribeConfigurationRecorderStatus")
    .having(&["/ConfigurationRecordersStatus"]);

pub(super) const SURVEY: Survey = Survey { calls: &[&DESCRIBE_STATUS], once: false, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    let Some(answer) = desk.ask(&DESCRIBE_STATUS, Input::Json(json!({}))).await else { return };
    let recorders = items(&answer, "/ConfigurationRecordersStatus");
    if !recorders.iter().any(|recorder| flag(recorder, "recording")) {
        let why = if recorders.is_empty() { "There is no recorder" } else { "The recorder is stopped" };
        desk.offends("ringfort/config-recorder", Offence::of_account("DescribeConfigurationRecorderStatus", &answer).because(why));
    }
}
