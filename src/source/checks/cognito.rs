//! Amazon Cognito: how the users of applications sign in.

use serde_json::{Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::{Desk, is_one_of};
use super::record::Offence;
use super::value::{text, texts, time, with};

const MOST_POOLS: usize = 200;

const COGNITO: Service =
    Service::regional("Cognito", "Cognito Identity Provider", "cognito-idp", Wire::Json("AWSCognitoIdentityProviderService"));
const LIST_USER_POOLS: Call = Call::new(&COGNITO, "ListUserPools", "cognito-idp:ListUserPools").having(&["/UserPools"]);
const DESCRIBE_USER_POOL: Call = Call::new(&COGNITO, "DescribeUserPool", "cognito-idp:DescribeUserPool").having(&["/UserPool/Arn"]);

pub(super) const SURVEY: Survey =
    Survey { calls: &[&LIST_USER_POOLS, &DESCRIBE_USER_POOL], once: false, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    let page = |token: Option<&str>| Input::Json(with(json!({ "MaxResults": 60 }), "NextToken", token));
    let Some(pools) = desk.list(&LIST_USER_POOLS, "/UserPools", "/NextToken", page).await else { return };
    desk.each(&DESCRIBE_USER_POOL, pools.items, MOST_POOLS, |pool| Box::pin(look(desk, pool))).await;
}

async fn look(desk: &Desk<'_>, pool: Value) {
    let input = Input::Json(json!({ "UserPoolId": text(&pool, "Id") }));
    let Some(answer) = desk.ask_unless(&DESCRIBE_USER_POOL, input, is_one_of(&["ResourceNotFoundException"])).await.said() else { return };
    let pool = &answer["UserPool"];
    let mode = pool["UserPoolAddOns"]["AdvancedSecurityMode"].as_str().unwrap_or("OFF");
    let said = json!({
        "Id": pool["Id"], "Name": pool["Name"], "MfaConfiguration": pool["MfaConfiguration"], "UserPoolTier": pool["UserPoolTier"],
        "UserPoolAddOns": pool["UserPoolAddOns"], "SignInPolicy": pool["Policies"]["SignInPolicy"],
    });
    let tags = pool["UserPoolTags"].as_object().cloned().unwrap_or_default();
    let offence = || {
        Offence::of(text(pool, "Arn"), "DescribeUserPool", &said)
            .named(text(pool, "Name"))
            .since(time(&pool["CreationDate"]))
            .tagged(tags.clone())
    };
    // Where a pool lets users in by a passkey or a one-time code, a password alone is not all there is (as Cognito.5 sees it).
    let factors = texts(pool, "/Policies/SignInPolicy/AllowedFirstAuthFactors");
    let by_password = factors.iter().all(|factor| factor == "PASSWORD");
    if by_password && !matches!(text(pool, "MfaConfiguration"), "ON" | "OPTIONAL") {
        desk.offends("ringfort/cognito-mfa", offence());
    }
    if mode != "ENFORCED" {
        desk.offends("ringfort/cognito-threat-protection", offence().because(format!("Its mode is {mode}")));
    }
}
