import { startEmbeddedAws } from "../../src/start.ts";

// A run that keeps a function busy until somebody kills it. Argument: the directory of its cloud assembly.
const embedded = await startEmbeddedAws();
await embedded.deploy(process.argv[2] ?? "");
const body = JSON.stringify({ QueueUrl: `${embedded.awsUrl}/000000000000/work`, MessageBody: "x" });
const headers = { "x-amz-target": "AmazonSQS.SendMessage", "content-type": "application/x-amz-json-1.0" };
await fetch(embedded.awsUrl, { method: "POST", headers, body });
process.stdout.write("busy\n");
