//! AWS Certificate Manager: certificates near their end, or beyond it.

use jiff::SignedDuration;
use serde_json::json;

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::Desk;
use super::record::Offence;
use super::value::{flag, text, time, with};

/// A certificate that ends within this time is near its end: ACM renews its own 60 days before.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

const ACM: Service = Service::everywhere("ACM", "ACM", "acm", Wire::Json("CertificateManager"));
const LIST_CERTIFICATES: Call = Call::new(&ACM, "ListCertificates", "acm:ListCertificates").having(&["/CertificateSummaryList"]);

pub(super) const SURVEY: Survey = Survey { calls: &[&LIST_CERTIFICATES], once: false, run: |desk| Box::pin(survey(desk)) };

async fn survey(desk: &Desk<'_>) {
    // Without the types only RSA certificates are listed.
    let types = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"];
    let page = |token: Option<&str>| {
        let input = json!({ "CertificateStatuses": ["ISSUED", "EXPIRED"], "Includes": { "keyTypes": types }, "MaxItems": 1000 });
        Input::Json(with(input, "NextToken", token))
    };
    let Some(certificates) = desk.list(&LIST_CERTIFICATES, "/CertificateSummaryList", "/NextToken", page).await else { return };
    let now = desk.now();
    for one in certificates.items {
        let Some(end) = time(&one["NotAfter"]) else { continue };
        let used = if flag(&one, "InUse") { ", and it is in use" } else { "" };
        let day = end.strftime("%F");
        let offence = Offence::of(text(&one, "CertificateArn"), "ListCertificates", &one).named(text(&one, "DomainName"));
        if end <= now || text(&one, "Status") == "EXPIRED" {
            desk.offends("ringfort/acm-expired", offence.because(format!("It ended on {day}{used}")).since(Some(end)));
        } else if end.duration_since(now) <= SOON {
            desk.offends("ringfort/acm-expiring", offence.because(format!("It ends on {day}{used}")));
        }
    }
}
