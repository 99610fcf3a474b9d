//! IAM: the root user, passwords, keys, and how people hold their permissions.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, Heard, is_one_of};
use super::iam_report::{GENERATE_CREDENTIAL_REPORT, GET_CREDENTIAL_REPORT, credential_report};
use super::record::Offence;
use super::value::{flag, items, number, tags, text, texts, time};
use crate::aws::Api;

/// How old an access key may become (the parameter of IAM.3).
const OLDEST_KEY: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long a password has to be (the parameter of IAM.7).
const SHORTEST_PASSWORD: i64 = 8;

pub(super) const IAM: Service = Service {
    title: "IAM",
    api: Api { id: "IAM", signing_name: "iam", host: "iam", is_global: true },
    wire: Wire::Query("2010-05-08"),
    is_everywhere: true,
};
const GET_ACCOUNT_SUMMARY: Call = Call::new(&IAM, "GetAccountSummary", "iam:GetAccountSummary").having(&["/SummaryMap/entry"]);
const GET_PASSWORD_POLICY: Call =
    Call::new(&IAM, "GetAccountPasswordPolicy", "iam:GetAccountPasswordPolicy").having(&["/PasswordPolicy/MinimumPasswordLength"]);
const GET_AUTHORIZATION_DETAILS: Call =
    Call::new(&IAM, "GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails").having(&["/UserDetailList"]);

pub(super) const SURVEY: Survey = Survey {
    calls: &[&GET_ACCOUNT_SUMMARY, &GET_PASSWORD_POLICY, &GET_AUTHORIZATION_DETAILS, &GET_CREDENTIAL_REPORT, &GENERATE_CREDENTIAL_REPORT],
    once: true,
    run: |desk| Box::pin(survey(desk)),
};

async fn survey(desk: &Desk<'_>) {
    futures_util::join!(root(desk), passwords(desk), users(desk), credentials(desk));
}

async fn root(desk: &Desk<'_>) {
    let Some(answer) = desk.ask(&GET_ACCOUNT_SUMMARY, Input::Form(Vec::new())).await else { return };
    let figures = items(&answer, "/SummaryMap/entry");
    let figure = |name: &str| figures.iter().find(|entry| text(entry, "key") == name).and_then(|entry| number(&entry["value"]));
    if let Some(keys) = figure("AccountAccessKeysPresent").filter(|keys| *keys > 0) {
        desk.offends("ringfort/iam-root-keys", Offence::of_account("GetAccountSummary", &json!({ "AccountAccessKeysPresent": keys })));
    }
    // Where the organization has taken the root user's password away nobody can sign in as root.
    if figure("AccountMFAEnabled") == Some(0) && figure("AccountPasswordPresent") != Some(0) {
        desk.offends("ringfort/iam-root-mfa", Offence::of_account("GetAccountSummary", &json!({ "AccountMFAEnabled": 0 })));
    }
}

async fn passwords(desk: &Desk<'_>) {
    match desk.ask_unless(&GET_PASSWORD_POLICY, Input::Form(Vec::new()), is_one_of(&["NoSuchEntity"])).await {
        Heard::Nothing => {
            let offence = Offence::of_account("GetAccountPasswordPolicy", &json!({}));
            desk.offends("ringfort/iam-password-policy", offence.because("There is no policy, so that IAM's default holds"));
        }
        Heard::Said(answer) => {
            let policy = &answer["PasswordPolicy"];
            let mut weak: Vec<String> = ["RequireUppercaseCharacters", "RequireLowercaseCharacters", "RequireNumbers", "RequireSymbols"]
                .into_iter()
                .filter(|part| !flag(policy, part))
                .map(|part| format!("{part} is off"))
                .collect();
            let least = number(&policy["MinimumPasswordLength"]).unwrap_or(0);
            if least < SHORTEST_PASSWORD {
                weak.push(format!("{least} characters are enough"));
            }
            if !weak.is_empty() {
                let offence = Offence::of_account("GetAccountPasswordPolicy", policy).because(format!("Weak: {}", weak.join(", ")));
                desk.offends("ringfort/iam-password-policy", offence);
            }
        }
        Heard::Silence => {}
    }
}

/// Who holds permissions otherwise than through a group.
async fn users(desk: &Desk<'_>) {
    let page = |marker: Option<&str>| {
        let mut form = vec![("Filter.member.1", "User".to_owned()), ("MaxItems", "1000".to_owned())];
        form.extend(marker.map(|marker| ("Marker", marker.to_owned())));
        Input::Form(form)
    };
    let Some(users) = desk.list(&GET_AUTHORIZATION_DETAILS, "/UserDetailList/member", "/Marker", page).await else { return };
    for user in users.items {
        let policies = items(&user, "/UserPolicyList/member");
        let inline: Vec<&str> = policies.iter().map(|policy| text(policy, "PolicyName")).collect();
        let attached = items(&user, "/AttachedManagedPolicies/member");
        let managed: Vec<&str> = attached.iter().map(|policy| text(policy, "PolicyArn")).collect();
        let said = json!({
            "UserName": user["UserName"], "GroupList": texts(&user, "/GroupList/member"), "UserPolicyList": inline, "AttachedManagedPolicies": managed,
        });
        let offence = || {
            Offence::of(text(&user, "Arn"), "GetAccountAuthorizationDetails", &said)
                .since(time(&user["CreateDate"]))
                .tagged(tags(&items(&user, "/Tags/member")))
        };
        if texts(&user, "/GroupList/member").is_empty() {
            desk.offends("ringfort/iam-user-no-group", offence());
        }
        let names: Vec<&str> = inline.into_iter().chain(managed).collect();
        if !names.is_empty() {
            desk.offends("ringfort/iam-user-policies", offence().because(format!("Its own policies: {}", names.join(", "))));
        }
    }
}

/// What the credential report says of people's passwords and keys.
async fn credentials(desk: &Desk<'_>) {
    let Some(rows) = credential_report(desk).await else { return };
    let now = desk.now();
    for row in rows.iter().filter(|row| text(row, "user") != "<root_account>") {
        let offence = |said: &Value| Offence::of(text(row, "arn"), "GetCredentialReport", said);
        let is = |column: &str| flag(row, column);
        if is("password_enabled") {
            let since = time(&row["user_creation_time"]);
            desk.offends(
                "ringfort/iam-long-term-person",
                offence(&part(row, &["user", "password_enabled", "password_last_used"])).since(since),
            );
            if !is("mfa_active") {
                desk.offends(
                    "ringfort/iam-user-mfa",
                    offence(&part(row, &["user", "password_enabled", "mfa_active", "password_last_used"])).since(since),
                );
            }
        }
        let old: Vec<String> = ["1", "2"]
            .into_iter()
            .filter(|number| is(&format!("access_key_{number}_active")))
            .filter_map(|number| time(&row[format!("access_key_{number}_last_rotated")]).map(|made| (number, made)))
            .filter(|(_, made)| now.duration_since(*made) > OLDEST_KEY)
            .map(|(number, made)| format!("key {number} is from {}", made.strftime("%F")))
            .collect();
        if !old.is_empty() {
            let columns = [
                "user",
                "access_key_1_active",
                "access_key_1_last_rotated",
                "access_key_1_last_used_date",
                "access_key_2_active",
                "access_key_2_last_rotated",
                "access_key_2_last_used_date",
            ];
            desk.offends("ringfort/iam-old-keys", offence(&part(row, &columns)).because(format!("Old: {}", old.join(", "))));
        }
    }
}

/// These columns of a row.
fn part(row: &Value, columns: &[&str]) -> Value {
    columns.iter().map(|column| ((*column).to_owned(), row[*column].clone())).collect::<serde_json::Map<_, _>>().into()
}
