import { once } from "node:events";
import { type Server, createServer } from "node:http";
import { text } from "node:stream/consumers";

/** Headers that are of one connection, or of a body that was decoded on its way. */
const OWN = new Set(["connection", "content-encoding", "content-length", "host", "transfer-encoding"]);

/**
 * CloudFormation of an emulator that refuses to delete a change set that is not there, where AWS takes it for done
 * (DeleteChangeSet, API reference): the CDK deletes the one of a deployment before, whether there was one or not.
 * @param url where the emulator answers
 */
export async function forgiveMissingChangeSets(
  url: string,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        OWN.has(name) || value === undefined ? [] : [[name, String(value)]],
      );
      const answer = await fetch(url + (request.url ?? "/"), { method: request.method ?? "POST", headers, body });
      const said = await answer.text();
      const isMissing = !answer.ok && /(^|&)Action=DeleteChangeSet(&|$)/.test(body) && said.includes("does not exist");
      const type = answer.headers.get("content-type") ?? "text/xml";
      response.writeHead(isMissing ? 200 : answer.status, { "content-type": isMissing ? "text/xml" : type });
      response.end(isMissing ? "<DeleteChangeSetResponse><DeleteChangeSetResult/></DeleteChangeSetResponse>" : said);
    })().catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("This machine has no free port.");
  return { url: `http://127.0.0.1:${address.port}`, server };
}
