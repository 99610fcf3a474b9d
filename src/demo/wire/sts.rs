//! STS, awsQuery: `GetCallerIdentity`.

use std::time::Duration;

use bytes::Bytes;

use super::Request;
use super::answer::{Answer, sts_error};

pub(super) fn answer(account: &str, request: &Request<'_>, delay: Duration) -> Answer {
    let body = String::from_utf8_lossy(request.body);
    if !body.split('&').any(|pair| pair == "Action=GetCallerIdentity") {
        return sts_error(400, "InvalidAction", "The emulator only knows GetCallerIdentity");
    }
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{account}:assumed-role/SecurityAudit/ringfort</Arn><UserId>AROAEXAMPLEAUDITROLE1:ringfort</UserId>\
         <Account>{account}</Account></GetCallerIdentityResult><ResponseMetadata>\
         <RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    );
    Answer { status: 200, headers: vec![("content-type", "text/xml".to_owned())], body: Bytes::from(body), delay }
}
