"""Holds every policy of templates against parliament: python policies.py TEMPLATE..., a line for each finding.

Intrinsics are written out first, since parliament reads texts: pseudo parameters as an account's, the rest by its id.
"""

import json
import sys

from parliament import analyze_policy_string
from parliament.misc import make_list

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "111122223333",
    "AWS::URLSuffix": "amazonaws.com",
}


def text(value):
    """A value with its intrinsics written out."""
    if isinstance(value, list):
        return [text(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (key, inner), = value.items()
        if key == "Ref":
            return PSEUDO.get(inner, inner)
        if key == "Fn::GetAtt":
            return f"arn:aws:service:eu-west-1:111122223333:{inner[0]}"
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
    for resource in resources.values():
        for policy in policies(resource):
            count += 1
            analyzed = analyze_policy_string(json.dumps(text(policy)), ignore_private_auditors=True)
            for finding in analyzed.findings:
                action = ", ".join(map(str, make_list(finding.location.get("actions") or finding.detail or "")))
                findings.add(f"{finding.issue}: {action}"[:300])
for finding in sorted(findings):
    print(finding)
print(f"{count} policies", file=sys.stderr)
