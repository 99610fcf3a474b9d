//! AWS KMS: keys that the customer manages. Those that AWS manages rotate by themselves and are passed over.

use serde_json::{Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, is_one_of};
use super::record::Offence;
use super::value::{flag, text, time, with};

/// Two calls a key.
const MOST_KEYS: usize = 1000;

const KMS: Service = Service::everywhere("KMS", "KMS", "kms", Wire::Json("TrentService"));
const LIST_KEYS: Call = Call::new(&KMS, "ListKeys", "kms:ListKeys").having(&["/Keys"]);
const DESCRIBE_KEY: Call = Call::new(&KMS, "DescribeKey", "kms:DescribeKey").having(&["/KeyMetadata/KeyState"]);
const GET_KEY_ROTATION_STATUS: Call = Call::new(&KMS, "GetKeyRotationStatus", "kms:GetKeyRotationStatus").having(&["/KeyRotationEnabled"]);

pub(super) const SURVEY: Survey =
    Survey { calls: &[&LIST_KEYS, &DESCRIBE_KEY, &GET_KEY_ROTATION_STATUS], once: false, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    let page = |marker: Option<&str>| Input::Json(with(json!({ "Limit": 1000 }), "Marker", marker));
    let Some(keys) = desk.list(&LIST_KEYS, "/Keys", "/NextMarker", page).await else { return };
    desk.each(&DESCRIBE_KEY, keys.items, MOST_KEYS, |key| Box::pin(look(desk, key))).await;
}

async fn look(desk: &Desk<'_>, key: Value) {
    let id = text(&key, "KeyId");
    // A key may be gone since it was listed.
    let described = desk.ask_unless(&DESCRIBE_KEY, Input::Json(json!({ "KeyId": id })), is_one_of(&["NotFoundException"])).await;
    let Some(answer) = described.said() else { return };
    let key = &answer["KeyMetadata"];
    if text(key, "KeyManager") == "AWS" {
        return;
    }
    let offence = || Offence::of(text(key, "Arn"), "DescribeKey", key).named(text(key, "Description")).since(time(&key["CreationDate"]));
    if matches!(text(key, "KeyState"), "PendingDeletion" | "PendingReplicaDeletion") {
        let when = time(&key["DeletionDate"]).map(|when| format!("It will be deleted on {}", when.strftime("%F")));
        desk.offends(
            "ringfort/kms-pending-deletion",
            match when {
                Some(when) => offence().because(when),
                None => offence(),
            },
        );
        return;
    }
    // Only symmetric keys whose material KMS made itself can rotate.
    let can_rotate = text(key, "Origin") == "AWS_KMS" && text(key, "KeySpec") == "SYMMETRIC_DEFAULT" && text(key, "KeyState") == "Enabled";
    if !can_rotate {
        return;
    }
    let cannot = is_one_of(&["UnsupportedOperationException", "KMSInvalidStateException", "NotFoundException"]);
    let rotation = desk.ask_unless(&GET_KEY_ROTATION_STATUS, Input::Json(json!({ "KeyId": id })), cannot).await;
    if let Some(rotation) = rotation.said().filter(|rotation| !flag(rotation, "KeyRotationEnabled")) {
        desk.offends("ringfort/kms-rotation", offence().and("GetKeyRotationStatus", &rotation));
    }
}
