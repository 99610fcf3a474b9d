//! IAM's credential report: a table that IAM makes on demand and keeps for some hours.

use std::time::Duration;

use serde_json::{Map, Value};

use super::ask::{Call, Input};
use super::desk::{Desk, Heard, is_one_of};
use super::iam::IAM;
use super::value::text;

pub(super) const GET_CREDENTIAL_REPORT: Call = Call::new(&IAM, "GetCredentialReport", "iam:GetCredentialReport").having(&["/Content"]);
pub(super) const GENERATE_CREDENTIAL_REPORT: Call = Call::new(&IAM, "GenerateCredentialReport", "iam:GenerateCredentialReport");

/// The pauses before the report is asked for again while IAM makes it: seconds, as a rule.
const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(4),
];

/// The rows, a map of columns each. Asks IAM to make the report if there is none.
pub(super) async fn credential_report(desk: &Desk<'_>) -> Option<Vec<Value>> {
    let absent = || is_one_of(&["ReportNotPresent", "ReportExpired", "ReportInProgress"]);
    for (look, pause) in PAUSES.into_iter().enumerate() {
        tokio::time::sleep(pause).await;
        match desk.ask_unless(&GET_CREDENTIAL_REPORT, Input::Form(Vec::new()), absent()).await {
            Heard::Said(answer) => return rows(desk, &answer),
            Heard::Silence => return None,
            Heard::Nothing if look == 0 => {
                desk.ask(&GENERATE_CREDENTIAL_REPORT, Input::Form(Vec::new())).await?;
            }
            Heard::Nothing if !desk.wants_more() => return None,
            Heard::Nothing => {}
        }
    }
    desk.ledger().trouble("IAM still makes its credential report; refresh in a minute".into());
    None
}

fn rows(desk: &Desk<'_>, answer: &Value) -> Option<Vec<Value>> {
    let read = aws_smithy_types::base64::decode(text(answer, "Content")).ok().and_then(|csv| parse(&csv));
    if read.is_none() {
        desk.ledger().trouble("IAM's credential report cannot be read".into());
    }
    read
}

/// `N/A`, `no_information` and `not_supported` stay as they are: they are neither times nor true.
fn parse(csv: &[u8]) -> Option<Vec<Value>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv);
    let heads = reader.headers().ok()?.clone();
    heads.iter().find(|head| *head == "user")?;
    let row = |record: csv::StringRecord| {
        let members: Map<String, Value> = heads.iter().map(str::to_owned).zip(record.iter().map(Value::from)).collect();
        Value::Object(members)
    };
    reader.records().map(|record| record.ok().map(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_report_is_read_by_its_heads() {
        let rows =
            parse(b"user,arn,mfa_active\n<root_account>,arn:aws:iam::1:root,true\nana,arn:aws:iam::1:user/ana,false\n").expect("rows");
        assert_eq!((rows.len(), &rows[1]["mfa_active"]), (2, &"false".into()));
        assert_eq!(parse(b"<html>"), None);
    }
}
