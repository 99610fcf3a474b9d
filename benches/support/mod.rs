//! A store of believable findings in any number, the same every time: what the benchmarks work on.

use ringfort::model::{
    AccountId, Actors, Compliance, Finding, Layer, Region, Resource, Severity, Side, Source, Text, Timestamp, Vulnerability,
};
use ringfort::store::{Batch, RawBlock, Store};

/// The time at which the benchmarks ask.
pub(crate) const NOW: i64 = 1_770_000_000;

const REGIONS: [&str; 5] = ["us-east-1", "eu-west-1", "eu-central-1", "us-west-2", "ap-southeast-1"];
const PACKAGES: [&str; 12] =
    ["openssl", "log4j-core", "linux-image-aws", "curl", "glibc", "python3.9", "libxml2", "nodejs", "expat", "zlib", "sudo", "spring-web"];
const TEAMS: [&str; 8] = ["payments", "search", "crm", "billing", "ml-training", "platform", "mobile-api", "analytics"];
const THREATS: [(&str, &str); 6] = [
    ("UnauthorizedAccess:EC2/SSHBruteForce", "SSH brute force attacks against"),
    ("Recon:EC2/PortProbeUnprotectedPort", "Unprotected port is being probed on"),
    ("Exfiltration:S3/AnomalousBehavior", "Unusual amounts of data were read from"),
    ("CryptoCurrency:EC2/BitcoinTool.B!DNS", "A domain of cryptocurrency mining was asked for by"),
    ("CredentialAccess:IAMUser/AnomalousBehavior", "APIs commonly used to get credentials were called by"),
    ("Impact:EC2/AbusedDomainRequest.Reputation", "An abused domain was asked for by"),
];
const CONTROLS: [(&str, &str); 10] = [
    ("S3.8", "S3 general purpose buckets should block public access"),
    ("S3.5", "S3 general purpose buckets should require requests to use SSL"),
    ("EC2.19", "Security groups should not allow unrestricted access to ports with high risk"),
    ("EC2.3", "Attached Amazon EBS volumes should be encrypted at-rest"),
    ("IAM.6", "Hardware MFA should be enabled for the root user"),
    ("IAM.1", "IAM policies should not allow full \"*\" administrative privileges"),
    ("Lambda.2", "Lambda functions should use supported runtimes"),
    ("RDS.3", "RDS DB instances should have encryption at-rest enabled"),
    ("KMS.4", "AWS KMS key rotation should be enabled"),
    ("CloudFront.1", "CloudFront distributions should have a default root object configured"),
];

/// xorshift: believable enough, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn time(&mut self, up_to: i64) -> i64 {
        i64::try_from(self.roll(up_to.unsigned_abs() as usize)).unwrap_or(0)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

/// So many findings: 45 % vulnerabilities, 35 % controls, the rest threats, access and data.
pub(crate) fn findings(count: usize) -> Vec<Finding> {
    let mut dice = Dice(0x5EED_CAFE_F00D_D00D);
    (0..count).map(|number| finding(&mut dice, number)).collect()
}

/// A store of so many findings.
pub(crate) fn store(count: usize) -> Store {
    let mut store = Store::new();
    for page in findings(count).chunks(100) {
        store.ingest(batch(page.to_vec()));
    }
    store
}

/// A page without raw JSON.
pub(crate) fn batch(findings: Vec<Finding>) -> Batch {
    Batch { findings, raw: RawBlock::default() }
}

fn finding(dice: &mut Dice, number: usize) -> Finding {
    let share = dice.roll(100);
    let source = match share {
        0..45 => Source::Inspector,
        45..80 => Source::SecurityHub,
        80..88 => Source::GuardDuty,
        88..95 => Source::AccessAnalyzer,
        _ => Source::Macie,
    };
    let account = format!("{:012}", 111_122_223_333_u64 + dice.roll(12) as u64 * 1_000_003);
    let region = dice.one(&REGIONS);
    let mut finding =
        Finding::blank(source, &format!("arn:aws:{source}:{region}:{account}:finding/{number:08x}-{:08x}", dice.roll(1 << 32)));
    finding.severity =
        [Severity::Critical, Severity::High, Severity::High, Severity::Medium, Severity::Medium, Severity::Low][dice.roll(6)];
    finding.priority.level = if dice.roll(20) == 0 { Severity::Critical } else { finding.severity };
    let age = dice.time(200 * 86400);
    finding.first_seen = Timestamp::from_second(NOW - age).ok();
    finding.last_seen = Timestamp::from_millisecond((NOW - dice.time(age + 1)) * 1000 + dice.time(1000)).ok();
    finding.placement.layer = Layer::ALL[dice.roll(7)];
    finding.placement.side = Side::ALL[dice.roll(5) / 3];
    finding.placement.also =
        if dice.roll(3) == 0 && finding.placement.layer != Layer::DataProtection { vec![Layer::DataProtection] } else { Vec::new() };
    let team = dice.one(&TEAMS);
    let (kind, name, id) = thing(dice, source, team, region, &account);
    let tags = vec![(Text::new("env"), Text::new(["prod", "dev", "sandbox"][dice.roll(3)])), (Text::new("team"), Text::new(team))];
    describe(&mut finding, dice, &name);
    finding.resources = vec![Resource { kind: kind.into(), id: Text::new(&id), name: Text::new(&name), tags, ..Resource::default() }];
    finding.account = AccountId::new(&account);
    finding.region = Region::new(region);
    finding
}

/// What the finding is about: a few hundred to a few thousand things of a kind.
fn thing(dice: &mut Dice, source: Source, team: &str, region: &str, account: &str) -> (&'static str, String, String) {
    let kind = if source == Source::Macie { 1 } else { dice.roll(3) };
    match kind {
        0 => {
            let id = format!("i-{:017x}", 0x0a1b_2c3d_4e5f_u64 * (1 + dice.roll(4000) as u64));
            let arn = format!("arn:aws:ec2:{region}:{account}:instance/{id}");
            ("AwsEc2Instance", id, arn)
        }
        1 => {
            let name = format!("{team}-{}-{}", ["logs", "uploads", "exports", "backups"][dice.roll(4)], dice.roll(3000));
            let arn = format!("arn:aws:s3:::{name}");
            ("AwsS3Bucket", name, arn)
        }
        _ => {
            let name = format!("{team}-{}-role-{}", ["deploy", "read", "admin", "batch"][dice.roll(4)], dice.roll(1500));
            let arn = format!("arn:aws:iam::{account}:role/{name}");
            ("AwsIamRole", name, arn)
        }
    }
}

fn describe(finding: &mut Finding, dice: &mut Dice, name: &str) {
    match finding.source {
        Source::Inspector => {
            let (cve, package) = (format!("CVE-20{}-{}", 18 + dice.roll(8), 1000 + dice.roll(2500)), dice.one(&PACKAGES));
            finding.kind = "PACKAGE_VULNERABILITY".into();
            finding.title = Text::new(&format!("{cve} - {package}"));
            finding.description = Text::new(&format!("A flaw in {package} lets a remote attacker run code or read memory, {cve}."));
            finding.vulnerabilities = vec![Vulnerability {
                id: Text::new(&cve),
                cvss: Some(dice.roll(101) as f64 / 10.0),
                epss: Some(dice.roll(1000) as f64 / 1000.0),
                exploit_available: Some(dice.roll(10) == 0),
                fix_available: Some(dice.roll(3) != 0),
                package: Some(package.into()),
                ..Vulnerability::default()
            }];
        }
        Source::SecurityHub => {
            let (control, title) = dice.one(&CONTROLS);
            finding.kind = "Software and Configuration Checks/Industry and Regulatory Standards".into();
            finding.title = title.into();
            finding.description = Text::new(&format!("This control checks whether {title}. It fails for what is found here."));
            finding.product = Some("Security Hub".into());
            finding.compliance = Some(Box::new(Compliance { control: Some(control.into()), ..Compliance::default() }));
        }
        Source::GuardDuty => {
            let (kind, title) = dice.one(&THREATS);
            finding.kind = kind.into();
            finding.title = Text::new(&format!("{title} {name}."));
            finding.description = Text::new(&format!("{title} {name}, which is out of the ordinary for this account."));
            finding.count = Some(1 + dice.roll(50) as u64);
            finding.actors = Actors {
                principals: vec![Text::new(&format!("user-{}", dice.roll(300)))],
                access_keys: vec![Text::new(&format!("ASIA{:016X}", dice.roll(2000)))],
                ips: vec![Text::new(&format!("198.51.{}.{}", dice.roll(100), dice.roll(256)))],
                domains: Vec::new(),
            };
        }
        Source::AccessAnalyzer => {
            finding.kind = ["ExternalAccess", "UnusedIAMRole", "UnusedPermission"][dice.roll(3)].into();
            finding.title = Text::new(&format!("{} on {name}", finding.kind));
        }
        Source::Checks => {
            finding.kind = ["ringfort/kms-rotation", "ringfort/s3-versioning"][dice.roll(2)].into();
            finding.title = Text::new(&format!("{name} is not as it should be"));
        }
        Source::Macie => {
            finding.kind = ["SensitiveData:S3Object/Personal", "Policy:IAMUser/S3BucketPublic"][dice.roll(2)].into();
            finding.title = Text::new(&format!("The S3 bucket {name} holds personal information."));
        }
    }
}
