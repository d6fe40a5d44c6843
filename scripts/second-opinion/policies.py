"""Holds every policy of templates against parliament: python policies.py TEMPLATE..., a line for each finding.

Intrinsics are written out first, since parliament reads texts: pseudo parameters as an account's, the rest by its id.
"""

import json
import re
import sys

from parliament import analyze_policy_string

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "111122223333",
    "AWS::URLSuffix": "amazonaws.com",
}
# Of the types whose ARNs are asked for by Fn::GetAtt.
ARNS = {
    "AWS::KMS::Key": "arn:aws:kms:eu-west-1:111122223333:key/{}",
    "AWS::IAM::Role": "arn:aws:iam::111122223333:role/{}",
    "AWS::SQS::Queue": "arn:aws:sqs:eu-west-1:111122223333:{}",
}
TYPES = {}


def text(value):
    """A value with its intrinsics written out."""
    if isinstance(value, list):
        return [text(one) for one in value]
    if isinstance(value, str):
        return re.sub(r"{{resolve:[^}]*/([\w-]+)}}", r"\1", value)
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (key, inner), = value.items()
        if key == "Ref":
            return PSEUDO.get(inner, inner)
        if key == "Fn::GetAtt":
            return ARNS.get(TYPES.get(inner[0]), "arn:aws:unknown:eu-west-1:111122223333:{}").format(inner[0])
        if key == "Fn::Join":
            return inner[0].join(str(text(part)) for part in inner[1])
        if key == "Fn::Sub":
            return str(inner)
    return {key: text(inner) for key, inner in value.items()}


def policies(resource):
    """The policies of principals that a resource has; those of queues and buckets speak of principals, and are not."""
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::IAM::Role":
        for policy in properties.get("Policies", []):
            yield policy["PolicyDocument"]
    if resource["Type"] in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
        yield properties["PolicyDocument"]


count = 0
findings = set()
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        resources = json.load(file).get("Resources", {})
    TYPES.clear()
    TYPES.update((name, resource["Type"]) for name, resource in resources.items())
    for id, resource in resources.items():
        for policy in policies(resource):
            count += 1
            for found in analyze_policy_string(json.dumps(text(policy)), ignore_private_auditors=True).findings:
                # Of mismatches it lists each action with the resource that it wants.
                details = found.detail if isinstance(found.detail, list) else [found.detail]
                for detail in details:
                    wants = f"{detail['action']} wants {detail['required_format']}" if isinstance(detail, dict) else detail
                    findings.add(f"{found.issue} {wants}: {id}")
if count == 0:
    sys.exit("There is no policy in these templates.")
for finding in sorted(findings):
    print(finding)
