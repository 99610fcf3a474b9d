//! Amazon VPC: what is written down of a network's traffic, what it lets in, and its private ways to other services.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Survey;
use super::ask::{Call, Input, Service, Wire};
use super::desk::Desk;
use super::record::Offence;
use super::value::{flag, items, number, tags, text};

const EC2: Service = Service::everywhere("EC2", "EC2", "ec2", Wire::Query("2016-11-15"));
const DESCRIBE_VPCS: Call = Call::new(&EC2, "DescribeVpcs", "ec2:DescribeVpcs").having(&["/vpcSet"]);
const DESCRIBE_FLOW_LOGS: Call = Call::new(&EC2, "DescribeFlowLogs", "ec2:DescribeFlowLogs").having(&["/flowLogSet"]);
const DESCRIBE_SECURITY_GROUPS: Call =
    Call::new(&EC2, "DescribeSecurityGroups", "ec2:DescribeSecurityGroups").having(&["/securityGroupInfo"]);
const DESCRIBE_NETWORK_ACLS: Call = Call::new(&EC2, "DescribeNetworkAcls", "ec2:DescribeNetworkAcls").having(&["/networkAclSet"]);
const DESCRIBE_VPC_ENDPOINTS: Call = Call::new(&EC2, "DescribeVpcEndpoints", "ec2:DescribeVpcEndpoints").having(&["/vpcEndpointSet"]);

pub(super) const SURVEY: Survey = Survey {
    calls: &[&DESCRIBE_VPCS, &DESCRIBE_FLOW_LOGS, &DESCRIBE_SECURITY_GROUPS, &DESCRIBE_NETWORK_ACLS, &DESCRIBE_VPC_ENDPOINTS],
    once: false,
    run: |desk| Box::pin(survey(desk)),
};

/// The ports of remote administration (EC2.21): SSH and RDP.
const ADMINISTRATION: [i64; 2] = [22, 3389];

async fn survey(desk: &Desk<'_>) {
    futures_util::join!(networks(desk), default_groups(desk), network_acls(desk));
}

/// A page of one of EC2's lists, with filters by name and value.
fn page(filter: Option<(&'static str, &'static str)>) -> impl Fn(Option<&str>) -> Input {
    move |token| {
        let mut form = vec![("MaxResults", "1000".to_owned())];
        if let Some((name, value)) = filter {
            form.extend([("Filter.1.Name", name.to_owned()), ("Filter.1.Value.1", value.to_owned())]);
        }
        form.extend(token.map(|token| ("NextToken", token.to_owned())));
        Input::Form(form)
    }
}

/// Flow logs and endpoints of each VPC.
async fn networks(desk: &Desk<'_>) {
    let Some(vpcs) = desk.list(&DESCRIBE_VPCS, "/vpcSet/item", "/nextToken", page(None)).await else { return };
    // A VPC that others share with the account is theirs to watch.
    let vpcs: Vec<Value> = vpcs.items.into_iter().filter(|vpc| is_own(desk, vpc)).collect();
    let vpc_offence = |vpc: &Value| {
        let id = text(vpc, "vpcId");
        let tags = tags(&items(vpc, "/tagSet/item"));
        let name = tags.get("Name").and_then(Value::as_str).unwrap_or_default().to_owned();
        Offence::of(desk.arn("ec2", &format!("vpc/{id}")), "DescribeVpcs", vpc).named(&name).tagged(tags)
    };
    let (logs, endpoints) = futures_util::join!(
        desk.list(&DESCRIBE_FLOW_LOGS, "/flowLogSet/item", "/nextToken", page(None)),
        desk.list(&DESCRIBE_VPC_ENDPOINTS, "/vpcEndpointSet/item", "/nextToken", page(None)),
    );
    if let Some(logs) = logs.filter(|logs| logs.is_whole) {
        let logged: HashSet<&str> =
            logs.items.iter().filter(|log| text(log, "flowLogStatus") == "ACTIVE").map(|log| text(log, "resourceId")).collect();
        for vpc in vpcs.iter().filter(|vpc| !logged.contains(text(vpc, "vpcId"))) {
            desk.offends("ringfort/vpc-flow-logs", vpc_offence(vpc).and("DescribeFlowLogs", &json!({ "flowLogSet": [] })));
        }
    }
    let Some(endpoints) = endpoints.filter(|endpoints| endpoints.is_whole) else { return };
    let (mut to_s3, mut names) = (HashSet::new(), Vec::new());
    for endpoint in endpoints.items.iter().filter(|endpoint| text(endpoint, "state").eq_ignore_ascii_case("available")) {
        let name = text(endpoint, "serviceName");
        if name.rsplit('.').next() == Some("s3") {
            to_s3.insert(text(endpoint, "vpcId"));
        }
        names.push(name.to_owned());
    }
    // The default VPC is there whether anybody uses it or not.
    let own: Vec<&Value> = vpcs.iter().filter(|vpc| !flag(vpc, "isDefault")).collect();
    for vpc in own.iter().filter(|vpc| !to_s3.contains(text(vpc, "vpcId"))) {
        desk.offends("ringfort/privatelink-s3", vpc_offence(vpc).and("DescribeVpcEndpoints", &json!({ "serviceNames": names })));
    }
    let uses = &mut desk.ledger().uses;
    (uses.own_vpc, uses.endpoints) = (!own.is_empty(), Some(names));
}

fn is_own(desk: &Desk<'_>, thing: &Value) -> bool {
    let owner = text(thing, "ownerId");
    owner.is_empty() || desk.account().is_empty() || owner == desk.account().as_str()
}

/// Whether programs in the Region's VPCs that use models can reach them without the internet. It is known when all surveys of
/// the Region have ended.
pub(super) fn private_paths_to_models(desk: &Desk<'_>) {
    let ledger = desk.ledger();
    let Some(names) = ledger.uses.endpoints.as_ref().filter(|_| ledger.uses.own_vpc) else { return };
    let leads_to = |ends: [&str; 2]| names.iter().any(|name| ends.iter().any(|end| name.ends_with(end)));
    let said = json!({ "serviceNames": names });
    let lacks = [
        (ledger.uses.bedrock && !leads_to([".bedrock-runtime", ".bedrock-mantle"]), "ringfort/privatelink-bedrock"),
        (ledger.uses.sagemaker && !leads_to([".sagemaker.runtime", ".sagemaker.api"]), "ringfort/privatelink-sagemaker"),
    ];
    drop(ledger);
    for (_, check) in lacks.into_iter().filter(|(lacks, _)| *lacks) {
        desk.offends(check, Offence::of_account("DescribeVpcEndpoints", &said));
    }
}

async fn default_groups(desk: &Desk<'_>) {
    let groups = desk.list(&DESCRIBE_SECURITY_GROUPS, "/securityGroupInfo/item", "/nextToken", page(Some(("group-name", "default")))).await;
    for group in groups
        .map(|groups| groups.items)
        .unwrap_or_default()
        .into_iter()
        .filter(|group| text(group, "groupName") == "default" && is_own(desk, group))
    {
        let rules = |way: &str| items(&group, &format!("/{way}/item")).len();
        let (inward, outward) = (rules("ipPermissions"), rules("ipPermissionsEgress"));
        if inward + outward > 0 {
            let id = text(&group, "groupId");
            let offence = Offence::of(desk.arn("ec2", &format!("security-group/{id}")), "DescribeSecurityGroups", &group)
                .named(&format!("default of {}", text(&group, "vpcId")))
                .tagged(tags(&items(&group, "/tagSet/item")))
                .because(format!("Rules: {inward} inward, {outward} outward"));
            desk.offends("ringfort/vpc-default-group", offence);
        }
    }
}

async fn network_acls(desk: &Desk<'_>) {
    let acls = desk.list(&DESCRIBE_NETWORK_ACLS, "/networkAclSet/item", "/nextToken", page(None)).await;
    for acl in acls.map(|acls| acls.items).unwrap_or_default().into_iter().filter(|acl| is_own(desk, acl)) {
        // One that guards no subnet lets nothing in.
        if items(&acl, "/associationSet/item").is_empty() {
            continue;
        }
        let open: Vec<String> = ADMINISTRATION.into_iter().filter(|port| lets_in(&acl, *port)).map(|port| port.to_string()).collect();
        if !open.is_empty() {
            let id = text(&acl, "networkAclId");
            let offence = Offence::of(desk.arn("ec2", &format!("network-acl/{id}")), "DescribeNetworkAcls", &acl)
                .tagged(tags(&items(&acl, "/tagSet/item")))
                .because(format!("Open to everybody: port {}", open.join(" and port ")));
            desk.offends("ringfort/vpc-open-nacl", offence);
        }
    }
}

/// Whether everybody on the internet may send to this TCP port: of the rules for everybody, the first by number decides.
fn lets_in(acl: &Value, port: i64) -> bool {
    let mut rules: Vec<Value> = items(acl, "/entrySet/item").into_iter().filter(|rule| !flag(rule, "egress")).collect();
    rules.sort_by_key(|rule| number(&rule["ruleNumber"]).unwrap_or(i64::MAX));
    let concerns = |rule: &&Value| {
        let protocol = text(rule, "protocol");
        let range = &rule["portRange"];
        let (from, to) = (number(&range["from"]).unwrap_or(0), number(&range["to"]).unwrap_or(65_535));
        protocol == "-1" || (protocol == "6" && (from..=to).contains(&port))
    };
    [("cidrBlock", "0.0.0.0/0"), ("ipv6CidrBlock", "::/0")].into_iter().any(|(family, everybody)| {
        let mut of_everybody = rules.iter().filter(|rule| text(rule, family) == everybody).filter(concerns);
        of_everybody.next().is_some_and(|rule| text(rule, "ruleAction") == "allow")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::lets_in;

    /// Number, action, from where, protocol, ports.
    type Rule = (u32, &'static str, &'static str, &'static str, Option<(u32, u32)>);

    fn acl(rules: &[Rule]) -> Value {
        let entries: Vec<Value> = rules
            .iter()
            .map(|(number, action, cidr, protocol, ports)| {
                let mut entry = json!({ "ruleNumber": number.to_string(), "ruleAction": action, "egress": "false", "protocol": protocol });
                entry[if cidr.contains(':') { "ipv6CidrBlock" } else { "cidrBlock" }] = (*cidr).into();
                if let Some((from, to)) = ports {
                    entry["portRange"] = json!({ "from": from.to_string(), "to": to.to_string() });
                }
                entry
            })
            .collect();
        json!({ "entrySet": { "item": entries } })
    }

    #[test]
    fn the_first_rule_for_everybody_decides() {
        let last = (32767, "deny", "0.0.0.0/0", "-1", None);
        for (rules, open) in [
            (vec![(100, "allow", "0.0.0.0/0", "-1", None), last], true),
            (vec![(90, "deny", "0.0.0.0/0", "6", Some((22, 22))), (100, "allow", "0.0.0.0/0", "-1", None), last], false),
            (vec![(100, "allow", "0.0.0.0/0", "6", Some((443, 443))), last], false),
            (vec![(100, "allow", "10.0.0.0/8", "-1", None), last], false),
            (vec![(100, "allow", "0.0.0.0/0", "17", Some((0, 65535))), last], false),
            (vec![(100, "allow", "::/0", "6", Some((0, 1023))), last], true),
            (vec![last], false),
            (vec![], false),
        ] {
            assert_eq!(lets_in(&acl(&rules), 22), open, "{rules:?}");
        }
    }
}
