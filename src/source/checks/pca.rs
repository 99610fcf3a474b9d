//! AWS Private CA: root authorities that issue, and authorities near their end.

use jiff::SignedDuration;
use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::Desk;
use super::record::Offence;
use super::value::{text, time, with};

/// No certificate outlives its authority: a renewal takes longer than that of a certificate.
const SOON: SignedDuration = SignedDuration::from_hours(90 * 24);

const PCA: Service = Service::regional("Private CA", "ACM PCA", "acm-pca", Wire::Json("ACMPrivateCA"));
const LIST: Call = Call::new(&PCA, "ListCertificateAuthorities", "acm-pca:ListCertificateAuthorities").having(&["/CertificateAuthorities"]);

pub(super) const SURVEY: Survey = Survey { calls: &[&LIST], once: false, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    let page = |token: Option<&str>| Input::Json(with(json!({ "MaxResults": 1000 }), "NextToken", token));
    let Some(authorities) = desk.list(&LIST, "/CertificateAuthorities", "/NextToken", page).await else { return };
    let now = desk.now();
    for one in authorities.items {
        let status = text(&one, "Status");
        let name = one["CertificateAuthorityConfiguration"]["Subject"]["CommonName"].as_str().unwrap_or_default();
        let offence = Offence::of(text(&one, "Arn"), "ListCertificateAuthorities", &one).named(name).since(time(&one["LastStateChangeAt"]));
        let end = time(&one["NotAfter"]);
        if status == "EXPIRED" || (status == "ACTIVE" && end.is_some_and(|end| end.duration_since(now) <= SOON)) {
            let day = end.map(|end| end.strftime("%F").to_string()).unwrap_or_default();
            desk.offends("ringfort/pca-expiry", offence.clone().because(format!("Its own certificate ends on {day}")));
        }
        if status == "ACTIVE" && text(&one, "Type") == "ROOT" {
            desk.offends("ringfort/pca-root-active", offence);
        }
    }
}
